/**
 * The security code two people compare, and the QR code one scans from the other (specification
 * 10.1 and 10.2). It covers the identity keys of all devices of both accounts, so it changes
 * whenever a device is linked or removed on either side. Only a person, or a camera, can say that
 * the other screen shows the same.
 */

import { concatBytes } from '@noble/hashes/utils.js';
import type { CryptoProvider } from '../crypto/provider.ts';
import { assert, isRejected, type Rejection } from '../errors.ts';
import { compareBytes } from '../wire/byte-order.ts';
import {
  decodeFingerprints,
  encodeFingerprints,
  type Fingerprint,
  type FingerprintVersion,
} from '../wire/fingerprints.ts';
import { utf8Bytes } from '../wire/utf8.ts';
import { equalBytes, serialiseKey } from './keys.ts';

/** Rounds of SHA-512: what makes looking for a second account with the same code dear (13). */
const ROUNDS = 5_200;
const GROUPS = 6;
const GROUP_BYTES = 5;
const GROUP_DIGITS = 5;
const GROUP_BOUND = 100_000;
const VERSION_PREFIX = new Uint8Array(2);

/** One side of a comparison, as one device sees it. */
export interface VerifiedAccount {
  /** The account's number: digits. */
  readonly identifier: string;
  /** Identity keys (32 raw bytes each) of all its devices, in any order; at least the primary's. */
  readonly identityKeys: readonly Uint8Array[];
}

/** All identity keys of an account as one byte string: 33 bytes a device, sorted. */
function keysOf(account: VerifiedAccount): Uint8Array {
  assert(account.identityKeys.length > 0, 'an account has at least its primary');
  return concatBytes(...account.identityKeys.map(serialiseKey).sort(compareBytes));
}

/**
 * The hash of one account, 64 bytes: 5,200 rounds of SHA-512, some milliseconds. It depends on the
 * identifier and the keys alone, so callers may keep it.
 */
export function accountHash(account: VerifiedAccount, provider: CryptoProvider): Uint8Array {
  const keys = keysOf(account);
  const start = concatBytes(VERSION_PREFIX, keys, utf8Bytes(account.identifier));
  return provider.sha512Rounds(start, keys, ROUNDS);
}

/** 30 digits of an account's hash. */
function digitsOf(hash: Uint8Array): string {
  let digits = '';
  for (let group = 0; group < GROUPS; group += 1) {
    let value = 0;
    for (let index = 0; index < GROUP_BYTES; index += 1) {
      value = value * 256 + (hash[group * GROUP_BYTES + index] as number);
    }
    digits += String(value % GROUP_BOUND).padStart(GROUP_DIGITS, '0');
  }
  return digits;
}

/** The 60 digits both people see, the same on both sides, from two `accountHash`es. */
export function codeOfHashes(one: Uint8Array, other: Uint8Array): string {
  return [digitsOf(one), digitsOf(other)].sort().join('');
}

/** The 60 digits for two accounts; the order of the two does not matter. */
export function securityCode(
  local: VerifiedAccount,
  remote: VerifiedAccount,
  provider: CryptoProvider,
): string {
  return codeOfHashes(accountHash(local, provider), accountHash(remote, provider));
}

/** Assumption: the hash of version 1 is that of the security code, whole. */
function fingerprintOf(
  account: VerifiedAccount,
  version: FingerprintVersion,
  provider: CryptoProvider,
): Fingerprint {
  return {
    identifier: utf8Bytes(account.identifier),
    keys: version === 0 ? keysOf(account) : accountHash(account, provider),
  };
}

/** The bytes of the QR code that a device of `local` shows for its chat with `remote`. */
export function verificationQr(
  version: FingerprintVersion,
  local: VerifiedAccount,
  remote: VerifiedAccount,
  provider: CryptoProvider,
): Uint8Array {
  return encodeFingerprints({
    version,
    local: fingerprintOf(local, version, provider),
    remote: fingerprintOf(remote, version, provider),
  });
}

/** What a scan showed. Both true: the accounts are verified. */
export interface QrComparison {
  readonly kind: 'qr-comparison';
  /** What the other device has of itself is what we have of it. */
  readonly isRemoteSame: boolean;
  /** What the other device has of us is what we have. */
  readonly isLocalSame: boolean;
}

/**
 * Compares a scanned code with what this device holds: our `local` with their remote, and the other
 * way round, in the version of the scanned code. Refuses what `decodeFingerprints` refuses.
 */
export function compareQr(
  local: VerifiedAccount,
  remote: VerifiedAccount,
  scanned: Uint8Array,
  provider: CryptoProvider,
): QrComparison | Rejection {
  const code = decodeFingerprints(scanned);
  if (isRejected(code)) return code;
  const isSame = (account: VerifiedAccount, shown: Fingerprint): boolean => {
    const { identifier, keys } = fingerprintOf(account, code.version, provider);
    return equalBytes(identifier, shown.identifier) && equalBytes(keys, shown.keys);
  };
  return {
    kind: 'qr-comparison',
    isRemoteSame: isSame(remote, code.local),
    isLocalSame: isSame(local, code.remote),
  };
}
