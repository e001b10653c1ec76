/**
 * What a device holds of one collection, and the two MACs over it (specification 8.6, 8.7). Records
 * are known by their index MAC; which of them belong to which index only a device with the keys can
 * tell. Applying and building: patch.ts, snapshot.ts.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { CryptoProvider } from '../../crypto/provider.ts';
import { utf8Length, writeUtf8 } from '../../wire/utf8.ts';
import type { AppStateMutation } from './actions.ts';
import type { CollectionName } from './collections.ts';
import type { MutationKeys } from './keys.ts';
import { emptyLtHash } from './lt-hash.ts';
import { MUTATION_MAC_BYTES } from './mutation.ts';

/** Where a collection stands. */
export interface CollectionHead {
  /** 0 before the first snapshot or patch. */
  readonly version: number;
  /** 128 bytes. */
  readonly ltHash: Uint8Array;
}

/** The head of a collection nobody has written to. */
export function emptyHead(): CollectionHead {
  return { version: 0, ltHash: emptyLtHash() };
}

/** A live record as a device remembers it. */
export interface RecordEntry {
  /** 32 bytes: found under it. */
  readonly indexMac: Uint8Array;
  /** 32 bytes: its share of the hash. */
  readonly valueMac: Uint8Array;
  /** 6 bytes: the key it was written with. */
  readonly keyId: Uint8Array;
  /** The index; `undefined` when the record says nothing we can read. */
  readonly index: string | undefined;
}

/** Live records of a collection, as the caller stores them. */
export interface LiveRecords {
  /** By the name of an index MAC, `recordName`. */
  readonly find: (name: string) => RecordEntry | undefined;
  /** All records of one index, under whatever keys, in any fixed order. */
  readonly ofIndex: (index: string) => readonly RecordEntry[];
}

/** A change of the live records: `entry` undefined means gone. */
export interface RecordChange {
  /** `recordName` of the index MAC. */
  readonly name: string;
  readonly entry: RecordEntry | undefined;
}

/** An index MAC as text: 64 hex digits. */
export function recordName(indexMac: Uint8Array): string {
  return bytesToHex(indexMac);
}

/** The keys of a key id (named by `keyName`), or `undefined` when we do not have it. */
export type KeyLookup = (name: string) => MutationKeys | undefined;

/** Keys that must be had before anything can be said. Ids of 6 bytes, each once. */
export interface NeedsKeys {
  readonly kind: 'needs-keys';
  readonly keyIds: readonly Uint8Array[];
}

/** A patch or snapshot that holds; nothing is stored yet. */
export interface CollectionApplied {
  readonly kind: 'collection-applied';
  readonly head: CollectionHead;
  /** The last state of each record that changed. */
  readonly changes: readonly RecordChange[];
  /** What the mutations mean: the last one of each index, in their order. */
  readonly mutations: readonly AppStateMutation[];
  /** Mutations under good MACs that mean nothing: stepped over, part of the hash all the same. */
  readonly refusedCount: number;
}

/** Bytes of `parts` one after the other, then u64be(version) || name. */
function macInput(parts: readonly Uint8Array[], version: number, name: CollectionName) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const input = new Uint8Array(length + 8 + utf8Length(name));
  let at = 0;
  for (const part of parts) {
    input.set(part, at);
    at += part.length;
  }
  new DataView(input.buffer).setBigUint64(at, BigInt(version));
  writeUtf8(name, input, at + 8);
  return input;
}

/** The input of a snapshot MAC: ltHash || version || name. */
export function snapshotMacInput(name: CollectionName, head: CollectionHead): Uint8Array {
  return macInput([head.ltHash], head.version, name);
}

/** The input of a patch MAC: snapshot MAC || value MACs || version || name. */
export function patchMacInput(
  name: CollectionName,
  version: number,
  snapshotMac: Uint8Array,
  valueMacs: readonly Uint8Array[],
): Uint8Array {
  return macInput([snapshotMac, ...valueMacs], version, name);
}

/** 32 bytes. */
export function snapshotMacOf(
  name: CollectionName,
  head: CollectionHead,
  keys: MutationKeys,
  provider: CryptoProvider,
): Uint8Array {
  return provider.mac(keys.snapshotMacKey, snapshotMacInput(name, head), MUTATION_MAC_BYTES);
}

/** 32 bytes. */
export function patchMacOf(
  name: CollectionName,
  version: number,
  snapshotMac: Uint8Array,
  valueMacs: readonly Uint8Array[],
  keys: MutationKeys,
  provider: CryptoProvider,
): Uint8Array {
  const input = patchMacInput(name, version, snapshotMac, valueMacs);
  return provider.mac(keys.patchMacKey, input, MUTATION_MAC_BYTES);
}
