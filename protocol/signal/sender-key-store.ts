/**
 * Where the sender key states of other devices lie in the Store: at most five per sender and group,
 * each with its skipped message keys. Puts, evicts and forgets them; opens no message. Source:
 * specification 4.2.
 */

import type { DeviceJid } from '../contract.ts';
import { SENDER_KEY_STATES_MAX, SKIPPED_KEYS_MAX } from '../limits.ts';
import type { Transaction } from '../store.ts';
import {
  allStatesOf,
  type SenderKeyRecord,
  type SenderKeySenderRecord,
  type SkippedSenderKeyRecord,
  senderKeyCollection,
  senderKeyKey,
  senderKeyStates,
  sendersCollection,
  skippedSenderKeyCollection,
} from './sender-key-records.ts';

const SENDER: SenderKeySenderRecord = { kind: 'sender-key-sender' };

/** Writes a state under its chain id, and its sender into the index of the group. */
export function putState(tx: Transaction, state: SenderKeyRecord): void {
  const { group, sender } = state;
  tx.put(senderKeyCollection(sender), senderKeyKey(group, state.chainId), state);
  if (tx.get(sendersCollection(group), sender) === undefined) {
    tx.put(sendersCollection(group), sender, SENDER);
  }
}

/** Adds a state that is not there yet; above five the oldest goes, with its skipped keys. */
export function addState(tx: Transaction, state: SenderKeyRecord): void {
  const states = senderKeyStates(tx, state.group, state.sender);
  const surplus = states.length + 1 - SENDER_KEY_STATES_MAX;
  for (const oldest of states.slice(0, Math.max(0, surplus))) deleteState(tx, oldest);
  putState(tx, state);
}

/** Deletes a state and its skipped keys. */
export function deleteState(tx: Transaction, state: SenderKeyRecord): void {
  if (state.skippedCount > 0) {
    const collection = skippedSenderKeyCollection(state);
    for (const [key] of tx.entries(collection)) tx.delete(collection, key);
  }
  tx.delete(senderKeyCollection(state.sender), senderKeyKey(state.group, state.chainId));
}

/** The seed of a skipped message key: 32 bytes, if it is still kept. */
export function skippedSeed(
  tx: Transaction,
  state: SenderKeyRecord,
  iteration: number,
): Uint8Array | undefined {
  if (state.skippedCount === 0) return undefined;
  const record = tx.get(skippedSenderKeyCollection(state), String(iteration));
  return (record as SkippedSenderKeyRecord | undefined)?.messageSeed;
}

/** Takes a used skipped key away. */
export function dropSkipped(tx: Transaction, state: SenderKeyRecord, iteration: number): void {
  tx.delete(skippedSenderKeyCollection(state), String(iteration));
  putState(tx, { ...state, skippedCount: state.skippedCount - 1 });
}

/**
 * Stores `after` with the seeds of the iterations from `fromIteration` on that were passed over;
 * above the limit the oldest skipped keys of the state go.
 */
export function keepSkipped(
  tx: Transaction,
  after: SenderKeyRecord,
  fromIteration: number,
  seeds: readonly Uint8Array[],
): void {
  if (seeds.length === 0) return putState(tx, after);
  const collection = skippedSenderKeyCollection(after);
  const surplus = after.skippedCount + seeds.length - SKIPPED_KEYS_MAX;
  if (surplus > 0) {
    // Iterations only grow, so the order of writing is the order of age.
    for (const [key] of tx.entries(collection).slice(0, surplus)) tx.delete(collection, key);
  }
  for (const [index, messageSeed] of seeds.entries()) {
    const record: SkippedSenderKeyRecord = { kind: 'skipped-sender-key', messageSeed };
    tx.put(collection, String(fromIteration + index), record);
  }
  const skippedCount = after.skippedCount + seeds.length - Math.max(0, surplus);
  putState(tx, { ...after, skippedCount });
}

/** Forgets what `sender` gave for one group: it is no member any more. */
export function forgetSenderKey(tx: Transaction, group: string, sender: DeviceJid): void {
  for (const state of senderKeyStates(tx, group, sender)) deleteState(tx, state);
  tx.delete(sendersCollection(group), sender);
}

/** Forgets what `sender` gave for every group: it was removed, or its identity changed. */
export function forgetSenderKeysOf(tx: Transaction, sender: DeviceJid): void {
  for (const state of allStatesOf(tx, sender)) {
    deleteState(tx, state);
    tx.delete(sendersCollection(state.group), sender);
  }
}
