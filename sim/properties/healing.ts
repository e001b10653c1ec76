/**
 * How far a theft reaches into the future, from the rules of the ratchet and not from any key: the
 * window of a passive thief (C5). Of a pairwise session the Store held, or that a peer began with
 * prekeys it held: what the victim seals is open until its first turn (it opens what the peer
 * sealed after a turn of its own), and what the peer seals until it has opened
 * something the victim sealed after that turn: one round trip. A session the victim begins after
 * the theft is closed. A sender key stays open from where it was stolen, or handed over in an open
 * copy, until its owner makes another.
 *
 * Not for disks that went back: a device that was restored lives through its turns again.
 * Source: specification 3.1, 4; the exposure page.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import { isRejected } from '../../protocol/errors.ts';
import { parsePrekeyMessage } from '../../protocol/signal/layout.ts';
import { archivedCollection, type SessionRecord } from '../../protocol/signal/records.ts';
import {
  OWN_SENDER_KEYS,
  type OwnSenderKeyRecord,
  type SenderKeyRecord,
} from '../../protocol/signal/sender-key-records.ts';
import type { Store, StoredRecord } from '../../protocol/store.ts';
import type { Theft } from '../adversary/stolen-store.ts';
import { isGroup, type Ledger, messageKey } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import { type Exposure, exposure } from './exposure.ts';
import { type Opening, openings } from './openings.ts';
import type { JudgeView } from './property.ts';
import {
  ciphertextName,
  type Enclosed,
  type MessageStanza,
  readSharedHead,
  type Stanzas,
  stanzas,
} from './stanzas.ts';
import { type SurvivedStep, type SurvivedSteps, survivedSteps } from './steps.ts';

/** A session between the victim and a peer, since the theft. */
interface Session {
  /** Whether the thief began with its keys, or can make them from prekeys. */
  readonly isOpen: boolean;
  /** The victim made a ratchet key that the thief has not. */
  hasTurned: boolean;
  /** The peer has heard of it. */
  isHealed: boolean;
}

/** A sender key, and the first iteration that is open. */
interface OpenChain {
  /** `author|group|chain id`. */
  readonly name: string;
  readonly from: number;
}

/** A copy for a device that will be robbed, until it is opened. */
interface InFlight {
  readonly author: DeviceJid;
  readonly target: DeviceJid;
  readonly sessionId: string;
  readonly enclosed: Enclosed;
  readonly chain: OpenChain | undefined;
}

/** One copy as it was sealed. */
interface SealedCopy extends InFlight {
  readonly stanza: MessageStanza;
}

/** The window of one theft. */
class Window {
  /** Messages that the thief can read, by the rules; among those sealed since the theft. */
  readonly open = new Set<string>();
  readonly #theft: Theft;
  /** By `peer|session id`. */
  readonly #sessions = new Map<string, Session>();
  /** Copies that the victim sealed after its turn, and their sessions, by ciphertext. */
  readonly #turned = new Map<string, Session>();
  /** Open sender keys, from which iteration on. */
  readonly #chains = new Map<string, number>();

  constructor(theft: Theft, inFlight: Iterable<InFlight>) {
    this.#theft = theft;
    const { store, device } = theft;
    for (const collection of store.collectionNames()) {
      for (const [key, record] of store.collection(collection)) {
        if (record.kind === 'session') {
          const peer = collection === 'session' ? key : collection.slice(ARCHIVED_AT);
          const session = { isOpen: true, hasTurned: false, isHealed: false };
          this.#sessions.set(`${peer}|${(record as SessionRecord).sessionId}`, session);
        } else if (record.kind === 'sender-key' || record.kind === 'own-sender-key') {
          this.#openChain(chainIn(record as SenderKeyRecord | OwnSenderKeyRecord, device));
        }
      }
    }
    for (const copy of inFlight) {
      if (copy.target === device && this.#begunBy(copy).isOpen) this.#openChain(copy.chain);
    }
  }

  #openChain(chain: OpenChain | undefined): void {
    if (chain === undefined) return;
    this.#chains.set(chain.name, Math.min(chain.from, this.#chains.get(chain.name) ?? Infinity));
  }

  #session(peer: DeviceJid, sessionId: string, isOpen: () => boolean): Session {
    const name = `${peer}|${sessionId}`;
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    const session = { isOpen: isOpen(), hasTurned: false, isHealed: false };
    this.#sessions.set(name, session);
    return session;
  }

  /** The session of a copy of a peer, who may have begun it with prekeys that were stolen. */
  #begunBy({ author, sessionId, enclosed }: Omit<InFlight, 'target' | 'chain'>): Session {
    return this.#session(author, sessionId, () => canRebuild(this.#theft.store, enclosed));
  }

  sealedCopy(copy: SealedCopy): void {
    const { author, target, sessionId, enclosed, stanza, chain } = copy;
    const { device } = this.#theft;
    let isOpen = false;
    if (author === device) {
      const session = this.#session(target, sessionId, () => false);
      isOpen = session.isOpen && !session.hasTurned;
      if (session.hasTurned) this.#turned.set(ciphertextName(enclosed.bytes), session);
    } else if (target === device) {
      const session = this.#begunBy(copy);
      isOpen = session.isOpen && !session.isHealed;
    }
    if (!isOpen) return;
    this.#openChain(chain);
    // In a first sending to a group, copies for single devices hold the sender key alone.
    const holdsMessage = chain === undefined || stanza.isRepeat;
    if (holdsMessage) this.open.add(messageKey(author, stanza.id));
  }

  sealedShared(author: DeviceJid, messageId: string, chain: OpenChain): void {
    const from = this.#chains.get(chain.name);
    if (from !== undefined && from <= chain.from) this.open.add(messageKey(author, messageId));
  }

  opened(device: DeviceJid, copy: Omit<InFlight, 'target' | 'chain'>, isTurn: boolean): void {
    if (device === this.#theft.device) {
      if (isTurn) this.#begunBy(copy).hasTurned = true;
      else this.#begunBy(copy);
    } else if (copy.author === this.#theft.device) {
      const session = this.#turned.get(ciphertextName(copy.enclosed.bytes));
      if (session !== undefined) session.isHealed = true;
    }
  }
}

const ARCHIVED_AT = archivedCollection('').length;

function chainIn(record: SenderKeyRecord | OwnSenderKeyRecord, device: DeviceJid): OpenChain {
  const { group, chainId, iteration } = record;
  const sender = record.kind === 'sender-key' ? record.sender : device;
  return { name: `${sender}|${group}|${chainId}`, from: iteration };
}

/** Whether a stolen Store has the prekeys that a first message names. */
function canRebuild(store: Store, { type, bytes }: Enclosed): boolean {
  const head = type === 'pkmsg' ? parsePrekeyMessage(bytes) : undefined;
  if (head === undefined || isRejected(head)) return false;
  const { preKeyId, signedPreKeyId } = head;
  const hasOneTime = preKeyId === undefined || store.get('prekey', `${preKeyId}`) !== undefined;
  return hasOneTime && store.get('signed-prekey', `${signedPreKeyId}`) !== undefined;
}

/** The session with a peer that a step sealed or opened on. */
function sessionIdIn({ changes }: SurvivedStep, peer: DeviceJid): string | undefined {
  const change = changes.find(({ collection, key }) => collection === 'session' && key === peer);
  return (change?.after as SessionRecord | undefined)?.sessionId;
}

/**
 * When ratchets ought to turn, from who opened what alone: a device makes a new key when it opens
 * something its peer sealed after a turn of its own.
 */
class Turns {
  /** By `device|peer|session id`: the turn a device is at, and the latest it has seen. */
  readonly #states = new Map<string, { own: number; seen: number }>();
  /** The turn at which a copy was sealed, by ciphertext. */
  readonly #sealed = new Map<string, number>();

  #state(device: DeviceJid, peer: DeviceJid, sessionId: string): { own: number; seen: number } {
    const name = `${device}|${peer}|${sessionId}`;
    const state = this.#states.get(name) ?? { own: 1, seen: 0 };
    this.#states.set(name, state);
    return state;
  }

  sealed({ author, target, sessionId, enclosed }: InFlight): void {
    const { own } = this.#state(author, target, sessionId);
    this.#sealed.set(ciphertextName(enclosed.bytes), own);
  }

  /** Whether opening it is a turn. */
  opened(device: DeviceJid, author: DeviceJid, sessionId: string, enclosed: Enclosed): boolean {
    const name = ciphertextName(enclosed.bytes);
    const turn = this.#sealed.get(name) ?? 0;
    this.#sealed.delete(name);
    const state = this.#state(device, author, sessionId);
    if (turn <= state.seen) return false;
    state.seen = turn;
    state.own = turn + 1;
    return true;
  }
}

/** Levers after which a device may live through its turns again. */
const GONE_BACK = ['snapshot-restored', 'store-cloned', 'last-commit-lost', 'record-damaged'];

/** The windows of all thefts of a run, in order. */
export class Healing implements Observer {
  readonly kinds = ['stepped', 'commit', 'lever'] as const;
  readonly windows: Window[] = [];
  /** Whether a disk went back, after which nothing is foretold. */
  isVoid = false;
  readonly #ledger: Ledger;
  readonly #exposure: Exposure;
  readonly #steps: SurvivedSteps;
  readonly #frames: Stanzas;
  readonly #opening: () => Opening | undefined;
  readonly #turns = new Turns();
  /** By `host|group`. */
  readonly #ownKeys = new Map<string, OwnSenderKeyRecord>();
  /** Of group messages, by ciphertext. */
  readonly #inFlight = new Map<string, InFlight>();

  constructor(view: JudgeView, thefts: Exposure) {
    this.#ledger = view.ledger;
    this.#exposure = thefts;
    this.#steps = survivedSteps(view.ledger);
    this.#frames = stanzas(view.ledger);
    this.#opening = openings(view);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'lever') {
      if (GONE_BACK.includes(event.lever)) this.isVoid = true;
      for (const theft of this.#exposure.thefts.slice(this.windows.length)) {
        this.windows.push(new Window(theft, this.#inFlight.values()));
      }
    }
    const step = this.#steps.current;
    const device = step && this.#ledger.linkage.deviceOf(step.node);
    if (step === undefined || device === undefined) return;
    this.#opened(step, device);
    for (const { collection, key, after } of step.changes) {
      if (collection !== OWN_SENDER_KEYS || after === undefined) continue;
      this.#ownKeys.set(`${step.node}|${key}`, after as OwnSenderKeyRecord);
    }
    for (const { collection, before, after } of step.changes) {
      if (collection !== 'outbound' || before !== undefined || after === undefined) continue;
      const { bytes } = after as StoredRecord & { readonly bytes?: Uint8Array };
      const stanza = bytes instanceof Uint8Array ? this.#frames.message(bytes) : undefined;
      if (stanza !== undefined) this.#sealed(step, device, stanza);
    }
  }

  #opened(step: SurvivedStep, device: DeviceJid): void {
    const { isPairwiseOpened, enclosed, author = '' } = this.#opening() ?? {};
    const sessionId = sessionIdIn(step, author);
    if (isPairwiseOpened !== true || enclosed === undefined || sessionId === undefined) return;
    this.#inFlight.delete(ciphertextName(enclosed.bytes));
    const isTurn = this.#turns.opened(device, author, sessionId, enclosed);
    for (const window of this.windows)
      window.opened(device, { author, sessionId, enclosed }, isTurn);
  }

  #sealed(step: SurvivedStep, author: DeviceJid, stanza: MessageStanza): void {
    const chain = this.#chainOf(step.node, author, stanza);
    for (const enclosed of stanza.enclosed) {
      const { target } = enclosed;
      const sessionId = target === undefined ? undefined : sessionIdIn(step, target);
      if (target === undefined || sessionId === undefined) continue;
      const copy = { author, target, sessionId, enclosed, stanza, chain };
      this.#turns.sealed(copy);
      if (chain !== undefined) this.#inFlight.set(ciphertextName(enclosed.bytes), copy);
      for (const window of this.windows) window.sealedCopy(copy);
    }
    if (stanza.shared === undefined || chain === undefined) return;
    for (const window of this.windows) window.sealedShared(author, stanza.id, chain);
  }

  /** The sender key that a stanza to a group uses, or hands over. */
  #chainOf(host: string, author: DeviceJid, stanza: MessageStanza): OpenChain | undefined {
    const group = stanza.to;
    if (group === undefined || !isGroup(group)) return undefined;
    const head = stanza.shared === undefined ? undefined : readSharedHead(stanza.shared);
    if (head !== undefined) {
      return { name: `${author}|${group}|${head.chainId}`, from: head.iteration };
    }
    const own = this.#ownKeys.get(`${host}|${group}`);
    return own && chainIn(own, author);
  }
}

/** The run's one instance; undefined where nothing is stolen. */
export function healing(view: JudgeView): Healing | undefined {
  const thefts = exposure(view);
  if (thefts === undefined) return undefined;
  openings(view);
  return view.ledger.shared('healing', () => new Healing(view, thefts));
}
