/**
 * What a companion asks its phone for and what the phone answers (specification 6.9, 8.2): older
 * messages of a chat, or one message that could not be opened. Field numbers as in zapo-js 0.3.0's
 * definitions.
 */

import type { Rejection } from '../errors.ts';
import { MESSAGE_KEY } from './history.ts';
import { decode, encode, type Schema, type Value } from './protobuf.ts';

/** Kinds of requests that are spoken here. */
export const PEER_DATA_TYPES = { historyOnDemand: 3, placeholderResend: 4 } as const;

const HISTORY_ON_DEMAND_REQUEST = [
  { name: 'chatJid', number: 1, type: 'string' },
  { name: 'oldestMessageId', number: 2, type: 'string' },
  { name: 'oldestFromMe', number: 3, type: 'bool' },
  { name: 'count', number: 4, type: 'uint32' },
  /** Microseconds here, as all time stamps of messages; real ones are milliseconds. */
  { name: 'oldestUs', number: 5, type: 'uint64' },
] as const satisfies Schema;

const PLACEHOLDER_REQUEST = [
  { name: 'key', number: 1, type: 'message', schema: MESSAGE_KEY },
] as const satisfies Schema;

/** PeerDataOperationRequestMessage: field 16 of ProtocolMessage. */
export const PEER_DATA_REQUEST = [
  { name: 'type', number: 1, type: 'uint32' },
  { name: 'historyOnDemand', number: 4, type: 'message', schema: HISTORY_ON_DEMAND_REQUEST },
  { name: 'placeholders', number: 5, type: 'messages', schema: PLACEHOLDER_REQUEST },
] as const satisfies Schema;

const PLACEHOLDER_RESPONSE = [
  { name: 'webMessageInfo', number: 1, type: 'bytes' },
] as const satisfies Schema;

const PEER_DATA_RESULT = [
  { name: 'placeholder', number: 4, type: 'message', schema: PLACEHOLDER_RESPONSE },
] as const satisfies Schema;

/** PeerDataOperationRequestResponseMessage: field 17 of ProtocolMessage. */
export const PEER_DATA_RESPONSE = [
  { name: 'type', number: 1, type: 'uint32' },
  { name: 'stanzaId', number: 2, type: 'string' },
  { name: 'results', number: 3, type: 'messages', schema: PEER_DATA_RESULT },
] as const satisfies Schema;

export type PeerDataRequest = Value<typeof PEER_DATA_REQUEST>;
export type PeerDataResponse = Value<typeof PEER_DATA_RESPONSE>;

export function encodePeerDataRequest(value: PeerDataRequest): Uint8Array {
  return encode(PEER_DATA_REQUEST, value);
}

/** `malformed` as in `decode`. */
export function decodePeerDataRequest(bytes: Uint8Array): PeerDataRequest | Rejection {
  return decode(PEER_DATA_REQUEST, bytes);
}

export function encodePeerDataResponse(value: PeerDataResponse): Uint8Array {
  return encode(PEER_DATA_RESPONSE, value);
}

/** `malformed` as in `decode`. */
export function decodePeerDataResponse(bytes: Uint8Array): PeerDataResponse | Rejection {
  return decode(PEER_DATA_RESPONSE, bytes);
}
