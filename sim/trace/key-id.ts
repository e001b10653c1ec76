/**
 * Names a key by its content, so that judges can follow it from the crypto border into records and
 * back (contract 9). Equal bytes have equal names; a name is 128 bits of `hash128.ts`, written as
 * 32 hex digits. That is a fast hash, not a cryptographic one: a SHA-256 would cost more than many
 * of the uses it names. It tells apart keys that honest arithmetic made, not bytes somebody chose
 * to collide.
 */

import { Hash128 } from './hash128.ts';

/** Names keys and digests. */
export interface KeyNames {
  /** The name of a key. */
  idOf(key: Uint8Array): string;
  /** A digest of a list of byte strings (lengths count). */
  digestOf(...parts: readonly Uint8Array[]): string;
}

/**
 * Makes a naming; every naming gives the same names. Nothing is remembered: looking a name up by
 * the identity of its array cost as much as making it again, and the table of a large run slowed
 * the collector (0.92 to 0.83 ms per copy with a hundred accounts).
 */
export function keyNames(): KeyNames {
  const hash = new Hash128();
  return {
    idOf(key) {
      hash.reset();
      hash.bytes(key);
      return hash.digest();
    },
    digestOf(...parts) {
      hash.reset();
      for (const part of parts) hash.bytes(part);
      return hash.digest();
    },
  };
}
