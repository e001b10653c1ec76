/**
 * `ProtocolMessage` (specification 8.1): what devices of one account tell each other beside chats.
 * Each part is bytes here and is decoded by its owner.
 */

import type { Rejection } from '../errors.ts';
import { decode, encode, type Schema, type Value } from './protobuf.ts';

/** Types of protocol messages that this edition speaks. */
export const PROTOCOL_TYPES = {
  historySyncNotification: 5,
  appStateSyncKeyShare: 6,
  appStateSyncKeyRequest: 7,
  initialSecurityNotificationSettingSync: 9,
  appStateFatalExceptionNotification: 10,
  peerDataOperationRequest: 16,
  peerDataOperationResponse: 17,
} as const;

/** ProtocolMessage, as far as it is used. */
export const PROTOCOL_MESSAGE = [
  { name: 'type', number: 2, type: 'uint32' },
  { name: 'historySyncNotification', number: 6, type: 'bytes' },
  { name: 'appStateSyncKeyShare', number: 7, type: 'bytes' },
  { name: 'appStateSyncKeyRequest', number: 8, type: 'bytes' },
  { name: 'initialSecurityNotificationSettingSync', number: 9, type: 'bytes' },
  { name: 'appStateFatalExceptionNotification', number: 10, type: 'bytes' },
  { name: 'peerDataOperationRequest', number: 16, type: 'bytes' },
  { name: 'peerDataOperationResponse', number: 17, type: 'bytes' },
] as const satisfies Schema;

export type ProtocolFields = Value<typeof PROTOCOL_MESSAGE>;

/** The bytes of field 12 of `Message`. */
export function encodeProtocolMessage(fields: ProtocolFields): Uint8Array {
  return encode(PROTOCOL_MESSAGE, fields);
}

/** `malformed` as in `decode`; which part must be there is said by the type. */
export function decodeProtocolMessage(bytes: Uint8Array): ProtocolFields | Rejection {
  return decode(PROTOCOL_MESSAGE, bytes);
}
