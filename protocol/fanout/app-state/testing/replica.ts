/**
 * A device's collection and a server's, reduced to what this library decides: patches are plain
 * values, nothing is lost and nobody restarts. Property tests let several of them race.
 */

import { nobleProvider as provider } from '../../../crypto/noble.ts';
import { isRejected } from '../../../errors.ts';
import { type AppStateMutation, indexOf } from '../actions.ts';
import {
  type CollectionHead,
  emptyHead,
  type KeyLookup,
  type LiveRecords,
  type RecordChange,
  type RecordEntry,
} from '../collection.ts';
import type { CollectionName } from '../collections.ts';
import { resolveConflict } from '../conflicts.ts';
import { encodeKeyId, keyName, type MutationKeys, mutationKeys } from '../keys.ts';
import type { SealedMutation, SealingKey } from '../mutation.ts';
import { applyPatch, buildPatch, type CollectionState } from '../patch.ts';
import { decodePatch, encodePatch, type Patch, type Snapshot } from '../patch-codec.ts';
import { applySnapshot, foldedRecords, snapshotAfter } from '../snapshot.ts';

/** Key number `epoch` of device 0, the same for everybody. */
export function testKey(epoch: number): SealingKey {
  const keyData = new Uint8Array(32).fill(epoch);
  return { keyId: encodeKeyId({ device: 0, epoch }), keys: mutationKeys(keyData, provider) };
}

const KEYS = [1, 2, 3].map(testKey);

/** Knows the keys of epochs 1, 2 and 3. */
export const keyOf: KeyLookup = (name): MutationKeys | undefined =>
  KEYS.find(({ keyId }) => keyName(keyId) === name)?.keys;

/** Live records in a map. */
export function liveRecords(entries: ReadonlyMap<string, RecordEntry>): LiveRecords {
  return {
    find: (name) => entries.get(name),
    ofIndex: (index) => [...entries.values()].filter((entry) => entry.index === index),
  };
}

/** Orders patches, gives them versions, folds them into a snapshot. Holds no key. */
export class ServerReplica {
  readonly patches: Uint8Array[] = [];
  records: ReadonlyMap<string, SealedMutation> = new Map();

  /** Whether the patch continues the newest version, and was taken. */
  take(baseVersion: number, upload: Uint8Array): boolean {
    if (baseVersion !== this.patches.length) return false;
    const patch = decodePatch(upload);
    if (isRejected(patch)) throw new Error(patch.sentence);
    this.records = foldedRecords(this.records, patch.mutations);
    this.patches.push(encodePatch({ ...patch, version: baseVersion + 1 }));
    return true;
  }

  snapshot(): Snapshot | undefined {
    const last = this.patches.at(-1);
    return last === undefined ? undefined : snapshotAfter(this.records, read(last));
  }
}

function read(bytes: Uint8Array): Patch {
  const patch = decodePatch(bytes);
  if (isRejected(patch)) throw new Error(patch.sentence);
  return patch;
}

/** One device. */
export class DeviceReplica {
  head: CollectionHead = emptyHead();
  readonly entries = new Map<string, RecordEntry>();
  /** What people see, by index. */
  readonly shown = new Map<string, AppStateMutation>();
  pending: AppStateMutation[] = [];
  readonly #name: CollectionName;
  #ivs = 0;

  constructor(name: CollectionName) {
    this.#name = name;
  }

  state(): CollectionState {
    return { name: this.#name, head: this.head, records: liveRecords(this.entries) };
  }

  /** What a person does on this device: seen at once, sent later. */
  change(mutation: AppStateMutation): void {
    this.pending.push(mutation);
    this.#show(mutation);
  }

  /** Fetches what the server has and tries once to send what is pending. */
  sync(server: ServerReplica, active: SealingKey): void {
    for (const bytes of server.patches.slice(this.head.version)) this.#apply(read(bytes));
    const iv = () => new Uint8Array(16).fill((this.#ivs += 1));
    const built = buildPatch(this.state(), this.pending, active, keyOf, iv, provider);
    if (built === undefined) this.pending = [];
    else if (built.kind === 'patch-built') {
      if (!server.take(this.head.version, encodePatch(built.patch))) return;
      this.head = built.head;
      this.#store(built.changes);
      this.pending = [];
    } else throw new Error('no key is missing here');
  }

  /** Takes the whole collection from a snapshot. */
  restore(snapshot: Snapshot): void {
    const applied = applySnapshot(this.#name, snapshot, keyOf, provider);
    this.#take(applied);
  }

  #apply(patch: Patch): void {
    this.#take(applyPatch(this.state(), patch, patch.mutations, keyOf, provider));
  }

  #take(applied: ReturnType<typeof applyPatch>): void {
    if (applied.kind !== 'collection-applied') throw new Error(JSON.stringify(applied));
    this.head = applied.head;
    this.#store(applied.changes);
    for (const remote of applied.mutations) this.#meet(remote);
  }

  #meet(remote: AppStateMutation): void {
    const index = indexOf(remote.action);
    const place = this.pending.findLastIndex(({ action }) => indexOf(action) === index);
    const local = this.pending[place];
    if (local === undefined) return this.#show(remote);
    const outcome = resolveConflict(local, remote);
    const others = this.pending.filter(({ action }) => indexOf(action) !== index);
    if (outcome.kind === 'skip-remote') {
      this.pending = [...others, outcome.pending];
      this.#show(outcome.pending);
    } else {
      this.pending = others;
      this.#show(remote);
    }
  }

  #store(changes: readonly RecordChange[]): void {
    for (const { name, entry } of changes) {
      if (entry === undefined) this.entries.delete(name);
      else this.entries.set(name, entry);
    }
  }

  #show(mutation: AppStateMutation): void {
    const index = indexOf(mutation.action);
    if (mutation.operation === 'remove') this.shown.delete(index);
    else this.shown.set(index, mutation);
  }
}
