/**
 * The records a device keeps for sender keys: its own key per group, the states of other devices,
 * skipped message keys. Types, names of collections, and what people and judges may see of them.
 * `sender-keys.ts` changes them. Source: specification 4.
 *
 * Collections: `own-sender-key` (key: group), `sender-key/SENDER` (key: `GROUP/CHAIN_ID`, oldest
 * state first), `skipped-sender-key/SENDER/GROUP/CHAIN_ID` (key: iteration), and the index
 * `sender-key-senders/GROUP` (key: sender).
 */

import type { DeviceJid, RecordView } from '../contract.ts';
import type { KeyPair } from '../crypto/provider.ts';
import type { StoredRecord, Transaction } from '../store.ts';

/** Collection of this device's own sender keys; keys are groups. */
export const OWN_SENDER_KEYS = 'own-sender-key';

/** Collection of the sender key states of one device, in all groups: `group/chainId`. */
export function senderKeyCollection(sender: DeviceJid): string {
  return `sender-key/${sender}`;
}

/** The key of a state within `senderKeyCollection`. */
export function senderKeyKey(group: string, chainId: number): string {
  return `${group}/${chainId}`;
}

/** Collection of the skipped message keys of one state; keys are iterations as decimal text. */
export function skippedSenderKeyCollection(state: SenderKeyRecord): string {
  return `skipped-sender-key/${state.sender}/${state.group}/${state.chainId}`;
}

/** Collection that names the devices whose states of `group` are kept; keys are their addresses. */
export function sendersCollection(group: string): string {
  return `sender-key-senders/${group}`;
}

/** This device's sender key of a group. Collection `own-sender-key`, key: the group. */
export interface OwnSenderKeyRecord extends StoredRecord {
  readonly kind: 'own-sender-key';
  readonly group: string;
  /** 1..2^31-1. */
  readonly chainId: number;
  /** The iteration `chainKey` stands at: the next one to be used. */
  readonly iteration: number;
  /** 32 bytes. */
  readonly chainKey: Uint8Array;
  readonly signingPair: KeyPair;
}

/** One state of another device's sender key. Collection `senderKeyCollection(sender)`. */
export interface SenderKeyRecord extends StoredRecord {
  readonly kind: 'sender-key';
  readonly group: string;
  readonly sender: DeviceJid;
  /** 0..2^32-1, as the sender drew it. */
  readonly chainId: number;
  /** The iteration `chainKey` stands at: the next one expected in order. */
  readonly iteration: number;
  /** No key below this iteration was ever given to us. */
  readonly firstIteration: number;
  /** 32 bytes. */
  readonly chainKey: Uint8Array;
  /** 32 raw bytes. */
  readonly signingKey: Uint8Array;
  /** How many skipped keys of this state are stored. */
  readonly skippedCount: number;
}

/** One skipped message key. Collection `skippedSenderKeyCollection(state)`. */
export interface SkippedSenderKeyRecord extends StoredRecord {
  readonly kind: 'skipped-sender-key';
  /** 32 bytes, from which cipher key and IV derive. */
  readonly messageSeed: Uint8Array;
}

/** Says that states of a sender are kept. Collection `sendersCollection(group)`, key: sender. */
export interface SenderKeySenderRecord extends StoredRecord {
  readonly kind: 'sender-key-sender';
}

/** Every record of this part. */
export type AnySenderKeyRecord =
  | OwnSenderKeyRecord
  | SenderKeyRecord
  | SkippedSenderKeyRecord
  | SenderKeySenderRecord;

const KINDS: ReadonlySet<string> = new Set<AnySenderKeyRecord['kind']>([
  'own-sender-key',
  'sender-key',
  'skipped-sender-key',
  'sender-key-sender',
]);

/** Whether a record belongs to this part. */
export function isSenderKeyRecord(record: StoredRecord): record is AnySenderKeyRecord {
  return KINDS.has(record.kind);
}

/** This device's sender key of `group`, if it has one. */
export function ownSenderKey(tx: Transaction, group: string): OwnSenderKeyRecord | undefined {
  return tx.get(OWN_SENDER_KEYS, group) as OwnSenderKeyRecord | undefined;
}

/** The state with this chain id, if any. */
export function senderKeyState(
  tx: Transaction,
  group: string,
  sender: DeviceJid,
  chainId: number,
): SenderKeyRecord | undefined {
  const key = senderKeyKey(group, chainId);
  return tx.get(senderKeyCollection(sender), key) as SenderKeyRecord | undefined;
}

/** The states of one device in one group, oldest first. */
export function senderKeyStates(
  tx: Transaction,
  group: string,
  sender: DeviceJid,
): SenderKeyRecord[] {
  return allStatesOf(tx, sender).filter((state) => state.group === group);
}

/** The states of one device in all groups, oldest first. */
export function allStatesOf(tx: Transaction, sender: DeviceJid): SenderKeyRecord[] {
  return tx.entries(senderKeyCollection(sender)).map(([, record]) => record as SenderKeyRecord);
}

/** The public view for people: ids and counters, no key bytes. */
export function describeSenderKeyRecord(record: AnySenderKeyRecord): RecordView {
  switch (record.kind) {
    case 'own-sender-key':
      return { group: record.group, chainId: record.chainId, iteration: record.iteration };
    case 'sender-key':
      return {
        group: record.group,
        sender: record.sender,
        chainId: record.chainId,
        iteration: record.iteration,
        firstIteration: record.firstIteration,
        skippedKeys: record.skippedCount,
      };
    case 'skipped-sender-key':
    case 'sender-key-sender':
      return {};
  }
}

/** Every secret inside, as the byte arrays themselves: signing, chain and message keys. */
export function keysInSenderKeyRecord(record: AnySenderKeyRecord): Uint8Array[] {
  switch (record.kind) {
    case 'own-sender-key':
      return [record.chainKey, record.signingPair.privateKey];
    case 'sender-key':
      return [record.chainKey];
    case 'skipped-sender-key':
      return [record.messageSeed];
    case 'sender-key-sender':
      return [];
  }
}
