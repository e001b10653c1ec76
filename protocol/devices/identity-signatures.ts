/**
 * The three signatures that bind devices to an account (specification 5.5), and their checks.
 * Signing takes its randomness `z` (64 secret bytes) from the caller. Details are signed as bytes:
 * whoever checks passes the bytes it received. The hosted variants (prefixes 06 05 to 06 07) belong
 * to later years.
 */

import { concatBytes } from '@noble/hashes/utils.js';
import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';

const ACCOUNT_PREFIX = new Uint8Array([6, 0]);
const DEVICE_PREFIX = new Uint8Array([6, 1]);
const LIST_PREFIX = new Uint8Array([6, 2]);

/**
 * The primary vouches for a companion: 64 bytes over 06 00, identity details, companion key (32).
 */
export function signAccount(
  primaryPrivateKey: Uint8Array,
  details: Uint8Array,
  companionKey: Uint8Array,
  z: Uint8Array,
  provider: CryptoProvider,
): Uint8Array {
  return provider.sign(primaryPrivateKey, concatBytes(ACCOUNT_PREFIX, details, companionKey), z);
}

/** Whether the primary with this key (32 bytes) vouched for the companion with that one. */
export function verifyAccount(
  primaryKey: Uint8Array,
  details: Uint8Array,
  companionKey: Uint8Array,
  signature: Uint8Array,
  provider: CryptoProvider,
): boolean {
  const message = concatBytes(ACCOUNT_PREFIX, details, companionKey);
  return provider.verify(primaryKey, message, signature);
}

/**
 * The companion accepts the account: 64 bytes over 06 01, details, its own key, the primary's key.
 */
export function signDevice(
  companion: KeyPair,
  details: Uint8Array,
  primaryKey: Uint8Array,
  z: Uint8Array,
  provider: CryptoProvider,
): Uint8Array {
  const message = concatBytes(DEVICE_PREFIX, details, companion.publicKey, primaryKey);
  return provider.sign(companion.privateKey, message, z);
}

/** Whether the companion with this key accepted the account of that primary. */
export function verifyDevice(
  companionKey: Uint8Array,
  details: Uint8Array,
  primaryKey: Uint8Array,
  signature: Uint8Array,
  provider: CryptoProvider,
): boolean {
  const message = concatBytes(DEVICE_PREFIX, details, companionKey, primaryKey);
  return provider.verify(companionKey, message, signature);
}

/** The primary signs its list of key indexes: 64 bytes over 06 02, list details. */
export function signList(
  primaryPrivateKey: Uint8Array,
  details: Uint8Array,
  z: Uint8Array,
  provider: CryptoProvider,
): Uint8Array {
  return provider.sign(primaryPrivateKey, concatBytes(LIST_PREFIX, details), z);
}

/** Whether the primary with this key signed the list. */
export function verifyList(
  primaryKey: Uint8Array,
  details: Uint8Array,
  signature: Uint8Array,
  provider: CryptoProvider,
): boolean {
  return provider.verify(primaryKey, concatBytes(LIST_PREFIX, details), signature);
}
