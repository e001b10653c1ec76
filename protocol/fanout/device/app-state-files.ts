/**
 * Patches whose mutations are too large for a stanza (specification 8.7): they lie encrypted in the
 * store of files, and the patch says where. An upload is a record until the server took the patch,
 * a downloaded file until its patch was applied.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import { isRejected, type Rejection, reject } from '../../errors.ts';
import { APP_STATE_BLOB_BYTES_MAX } from '../../limits.ts';
import { decryptMedia, encryptMedia } from '../../messages/media-crypto.ts';
import type { StoredRecord } from '../../store.ts';
import type { AppStateMutation } from '../app-state/actions.ts';
import type { CollectionHead, RecordChange } from '../app-state/collection.ts';
import { type CollectionName, isCollectionName } from '../app-state/collections.ts';
import type { SealedMutation } from '../app-state/mutation.ts';
import type { BuiltPatch } from '../app-state/patch.ts';
import {
  type BlobReference,
  decodeMutations,
  encodeMutations,
  encodePatch,
  type Patch,
} from '../app-state/patch-codec.ts';
import type { Step } from '../step.ts';
import type { SentPatch } from './app-state-query.ts';
import { changeSync, headOf, syncOf } from './app-state-records.ts';
import {
  type BlobOutcome,
  blobNameOf,
  cancelErrand,
  directPathOf,
  getBlob,
  putBlob,
} from './blob-client.ts';

/** A large patch on its way. Collection `app-state-upload`, key: the collection. */
interface UploadRecord extends StoredRecord {
  readonly kind: 'app-state-upload';
  readonly state: 'uploading' | 'ready';
  /** The version it is built on. */
  readonly version: number;
  /** Name of the file. */
  readonly name: string;
  /** The encoded patch, which refers to the file. */
  readonly bytes: Uint8Array;
  readonly head: CollectionHead;
  readonly changes: readonly RecordChange[];
  readonly pending: readonly (readonly [string, AppStateMutation])[];
}

/** A downloaded file. Collection `app-state-file`, key: the collection. */
interface FileRecord extends StoredRecord {
  readonly kind: 'app-state-file';
  readonly name: string;
  /** Encoded SyncdMutations. */
  readonly bytes: Uint8Array;
}

type Direction = 'up' | 'down';

function purposeOf(name: CollectionName, direction: Direction) {
  return { kind: 'app-state', key: `${direction}|${name}` } as const;
}

// ---------------------------------------------------------------- up

/** Puts the mutations of a patch into a file. Draws secret `app-state-file` (32). */
export function uploadPatch(
  step: Step,
  name: CollectionName,
  built: BuiltPatch,
  pending: SentPatch['pending'],
): void {
  const mediaKey = step.context.secrets.bytes('app-state-file', 32);
  const plain = encodeMutations(built.patch.mutations);
  const media = encryptMedia('app-state', mediaKey, plain, step.context.crypto);
  const fileName = putBlob(step, media.file.slice(), purposeOf(name, 'up'));
  const external: BlobReference = {
    mediaKey,
    directPath: directPathOf(fileName),
    handle: '',
    sizeBytes: media.file.length,
    sha256: media.fileSha256,
    encryptedSha256: media.fileEncSha256,
  };
  const record: UploadRecord = {
    kind: 'app-state-upload',
    state: 'uploading',
    version: headOf(step, name).version,
    name: fileName,
    bytes: encodePatch({ ...built.patch, mutations: [], external }),
    head: built.head,
    changes: built.changes,
    pending: [...pending],
  };
  step.tx.put('app-state-upload', name, record);
}

/**
 * The large patch that stands for `version`: its bytes once the file is stored, `uploading` before;
 * `undefined` when there is none. One built on another version is dropped.
 */
export function uploadedPatch(
  step: Step,
  name: CollectionName,
  version: number,
): { readonly bytes: Uint8Array; readonly sent: SentPatch } | 'uploading' | undefined {
  const record = step.get<UploadRecord>('app-state-upload', name);
  if (record === undefined) return undefined;
  if (record.version !== version) return dropUpload(step, name);
  if (record.state === 'uploading') return 'uploading';
  const { head, changes, pending, bytes } = record;
  return { bytes, sent: { head, changes, pending: new Map(pending) } };
}

/** A file that is stored stays: the server may have taken its patch without our learning of it. */
function dropUpload(step: Step, name: CollectionName): undefined {
  step.tx.delete('app-state-upload', name);
  cancelErrand(step, 'put', purposeOf(name, 'up'));
}

/** The server took the patch: its file is everybody's now. */
export function keepUpload(step: Step, name: CollectionName): void {
  step.tx.delete('app-state-upload', name);
}

// ---------------------------------------------------------------- down

/**
 * The mutations of a patch, its own or those of its file. `undefined`: the file has to come first
 * and was asked for.
 */
export function mutationsOf(
  step: Step,
  name: CollectionName,
  { external, mutations }: Patch,
): readonly SealedMutation[] | Rejection | undefined {
  if (external === undefined) return mutations;
  const fileName = blobNameOf(external.directPath);
  const isOurs = fileName === bytesToHex(external.encryptedSha256);
  if (fileName === undefined || !isOurs || external.sizeBytes > APP_STATE_BLOB_BYTES_MAX) {
    const sentence = `A patch of ${name} refers to no file that can be had.`;
    return reject('malformed', sentence, { collection: name });
  }
  const held = step.get<FileRecord>('app-state-file', name);
  if (held?.name === fileName) return decodeMutations(held.bytes);
  changeSync(step, name, { file: external });
  getBlob(step, fileName, external.sizeBytes, purposeOf(name, 'down'));
  return undefined;
}

/** The file of an applied patch is needed no more. */
export function dropFile(step: Step, name: CollectionName): void {
  step.tx.delete('app-state-file', name);
}

/**
 * An errand for a collection ended. Answers why the collection cannot go on, with its name; nothing
 * when it can.
 */
export function takeFileOutcome(
  step: Step,
  key: string,
  outcome: BlobOutcome,
): { readonly name: CollectionName; readonly reason: Rejection } | undefined {
  const [direction, name = ''] = key.split('|');
  if (!isCollectionName(name)) return undefined;
  if (direction === 'up') takeUploaded(step, name, outcome);
  const { file } = syncOf(step, name);
  if (direction !== 'down' || file === undefined) return undefined;
  changeSync(step, name, { file: undefined });
  const sentence = `A file of ${name} cannot be had.`;
  const reason =
    outcome.kind === 'fetched'
      ? keepFile(step, name, file, outcome.bytes)
      : reject('unexpected', sentence, { collection: name, outcome: outcome.kind });
  return reason && { name, reason };
}

function takeUploaded(step: Step, name: CollectionName, outcome: BlobOutcome): void {
  const record = step.get<UploadRecord>('app-state-upload', name);
  if (record?.state !== 'uploading') return;
  const ready: UploadRecord = { ...record, state: 'ready' };
  if (outcome.kind === 'stored') step.tx.put('app-state-upload', name, ready);
  else step.tx.delete('app-state-upload', name); // built and sent again
}

function keepFile(
  step: Step,
  name: CollectionName,
  reference: BlobReference,
  file: Uint8Array,
): Rejection | undefined {
  const { mediaKey, sha256: fileSha256, encryptedSha256: fileEncSha256 } = reference;
  const hashes = { fileSha256, fileEncSha256 };
  const bytes = decryptMedia('app-state', mediaKey, file, hashes, step.context.crypto);
  if (isRejected(bytes)) return bytes;
  const record: FileRecord = { kind: 'app-state-file', name: bytesToHex(fileEncSha256), bytes };
  step.tx.put('app-state-file', name, record);
  return undefined;
}
