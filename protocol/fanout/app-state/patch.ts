/**
 * Patches: what one device changed in a collection, applied by the others and built for upload
 * (specification 8.7, 8.8). A patch holds as a whole or not at all: its MACs bind every value, the
 * order and the version to what the collection was. A mutation under good MACs that means nothing
 * to us does not stand in the way of the others.
 */

import type { CryptoProvider } from '../../crypto/provider.ts';
import { assert, isRejected, type Rejection, reject } from '../../errors.ts';
import { APP_STATE_INLINE_MUTATIONS_MAX, APP_STATE_PATCH_BYTES_MAX } from '../../limits.ts';
import { readMutation } from './action-codec.ts';
import { type AppStateMutation, indexOf } from './actions.ts';
import {
  type CollectionApplied,
  type CollectionHead,
  type KeyLookup,
  type LiveRecords,
  type NeedsKeys,
  patchMacInput,
  patchMacOf,
  type RecordChange,
  type RecordEntry,
  recordName,
  snapshotMacInput,
  snapshotMacOf,
} from './collection.ts';
import type { CollectionName } from './collections.ts';
import { keyName } from './keys.ts';
import { changeLtHash } from './lt-hash.ts';
import {
  openMutation,
  type SealedMutation,
  type SealingKey,
  sealMutation,
  valueMacOf,
} from './mutation.ts';
import { encodePatch, type Patch } from './patch-codec.ts';

/** A collection at hand. */
export interface CollectionState {
  readonly name: CollectionName;
  readonly head: CollectionHead;
  readonly records: LiveRecords;
}

/** The keys among `keyIds` that `keyOf` does not have; `undefined` when it has all. */
export function missingKeys(keyIds: Iterable<Uint8Array>, keyOf: KeyLookup): NeedsKeys | undefined {
  const missing = new Map<string, Uint8Array>();
  for (const keyId of keyIds) {
    const name = keyName(keyId);
    if (keyOf(name) === undefined) missing.set(name, keyId);
  }
  return missing.size === 0 ? undefined : { kind: 'needs-keys', keyIds: [...missing.values()] };
}

/** The records and the hash after `mutations`, without opening any. */
function advanced(
  state: CollectionState,
  mutations: readonly SealedMutation[],
  provider: CryptoProvider,
) {
  const changed = new Map<string, RecordEntry | undefined>();
  const removed: Uint8Array[] = [];
  const added: Uint8Array[] = [];
  for (const { operation, indexMac, valueBlob, keyId } of mutations) {
    const name = recordName(indexMac);
    const before = changed.has(name) ? changed.get(name) : state.records.find(name);
    if (before !== undefined) removed.push(before.valueMac);
    if (operation === 'set') {
      const valueMac = valueMacOf(valueBlob);
      added.push(valueMac);
      changed.set(name, { indexMac, valueMac, keyId, index: undefined });
    } else changed.set(name, undefined);
  }
  const { version, ltHash } = state.head;
  const head = { version: version + 1, ltHash: changeLtHash(ltHash, removed, added, provider) };
  return { head, changed };
}

function badMac(state: CollectionState, which: string): Rejection {
  const { name, head } = state;
  return reject('bad-mac', `The ${which} MAC of a patch for ${name} does not hold.`, {
    collection: name,
    version: head.version,
  });
}

/**
 * Applies the next patch; `mutations` are the patch's own, or those of its external blob. Needs
 * every key that the patch or a record of it names. `unexpected`: not the version after the one
 * held. `bad-mac`: patch, snapshot or a mutation is not what its device made, or we are not where
 * that device was. In all these cases the collection stays as it is.
 */
export function applyPatch(
  state: CollectionState,
  patch: Patch,
  mutations: readonly SealedMutation[],
  keyOf: KeyLookup,
  provider: CryptoProvider,
): CollectionApplied | NeedsKeys | Rejection {
  const { name, head: before } = state;
  if (patch.version !== before.version + 1) {
    return reject('unexpected', `A patch for ${name} does not continue the version held.`, {
      collection: name,
      heldVersion: before.version,
      offeredVersion: patch.version ?? 0,
    });
  }
  const missing = missingKeys([patch.keyId, ...mutations.map(({ keyId }) => keyId)], keyOf);
  if (missing !== undefined) return missing;
  const keys = keyOf(keyName(patch.keyId));
  assert(keys !== undefined, 'no key is missing');
  const valueMacs = mutations.map(({ valueBlob }) => valueMacOf(valueBlob));
  const covered = patchMacInput(name, patch.version, patch.snapshotMac, valueMacs);
  if (!provider.macHolds(keys.patchMacKey, covered, patch.patchMac)) return badMac(state, 'patch');
  const { head, changed } = advanced(state, mutations, provider);
  const whole = snapshotMacInput(name, head);
  if (!provider.macHolds(keys.snapshotMacKey, whole, patch.snapshotMac)) {
    return badMac(state, 'snapshot');
  }
  const opened = openAll(mutations, keyOf, provider);
  if (isRejected(opened)) return opened;
  return {
    kind: 'collection-applied',
    head,
    changes: named(changed, opened.indexes),
    ...opened.read,
  };
}

interface Opened {
  /** By record name: the index of what was read. */
  readonly indexes: ReadonlyMap<string, string>;
  readonly read: Pick<CollectionApplied, 'mutations' | 'refusedCount'>;
}

/**
 * Opens and reads mutations whose keys are all there. `bad-mac` when one is not what its device
 * made; what makes no sense is counted. Of one index only the last mutation is left.
 */
export function openAll(
  sealed: readonly SealedMutation[],
  keyOf: KeyLookup,
  provider: CryptoProvider,
): Opened | Rejection {
  const indexes = new Map<string, string>();
  const mutations: AppStateMutation[] = [];
  for (const item of sealed) {
    const keys = keyOf(keyName(item.keyId));
    assert(keys !== undefined, 'no key is missing');
    const data = openMutation(item, keys, provider);
    if (isRejected(data)) {
      if (data.code === 'bad-mac') return data;
      continue;
    }
    const mutation = readMutation(item.operation, data);
    if (isRejected(mutation)) continue;
    mutations.push(mutation);
    indexes.set(recordName(item.indexMac), indexOf(mutation.action));
  }
  const refusedCount = sealed.length - mutations.length;
  return { indexes, read: { mutations: compacted(mutations), refusedCount } };
}

function named(
  changed: ReadonlyMap<string, RecordEntry | undefined>,
  indexes: ReadonlyMap<string, string>,
): RecordChange[] {
  return [...changed].map(([name, entry]) => ({
    name,
    entry: entry === undefined ? undefined : { ...entry, index: indexes.get(name) },
  }));
}

// ---------------------------------------------------------------- building

/** The pending mutations that are worth sending: the last one per index, in the order of those. */
export function compacted(pending: readonly AppStateMutation[]): AppStateMutation[] {
  const last = new Map<string, AppStateMutation>();
  for (const mutation of pending) {
    const index = indexOf(mutation.action);
    last.delete(index);
    last.set(index, mutation);
  }
  return [...last.values()];
}

/** A patch to upload, and the collection as it will be once the server took it. */
export interface BuiltPatch {
  readonly kind: 'patch-built';
  /** Without a version. `mutations` are in it: see `isTooLarge` before sending. */
  readonly patch: Patch;
  readonly head: CollectionHead;
  readonly changes: readonly RecordChange[];
}

/**
 * A patch of `pending` (compacted here) on top of `state`, under the active key. A record of the
 * same index under another key is removed first, under that key, so that an index has one record;
 * a removal of what is not there is left out. `nextIv` gives 16 fresh secret bytes per call, called
 * once per mutation in order. Assumption: removals of old records are ordinary mutations, as the
 * index MAC of a record depends on its key. `undefined` when nothing is left to send.
 */
export function buildPatch(
  state: CollectionState,
  pending: readonly AppStateMutation[],
  active: SealingKey,
  keyOf: KeyLookup,
  nextIv: () => Uint8Array,
  provider: CryptoProvider,
): BuiltPatch | NeedsKeys | undefined {
  const { name, records } = state;
  const activeName = keyName(active.keyId);
  const worth = compacted(pending);
  const outdated = worth.map((mutation) =>
    records
      .ofIndex(indexOf(mutation.action))
      .filter(({ keyId }) => mutation.operation === 'remove' || keyName(keyId) !== activeName),
  );
  const missing = missingKeys(
    outdated.flat().map(({ keyId }) => keyId),
    keyOf,
  );
  if (missing !== undefined) return missing;
  const mutations: SealedMutation[] = [];
  const indexes = new Map<string, string>();
  for (const [place, mutation] of worth.entries()) {
    for (const { keyId } of outdated[place] ?? []) {
      const keys = keyOf(keyName(keyId));
      assert(keys !== undefined, 'no key is missing');
      const removal = { ...mutation, operation: 'remove' as const };
      mutations.push(sealMutation(removal, { keyId, keys }, nextIv(), provider));
    }
    if (mutation.operation === 'remove') continue;
    const sealed = sealMutation(mutation, active, nextIv(), provider);
    mutations.push(sealed);
    indexes.set(recordName(sealed.indexMac), indexOf(mutation.action));
  }
  if (mutations.length === 0) return undefined;
  const { head, changed } = advanced(state, mutations, provider);
  const snapshotMac = snapshotMacOf(name, head, active.keys, provider);
  const valueMacs = mutations.map(({ valueBlob }) => valueMacOf(valueBlob));
  const patchMac = patchMacOf(name, head.version, snapshotMac, valueMacs, active.keys, provider);
  const { keyId } = active;
  const patch = {
    version: undefined,
    mutations,
    external: undefined,
    snapshotMac,
    patchMac,
    keyId,
  };
  return { kind: 'patch-built', patch, head, changes: named(changed, indexes) };
}

/** Whether the mutations of a patch have to go into a blob (specification 8.7). */
export function isTooLarge(patch: Patch): boolean {
  return (
    patch.mutations.length > APP_STATE_INLINE_MUTATIONS_MAX ||
    encodePatch(patch).length > APP_STATE_PATCH_BYTES_MAX
  );
}
