/**
 * Big-endian integers in byte strings: prekey ids (3 bytes), registration ids (4 bytes).
 * Specification 1.4.
 */

import { assert } from '../errors.ts';

/** `value` in `length` big-endian bytes (1..7; the value must fit and be a safe integer). */
export function bigEndian(value: number, length: number): Uint8Array {
  assert(Number.isSafeInteger(value) && value >= 0, 'only natural numbers have bytes');
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let index = length - 1; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  assert(rest === 0, 'the number fits its bytes');
  return bytes;
}

/**
 * The number in exactly `length` big-endian bytes (1..6), or `undefined` when the length differs.
 */
export function fromBigEndian(bytes: Uint8Array | undefined, length: number): number | undefined {
  if (bytes === undefined || bytes.length !== length) return undefined;
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}

/** 3 bytes: a signed or one-time prekey id. */
export function prekeyIdBytes(id: number): Uint8Array {
  return bigEndian(id, 3);
}

/**
 * The id in 3 bytes, or `undefined` when it is not 3 bytes. 0 is returned as it is; callers refuse
 * it.
 */
export function prekeyIdFrom(bytes: Uint8Array | undefined): number | undefined {
  return fromBigEndian(bytes, 3);
}

/** 4 bytes: a registration id. */
export function registrationIdBytes(id: number): Uint8Array {
  return bigEndian(id, 4);
}

/** The id in 4 bytes, or `undefined` when it is not 4 bytes. */
export function registrationIdFrom(bytes: Uint8Array | undefined): number | undefined {
  return fromBigEndian(bytes, 4);
}
