/**
 * zlib, both ways, for the parts of the history (specification 8.2). Inflating stops at a bound, so
 * that a small file cannot fill the memory (a "zip bomb").
 */

import { Unzlib, zlibSync } from 'fflate';
import { type Rejection, reject } from '../errors.ts';

/** Input is fed in pieces of this size; each inflates to at most about 1,032 times as much. */
const PIECE_BYTES = 4_096;
/** Adler-32 of the inflated bytes, at the end. */
const CHECKSUM_BYTES = 4;

/** The size of the hash table, fixed: left out, the library takes a logarithm of the input's size. */
const TABLE_SIZE = 8;

/** Compresses; the same bytes give the same result everywhere. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return zlibSync(bytes, { level: 6, mem: TABLE_SIZE });
}

/**
 * Inflates to at most `limitBytes`. `malformed` when the bytes are no zlib stream or end early,
 * `limit-reached` when there is more. The checksum is not compared: whoever calls has checked a MAC
 * of the whole file.
 */
export function inflate(bytes: Uint8Array, limitBytes: number): Uint8Array | Rejection {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  let isWhole = false;
  const stream = new Unzlib((piece, isLast) => {
    sizeBytes += piece.length;
    isWhole ||= isLast;
    if (sizeBytes <= limitBytes) pieces.push(piece);
  });
  try {
    for (let at = 0; at < bytes.length && sizeBytes <= limitBytes; at += PIECE_BYTES) {
      stream.push(bytes.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= bytes.length);
    }
  } catch {
    return reject('malformed', 'The bytes do not inflate.', { sizeBytes: bytes.length });
  }
  if (sizeBytes > limitBytes) {
    return reject('limit-reached', `The bytes inflate to more than ${limitBytes}.`, {
      sizeBytes: bytes.length,
      limitBytes,
    });
  }
  if (!isWhole || bytes.length <= CHECKSUM_BYTES) {
    return reject('malformed', 'The bytes end before the stream does.', {
      sizeBytes: bytes.length,
    });
  }
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
