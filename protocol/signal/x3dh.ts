/**
 * X3DH: the first root and chain key of a session, computed by its starter (Alice) from a bundle
 * and by the bundle's owner (Bob) from a prekey message. Pure functions; checks of signatures and
 * of trust are made by `sessions.ts`. Source: specification 2.1.
 */

import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';

/**
 * A device's public keys as the server hands them out. Keys are 32 raw bytes. Specification 1.5.
 */
export interface PrekeyBundle {
  readonly registrationId: number;
  readonly identityKey: Uint8Array;
  readonly signedPrekey: {
    readonly id: number;
    readonly publicKey: Uint8Array;
    /** 64 bytes over `05 || publicKey`. */
    readonly signature: Uint8Array;
  };
  /** Absent when the server ran out of one-time prekeys. */
  readonly prekey?: { readonly id: number; readonly publicKey: Uint8Array } | undefined;
}

/** What X3DH yields: 32 bytes each. */
export interface FirstKeys {
  readonly rootKey: Uint8Array;
  readonly chainKey: Uint8Array;
}

/** Alice's private halves and Bob's public ones. */
export interface StarterKeys {
  readonly identity: KeyPair;
  readonly base: KeyPair;
  readonly theirIdentity: Uint8Array;
  readonly theirSignedPrekey: Uint8Array;
  readonly theirPrekey: Uint8Array | undefined;
}

/** Bob's private halves and Alice's public ones. */
export interface OwnerKeys {
  readonly identity: KeyPair;
  readonly signedPrekey: KeyPair;
  readonly prekey: KeyPair | undefined;
  readonly theirIdentity: Uint8Array;
  readonly theirBase: Uint8Array;
}

/** Alice's side; `undefined` when one of Bob's keys cannot be used. */
export function startX3dh(provider: CryptoProvider, keys: StarterKeys): FirstKeys | undefined {
  const { identity, base, theirPrekey } = keys;
  const agreements = [
    provider.agree(identity.privateKey, keys.theirSignedPrekey),
    provider.agree(base.privateKey, keys.theirIdentity),
    provider.agree(base.privateKey, keys.theirSignedPrekey),
  ];
  if (theirPrekey !== undefined) agreements.push(provider.agree(base.privateKey, theirPrekey));
  return firstKeys(provider, agreements);
}

/** Bob's side; `undefined` when one of Alice's keys cannot be used. */
export function answerX3dh(provider: CryptoProvider, keys: OwnerKeys): FirstKeys | undefined {
  const { identity, signedPrekey, prekey, theirBase } = keys;
  const agreements = [
    provider.agree(signedPrekey.privateKey, keys.theirIdentity),
    provider.agree(identity.privateKey, theirBase),
    provider.agree(signedPrekey.privateKey, theirBase),
  ];
  if (prekey !== undefined) agreements.push(provider.agree(prekey.privateKey, theirBase));
  return firstKeys(provider, agreements);
}

function firstKeys(
  provider: CryptoProvider,
  agreements: readonly (Uint8Array | undefined)[],
): FirstKeys | undefined {
  const master = new Uint8Array(32 + 32 * agreements.length).fill(0xff, 0, 32);
  let offset = 32;
  for (const agreement of agreements) {
    if (agreement === undefined) return undefined;
    master.set(agreement, offset);
    offset += 32;
  }
  const [rootKey, chainKey] = provider.hkdf(master, undefined, 'WhisperText', [32, 32]);
  return { rootKey: rootKey as Uint8Array, chainKey: chainKey as Uint8Array };
}
