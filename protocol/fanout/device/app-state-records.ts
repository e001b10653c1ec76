/**
 * What a device stores of app state beside the public `setting` and `app-state-version`.
 * Collections: `app-state-key` (by key name), `app-state-missing` (keys asked for, by name),
 * `app-state-record/NAME` (by record name) with `app-state-index/NAME` (by index),
 * `app-state-pending/NAME` (changes of this device that the server has not taken, by index),
 * `app-state-sync` (what stands in a collection's way), `app-state-upload`, `app-state-file` (by
 * collection), `app-state-expired`, `app-state-gap`, `app-state-fatal`, `app-state-reset` (self).
 */

import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { AppStateVersionRecord, DeviceJid } from '../../contract.ts';
import type { StoredRecord } from '../../store.ts';
import type { AppStateMutation } from '../app-state/actions.ts';
import {
  type CollectionHead,
  emptyHead,
  type KeyLookup,
  type LiveRecords,
  type RecordChange,
  type RecordEntry,
} from '../app-state/collection.ts';
import { COLLECTIONS, type CollectionName } from '../app-state/collections.ts';
import { keyName, type MutationKeys, mutationKeys, type SyncKey } from '../app-state/keys.ts';
import type { CollectionState } from '../app-state/patch.ts';
import type { BlobReference } from '../app-state/patch-codec.ts';
import type { Step } from '../step.ts';

/** A key of app state. */
export interface SyncKeyRecord extends StoredRecord {
  readonly kind: 'app-state-key';
  readonly key: SyncKey;
}

/** A key that a patch names and this device does not have. */
export interface MissingKeyRecord extends StoredRecord {
  readonly kind: 'app-state-missing';
  /** 6 bytes. */
  readonly keyId: Uint8Array;
  readonly sinceUs: number;
  /** When the own devices were asked last; 0 before. */
  readonly askedUs: number;
  /** Own devices that do not have it either. */
  readonly lacking: readonly DeviceJid[];
}

/** A live record and what it says; `undefined` when nobody can read it. */
export interface LiveRecord extends StoredRecord {
  readonly kind: 'app-state-record';
  readonly entry: RecordEntry;
  readonly mutation: AppStateMutation | undefined;
}

/** Names of the live records of one index. */
interface IndexRecord extends StoredRecord {
  readonly kind: 'app-state-index';
  readonly names: readonly string[];
}

/** A change that is in force here and not yet at the server. */
export interface PendingChangeRecord extends StoredRecord {
  readonly kind: 'app-state-pending';
  readonly mutation: AppStateMutation;
}

/** A collection that is not at rest. */
export interface CollectionSyncRecord extends StoredRecord {
  readonly kind: 'app-state-sync';
  /** The newest version heard of. */
  readonly wantedVersion: number;
  /** What is held is not trusted: the collection is fetched from its beginning. */
  readonly isFromZero: boolean;
  /** How often that was tried since the collection was whole. */
  readonly restarts: number;
  /** Refusals in a row, since when, and until when the server is left alone. */
  readonly failures: number;
  readonly failingSinceUs: number;
  readonly notBeforeUs: number;
  /** Names of keys without which it cannot go on. */
  readonly blockedOn: readonly string[];
  /** A file it waits for. */
  readonly file: BlobReference | undefined;
}

const AT_REST: CollectionSyncRecord = {
  kind: 'app-state-sync',
  wantedVersion: 0,
  isFromZero: false,
  restarts: 0,
  failures: 0,
  failingSinceUs: 0,
  notBeforeUs: 0,
  blockedOn: [],
  file: undefined,
};

/** What stands in a collection's way; all zero when it is at rest. */
export function syncOf(step: Step, name: CollectionName): CollectionSyncRecord {
  return step.get<CollectionSyncRecord>('app-state-sync', name) ?? AT_REST;
}

/** Changes it; the record goes when the collection is at rest. */
export function changeSync(
  step: Step,
  name: CollectionName,
  change: Partial<CollectionSyncRecord>,
): void {
  const next = { ...syncOf(step, name), ...change };
  const isWanted = next.isFromZero || next.wantedVersion > versionOf(step, name);
  const isHindered = next.blockedOn.length > 0 || next.file !== undefined;
  if (isWanted || isHindered || next.failures > 0 || next.restarts > 0) {
    step.tx.put('app-state-sync', name, next);
  } else step.tx.delete('app-state-sync', name);
}

/** Whether something is to be fetched before the collection is what the server has. */
export function isBehind(step: Step, name: CollectionName): boolean {
  const { isFromZero, wantedVersion } = syncOf(step, name);
  return isFromZero || wantedVersion > versionOf(step, name);
}

// ---------------------------------------------------------------- keys

/** All keys held, oldest record first. */
export function keysOf(step: Step): SyncKey[] {
  return step.tx.entries('app-state-key').map(([, record]) => (record as SyncKeyRecord).key);
}

export function holdsKey(step: Step, name: string): boolean {
  return step.tx.get('app-state-key', name) !== undefined;
}

interface Derived {
  readonly keyData: Uint8Array;
  readonly keys: MutationKeys;
}

/** What is derived from a key, remembered until the next boot. */
export function derivedKeys(step: Step, key: SyncKey): MutationKeys {
  const { volatile } = step.store;
  const known = (volatile.get('app-state-keys') as Map<string, Derived> | undefined) ?? new Map();
  volatile.set('app-state-keys', known);
  const name = keyName(key.keyId);
  const held = known.get(name);
  if (held?.keyData === key.keyData) return held.keys;
  const keys = mutationKeys(key.keyData, step.context.crypto);
  known.set(name, { keyData: key.keyData, keys });
  return keys;
}

/** Finds the keys of a key id. */
export function keyLookup(step: Step): KeyLookup {
  return (name) => {
    const record = step.get<SyncKeyRecord>('app-state-key', name);
    return record === undefined ? undefined : derivedKeys(step, record.key);
  };
}

// ---------------------------------------------------------------- collections

function recordsName(name: CollectionName): string {
  return `app-state-record/${name}`;
}

/** The version this device stands at, without the hash: asked after every input. */
export function versionOf(step: Step, name: CollectionName): number {
  return step.get<AppStateVersionRecord>('app-state-version', name)?.version ?? 0;
}

/** Where this device stands in a collection. */
export function headOf(step: Step, name: CollectionName): CollectionHead {
  const record = step.get<AppStateVersionRecord>('app-state-version', name);
  if (record === undefined) return emptyHead();
  return { version: record.version, ltHash: hexToBytes(record.ltHash) };
}

function liveRecord(step: Step, name: CollectionName, key: string): LiveRecord | undefined {
  return step.get<LiveRecord>(recordsName(name), key);
}

function namesOf(step: Step, name: CollectionName, index: string): readonly string[] {
  return step.get<IndexRecord>(`app-state-index/${name}`, index)?.names ?? [];
}

/** The collection as the pure library takes it. */
export function collectionState(step: Step, name: CollectionName): CollectionState {
  const records: LiveRecords = {
    find: (key) => liveRecord(step, name, key)?.entry,
    ofIndex: (index) =>
      namesOf(step, name, index).flatMap((key) => liveRecord(step, name, key)?.entry ?? []),
  };
  return { name, head: headOf(step, name), records };
}

/** What the server's state says of an index: its last live record. */
export function liveMutation(
  step: Step,
  name: CollectionName,
  index: string,
): AppStateMutation | undefined {
  const last = namesOf(step, name, index).at(-1);
  return last === undefined ? undefined : liveRecord(step, name, last)?.mutation;
}

/** Live records in order of their first writing. */
export function liveRecords(step: Step, name: CollectionName): LiveRecord[] {
  return step.tx.entries(recordsName(name)).map(([, record]) => record as LiveRecord);
}

/** Moves a collection on: its head, and the records that changed with what they say. */
export function storeChanges(
  step: Step,
  name: CollectionName,
  head: CollectionHead,
  changes: readonly RecordChange[],
  meanings: ReadonlyMap<string, AppStateMutation>,
): void {
  const { version } = head;
  const record: AppStateVersionRecord = {
    kind: 'app-state-version',
    collection: name,
    version,
    ltHash: bytesToHex(head.ltHash),
  };
  step.tx.put('app-state-version', name, record);
  for (const { name: key, entry } of changes) {
    const before = liveRecord(step, name, key);
    if (before?.entry.index !== undefined && before.entry.index !== entry?.index) {
      unname(step, name, before.entry.index, key);
    }
    if (entry === undefined) {
      step.tx.delete(recordsName(name), key);
      continue;
    }
    const mutation = entry.index === undefined ? undefined : meanings.get(entry.index);
    const live: LiveRecord = { kind: 'app-state-record', entry, mutation };
    step.tx.put(recordsName(name), key, live);
    if (entry.index !== undefined) addName(step, name, entry.index, key);
  }
}

function unname(step: Step, name: CollectionName, index: string, key: string): void {
  const names = namesOf(step, name, index).filter((other) => other !== key);
  putNames(step, name, index, names);
}

function addName(step: Step, name: CollectionName, index: string, key: string): void {
  const names = namesOf(step, name, index);
  if (!names.includes(key)) putNames(step, name, index, [...names, key]);
}

function putNames(step: Step, name: CollectionName, index: string, names: readonly string[]): void {
  const record: IndexRecord = { kind: 'app-state-index', names };
  if (names.length === 0) step.tx.delete(`app-state-index/${name}`, index);
  else step.tx.put(`app-state-index/${name}`, index, record);
}

/** Drops what is held of a collection, but not this device's own changes. Returns its indexes. */
export function dropRecords(step: Step, name: CollectionName): string[] {
  const indexes = step.tx.entries(`app-state-index/${name}`).map(([index]) => index);
  for (const collection of [recordsName(name), `app-state-index/${name}`]) {
    for (const [key] of step.tx.entries(collection)) step.tx.delete(collection, key);
  }
  step.tx.delete('app-state-version', name);
  return indexes;
}

// ---------------------------------------------------------------- pending changes

/** Made once: it is asked after every input whether any of them holds something. */
const PENDING_NAMES: ReadonlyMap<string, string> = new Map(
  COLLECTIONS.map((name) => [name, `app-state-pending/${name}`]),
);

function pendingName(name: CollectionName): string {
  return PENDING_NAMES.get(name) ?? `app-state-pending/${name}`;
}

export function pendingOf(step: Step, name: CollectionName): [string, PendingChangeRecord][] {
  return step.tx.entries(pendingName(name)) as [string, PendingChangeRecord][];
}

export function pendingAt(
  step: Step,
  name: CollectionName,
  index: string,
): AppStateMutation | undefined {
  return step.get<PendingChangeRecord>(pendingName(name), index)?.mutation;
}

/** Notes a change to be sent, in place of an earlier one of its index; `undefined` drops it. */
export function putPending(
  step: Step,
  name: CollectionName,
  index: string,
  mutation: AppStateMutation | undefined,
): void {
  const record = mutation && ({ kind: 'app-state-pending', mutation } as PendingChangeRecord);
  if (record === undefined) step.tx.delete(pendingName(name), index);
  else step.tx.put(pendingName(name), index, record);
}

/** Whether any collection has changes to send. */
export function hasPending(step: Step): boolean {
  for (const collection of PENDING_NAMES.values()) if (step.tx.count(collection) > 0) return true;
  return false;
}

/** What is in force here: the own change, else what the server's state says. */
export function inForce(
  step: Step,
  name: CollectionName,
  index: string,
): AppStateMutation | undefined {
  const mutation = pendingAt(step, name, index) ?? liveMutation(step, name, index);
  return mutation?.operation === 'set' ? mutation : undefined;
}
