/**
 * The records a device keeps for the Signal protocol: its own identity, the identities it pinned,
 * sessions, skipped message keys, prekeys. Types, names of collections, and what people and judges
 * may see of them. It does not change anything: `prekeys.ts` and `sessions.ts` do. Source:
 * specification 1.1, 3.1, 3.2.
 */

import type { DeviceJid, RecordView } from '../contract.ts';
import type { KeyPair } from '../crypto/provider.ts';
import type { StoredRecord, Transaction } from '../store.ts';

/** Collection names of this part; those with an address are made by the functions below. */
export const SIGNAL_COLLECTIONS = {
  identity: 'identity',
  peerIdentity: 'peer-identity',
  session: 'session',
  prekey: 'prekey',
  signedPrekey: 'signed-prekey',
  prekeyCounter: 'prekey-counter',
} as const;

/** The key of records that exist once per device. */
export const SELF_KEY = 'self';

/** Collection of the archived sessions with `peer`; keys are session ids, oldest first. */
export function archivedCollection(peer: DeviceJid): string {
  return `archived-session/${peer}`;
}

/** Collection of the skipped message keys of one session; keys are `ratchetKeyHex/counter`. */
export function skippedCollection(peer: DeviceJid, sessionId: string): string {
  return `skipped/${peer}/${sessionId}`;
}

/** This installation's identity. Collection `identity`, key `self`. Specification 1.1, 1.4. */
export interface SelfIdentityRecord extends StoredRecord {
  readonly kind: 'identity';
  readonly keyPair: KeyPair;
  /** 1..16380. */
  readonly registrationId: number;
}

/** The identity key pinned for a device. Collection `peer-identity`, key: its address. */
export interface PeerIdentityRecord extends StoredRecord {
  readonly kind: 'peer-identity';
  /** 32 raw bytes. */
  readonly publicKey: Uint8Array;
}

/** A one-time prekey. Collection `prekey`, key: the id as decimal text. */
export interface PrekeyRecord extends StoredRecord {
  readonly kind: 'prekey';
  /** 1..0xFFFFFE. */
  readonly id: number;
  readonly keyPair: KeyPair;
  /** `made`: only here; `uploaded`: the server confirmed that it has it. */
  readonly state: 'made' | 'uploaded';
}

/**
 * A signed prekey. Collection `signed-prekey`, key: the id as decimal text; the newest is the last.
 */
export interface SignedPrekeyRecord extends StoredRecord {
  readonly kind: 'signed-prekey';
  /** 1..0xFFFFFE. */
  readonly id: number;
  readonly keyPair: KeyPair;
  /** 64 bytes: XEdDSA by the own identity over `05 || publicKey`. */
  readonly signature: Uint8Array;
  /** Host clock, microseconds since the Unix epoch. */
  readonly createdUs: number;
  /** When a newer one took its place; 0 while it is the current one. */
  readonly retiredUs: number;
}

/** The ids the next prekeys get. Collection `prekey-counter`, key `self`. */
export interface PrekeyCounterRecord extends StoredRecord {
  readonly kind: 'prekey-counter';
  readonly nextPrekeyId: number;
  readonly nextSignedPrekeyId: number;
}

/** A receiving chain of a session. */
export interface ReceiverChain {
  /** The peer's ratchet key, 32 raw bytes. */
  readonly ratchetKey: Uint8Array;
  /** 32 bytes. */
  readonly chainKey: Uint8Array;
  /** The counter `chainKey` stands at: the next one expected in order. */
  readonly counter: number;
  /** How many skipped keys of this chain are stored. */
  readonly skippedCount: number;
  /** No key below this counter is stored (a lower bound, so that the oldest is found quickly). */
  readonly skippedFrom: number;
}

/** What a prekey message must repeat until the peer has answered. Specification 2.2. */
export interface PendingPrekey {
  readonly preKeyId: number | undefined;
  readonly signedPreKeyId: number;
}

/**
 * A session: collection `session`, key: the peer's address; an archived one is the same record in
 * `archivedCollection(peer)` under its session id. Specification 2.2, 3.1.
 */
export interface SessionRecord extends StoredRecord {
  readonly kind: 'session';
  /** `aliceBaseKey` as 64 hex digits. */
  readonly sessionId: string;
  /** The starter's base key, 32 raw bytes: recognises a repeat of the same start. */
  readonly aliceBaseKey: Uint8Array;
  readonly localRegistrationId: number;
  readonly remoteRegistrationId: number;
  /** 32 raw bytes each. */
  readonly localIdentity: Uint8Array;
  readonly remoteIdentity: Uint8Array;
  /** 32 bytes. */
  readonly rootKey: Uint8Array;
  readonly senderRatchet: KeyPair;
  /** 32 bytes: the key of the next message to send, at `senderCounter`. */
  readonly senderChainKey: Uint8Array;
  readonly senderCounter: number;
  readonly previousCounter: number;
  /** Oldest first, at most five. */
  readonly receivers: readonly ReceiverChain[];
  /** Present until the first message from the peer was decrypted here; only at the starter. */
  readonly pending: PendingPrekey | undefined;
}

/** One skipped message key. Collection `skippedCollection(...)`. */
export interface SkippedKeyRecord extends StoredRecord {
  readonly kind: 'skipped-key';
  /** 32 bytes, from which cipher key, MAC key and IV derive. */
  readonly messageSeed: Uint8Array;
}

/** Every record of this part. */
export type SignalRecord =
  | SelfIdentityRecord
  | PeerIdentityRecord
  | PrekeyRecord
  | SignedPrekeyRecord
  | PrekeyCounterRecord
  | SessionRecord
  | SkippedKeyRecord;

const KINDS: ReadonlySet<string> = new Set<SignalRecord['kind']>([
  'identity',
  'peer-identity',
  'prekey',
  'signed-prekey',
  'prekey-counter',
  'session',
  'skipped-key',
]);

/** Whether a record belongs to this part. */
export function isSignalRecord(record: StoredRecord): record is SignalRecord {
  return KINDS.has(record.kind);
}

/** This device's identity, if it has made one. */
export function selfIdentity(tx: Transaction): SelfIdentityRecord | undefined {
  return tx.get(SIGNAL_COLLECTIONS.identity, SELF_KEY) as SelfIdentityRecord | undefined;
}

/** The identity pinned for `peer`, if any. */
export function pinnedIdentity(tx: Transaction, peer: DeviceJid): PeerIdentityRecord | undefined {
  return tx.get(SIGNAL_COLLECTIONS.peerIdentity, peer) as PeerIdentityRecord | undefined;
}

/** The current session with `peer`, if any. */
export function currentSession(tx: Transaction, peer: DeviceJid): SessionRecord | undefined {
  return tx.get(SIGNAL_COLLECTIONS.session, peer) as SessionRecord | undefined;
}

/**
 * The public view for people: ids, counters and states, no key bytes. A session id is a public key.
 */
export function describeSignalRecord(record: SignalRecord): RecordView {
  switch (record.kind) {
    case 'identity':
      return { registrationId: record.registrationId };
    case 'peer-identity':
      return { pinned: true };
    case 'prekey':
      return { id: record.id, state: record.state };
    case 'signed-prekey':
      return { id: record.id, createdUs: record.createdUs, retiredUs: record.retiredUs };
    case 'prekey-counter':
      return {
        nextPrekeyId: record.nextPrekeyId,
        nextSignedPrekeyId: record.nextSignedPrekeyId,
      };
    case 'session':
      return describeSession(record);
    case 'skipped-key':
      return {};
  }
}

function describeSession(record: SessionRecord): RecordView {
  const newest = record.receivers.at(-1);
  let skippedKeys = 0;
  for (const chain of record.receivers) skippedKeys += chain.skippedCount;
  return {
    session: record.sessionId.slice(0, 8),
    remoteRegistrationId: record.remoteRegistrationId,
    isPending: record.pending !== undefined,
    sendCounter: record.senderCounter,
    receiveCounter: newest === undefined ? 0 : newest.counter,
    receiverChains: record.receivers.length,
    skippedKeys,
  };
}

/**
 * Every secret inside, as the byte arrays themselves: private keys, root, chain and message keys.
 */
export function keysInSignalRecord(record: SignalRecord): Uint8Array[] {
  switch (record.kind) {
    case 'identity':
    case 'prekey':
    case 'signed-prekey':
      return [record.keyPair.privateKey];
    case 'peer-identity':
    case 'prekey-counter':
      return [];
    case 'session':
      return [
        record.rootKey,
        record.senderRatchet.privateKey,
        record.senderChainKey,
        ...record.receivers.map((chain) => chain.chainKey),
      ];
    case 'skipped-key':
      return [record.messageSeed];
  }
}
