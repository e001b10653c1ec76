/**
 * What a phone hands to its new companion (specification 8.2): the notice that a part lies at the
 * store of files, and the part itself. Only the fields that are used; others are stepped over.
 */

import type { Rejection } from '../errors.ts';
import { HISTORY_INFLATED_BYTES_MAX } from '../limits.ts';
import { decode, encode, type Schema, type Value } from './protobuf.ts';

/** What a part of the history is; numbers of the wire, in the usual order of arrival. */
export const HISTORY_TYPES = {
  initialBootstrap: 0,
  pushName: 4,
  nonBlockingData: 5,
  recent: 3,
  full: 2,
  onDemand: 6,
} as const;

/** HistorySyncNotification: field 6 of ProtocolMessage. */
export const HISTORY_SYNC_NOTIFICATION = [
  { name: 'fileSha256', number: 1, type: 'bytes' },
  { name: 'fileLength', number: 2, type: 'uint64' },
  { name: 'mediaKey', number: 3, type: 'bytes' },
  { name: 'fileEncSha256', number: 4, type: 'bytes' },
  { name: 'directPath', number: 5, type: 'string' },
  { name: 'syncType', number: 6, type: 'uint32' },
  { name: 'chunkOrder', number: 7, type: 'uint32' },
  { name: 'progress', number: 9, type: 'uint32' },
  { name: 'oldestMessageS', number: 10, type: 'uint64' },
  { name: 'peerDataRequestSessionId', number: 12, type: 'string' },
] as const satisfies Schema;

/** MessageKey: which message is meant. `participant`: the device that wrote it. */
export const MESSAGE_KEY = [
  { name: 'remoteJid', number: 1, type: 'string' },
  { name: 'fromMe', number: 2, type: 'bool' },
  { name: 'id', number: 3, type: 'string' },
  { name: 'participant', number: 4, type: 'string' },
] as const satisfies Schema;

/**
 * WebMessageInfo: a message with what is known of it. Assumption: its time stamp is that of the
 * stanza, microseconds here as there; real ones are seconds.
 */
export const WEB_MESSAGE_INFO = [
  { name: 'key', number: 1, type: 'message', schema: MESSAGE_KEY },
  { name: 'message', number: 2, type: 'bytes' },
  { name: 'timestampUs', number: 3, type: 'uint64' },
  { name: 'status', number: 4, type: 'uint32' },
] as const satisfies Schema;

/** `status` of a message: the two that are told apart here. */
export const MESSAGE_STATUS = { delivered: 3, read: 4 } as const;

const HISTORY_MESSAGE = [
  { name: 'info', number: 1, type: 'message', schema: WEB_MESSAGE_INFO },
] as const satisfies Schema;

/** Conversation: messages newest first. */
export const CONVERSATION = [
  { name: 'id', number: 1, type: 'string' },
  { name: 'messages', number: 2, type: 'messages', schema: HISTORY_MESSAGE },
  { name: 'unreadCount', number: 6, type: 'uint32' },
  { name: 'endOfHistoryTransfer', number: 8, type: 'bool' },
  { name: 'name', number: 13, type: 'string' },
] as const satisfies Schema;

const PUSH_NAME = [
  { name: 'id', number: 1, type: 'string' },
  { name: 'pushName', number: 2, type: 'string' },
] as const satisfies Schema;

/** HistorySync: one part of the history, before compression. */
export const HISTORY_SYNC = [
  { name: 'syncType', number: 1, type: 'uint32' },
  { name: 'conversations', number: 2, type: 'messages', schema: CONVERSATION },
  { name: 'chunkOrder', number: 5, type: 'uint32' },
  { name: 'progress', number: 6, type: 'uint32' },
  { name: 'pushNames', number: 7, type: 'messages', schema: PUSH_NAME },
] as const satisfies Schema;

export type HistorySyncNotification = Value<typeof HISTORY_SYNC_NOTIFICATION>;
export type WebMessageInfo = Value<typeof WEB_MESSAGE_INFO>;
export type HistoryConversation = Value<typeof CONVERSATION>;
export type HistorySync = Value<typeof HISTORY_SYNC>;

export function encodeHistorySyncNotification(value: HistorySyncNotification): Uint8Array {
  return encode(HISTORY_SYNC_NOTIFICATION, value);
}

/** `malformed` as in `decode`; which fields must be there is the receiver's question. */
export function decodeHistorySyncNotification(
  bytes: Uint8Array,
): HistorySyncNotification | Rejection {
  return decode(HISTORY_SYNC_NOTIFICATION, bytes);
}

export function encodeHistorySync(value: HistorySync): Uint8Array {
  return encode(HISTORY_SYNC, value);
}

/** As `decode`, of up to `HISTORY_INFLATED_BYTES_MAX`. */
export function decodeHistorySync(bytes: Uint8Array): HistorySync | Rejection {
  return decode(HISTORY_SYNC, bytes, HISTORY_INFLATED_BYTES_MAX);
}

export function encodeWebMessageInfo(value: WebMessageInfo): Uint8Array {
  return encode(WEB_MESSAGE_INFO, value);
}

/** `malformed` as in `decode`. */
export function decodeWebMessageInfo(bytes: Uint8Array): WebMessageInfo | Rejection {
  return decode(WEB_MESSAGE_INFO, bytes);
}
