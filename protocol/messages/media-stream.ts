/**
 * The streaming sidecar of films and recordings (specification 9.2): a MAC for each 64 KiB, so that
 * a player opens any part of a file alone, before the rest is there. Windows overlap by 16 bytes:
 * the end of one chunk is the initialisation vector of the next.
 */

import { concatBytes } from '@noble/hashes/utils.js';
import type { CryptoProvider } from '../crypto/provider.ts';
import { assert, type Rejection, reject } from '../errors.ts';
import { FILE_MAC_BYTES, type MediaKind, mediaKeys } from './media-keys.ts';

/** Length of a chunk without its overlap. */
export const CHUNK_BYTES = 65_536;
const OVERLAP_BYTES = 16;
const CODE_BYTES = 10;

/** Number of chunks of an encrypted file of `fileBytes` bytes (MAC included). */
export function chunkCount(fileBytes: number): number {
  return Math.ceil(fileBytes / CHUNK_BYTES);
}

/** Which bytes of the file to fetch for one chunk: `start` inclusive, `end` exclusive. */
export interface ChunkRange {
  readonly start: number;
  readonly end: number;
}

/** The part of the encrypted file that chunk `index` (0 and up) needs. */
export function chunkRange(index: number, fileBytes: number): ChunkRange {
  assert(index >= 0 && index < chunkCount(fileBytes), 'the file has this chunk');
  return {
    start: index === 0 ? 0 : index * CHUNK_BYTES - OVERLAP_BYTES,
    end: Math.min(fileBytes, (index + 1) * CHUNK_BYTES),
  };
}

/** The codes of all windows of `stream` (vector, ciphertext, MAC), ten bytes each, joined. */
export function sidecarOf(
  macKey: Uint8Array,
  stream: Uint8Array,
  provider: CryptoProvider,
): Uint8Array {
  const count = chunkCount(stream.length - OVERLAP_BYTES);
  const sidecar = new Uint8Array(count * CODE_BYTES);
  for (let index = 0; index < count; index += 1) {
    const start = index * CHUNK_BYTES;
    const window = stream.subarray(start, start + CHUNK_BYTES + OVERLAP_BYTES);
    sidecar.set(provider.mac(macKey, window, CODE_BYTES), index * CODE_BYTES);
  }
  return sidecar;
}

/** A part of an encrypted file, and where it belongs. */
export interface MediaChunk {
  readonly index: number;
  /** Length of the whole encrypted file, MAC included. */
  readonly fileBytes: number;
  /** The file's bytes of `chunkRange(index, fileBytes)`. */
  readonly bytes: Uint8Array;
}

/**
 * Verifies and decrypts one chunk alone. The parts of all chunks joined are the plaintext (the last
 * may be empty). `malformed` when length, index or sidecar do not fit together, `bad-mac` when the
 * chunk is not the sender's, `bad-padding` when the sender padded wrongly.
 */
export function openMediaChunk(
  kind: MediaKind,
  mediaKey: Uint8Array,
  chunk: MediaChunk,
  sidecar: Uint8Array,
  provider: CryptoProvider,
): Uint8Array | Rejection {
  const { index, fileBytes, bytes } = chunk;
  const facts = { media: kind, chunkIndex: index, fileBytes, sizeBytes: bytes.length };
  const cipherBytes = fileBytes - FILE_MAC_BYTES;
  const isFitting =
    cipherBytes >= OVERLAP_BYTES &&
    cipherBytes % OVERLAP_BYTES === 0 &&
    Number.isInteger(index) &&
    index >= 0 &&
    index < chunkCount(fileBytes) &&
    sidecar.length === chunkCount(fileBytes) * CODE_BYTES &&
    bytes.length === lengthOf(chunkRange(index, fileBytes));
  if (!isFitting) {
    return reject('malformed', `Chunk ${index} does not fit its ${kind} file.`, facts);
  }
  const { iv, cipherKey, macKey } = mediaKeys(kind, mediaKey, provider);
  const window = index === 0 ? concatBytes(iv, bytes) : bytes;
  const code = sidecar.subarray(index * CODE_BYTES, (index + 1) * CODE_BYTES);
  if (!provider.macHolds(macKey, window, code)) {
    return reject('bad-mac', `The MAC of chunk ${index} of a ${kind} file does not hold.`, facts);
  }
  // The file's MAC never straddles chunks: 65,536 and the ciphertext are both whole blocks.
  const end = Math.min(cipherBytes, (index + 1) * CHUNK_BYTES) - index * CHUNK_BYTES;
  const vector = window.subarray(0, OVERLAP_BYTES);
  const blocks = window.subarray(OVERLAP_BYTES, OVERLAP_BYTES + end);
  const isLast = end > 0 && index * CHUNK_BYTES + end === cipherBytes;
  const plaintext = isLast
    ? provider.cbcDecrypt(cipherKey, vector, blocks)
    : provider.cbcDecryptBlocks(cipherKey, vector, blocks);
  return plaintext ?? reject('bad-padding', `The padding of the ${kind} file is wrong.`, facts);
}

function lengthOf({ start, end }: ChunkRange): number {
  return end - start;
}
