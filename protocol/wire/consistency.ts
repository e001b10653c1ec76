/**
 * MessageContextInfo, what rides beside the content of a one-to-one message (field 35 of Message):
 * the identity and device consistency metadata of both accounts (specification 5.12). Later fields
 * (account types, limits, reporting tokens) are stepped over.
 */

import { isRejected, type Rejection, reject } from '../errors.ts';
import { decode, encode, type Schema } from './protobuf.ts';

/** DeviceListMetadata. */
export const DEVICE_LIST_METADATA = [
  { name: 'senderKeyHash', number: 1, type: 'bytes' },
  { name: 'senderTimestampS', number: 2, type: 'uint64' },
  { name: 'senderKeyIndexes', number: 3, type: 'packedUint32' },
  { name: 'recipientKeyHash', number: 8, type: 'bytes' },
  { name: 'recipientTimestampS', number: 9, type: 'uint64' },
  { name: 'recipientKeyIndexes', number: 10, type: 'packedUint32' },
] as const satisfies Schema;

/** MessageContextInfo: field 35 of Message. */
export const MESSAGE_CONTEXT_INFO = [
  { name: 'deviceListMetadata', number: 1, type: 'message', schema: DEVICE_LIST_METADATA },
  { name: 'deviceListMetadataVersion', number: 2, type: 'uint32' },
  { name: 'messageSecret', number: 3, type: 'bytes' },
] as const satisfies Schema;

/** The version of DeviceListMetadata that is written (5.12). */
export const DEVICE_LIST_METADATA_VERSION = 2;

/** What one account's half says. Absent fields say nothing. */
export interface AccountMetadata {
  /** Leading 8..32 bytes of the SHA-256 over the account's identity keys; 10 are written. */
  readonly keyHash: Uint8Array | undefined;
  /** Time stamp of the signed device list, in seconds. */
  readonly timestampS: number | undefined;
  /** Key indexes of the devices that were hashed, when those are not all. */
  readonly keyIndexes: readonly number[] | undefined;
}

/** Both halves; a half of which nothing is said is `undefined`. */
export interface DeviceListMetadata {
  readonly sender: AccountMetadata | undefined;
  readonly recipient: AccountMetadata | undefined;
}

const HASH_BYTES_MIN = 8;
const HASH_BYTES_MAX = 32;

/** The bytes of a MessageContextInfo with this metadata and nothing else. */
export function encodeContextInfo({ sender, recipient }: DeviceListMetadata): Uint8Array {
  return encode(MESSAGE_CONTEXT_INFO, {
    deviceListMetadata: {
      senderKeyHash: sender?.keyHash,
      senderTimestampS: sender?.timestampS,
      senderKeyIndexes: sender?.keyIndexes,
      recipientKeyHash: recipient?.keyHash,
      recipientTimestampS: recipient?.timestampS,
      recipientKeyIndexes: recipient?.keyIndexes,
    },
    deviceListMetadataVersion: DEVICE_LIST_METADATA_VERSION,
  });
}

/**
 * Reads the bytes of a MessageContextInfo; `undefined` when it holds no metadata, or metadata of
 * another version. `malformed` when the bytes do not decode, or a hash has fewer than 8 or more
 * than 32 bytes.
 */
export function decodeContextInfo(bytes: Uint8Array): DeviceListMetadata | undefined | Rejection {
  const info = decode(MESSAGE_CONTEXT_INFO, bytes);
  if (isRejected(info)) return info;
  const fields = info.deviceListMetadata;
  if (fields === undefined) return undefined;
  if (info.deviceListMetadataVersion !== DEVICE_LIST_METADATA_VERSION) return undefined;
  const { senderKeyHash, recipientKeyHash } = fields;
  for (const keyHash of [senderKeyHash, recipientKeyHash]) {
    if (keyHash === undefined) continue;
    if (keyHash.length < HASH_BYTES_MIN || keyHash.length > HASH_BYTES_MAX) {
      return reject('malformed', 'A key hash of device list metadata has a wrong length.', {
        sizeBytes: keyHash.length,
      });
    }
  }
  return {
    sender: half(senderKeyHash, fields.senderTimestampS, fields.senderKeyIndexes),
    recipient: half(recipientKeyHash, fields.recipientTimestampS, fields.recipientKeyIndexes),
  };
}

function half(
  keyHash: Uint8Array | undefined,
  timestampS: number | undefined,
  keyIndexes: readonly number[] | undefined,
): AccountMetadata | undefined {
  if (keyHash === undefined && timestampS === undefined && keyIndexes === undefined) {
    return undefined;
  }
  return { keyHash, timestampS, keyIndexes };
}
