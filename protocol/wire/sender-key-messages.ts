/**
 * The protobuf parts of the two sender key messages (specification 4.1). Version byte and signature
 * are the business of `signal/sender-key-layout.ts`.
 */

import type { Rejection } from '../errors.ts';
import { decode, encode, type Schema, type Value } from './protobuf.ts';

/** Specification 4.1. All four fields are written, zeros included. */
export const SENDER_KEY_DISTRIBUTION_MESSAGE = [
  { name: 'id', number: 1, type: 'uint32' },
  { name: 'iteration', number: 2, type: 'uint32' },
  { name: 'chainKey', number: 3, type: 'bytes' },
  { name: 'signingKey', number: 4, type: 'bytes' },
] as const satisfies Schema;

/** `chainKey`: 32 bytes, the key at `iteration`. `signingKey`: 33 bytes, 0x05 then the key. */
export type SenderKeyDistributionFields = Value<typeof SENDER_KEY_DISTRIBUTION_MESSAGE>;

/** Specification 4.1. All three fields are written, zeros included. */
export const SENDER_KEY_MESSAGE = [
  { name: 'id', number: 1, type: 'uint32' },
  { name: 'iteration', number: 2, type: 'uint32' },
  { name: 'ciphertext', number: 3, type: 'bytes' },
] as const satisfies Schema;

/** `ciphertext`: AES-256-CBC, a multiple of 16 bytes. */
export type SenderKeyMessageFields = Value<typeof SENDER_KEY_MESSAGE>;

/** The bytes after the version byte. */
export function encodeSenderKeyDistribution(fields: SenderKeyDistributionFields): Uint8Array {
  return encode(SENDER_KEY_DISTRIBUTION_MESSAGE, fields);
}

/** Field lengths and presence are not checked here. `malformed` as in `decode`. */
export function decodeSenderKeyDistribution(
  bytes: Uint8Array,
): SenderKeyDistributionFields | Rejection {
  return decode(SENDER_KEY_DISTRIBUTION_MESSAGE, bytes);
}

/** The bytes between version byte and signature. */
export function encodeSenderKeyMessage(fields: SenderKeyMessageFields): Uint8Array {
  return encode(SENDER_KEY_MESSAGE, fields);
}

/** Field lengths and presence are not checked here. `malformed` as in `decode`. */
export function decodeSenderKeyMessage(bytes: Uint8Array): SenderKeyMessageFields | Rejection {
  return decode(SENDER_KEY_MESSAGE, bytes);
}
