/**
 * The structures by which devices prove that they belong to an account (specification 5.4). What is
 * signed is the `details` bytes as they were received, so inner structures are decoded from those
 * bytes and never encoded again. Later fields (account and device type) are stepped over.
 */

import { isRejected, type Rejection, reject } from '../errors.ts';
import { decode, encode, type Schema } from './protobuf.ts';

/** ADVDeviceIdentity. */
export const DEVICE_IDENTITY = [
  { name: 'rawId', number: 1, type: 'uint32' },
  { name: 'timestampS', number: 2, type: 'uint64' },
  { name: 'keyIndex', number: 3, type: 'uint32' },
] as const satisfies Schema;

/** ADVSignedDeviceIdentity. */
export const SIGNED_DEVICE_IDENTITY = [
  { name: 'details', number: 1, type: 'bytes' },
  { name: 'accountSignatureKey', number: 2, type: 'bytes' },
  { name: 'accountSignature', number: 3, type: 'bytes' },
  { name: 'deviceSignature', number: 4, type: 'bytes' },
] as const satisfies Schema;

/** ADVSignedDeviceIdentityHMAC. */
export const SIGNED_DEVICE_IDENTITY_HMAC = [
  { name: 'details', number: 1, type: 'bytes' },
  { name: 'hmac', number: 2, type: 'bytes' },
] as const satisfies Schema;

/** ADVKeyIndexList. */
export const KEY_INDEX_LIST = [
  { name: 'rawId', number: 1, type: 'uint32' },
  { name: 'timestampS', number: 2, type: 'uint64' },
  { name: 'currentIndex', number: 3, type: 'uint32' },
  { name: 'validIndexes', number: 4, type: 'packedUint32' },
] as const satisfies Schema;

/** ADVSignedKeyIndexList. */
export const SIGNED_KEY_INDEX_LIST = [
  { name: 'details', number: 1, type: 'bytes' },
  { name: 'accountSignature', number: 2, type: 'bytes' },
  { name: 'accountSignatureKey', number: 3, type: 'bytes' },
] as const satisfies Schema;

/** Lengths of keys, signatures and MACs in these structures. */
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const HMAC_BYTES = 32;

/** `rawId` u32; `timestampS` seconds; `keyIndex` of the companion. */
export interface DeviceIdentity {
  readonly rawId: number;
  readonly timestampS: number;
  readonly keyIndex: number;
}

/** `details` are the bytes of a DeviceIdentity. Keys 32 raw bytes, signatures 64. */
export type SignedDeviceIdentity = {
  readonly details: Uint8Array;
  readonly accountSignatureKey?: Uint8Array | undefined;
  readonly accountSignature: Uint8Array;
  readonly deviceSignature?: Uint8Array | undefined;
};

/** `details` are the bytes of a SignedDeviceIdentity, `hmac` 32 bytes over them. */
export interface SignedDeviceIdentityHmac {
  readonly details: Uint8Array;
  readonly hmac: Uint8Array;
}

/** `validIndexes` as signed: the primary's 0 and those of live companions. */
export interface KeyIndexList {
  readonly rawId: number;
  readonly timestampS: number;
  readonly currentIndex: number;
  readonly validIndexes: readonly number[];
}

/** `details` are the bytes of a KeyIndexList. */
export interface SignedKeyIndexList {
  readonly details: Uint8Array;
  readonly accountSignature: Uint8Array;
  readonly accountSignatureKey?: Uint8Array | undefined;
}

function malformed(name: string): Rejection {
  return reject('malformed', `${name} lacks a field or has one of wrong length.`, {
    structure: name,
  });
}

function isLength(bytes: Uint8Array | undefined, length: number): bytes is Uint8Array {
  return bytes !== undefined && bytes.length === length;
}

function isAbsentOr(bytes: Uint8Array | undefined, length: number): boolean {
  return bytes === undefined || bytes.length === length;
}

export function encodeDeviceIdentity(value: DeviceIdentity): Uint8Array {
  return encode(DEVICE_IDENTITY, value);
}

/** `malformed` when a field is missing. */
export function decodeDeviceIdentity(bytes: Uint8Array): DeviceIdentity | Rejection {
  const value = decode(DEVICE_IDENTITY, bytes);
  if (isRejected(value)) return value;
  const { rawId, timestampS, keyIndex } = value;
  if (rawId === undefined || timestampS === undefined || keyIndex === undefined) {
    return malformed('ADVDeviceIdentity');
  }
  return { rawId, timestampS, keyIndex };
}

export function encodeSignedDeviceIdentity(value: SignedDeviceIdentity): Uint8Array {
  return encode(SIGNED_DEVICE_IDENTITY, value);
}

/**
 * `malformed` when details or account signature are missing, or a key or signature has a wrong
 * length.
 */
export function decodeSignedDeviceIdentity(bytes: Uint8Array): SignedDeviceIdentity | Rejection {
  const value = decode(SIGNED_DEVICE_IDENTITY, bytes);
  if (isRejected(value)) return value;
  const { details, accountSignatureKey, accountSignature, deviceSignature } = value;
  const isWhole =
    details !== undefined &&
    isLength(accountSignature, SIGNATURE_BYTES) &&
    isAbsentOr(accountSignatureKey, KEY_BYTES) &&
    isAbsentOr(deviceSignature, SIGNATURE_BYTES);
  if (!isWhole) return malformed('ADVSignedDeviceIdentity');
  return { details, accountSignatureKey, accountSignature, deviceSignature };
}

export function encodeSignedDeviceIdentityHmac(value: SignedDeviceIdentityHmac): Uint8Array {
  return encode(SIGNED_DEVICE_IDENTITY_HMAC, value);
}

/** `malformed` when a field is missing or the HMAC is not 32 bytes. */
export function decodeSignedDeviceIdentityHmac(
  bytes: Uint8Array,
): SignedDeviceIdentityHmac | Rejection {
  const value = decode(SIGNED_DEVICE_IDENTITY_HMAC, bytes);
  if (isRejected(value)) return value;
  const { details, hmac } = value;
  if (details === undefined || !isLength(hmac, HMAC_BYTES)) {
    return malformed('ADVSignedDeviceIdentityHMAC');
  }
  return { details, hmac };
}

export function encodeKeyIndexList(value: KeyIndexList): Uint8Array {
  return encode(KEY_INDEX_LIST, value);
}

/** `malformed` when a number is missing; an absent index list is an empty one. */
export function decodeKeyIndexList(bytes: Uint8Array): KeyIndexList | Rejection {
  const value = decode(KEY_INDEX_LIST, bytes);
  if (isRejected(value)) return value;
  const { rawId, timestampS, currentIndex, validIndexes = [] } = value;
  if (rawId === undefined || timestampS === undefined || currentIndex === undefined) {
    return malformed('ADVKeyIndexList');
  }
  return { rawId, timestampS, currentIndex, validIndexes };
}

export function encodeSignedKeyIndexList(value: SignedKeyIndexList): Uint8Array {
  return encode(SIGNED_KEY_INDEX_LIST, value);
}

/** `malformed` when details or signature are missing, or a key or signature has a wrong length. */
export function decodeSignedKeyIndexList(bytes: Uint8Array): SignedKeyIndexList | Rejection {
  const value = decode(SIGNED_KEY_INDEX_LIST, bytes);
  if (isRejected(value)) return value;
  const { details, accountSignature, accountSignatureKey } = value;
  const isWhole =
    details !== undefined &&
    isLength(accountSignature, SIGNATURE_BYTES) &&
    isAbsentOr(accountSignatureKey, KEY_BYTES);
  if (!isWhole) return malformed('ADVSignedKeyIndexList');
  return { details, accountSignature, accountSignatureKey };
}
