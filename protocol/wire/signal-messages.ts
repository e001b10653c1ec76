/**
 * The protobuf parts of the two Signal messages (specification 2.3 and 2.4). Version byte, MAC and
 * the rule that preKeyId 0 means "none" are the session's business, not this file's.
 */

import type { Rejection } from '../errors.ts';
import { decode, encode, type Schema, type Value } from './protobuf.ts';

/** Specification 2.3. All four fields are written, zeros included. */
export const SIGNAL_MESSAGE = [
  { name: 'ratchetKey', number: 1, type: 'bytes' },
  { name: 'counter', number: 2, type: 'uint32' },
  { name: 'previousCounter', number: 3, type: 'uint32' },
  { name: 'ciphertext', number: 4, type: 'bytes' },
] as const satisfies Schema;

/** `ratchetKey`: 33 bytes, 0x05 then the key. `ciphertext`: AES-256-CBC, a multiple of 16 bytes. */
export type SignalMessageFields = Value<typeof SIGNAL_MESSAGE>;

/** Specification 2.4. `preKeyId` is absent when no one-time prekey was used. */
export const PRE_KEY_SIGNAL_MESSAGE = [
  { name: 'preKeyId', number: 1, type: 'uint32' },
  { name: 'baseKey', number: 2, type: 'bytes' },
  { name: 'identityKey', number: 3, type: 'bytes' },
  { name: 'message', number: 4, type: 'bytes' },
  { name: 'registrationId', number: 5, type: 'uint32' },
  { name: 'signedPreKeyId', number: 6, type: 'uint32' },
] as const satisfies Schema;

/**
 * `baseKey`, `identityKey`: 33 bytes. `message`: a whole SignalMessage, version byte and MAC
 * included.
 */
export type PreKeySignalMessageFields = Value<typeof PRE_KEY_SIGNAL_MESSAGE>;

/** The bytes between version byte and MAC. */
export function encodeSignalMessage(fields: SignalMessageFields): Uint8Array {
  return encode(SIGNAL_MESSAGE, fields);
}

/** Field lengths and presence are not checked here. `malformed` as in `decode`. */
export function decodeSignalMessage(bytes: Uint8Array): SignalMessageFields | Rejection {
  return decode(SIGNAL_MESSAGE, bytes);
}

/** The bytes after the version byte. */
export function encodePreKeySignalMessage(fields: PreKeySignalMessageFields): Uint8Array {
  return encode(PRE_KEY_SIGNAL_MESSAGE, fields);
}

/** Field lengths and presence are not checked here. `malformed` as in `decode`. */
export function decodePreKeySignalMessage(
  bytes: Uint8Array,
): PreKeySignalMessageFields | Rejection {
  return decode(PRE_KEY_SIGNAL_MESSAGE, bytes);
}
