/**
 * What a thief makes of pairwise sessions: every key a stolen Store holds, moved forward with the
 * real protocol functions as far as the recorded ciphertexts allow, and never erased. Passive: it
 * has the victim's ratchet keys of the theft and no later ones. What it tries is what a recipient
 * could, and more: chains of both directions, skipped keys, sessions begun anew from prekeys that
 * were still there. Source: specification 2, 3; the exposure page, F01.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { DeviceJid } from '../../protocol/contract.ts';
import type { CryptoProvider, KeyPair } from '../../protocol/crypto/provider.ts';
import { isRejected } from '../../protocol/errors.ts';
import { FORWARD_JUMP_MAX } from '../../protocol/limits.ts';
import {
  macOfMessageHolds,
  type ParsedMessage,
  type ParsedPrekeyMessage,
  parsePrekeyMessage,
  parseSignalMessage,
} from '../../protocol/signal/layout.ts';
import { findPrekey, findSignedPrekey } from '../../protocol/signal/prekeys.ts';
import {
  messageKeysOf,
  messageSeedOf,
  nextChainKey,
  rootStep,
} from '../../protocol/signal/ratchet.ts';
import {
  type SelfIdentityRecord,
  type SessionRecord,
  type SkippedKeyRecord,
  selfIdentity,
} from '../../protocol/signal/records.ts';
import { answeredSession } from '../../protocol/signal/session-start.ts';
import { type Store, Transaction } from '../../protocol/store.ts';
import type { RecordedCopy } from './recording.ts';

/** Where the key of an opened ciphertext came from. */
export type PairwiseBasis = 'session' | 'skipped key' | 'one-time prekey' | 'signed prekey';

/** A ciphertext that gave way. */
export interface OpenedCopy {
  readonly plaintext: Uint8Array;
  readonly basis: PairwiseBasis;
}

/** A chain from the earliest key that is known of it; seeds already made are kept. */
interface Chain {
  counter: number;
  chainKey: Uint8Array;
  readonly seeds: Map<number, Uint8Array>;
  readonly basis: PairwiseBasis;
  /** What follows for the root once a message of the chain has opened. */
  readonly next: (() => void) | undefined;
  isProven: boolean;
}

/** A root that one more agreement turns: with the peer's next key, or with the victim's. */
interface Root {
  readonly rootKey: Uint8Array;
  readonly basis: PairwiseBasis;
  /** Ratchet keys (hex) it was tried with. */
  readonly tried: Set<string>;
}
type ReceivingRoot = Root & { readonly own: KeyPair };
type SendingRoot = Root & { readonly theirs: Uint8Array };

/** Everything known of one session. */
class KnownSession {
  readonly record: SessionRecord;
  readonly receiving: ReceivingRoot[] = [];
  readonly sending: SendingRoot[] = [];
  /** By ratchet key in hex; several while none is proven. */
  readonly chains = new Map<string, Chain[]>();
  /** By `ratchetKeyHex/counter`. */
  readonly skipped = new Map<string, Uint8Array>();

  constructor(record: SessionRecord) {
    this.record = record;
  }

  /** Takes what a record holds. */
  learn(record: SessionRecord, basis: PairwiseBasis): void {
    const { rootKey, senderRatchet, senderChainKey, senderCounter, receivers } = record;
    this.receiving.push({ rootKey, own: senderRatchet, basis, tried: new Set() });
    this.addChain(bytesToHex(senderRatchet.publicKey), senderChainKey, senderCounter, basis);
    for (const { ratchetKey, chainKey, counter } of receivers) {
      this.addChain(bytesToHex(ratchetKey), chainKey, counter, basis);
    }
  }

  addChain(
    ratchetHex: string,
    chainKey: Uint8Array,
    counter: number,
    basis: PairwiseBasis,
    next?: () => void,
  ): void {
    const chain = { counter, chainKey, seeds: new Map(), basis, next, isProven: false };
    const known = this.chains.get(ratchetHex);
    if (known === undefined) this.chains.set(ratchetHex, [chain]);
    else known.push(chain);
  }
}

/** One theft's knowledge of pairwise sessions. */
export class PairwiseKnowledge {
  readonly #crypto: CryptoProvider;
  readonly #self: DeviceJid;
  readonly #tx: Transaction;
  readonly #identity: SelfIdentityRecord | undefined;
  /** By peer, then by session id. */
  readonly #sessions = new Map<DeviceJid, Map<string, KnownSession>>();
  /** Private ratchet keys by public key in hex. */
  readonly #ratchets = new Map<string, KeyPair>();
  /** `peer|session id` of sessions built from prekeys. */
  readonly #rebuilt = new Set<string>();

  constructor(store: Store, self: DeviceJid, crypto: CryptoProvider) {
    this.#crypto = crypto;
    this.#self = self;
    this.#tx = new Transaction(store);
    this.#identity = selfIdentity(this.#tx);
    for (const name of store.collectionNames()) {
      for (const [key, record] of store.collection(name)) {
        if (name === 'session') this.#learn(key, record as SessionRecord);
        else if (name.startsWith('archived-session/')) {
          this.#learn(name.slice('archived-session/'.length), record as SessionRecord);
        }
      }
    }
    for (const name of store.collectionNames()) {
      if (!name.startsWith('skipped/')) continue;
      const at = name.lastIndexOf('/');
      const session = this.#sessionsOf(name.slice('skipped/'.length, at)).get(name.slice(at + 1));
      for (const [key, record] of store.collection(name)) {
        session?.skipped.set(key, (record as SkippedKeyRecord).messageSeed);
      }
    }
  }

  #sessionsOf(peer: DeviceJid): Map<string, KnownSession> {
    const sessions = this.#sessions.get(peer) ?? new Map<string, KnownSession>();
    this.#sessions.set(peer, sessions);
    return sessions;
  }

  #learn(peer: DeviceJid, record: SessionRecord): void {
    const session = new KnownSession(record);
    session.learn(record, 'session');
    this.#sessionsOf(peer).set(record.sessionId, session);
    this.#ratchets.set(bytesToHex(record.senderRatchet.publicKey), record.senderRatchet);
  }

  /** Tries a recorded ciphertext; undefined while nothing known opens it. */
  open(copy: RecordedCopy): OpenedCopy | undefined {
    const isIncoming = copy.target === this.#self;
    if (!isIncoming && copy.author !== this.#self) return undefined;
    const peer = isIncoming ? copy.author : copy.target;
    const prekeyed = copy.type === 'pkmsg' ? parsePrekeyMessage(copy.bytes) : undefined;
    const message = prekeyed === undefined ? parseSignalMessage(copy.bytes) : prekeyed;
    if (isRejected(message)) return undefined;
    if (prekeyed !== undefined && !isRejected(prekeyed)) {
      if (isIncoming) this.#rebuild(peer, prekeyed);
      const session = this.#sessionsOf(peer).get(bytesToHex(prekeyed.baseKey));
      return session && this.#openOn(session, prekeyed.message, isIncoming);
    }
    for (const session of this.#sessionsOf(peer).values()) {
      const opened = this.#openOn(session, message as ParsedMessage, isIncoming);
      if (opened !== undefined) return opened;
    }
    return undefined;
  }

  /** The session a prekey message starts, where the prekeys it names were stolen. */
  #rebuild(peer: DeviceJid, head: ParsedPrekeyMessage): void {
    const sessionId = bytesToHex(head.baseKey);
    const name = `${peer}|${sessionId}`;
    if (this.#identity === undefined || this.#rebuilt.has(name)) return;
    this.#rebuilt.add(name);
    const { preKeyId, signedPreKeyId } = head;
    const signed = findSignedPrekey(this.#tx, signedPreKeyId);
    const oneTime = preKeyId === undefined ? undefined : findPrekey(this.#tx, preKeyId);
    if (signed === undefined || (preKeyId !== undefined && oneTime === undefined)) return;
    const built = answeredSession(
      this.#crypto,
      this.#identity,
      head,
      signed.keyPair,
      oneTime?.keyPair,
    );
    if (built === undefined) return;
    const sessions = this.#sessionsOf(peer);
    const session = sessions.get(sessionId) ?? new KnownSession(built);
    sessions.set(sessionId, session);
    session.learn(built, preKeyId === undefined ? 'signed prekey' : 'one-time prekey');
  }

  #openOn(
    session: KnownSession,
    message: ParsedMessage,
    isIncoming: boolean,
  ): OpenedCopy | undefined {
    const { localIdentity, remoteIdentity } = session.record;
    const swapped = { localIdentity: remoteIdentity, remoteIdentity: localIdentity };
    const between = isIncoming ? session.record : { ...session.record, ...swapped };
    const ratchetHex = bytesToHex(message.ratchetKey);
    const seed = session.skipped.get(`${ratchetHex}/${message.counter}`);
    const bySeed = seed && this.#openWith(between, message, seed);
    if (bySeed) return { plaintext: bySeed, basis: 'skipped key' };
    if (isIncoming) this.#turnReceiving(session, message.ratchetKey, ratchetHex);
    else this.#turnSending(session, ratchetHex);
    for (const chain of session.chains.get(ratchetHex) ?? []) {
      const chainSeed = this.#seedAt(chain, message.counter);
      const plaintext = chainSeed && this.#openWith(between, message, chainSeed);
      if (!plaintext) continue;
      if (!chain.isProven) chain.next?.();
      chain.isProven = true;
      return { plaintext, basis: chain.basis };
    }
    return undefined;
  }

  /** The peer's next chain under every root that waits for one. */
  #turnReceiving(session: KnownSession, theirs: Uint8Array, ratchetHex: string): void {
    for (const root of session.receiving) {
      if (root.tried.has(ratchetHex)) continue;
      root.tried.add(ratchetHex);
      const agreement = this.#crypto.agree(root.own.privateKey, theirs);
      if (agreement === undefined) continue;
      const [rootKey, chainKey] = rootStep(this.#crypto, root.rootKey, agreement);
      session.addChain(ratchetHex, chainKey, 0, root.basis, () => {
        session.sending.push({ rootKey, theirs, basis: root.basis, tried: new Set() });
      });
    }
  }

  /** The victim's next chain: only if its ratchet key is one that was stolen. */
  #turnSending(session: KnownSession, ratchetHex: string): void {
    const own = this.#ratchets.get(ratchetHex);
    if (own === undefined) return;
    for (const root of session.sending) {
      if (root.tried.has(ratchetHex)) continue;
      root.tried.add(ratchetHex);
      const agreement = this.#crypto.agree(own.privateKey, root.theirs);
      if (agreement === undefined) continue;
      const [rootKey, chainKey] = rootStep(this.#crypto, root.rootKey, agreement);
      // The peer may answer before the victim has sent: the root is good as soon as it is made.
      session.receiving.push({ rootKey, own, basis: root.basis, tried: new Set() });
      session.addChain(ratchetHex, chainKey, 0, root.basis);
    }
  }

  #seedAt(chain: Chain, counter: number): Uint8Array | undefined {
    if (counter - chain.counter > FORWARD_JUMP_MAX) return undefined;
    while (chain.counter <= counter) {
      chain.seeds.set(chain.counter, messageSeedOf(this.#crypto, chain.chainKey));
      chain.chainKey = nextChainKey(this.#crypto, chain.chainKey);
      chain.counter += 1;
    }
    return chain.seeds.get(counter);
  }

  #openWith(
    between: SessionRecord,
    message: ParsedMessage,
    seed: Uint8Array,
  ): Uint8Array | undefined {
    const keys = messageKeysOf(this.#crypto, seed);
    if (!macOfMessageHolds(this.#crypto, between, message, keys.macKey)) return undefined;
    return this.#crypto.cbcDecrypt(keys.cipherKey, keys.iv, message.ciphertext);
  }
}
