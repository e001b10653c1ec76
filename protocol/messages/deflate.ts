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
const MODULUS = 65_521;
/** Bytes after which its sums have to be reduced. */
const RUN_BYTES = 4_096;

/**
 * The size of the hash table, fixed: left out, the library takes a logarithm of the input's size.
 */
const TABLE_SIZE = 8;

/** Compresses; the same bytes give the same result everywhere. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return zlibSync(bytes, { level: 6, mem: TABLE_SIZE });
}

/**
 * Inflates to at most `limitBytes`. `malformed` when the bytes are no zlib stream, end early or
 * have another checksum, `limit-reached` when there is more.
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
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  if (isWhole && checksumOf(whole) === lastWord(bytes)) return whole;
  return reject('malformed', 'The bytes end before the stream does.', { sizeBytes: bytes.length });
}

/** Adler-32 (RFC 1950); sums are reduced before they can pass 2^32. */
function checksumOf(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + RUN_BYTES, bytes.length);
    for (; at < end; at += 1) {
      low += bytes[at] as number;
      high += low;
    }
    low %= MODULUS;
    high %= MODULUS;
  }
  return high * 0x1_0000 + low;
}

/** The last four bytes, highest first. */
function lastWord(bytes: Uint8Array): number {
  return bytes.subarray(-CHECKSUM_BYTES).reduce((sum, byte) => sum * 0x100 + byte, 0);
}
