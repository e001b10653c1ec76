/**
 * How devices of an account share keys of app state: AppStateSyncKeyShare and
 * AppStateSyncKeyRequest, contents of peer messages (specification 8.10, 8.11). A share answers a
 * missing key with its id alone.
 */

import { isRejected, type Rejection } from '../../errors.ts';
import { decode, encode, type Schema, type Value } from '../../wire/protobuf.ts';
import { KEY_DATA_BYTES, KEY_ID_BYTES, type SyncKey } from './keys.ts';

const KEY_ID = [{ name: 'keyId', number: 1, type: 'bytes' }] as const satisfies Schema;

/** AppStateSyncKeyData. */
const KEY_DATA = [
  { name: 'keyData', number: 1, type: 'bytes' },
  {
    name: 'fingerprint',
    number: 2,
    type: 'message',
    schema: [
      { name: 'rawId', number: 1, type: 'uint32' },
      { name: 'currentIndex', number: 2, type: 'uint32' },
      { name: 'deviceIndexes', number: 3, type: 'packedUint32' },
    ],
  },
  /** Assumption: milliseconds, as everywhere in app state. */
  { name: 'timestamp', number: 3, type: 'int64' },
] as const satisfies Schema;

/** AppStateSyncKeyShare. */
export const KEY_SHARE = [
  {
    name: 'keys',
    number: 1,
    type: 'messages',
    schema: [
      { name: 'keyId', number: 1, type: 'message', schema: KEY_ID },
      { name: 'keyData', number: 2, type: 'message', schema: KEY_DATA },
    ],
  },
] as const satisfies Schema;

/** AppStateSyncKeyRequest. */
export const KEY_REQUEST = [
  { name: 'keyIds', number: 1, type: 'messages', schema: KEY_ID },
] as const satisfies Schema;

/** What a share says. */
export interface KeyShare {
  readonly keys: readonly SyncKey[];
  /** Ids, 6 bytes each, of keys that the sender does not have either. */
  readonly missing: readonly Uint8Array[];
}

/** A share as decoded. */
export interface ReadKeyShare extends KeyShare {
  /** Entries that were neither a key nor the lack of one: stepped over. */
  readonly refusedCount: number;
}

/** Keys first, then the ids of missing ones. */
export function encodeKeyShare(share: KeyShare): Uint8Array {
  const keys = share.keys.map(({ keyId, keyData, fingerprint, timestampMs }) => ({
    keyId: { keyId },
    keyData: { keyData, fingerprint, timestamp: timestampMs },
  }));
  const missing = share.missing.map((keyId) => ({ keyId: { keyId }, keyData: {} }));
  return encode(KEY_SHARE, { keys: [...keys, ...missing] });
}

/** `malformed` as `decode`. A bad entry does not hide the others. */
export function decodeKeyShare(bytes: Uint8Array): ReadKeyShare | Rejection {
  const value = decode(KEY_SHARE, bytes);
  if (isRejected(value)) return value;
  const entries = value.keys ?? [];
  const keys: SyncKey[] = [];
  const missing: Uint8Array[] = [];
  for (const { keyId, keyData } of entries) {
    const id = keyId?.keyId;
    if (id?.length !== KEY_ID_BYTES) continue;
    if (keyData?.keyData === undefined || keyData.keyData.length === 0) missing.push(id);
    else {
      const key = readKey(id, keyData);
      if (key !== undefined) keys.push(key);
    }
  }
  return { keys, missing, refusedCount: entries.length - keys.length - missing.length };
}

/** `undefined` when a part is missing or of wrong length. */
function readKey(keyId: Uint8Array, data: Value<typeof KEY_DATA>): SyncKey | undefined {
  const { keyData, fingerprint, timestamp: timestampMs } = data;
  const { rawId, currentIndex, deviceIndexes = [] } = fingerprint ?? {};
  if (keyData?.length !== KEY_DATA_BYTES || timestampMs === undefined || timestampMs < 0) {
    return undefined;
  }
  if (rawId === undefined || currentIndex === undefined) return undefined;
  return { keyId, keyData, fingerprint: { rawId, currentIndex, deviceIndexes }, timestampMs };
}

/** Asks for keys by their ids, 6 bytes each. */
export function encodeKeyRequest(keyIds: readonly Uint8Array[]): Uint8Array {
  return encode(KEY_REQUEST, { keyIds: keyIds.map((keyId) => ({ keyId })) });
}

/** The ids asked for; those that are not 6 bytes are stepped over. `malformed` as `decode`. */
export function decodeKeyRequest(bytes: Uint8Array): readonly Uint8Array[] | Rejection {
  const value = decode(KEY_REQUEST, bytes);
  if (isRejected(value)) return value;
  return (value.keyIds ?? []).flatMap(({ keyId }) =>
    keyId?.length === KEY_ID_BYTES ? [keyId] : [],
  );
}
