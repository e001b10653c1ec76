/**
 * LTHash: the homomorphic hash over the live records of a collection (specification 8.6). The same
 * set of value MACs gives the same 128 bytes in whatever order it came about, and a record leaves
 * the hash by subtraction. Only the expansion of a MAC allocates.
 */

import type { CryptoProvider } from '../../crypto/provider.ts';

/** Bytes of the state: 64 lanes of 16 bits, little-endian. */
export const LT_HASH_BYTES = 128;

/** The hash of an empty collection. */
export function emptyLtHash(): Uint8Array {
  return new Uint8Array(LT_HASH_BYTES);
}

/**
 * The hash after subtracting every MAC of `removed` and then adding every one of `added` (32 bytes
 * each). A fresh array; `state` stays as it was.
 */
export function changeLtHash(
  state: Uint8Array,
  removed: readonly Uint8Array[],
  added: readonly Uint8Array[],
  provider: CryptoProvider,
): Uint8Array {
  const next = state.slice();
  for (const mac of removed) subtract(next, expand(mac, provider));
  for (const mac of added) add(next, expand(mac, provider));
  return next;
}

function expand(mac: Uint8Array, provider: CryptoProvider): Uint8Array {
  return provider.hkdf(mac, undefined, 'WhatsApp Patch Integrity', [
    LT_HASH_BYTES,
  ])[0] as Uint8Array;
}

/** Lane-wise addition modulo 65,536; an array of bytes keeps only the low eight bits. */
function add(target: Uint8Array, other: Uint8Array): void {
  for (let at = 0; at < LT_HASH_BYTES; at += 2) {
    const sum = lane(target, at) + lane(other, at);
    target[at] = sum;
    target[at + 1] = sum >> 8;
  }
}

function subtract(target: Uint8Array, other: Uint8Array): void {
  for (let at = 0; at < LT_HASH_BYTES; at += 2) {
    const difference = lane(target, at) - lane(other, at);
    target[at] = difference;
    target[at + 1] = difference >> 8;
  }
}

function lane(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}
