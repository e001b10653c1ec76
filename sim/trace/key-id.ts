/**
 * Names a key by its content, so that judges can follow it from the crypto border into records and
 * back (contract 9). Equal bytes have equal names; a name is 128 bits of `hash128.ts`, written as
 * 32 hex digits. That is a fast hash, not a cryptographic one: a SHA-256 would cost more than many
 * of the uses it names. It tells apart keys that honest arithmetic made, not bytes somebody chose
 * to collide.
 */

import { Hash128 } from './hash128.ts';

/** Names keys and digests, with the caches of one observer or judge. */
export interface KeyNames {
  /** The name of a key: remembered by the identity of the array, so naming it again is a lookup. */
  idOf(key: Uint8Array): string;
  /** A digest of a list of byte strings (lengths count); not remembered. */
  digestOf(...parts: readonly Uint8Array[]): string;
}

/** Makes a naming with its own cache; every naming gives the same names. */
export function keyNames(): KeyNames {
  const known = new WeakMap<Uint8Array, string>();
  const hash = new Hash128();
  const digestOf = (...parts: readonly Uint8Array[]): string => {
    hash.reset();
    for (const part of parts) hash.bytes(part);
    return hash.digest();
  };
  return {
    idOf(key) {
      let id = known.get(key);
      if (id === undefined) {
        id = digestOf(key);
        known.set(key, id);
      }
      return id;
    },
    digestOf,
  };
}
