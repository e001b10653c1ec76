/**
 * The keys of app state: their ids, what is derived from one, which one to write with and when a
 * new one is due (specification 8.4, 8.10). A key is 32 random bytes with the device list of the
 * moment it was made; old keys are kept, since old records need them. Which devices get a key is
 * the engine's business; protobuf is in key-messages.ts.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { CryptoProvider } from '../../crypto/provider.ts';
import { assert } from '../../errors.ts';

/** Bytes of a key id and of key data. */
export const KEY_ID_BYTES = 6;
export const KEY_DATA_BYTES = 32;

const EPOCH_MAX = 0xffff_ffff;
const DEVICE_ID_MAX = 0xffff;
const DAY_MS = 86_400_000;

/** The maker's device id (u16) and the epoch (u32). */
export interface KeyId {
  readonly device: number;
  readonly epoch: number;
}

/** The device list when a key was made, or now. */
export interface DeviceFingerprint {
  readonly rawId: number;
  readonly currentIndex: number;
  /** Key indexes of the devices listed, the primary's 0 among them. */
  readonly deviceIndexes: readonly number[];
}

/** One key of app state. */
export interface SyncKey {
  /** 6 bytes. */
  readonly keyId: Uint8Array;
  /** 32 bytes. */
  readonly keyData: Uint8Array;
  readonly fingerprint: DeviceFingerprint;
  /** When it was made, milliseconds since the Unix epoch. */
  readonly timestampMs: number;
}

/** What is derived from a key's data, 32 bytes each. */
export interface MutationKeys {
  readonly indexKey: Uint8Array;
  readonly valueEncryptionKey: Uint8Array;
  readonly valueMacKey: Uint8Array;
  readonly snapshotMacKey: Uint8Array;
  readonly patchMacKey: Uint8Array;
}

/** u16 device || u32 epoch, both big-endian. */
export function encodeKeyId({ device, epoch }: KeyId): Uint8Array {
  assert(Number.isInteger(device) && device >= 0 && device <= DEVICE_ID_MAX, 'a device is a u16');
  assert(Number.isInteger(epoch) && epoch >= 0 && epoch <= EPOCH_MAX, 'an epoch is a u32');
  const bytes = new Uint8Array(KEY_ID_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, device);
  view.setUint32(2, epoch);
  return bytes;
}

/** `undefined` unless there are 6 bytes. */
export function readKeyId(bytes: Uint8Array): KeyId | undefined {
  if (bytes.length !== KEY_ID_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { device: view.getUint16(0), epoch: view.getUint32(2) };
}

/** A key id as text: 12 hex digits. Keys of maps and records. */
export function keyName(keyId: Uint8Array): string {
  return bytesToHex(keyId);
}

function idOf(key: SyncKey): KeyId {
  const id = readKeyId(key.keyId);
  assert(id !== undefined, 'a key has an id of 6 bytes');
  return id;
}

/** The five keys of `keyData` (specification 8.4). */
export function mutationKeys(keyData: Uint8Array, provider: CryptoProvider): MutationKeys {
  const keys = provider.hkdf(
    keyData,
    undefined,
    'WhatsApp Mutation Keys',
    [32, 32, 32, 32, 32],
  ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const [indexKey, valueEncryptionKey, valueMacKey, snapshotMacKey, patchMacKey] = keys;
  return { indexKey, valueEncryptionKey, valueMacKey, snapshotMacKey, patchMacKey };
}

/** The key to write with: highest epoch, on a tie the lowest device id; `undefined` of none. */
export function activeKey(keys: Iterable<SyncKey>): SyncKey | undefined {
  let active: SyncKey | undefined;
  for (const key of keys)
    if (active === undefined || isBefore(idOf(key), idOf(active))) active = key;
  return active;
}

function isBefore(one: KeyId, other: KeyId): boolean {
  return one.epoch === other.epoch ? one.device < other.device : one.epoch > other.epoch;
}

/** Why a new key is due before the next write. */
export type RotationReason = 'no-key' | 'expired' | 'too-old' | 'device-removed';

/** What the decision rests on. */
export interface RotationSituation {
  /** The account's device list as this device holds it. */
  readonly devices: DeviceFingerprint;
  /** Milliseconds since the Unix epoch by this device's clock. */
  readonly nowMs: number;
  /** Keys up to this epoch were declared expired (sentinel); -1 of none. */
  readonly expiredEpoch: number;
  /** Days a key is written with, 1..90 (30 in public clients). */
  readonly useDaysMax: number;
}

/**
 * Whether a new key is due, and why (specification 8.10): the active key is missing, expired or too
 * old, or a device it was shared with is gone. Devices that only joined ask for no new key: of
 * E, the fingerprint's indexes and every index given out since, nothing may be missing today.
 */
export function rotationReason(
  active: SyncKey | undefined,
  situation: RotationSituation,
): RotationReason | undefined {
  if (active === undefined) return 'no-key';
  const { devices, nowMs, expiredEpoch, useDaysMax } = situation;
  if (idOf(active).epoch <= expiredEpoch) return 'expired';
  if (isDeviceGone(active.fingerprint, devices)) return 'device-removed';
  const days = Math.min(90, Math.max(1, useDaysMax));
  return nowMs - active.timestampMs > days * DAY_MS ? 'too-old' : undefined;
}

/** Compares E with the present set. More newcomers than devices settle it without a list. */
function isDeviceGone(then: DeviceFingerprint, now: DeviceFingerprint): boolean {
  if (then.rawId !== now.rawId) return true;
  const expected = new Set(then.deviceIndexes);
  const present = new Set(now.deviceIndexes);
  const joined = now.currentIndex - then.currentIndex;
  if (joined > present.size) return true;
  for (let index = then.currentIndex + 1; index <= now.currentIndex; index += 1)
    expected.add(index);
  return expected.size !== present.size || [...expected].some((index) => !present.has(index));
}

/**
 * The id of a new key made by `device`: the epoch after the newest known, or `firstEpoch` (a random
 * u32) when there is none. After the last epoch the newest one is used again: Assumption, nobody
 * makes 2^32 keys.
 */
export function nextKeyId(keys: Iterable<SyncKey>, device: number, firstEpoch: number): Uint8Array {
  const active = activeKey(keys);
  const epoch = active === undefined ? firstEpoch : Math.min(EPOCH_MAX, idOf(active).epoch + 1);
  return encodeKeyId({ device, epoch });
}
