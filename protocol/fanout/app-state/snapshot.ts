/**
 * Snapshots: a whole collection at one version, for a device that has nothing or has lost its way
 * (specification 8.7, 8.8). The server makes them without any key: the live records of all patches,
 * with the snapshot MAC and the key id of the last one.
 */

import type { CryptoProvider } from '../../crypto/provider.ts';
import { assert, isRejected, type Rejection, reject } from '../../errors.ts';
import {
  type CollectionApplied,
  type KeyLookup,
  type NeedsKeys,
  recordName,
  snapshotMacInput,
} from './collection.ts';
import type { CollectionName } from './collections.ts';
import { keyName } from './keys.ts';
import { changeLtHash, emptyLtHash } from './lt-hash.ts';
import { type SealedMutation, valueMacOf } from './mutation.ts';
import { missingKeys, openAll } from './patch.ts';
import type { Patch, Snapshot } from './patch-codec.ts';

/**
 * What a snapshot says: it replaces all that was held of the collection, so `changes` are its
 * records. Needs every key it names. `bad-mac`: the records are not those the last writer saw, or
 * one is not what its device made; the collection stays as it is. `malformed`: a record twice.
 */
export function applySnapshot(
  name: CollectionName,
  snapshot: Snapshot,
  keyOf: KeyLookup,
  provider: CryptoProvider,
): CollectionApplied | NeedsKeys | Rejection {
  const { version, records, mac } = snapshot;
  const facts = { collection: name, version };
  const missing = missingKeys([snapshot.keyId, ...records.map(({ keyId }) => keyId)], keyOf);
  if (missing !== undefined) return missing;
  const keys = keyOf(keyName(snapshot.keyId));
  assert(keys !== undefined, 'no key is missing');
  const names = records.map(({ indexMac }) => recordName(indexMac));
  if (new Set(names).size !== names.length) {
    return reject('malformed', `A snapshot of ${name} has a record twice.`, facts);
  }
  const valueMacs = records.map(({ valueBlob }) => valueMacOf(valueBlob));
  const head = { version, ltHash: changeLtHash(emptyLtHash(), [], valueMacs, provider) };
  if (!provider.macHolds(keys.snapshotMacKey, snapshotMacInput(name, head), mac)) {
    return reject('bad-mac', `The MAC of a snapshot of ${name} does not hold.`, facts);
  }
  const opened = openAll(records, keyOf, provider);
  if (isRejected(opened)) return opened;
  const changes = records.map(({ indexMac, valueBlob, keyId }, place) => {
    const recordKey = names[place] as string;
    const valueMac = valueMacOf(valueBlob);
    const index = opened.indexes.get(recordKey);
    return { name: recordKey, entry: { indexMac, valueMac, keyId, index } };
  });
  return { kind: 'collection-applied', head, changes, ...opened.read };
}

/**
 * The live records after a patch, as the server keeps them: by record name, in order of their last
 * change. A fresh map.
 */
export function foldedRecords(
  records: ReadonlyMap<string, SealedMutation>,
  mutations: readonly SealedMutation[],
): Map<string, SealedMutation> {
  const next = new Map(records);
  for (const mutation of mutations) {
    const name = recordName(mutation.indexMac);
    next.delete(name);
    if (mutation.operation === 'set') next.set(name, mutation);
  }
  return next;
}

/** The snapshot after `last`, the newest patch (with its version). */
export function snapshotAfter(records: ReadonlyMap<string, SealedMutation>, last: Patch): Snapshot {
  assert(last.version !== undefined, 'a stored patch has a version');
  const { version, snapshotMac: mac, keyId } = last;
  return { version, records: [...records.values()], mac, keyId };
}
