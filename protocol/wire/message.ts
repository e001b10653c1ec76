/**
 * `Message`, what a ciphertext holds after decryption (specification 4.1, 6.1, 8.1, 9.3, 9.6,
 * 5.12). Field numbers are those of zapo-js 0.3.0's bundled definitions (a test compares the
 * bytes). Parts with a codec of their own stay bytes here. Every other kind of content is stepped
 * over and refused by messages/content.ts as content we do not know.
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

/** SenderKeyDistributionMessage of `Message`: the group, and the key as signal/ writes it. */
export const SENDER_KEY_DISTRIBUTION = [
  { name: 'groupId', number: 1, type: 'string' },
  { name: 'distribution', number: 2, type: 'bytes' },
] as const satisfies Schema;

/** Call: the 32 secret bytes of a call. */
export const CALL = [{ name: 'callKey', number: 1, type: 'bytes' }] as const satisfies Schema;

/** Message, as far as it is used. */
export const MESSAGE = [
  { name: 'conversation', number: 1, type: 'string' },
  {
    name: 'senderKeyDistribution',
    number: 2,
    type: 'message',
    schema: SENDER_KEY_DISTRIBUTION,
  },
  { name: 'image', number: 3, type: 'bytes' },
  { name: 'document', number: 7, type: 'bytes' },
  { name: 'audio', number: 8, type: 'bytes' },
  { name: 'video', number: 9, type: 'bytes' },
  { name: 'call', number: 10, type: 'message', schema: CALL },
  { name: 'protocol', number: 12, type: 'bytes' },
  { name: 'deviceSentMessage', number: 31, type: 'message', schema: DEVICE_SENT_MESSAGE },
  { name: 'contextInfo', number: 35, type: 'bytes' },
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
