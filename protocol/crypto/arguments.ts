/**
 * What both back ends ask of their arguments, and the two small things both do with results,
 * written once so that they cannot differ. Lengths that our own code fixes are invariants (they
 * crash); lengths that come from the wire are answered with `false` or `undefined` by the callers.
 */

import { assert } from '../errors.ts';

/** Longest output of HKDF with SHA-256 (RFC 5869: 255 blocks of 32 bytes). */
const HKDF_BYTES_MAX = 255 * 32;

/** An X25519 private key has 32 bytes. */
export function assertPrivateKey(key: Uint8Array): void {
  assert(key.length === 32, 'a private key has 32 bytes');
}

/** AES-256-CBC takes a key of 32 bytes and an initialisation vector of 16. */
export function assertCbc(key: Uint8Array, iv: Uint8Array): void {
  assert(key.length === 32, 'AES-256-CBC takes a key of 32 bytes');
  assert(iv.length === 16, 'CBC takes an initialisation vector of 16 bytes');
}

/** AES-CTR takes a key of 16 or 32 bytes and a counter block of 16. */
export function assertCtr(key: Uint8Array, counterBlock: Uint8Array): void {
  assert(key.length === 16 || key.length === 32, 'AES-CTR takes a key of 16 or 32 bytes');
  assert(counterBlock.length === 16, 'CTR takes a counter block of 16 bytes');
}

/** AES-256-GCM takes a key of 32 bytes and a nonce of 12. */
export function assertGcm(key: Uint8Array, nonce: Uint8Array): void {
  assert(key.length === 32, 'AES-256-GCM takes a key of 32 bytes');
  assert(nonce.length === 12, 'GCM takes a nonce of 12 bytes');
}

/** A MAC is cut to 1..32 bytes. */
export function assertMacLength(length: number): void {
  assert(length >= 1 && length <= 32, 'HMAC-SHA-256 is cut to 1..32 bytes');
}

/** A short MAC is cut to 1..20 bytes. */
export function assertShortMacLength(length: number): void {
  assert(length >= 1 && length <= 20, 'HMAC-SHA-1 is cut to 1..20 bytes');
}

/** A long MAC is cut to 1..64 bytes. */
export function assertLongMacLength(length: number): void {
  assert(length >= 1 && length <= 64, 'HMAC-SHA-512 is cut to 1..64 bytes');
}

/** The sum of the lengths asked of HKDF: each at least 1, together at most 8,160. */
export function totalLength(lengths: readonly number[]): number {
  let total = 0;
  for (const length of lengths) {
    assert(length >= 1, 'HKDF outputs have at least one byte');
    total += length;
  }
  assert(total <= HKDF_BYTES_MAX, 'HKDF with SHA-256 gives at most 8,160 bytes');
  return total;
}

/** HKDF's `info` as bytes: one per character, which must be below 256 (labels are ASCII). */
export function infoBytes(info: string): Uint8Array {
  const bytes = new Uint8Array(info.length);
  for (let index = 0; index < info.length; index++) {
    const code = info.charCodeAt(index);
    assert(code < 256, 'HKDF labels are made of one-byte characters');
    bytes[index] = code;
  }
  return bytes;
}

/** Cuts HKDF's output into one fresh array per length, in order. */
export function splitKeys(output: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const keys: Uint8Array[] = [];
  let offset = 0;
  for (const length of lengths) {
    keys.push(output.slice(offset, offset + length));
    offset += length;
  }
  return keys;
}

/**
 * Whether `expected` (1 byte up to as many as `full`; any other length is `false`) leads `full`;
 * looks at every byte.
 */
export function isLeadingPart(full: Uint8Array, expected: Uint8Array): boolean {
  if (expected.length < 1 || expected.length > full.length) return false;
  let difference = 0;
  for (let index = 0; index < expected.length; index++) {
    difference |= (full[index] as number) ^ (expected[index] as number);
  }
  return difference === 0;
}

/**
 * The loop of `sha512Rounds` over a one-shot hash that writes its 64 bytes to the front of
 * `target`: one buffer holds the last result and the suffix, so that a round allocates nothing of
 * its own.
 */
export function sha512Rounds(
  hashInto: (input: Uint8Array, target: Uint8Array) => void,
  start: Uint8Array,
  suffix: Uint8Array,
  count: number,
): Uint8Array {
  assert(count >= 1, 'there is at least one round');
  const first = new Uint8Array(start.length + suffix.length);
  first.set(start);
  first.set(suffix, start.length);
  const input = new Uint8Array(64 + suffix.length);
  input.set(suffix, 64);
  hashInto(first, input);
  for (let round = 1; round < count; round++) hashInto(input, input);
  return input.slice(0, 64);
}
