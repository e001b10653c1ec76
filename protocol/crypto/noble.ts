/**
 * The reference back end: audited pure JavaScript arithmetic, the same in Node and in a browser.
 * Every other back end is compared with it byte by byte. It keeps no state and draws no
 * randomness of its own: `randomSecretKey` and `keygen` without a seed are never called, and secret
 * multiples of the base point come from `base-point.ts`, because noble's blind their scalar.
 * Specification 1.2, 1.3, 3.1.
 */

import { cbc, ctr, gcm } from '@noble/ciphers/aes.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import {
  assertCbc,
  assertCtr,
  assertGcm,
  assertLongMacLength,
  assertMacLength,
  assertPrivateKey,
  assertShortMacLength,
  infoBytes,
  isLeadingPart,
  sha512Rounds,
  splitKeys,
  totalLength,
} from './arguments.ts';
import { montgomeryMultiple } from './base-point.ts';
import { isAllZero, isUsablePublicKey } from './curve-checks.ts';
import type { CryptoProvider, KeyPair } from './provider.ts';
import { clamp, scalarOf, signingKey, xeddsaSign, xeddsaVerify } from './xeddsa.ts';

/** The reference provider, usable everywhere. */
export const nobleProvider: CryptoProvider = {
  name: 'noble',
  keyPair,
  agree,
  sign: (privateKey, message, z) => xeddsaSign(signingKey(privateKey), message, z),
  verify: xeddsaVerify,
  derive: (key, message) => hmac(sha256, key, message),
  mac,
  macHolds: (key, message, expected) => isLeadingPart(hmac(sha256, key, message), expected),
  mac512(key, message, length) {
    assertLongMacLength(length);
    return hmac(sha512, key, message).slice(0, length);
  },
  mac512Holds: (key, message, expected) => isLeadingPart(hmac(sha512, key, message), expected),
  macSha1(key, message, length) {
    assertShortMacLength(length);
    return hmac(sha1, key, message).slice(0, length);
  },
  macSha1Holds: (key, message, expected) => isLeadingPart(hmac(sha1, key, message), expected),
  hkdf: (keyMaterial, salt, info, lengths) =>
    splitKeys(hkdf(sha256, keyMaterial, salt, infoBytes(info), totalLength(lengths)), lengths),
  cbcEncrypt,
  cbcDecrypt,
  cbcDecryptBlocks,
  ctr: ctrApply,
  gcmEncrypt,
  gcmDecrypt,
  sha1: (message) => sha1(message),
  sha256: (message) => sha256(message),
  sha512: (message) => sha512(message),
  sha512Rounds: (start, suffix, count) =>
    sha512Rounds((input, target) => target.set(sha512(input)), start, suffix, count),
  md5: (message) => md5(message),
};

function keyPair(seed: Uint8Array): KeyPair {
  const privateKey = clamp(seed);
  return { privateKey, publicKey: montgomeryMultiple(scalarOf(privateKey)) };
}

function agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  assertPrivateKey(privateKey);
  if (!isUsablePublicKey(publicKey)) return undefined;
  const shared = x25519.getSharedSecret(privateKey, publicKey);
  return isAllZero(shared) ? undefined : shared;
}

function mac(key: Uint8Array, message: Uint8Array, length: number): Uint8Array {
  assertMacLength(length);
  return hmac(sha256, key, message).slice(0, length);
}

function cbcEncrypt(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array {
  assertCbc(key, iv);
  return cbc(key, iv).encrypt(plaintext);
}

function cbcDecrypt(
  key: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  assertCbc(key, iv);
  return opened(() => cbc(key, iv).decrypt(ciphertext).slice());
}

function cbcDecryptBlocks(
  key: Uint8Array,
  iv: Uint8Array,
  blocks: Uint8Array,
): Uint8Array | undefined {
  assertCbc(key, iv);
  if (blocks.length % 16 !== 0) return undefined;
  return cbc(key, iv, { disablePadding: true }).decrypt(blocks).slice();
}

function ctrApply(key: Uint8Array, counterBlock: Uint8Array, input: Uint8Array): Uint8Array {
  assertCtr(key, counterBlock);
  return ctr(key, counterBlock).encrypt(input);
}

function gcmEncrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  assertGcm(key, nonce);
  return gcm(key, nonce, aad).encrypt(plaintext);
}

function gcmDecrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  assertGcm(key, nonce);
  return opened(() => gcm(key, nonce, aad).decrypt(sealed));
}

/**
 * noble answers a wrong length, padding or tag by throwing; with checked keys nothing else throws
 * here.
 */
function opened(decrypt: () => Uint8Array): Uint8Array | undefined {
  try {
    return decrypt();
  } catch {
    return undefined;
  }
}
