/**
 * SyncdPatch, SyncdMutations, SyncdSnapshot and ExternalBlobReference (specification 8.5, 8.7). A
 * patch is uploaded without a version; the server gives it one. Decoders check shape and lengths
 * only: what MACs say is patch.ts's and snapshot.ts's question.
 */

import { isRejected, type Rejection, reject } from '../../errors.ts';
import { APP_STATE_BLOB_BYTES_MAX } from '../../limits.ts';
import { decode, encode, type Schema, type Value } from '../../wire/protobuf.ts';
import { KEY_ID_BYTES } from './keys.ts';
import { MUTATION_MAC_BYTES, type SealedMutation } from './mutation.ts';

const BLOB = [{ name: 'blob', number: 1, type: 'bytes' }] as const satisfies Schema;
const KEY_ID = [{ name: 'id', number: 1, type: 'bytes' }] as const satisfies Schema;
const VERSION = [{ name: 'version', number: 1, type: 'uint64' }] as const satisfies Schema;

const RECORD = [
  { name: 'index', number: 1, type: 'message', schema: BLOB },
  { name: 'value', number: 2, type: 'message', schema: BLOB },
  { name: 'keyId', number: 3, type: 'message', schema: KEY_ID },
] as const satisfies Schema;

const MUTATION = [
  { name: 'operation', number: 1, type: 'uint32' },
  { name: 'record', number: 2, type: 'message', schema: RECORD },
] as const satisfies Schema;

const MUTATIONS = [
  { name: 'mutations', number: 1, type: 'messages', schema: MUTATION },
] as const satisfies Schema;

const BLOB_REFERENCE = [
  { name: 'mediaKey', number: 1, type: 'bytes' },
  { name: 'directPath', number: 2, type: 'string' },
  { name: 'handle', number: 3, type: 'string' },
  { name: 'fileSizeBytes', number: 4, type: 'uint64' },
  { name: 'fileSha256', number: 5, type: 'bytes' },
  { name: 'fileEncSha256', number: 6, type: 'bytes' },
] as const satisfies Schema;

const PATCH = [
  { name: 'version', number: 1, type: 'message', schema: VERSION },
  { name: 'mutations', number: 2, type: 'messages', schema: MUTATION },
  { name: 'externalMutations', number: 3, type: 'message', schema: BLOB_REFERENCE },
  { name: 'snapshotMac', number: 4, type: 'bytes' },
  { name: 'patchMac', number: 5, type: 'bytes' },
  { name: 'keyId', number: 6, type: 'message', schema: KEY_ID },
  { name: 'deviceIndex', number: 8, type: 'uint32' },
] as const satisfies Schema;

const SNAPSHOT = [
  { name: 'version', number: 1, type: 'message', schema: VERSION },
  { name: 'records', number: 2, type: 'messages', schema: RECORD },
  { name: 'mac', number: 3, type: 'bytes' },
  { name: 'keyId', number: 4, type: 'message', schema: KEY_ID },
] as const satisfies Schema;

/** Where mutations or a snapshot lie when they are too large for a stanza. */
export interface BlobReference {
  /** 32 bytes. */
  readonly mediaKey: Uint8Array;
  readonly directPath: string;
  readonly handle: string;
  /** Of the encrypted blob. */
  readonly sizeBytes: number;
  /** SHA-256 of the plain and of the encrypted blob. */
  readonly sha256: Uint8Array;
  readonly encryptedSha256: Uint8Array;
}

/** One step of a collection from one version to the next. */
export interface Patch {
  /** The version after it; `undefined` in an upload. */
  readonly version: number | undefined;
  /** Empty when they lie elsewhere. */
  readonly mutations: readonly SealedMutation[];
  readonly external: BlobReference | undefined;
  /** 32 bytes each. */
  readonly snapshotMac: Uint8Array;
  readonly patchMac: Uint8Array;
  /** 6 bytes: the key of both MACs. */
  readonly keyId: Uint8Array;
}

/** All live records of a collection at one version, each a mutation that sets. */
export interface Snapshot {
  readonly version: number;
  readonly records: readonly SealedMutation[];
  /** 32 bytes, under `keyId`. */
  readonly mac: Uint8Array;
  readonly keyId: Uint8Array;
}

function malformed(structure: string): Rejection {
  const sentence = `${structure} lacks a field or has one of wrong length.`;
  return reject('malformed', sentence, { structure });
}

function recordFields({ indexMac, valueBlob, keyId }: SealedMutation): Value<typeof RECORD> {
  return { index: { blob: indexMac }, value: { blob: valueBlob }, keyId: { id: keyId } };
}

function mutationFields(mutation: SealedMutation): Value<typeof MUTATION> {
  return { operation: mutation.operation === 'set' ? 0 : 1, record: recordFields(mutation) };
}

/** `undefined` when a part is missing or too short. */
function readRecord(
  operation: 'set' | 'remove',
  record: Value<typeof RECORD> | undefined,
): SealedMutation | undefined {
  const indexMac = record?.index?.blob;
  const valueBlob = record?.value?.blob;
  const keyId = record?.keyId?.id;
  const isWhole =
    indexMac?.length === MUTATION_MAC_BYTES &&
    valueBlob !== undefined &&
    valueBlob.length >= MUTATION_MAC_BYTES &&
    keyId?.length === KEY_ID_BYTES;
  return isWhole ? { operation, indexMac, valueBlob, keyId } : undefined;
}

function readMutations(
  items: readonly Value<typeof MUTATION>[] = [],
): SealedMutation[] | undefined {
  const mutations: SealedMutation[] = [];
  for (const { operation = 0, record } of items) {
    if (operation > 1) return undefined;
    const mutation = readRecord(operation === 0 ? 'set' : 'remove', record);
    if (mutation === undefined) return undefined;
    mutations.push(mutation);
  }
  return mutations;
}

function blobFields(reference: BlobReference): Value<typeof BLOB_REFERENCE> {
  const { mediaKey, directPath, handle, sizeBytes, sha256, encryptedSha256 } = reference;
  return {
    mediaKey,
    directPath,
    handle,
    fileSizeBytes: sizeBytes,
    fileSha256: sha256,
    fileEncSha256: encryptedSha256,
  };
}

function readBlob(fields: Value<typeof BLOB_REFERENCE>): BlobReference | undefined {
  const { mediaKey, directPath, handle = '', fileSizeBytes, fileSha256, fileEncSha256 } = fields;
  const isWhole =
    mediaKey?.length === 32 &&
    directPath !== undefined &&
    fileSizeBytes !== undefined &&
    fileSha256?.length === 32 &&
    fileEncSha256?.length === 32;
  if (!isWhole) return undefined;
  return {
    mediaKey,
    directPath,
    handle,
    sizeBytes: fileSizeBytes,
    sha256: fileSha256,
    encryptedSha256: fileEncSha256,
  };
}

/** ExternalBlobReference, as it stands in place of a snapshot. */
export function encodeBlobReference(reference: BlobReference): Uint8Array {
  return encode(BLOB_REFERENCE, blobFields(reference));
}

/** `malformed` when a part other than the handle is missing or of wrong length. */
export function decodeBlobReference(bytes: Uint8Array): BlobReference | Rejection {
  const fields = decode(BLOB_REFERENCE, bytes);
  if (isRejected(fields)) return fields;
  return readBlob(fields) ?? malformed('ExternalBlobReference');
}

/** SyncdMutations: the plain content of an external blob. */
export function encodeMutations(mutations: readonly SealedMutation[]): Uint8Array {
  return encode(MUTATIONS, { mutations: mutations.map(mutationFields) });
}

/** `malformed` as `decode`, or when one mutation is incomplete. */
export function decodeMutations(bytes: Uint8Array): readonly SealedMutation[] | Rejection {
  const fields = decode(MUTATIONS, bytes, APP_STATE_BLOB_BYTES_MAX);
  if (isRejected(fields)) return fields;
  return readMutations(fields.mutations) ?? malformed('SyncdMutations');
}

export function encodePatch(patch: Patch): Uint8Array {
  const { version, mutations, external, snapshotMac, patchMac, keyId } = patch;
  return encode(PATCH, {
    version: version === undefined ? undefined : { version },
    mutations: mutations.map(mutationFields),
    externalMutations: external === undefined ? undefined : blobFields(external),
    snapshotMac,
    patchMac,
    keyId: { id: keyId },
  });
}

/**
 * `malformed` as `decode`, when a MAC, the key id or a part of a mutation is missing or of wrong
 * length, or when mutations are both in the patch and elsewhere.
 */
export function decodePatch(bytes: Uint8Array): Patch | Rejection {
  const fields = decode(PATCH, bytes);
  if (isRejected(fields)) return fields;
  const { version, externalMutations, snapshotMac, patchMac, keyId } = fields;
  const mutations = readMutations(fields.mutations);
  const external = externalMutations === undefined ? undefined : readBlob(externalMutations);
  const isWhole =
    mutations !== undefined &&
    (externalMutations === undefined || (external !== undefined && mutations.length === 0)) &&
    snapshotMac?.length === MUTATION_MAC_BYTES &&
    patchMac?.length === MUTATION_MAC_BYTES &&
    keyId?.id?.length === KEY_ID_BYTES;
  if (!isWhole) return malformed('SyncdPatch');
  return {
    version: version?.version,
    mutations,
    external,
    snapshotMac,
    patchMac,
    keyId: keyId.id,
  };
}

export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  const { version, records, mac, keyId } = snapshot;
  return encode(SNAPSHOT, {
    version: { version },
    records: records.map(recordFields),
    mac,
    keyId: { id: keyId },
  });
}

/** `malformed` as `decode`, or when a part is missing or of wrong length. */
export function decodeSnapshot(bytes: Uint8Array): Snapshot | Rejection {
  const fields = decode(SNAPSHOT, bytes, APP_STATE_BLOB_BYTES_MAX);
  if (isRejected(fields)) return fields;
  const { version, mac, keyId } = fields;
  const records: SealedMutation[] = [];
  for (const item of fields.records ?? []) {
    const record = readRecord('set', item);
    if (record === undefined) return malformed('SyncdSnapshot');
    records.push(record);
  }
  const isWhole =
    version?.version !== undefined &&
    mac?.length === MUTATION_MAC_BYTES &&
    keyId?.id?.length === KEY_ID_BYTES;
  if (!isWhole) return malformed('SyncdSnapshot');
  return { version: version.version, records, mac, keyId: keyId.id };
}
