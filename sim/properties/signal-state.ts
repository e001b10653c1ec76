/**
 * What the Stores of devices hold of the Signal protocol, followed from commits alone: sessions by
 * peer, how far each sending chain stands, sender keys of groups, identities. Judges use it to say
 * which key a ciphertext went to and whether its chain had been advanced durably. Source:
 * protocol/signal/records.ts.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import type { KeyPair } from '../../protocol/crypto/provider.ts';
import type { SelfIdentityRecord, SessionRecord } from '../../protocol/signal/records.ts';
import type { OwnSenderKeyRecord } from '../../protocol/signal/sender-key-records.ts';
import { hexOf, type Ledger } from '../ledger/ledger.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';

/** Sessions, chains and identities of all hosts. */
export class SignalState implements Observer {
  readonly kinds = ['commit'] as const;
  readonly collections = ['session', 'identity', 'own-sender-key'];
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #chainNext = new Map<string, number>();
  readonly #ratchetHex = new WeakMap<KeyPair, string>();
  /** By host, oldest first: a phone that is set up anew has another. */
  readonly #identities = new Map<string, Uint8Array[]>();
  /** By `host|group`: the id of the host's own sender key. */
  readonly #ownChains = new Map<string, number>();
  /** By `host|chain id`: the next iteration of a sender key. */
  readonly #nextIteration = new Map<string, number>();

  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  observe(event: RunEvent): void {
    if (event.kind !== 'commit' || event.node === 'server') return;
    for (const change of event.changes) {
      if (change.collection === 'session') this.#session(event.node, change);
      else if (change.collection === 'identity') this.#identity(event.node, change);
      else if (change.collection === 'own-sender-key') this.#ownKey(event.node, change);
    }
  }

  #session(host: string, change: Change): void {
    const name = `${host}|${change.key}`;
    const session = change.after as SessionRecord | undefined;
    if (session === undefined) {
      this.#sessions.delete(name);
      return;
    }
    this.#sessions.set(name, session);
    let ratchet = this.#ratchetHex.get(session.senderRatchet);
    if (ratchet === undefined) {
      ratchet = hexOf(session.senderRatchet.publicKey);
      this.#ratchetHex.set(session.senderRatchet, ratchet);
    }
    const chain = `${host}|${ratchet}`;
    const next = this.#chainNext.get(chain) ?? 0;
    // A commit taken back takes the chain back with it.
    if (this.#ledger.isUndo || session.senderCounter > next)
      this.#chainNext.set(chain, session.senderCounter);
  }

  #ownKey(host: string, change: Change): void {
    const after = change.after as OwnSenderKeyRecord | undefined;
    if (after === undefined) {
      this.#ownChains.delete(`${host}|${change.key}`);
      return;
    }
    this.#ownChains.set(`${host}|${change.key}`, after.chainId);
    const chain = `${host}|${after.chainId}`;
    const next = this.#nextIteration.get(chain) ?? 0;
    if (this.#ledger.isUndo || after.iteration > next) {
      this.#nextIteration.set(chain, after.iteration);
    }
  }

  #identity(host: string, change: Change): void {
    const identity = change.after as SelfIdentityRecord | undefined;
    if (identity === undefined) return;
    const known = this.#identities.get(host) ?? [];
    this.#identities.set(host, known);
    const { publicKey } = identity.keyPair;
    if (!known.some((key) => sameBytes(key, publicKey))) known.push(publicKey);
  }

  /** The session a host's Store holds with a peer. */
  session(host: string, peer: DeviceJid): SessionRecord | undefined {
    return this.#sessions.get(`${host}|${peer}`);
  }

  /**
   * The next counter of a sending chain as the host's Store had it; 0 when it never held the chain.
   */
  nextCounter(host: string, ratchetKeyHex: string): number {
    return this.#chainNext.get(`${host}|${ratchetKeyHex}`) ?? 0;
  }

  /** The id of the sender key a host's Store holds for a group, if any. */
  ownChain(host: string, group: string): number | undefined {
    return this.#ownChains.get(`${host}|${group}`);
  }

  /**
   * The next iteration of a host's own sender key as its Store had it; 0 when it never held one.
   */
  nextIteration(host: string, chainId: number): number {
    return this.#nextIteration.get(`${host}|${chainId}`) ?? 0;
  }

  /** The identity key (32 bytes) a host made for itself, last. */
  identityOf(host: string): Uint8Array | undefined {
    return this.#identities.get(host)?.at(-1);
  }

  /** Every identity key a host ever made for itself, oldest first. */
  identitiesOf(host: string): readonly Uint8Array[] {
    return this.#identities.get(host) ?? [];
  }
}

/** The run's one instance. */
export function signalState(ledger: Ledger): SignalState {
  return ledger.shared('signal-state', () => new SignalState(ledger));
}

/** Whether two byte strings are equal. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}

/** Collections that a refused or repeated ciphertext must leave alone (I5, O2; contract 9). */
export function isKeyState(collection: string): boolean {
  return (
    collection === 'session' ||
    collection === 'prekey' ||
    collection === 'signed-prekey' ||
    collection === 'identity' ||
    collection === 'peer-identity' ||
    collection.startsWith('archived-session/') ||
    collection.startsWith('skipped/') ||
    collection.startsWith('sender-key/') ||
    collection.startsWith('skipped-sender-key/')
  );
}
