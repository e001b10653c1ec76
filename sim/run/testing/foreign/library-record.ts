/**
 * A session entry of `libsignal@6.0.0` as a record of the Store: the library's own JSON, and beside
 * it everything a judge reads of a session, secret keys included, in the shape it is used to.
 * Development only.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { KeyPair } from '../../../../protocol/crypto/provider.ts';
import type {
  ReceiverChain,
  SelfIdentityRecord,
  SessionRecord,
} from '../../../../protocol/signal/records.ts';

/** A session whose truth is `entry`; the other fields are read from it. */
export interface LibrarySessionRecord extends SessionRecord {
  /** The library's serialised session entry, JSON. */
  readonly entry: string;
}

/** A message key the library has put aside. */
export interface PutAside {
  /** `ratchetKeyHex/counter`. */
  readonly key: string;
  readonly messageSeed: Uint8Array;
}

/** The library's JSON; keys are base64, public ones with their type byte. */
interface Entry {
  readonly registrationId: number;
  readonly currentRatchet: {
    readonly ephemeralKeyPair: { readonly pubKey: string; readonly privKey: string };
    readonly previousCounter: number;
    readonly rootKey: string;
  };
  readonly indexInfo: {
    readonly baseKey: string;
    /** -1 while the session is open. */
    readonly closed: number;
    readonly used: number;
    readonly remoteIdentityKey: string;
  };
  readonly _chains: Readonly<Record<string, Chain>>;
  readonly pendingPreKey?: { readonly preKeyId?: number; readonly signedKeyId: number };
}

interface Chain {
  /** `counter` is that of the last key made; a closed chain has no key. */
  readonly chainKey: { readonly counter: number; readonly key?: string };
  /** 1 sends, 2 receives. */
  readonly chainType: number;
  readonly messageKeys: Readonly<Record<string, string>>;
}

const SENDING = 1;

const read = (text: string): Entry => JSON.parse(text) as Entry;
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const rawOf = (text: string): Uint8Array => bytesOf(text).slice(1);

/** Session id (its base key, 64 hex digits), and whether it is the open one. */
export function nameOf(entry: string): { readonly id: string; readonly isOpen: boolean } {
  const { indexInfo } = read(entry);
  return { id: bytesToHex(rawOf(indexInfo.baseKey)), isOpen: indexInfo.closed === -1 };
}

/** The entry as one that is closed: the device's engine puts sessions aside without the library. */
export function asClosed(entry: string): string {
  const parsed = read(entry);
  if (parsed.indexInfo.closed !== -1) return entry;
  return JSON.stringify({
    ...parsed,
    indexInfo: { ...parsed.indexInfo, closed: parsed.indexInfo.used },
  });
}

/**
 * The record of an entry. `before`: the record it replaces, whose ratchet pair is kept while it
 * stands, since readers tell a new one by identity.
 */
export function recordOf(
  entry: string,
  self: SelfIdentityRecord,
  before: SessionRecord | undefined,
): LibrarySessionRecord {
  const { registrationId, currentRatchet, indexInfo, _chains, pendingPreKey } = read(entry);
  const { pubKey, privKey } = currentRatchet.ephemeralKeyPair;
  const sending = _chains[pubKey];
  const baseKey = rawOf(indexInfo.baseKey);
  return {
    kind: 'session',
    sessionId: bytesToHex(baseKey),
    aliceBaseKey: baseKey,
    localRegistrationId: self.registrationId,
    remoteRegistrationId: registrationId,
    localIdentity: self.keyPair.publicKey,
    remoteIdentity: rawOf(indexInfo.remoteIdentityKey),
    rootKey: bytesOf(currentRatchet.rootKey),
    senderRatchet: keptPair(before?.senderRatchet, rawOf(pubKey), bytesOf(privKey)),
    senderChainKey: bytesOf(sending?.chainKey.key ?? currentRatchet.rootKey),
    senderCounter: (sending?.chainKey.counter ?? -1) + 1,
    previousCounter: currentRatchet.previousCounter,
    receivers: receiversOf(_chains),
    pending: pendingPreKey && {
      preKeyId: pendingPreKey.preKeyId,
      signedPreKeyId: pendingPreKey.signedKeyId,
    },
    entry,
  };
}

function keptPair(before: KeyPair | undefined, publicKey: Uint8Array, privateKey: Uint8Array) {
  const isSame = before !== undefined && Buffer.from(publicKey).equals(before.publicKey);
  return isSame ? before : { publicKey, privateKey };
}

/** The receiving chains that still have a key. */
function receiversOf(chains: Entry['_chains']): ReceiverChain[] {
  const out: ReceiverChain[] = [];
  for (const [ratchetKey, { chainKey, chainType, messageKeys }] of Object.entries(chains)) {
    if (chainType === SENDING || chainKey.key === undefined) continue;
    const skipped = Object.keys(messageKeys).map(Number);
    out.push({
      ratchetKey: rawOf(ratchetKey),
      chainKey: bytesOf(chainKey.key),
      counter: chainKey.counter + 1,
      skippedCount: skipped.length,
      skippedFrom: Math.min(...skipped, chainKey.counter + 1),
    });
  }
  return out;
}

/** Every message key that the entry has put aside. */
export function putAsideIn(entry: string): PutAside[] {
  return Object.entries(read(entry)._chains).flatMap(([ratchetKey, { messageKeys }]) => {
    const ratchet = bytesToHex(rawOf(ratchetKey));
    return Object.entries(messageKeys).map(([counter, seed]) => {
      return { key: `${ratchet}/${counter}`, messageSeed: bytesOf(seed) };
    });
  });
}
