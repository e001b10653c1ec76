/**
 * `Message`, what a ciphertext holds after decryption: the fields of one-to-one text (specification
 * 6.1). Field numbers are those of zapo-js 0.3.0's bundled definitions (a test compares the bytes).
 * Every other kind of content is stepped over here and refused by messages/content.ts as content we
 * do not know.
 */

import type { Rejection } from '../errors.ts';
import { decode, encode, type Schema, type Value } from './protobuf.ts';

/** DeviceSentMessage: the copy for the sender's own other devices. */
export const DEVICE_SENT_MESSAGE = [
  { name: 'destinationJid', number: 1, type: 'string' },
  /** A whole encoded `Message`: kept as bytes, since a schema cannot contain itself. */
  { name: 'message', number: 2, type: 'bytes' },
  { name: 'phash', number: 3, type: 'string' },
] as const satisfies Schema;

/** Message, as far as it is used. */
export const MESSAGE = [
  { name: 'conversation', number: 1, type: 'string' },
  { name: 'deviceSentMessage', number: 31, type: 'message', schema: DEVICE_SENT_MESSAGE },
] as const satisfies Schema;

export type MessageFields = Value<typeof MESSAGE>;

/** The bytes that are padded and encrypted. */
export function encodeMessage(fields: MessageFields): Uint8Array {
  return encode(MESSAGE, fields);
}

/** `malformed` as in `decode`; which fields must be there is the caller's question. */
export function decodeMessage(bytes: Uint8Array): MessageFields | Rejection {
  return decode(MESSAGE, bytes);
}
