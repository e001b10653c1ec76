/**
 * Parts of the history (specification 8.2), from messages to bytes and back: protobuf, then zlib.
 * What comes out is checked field by field; one unusable message spoils its part, since our own
 * phone wrote all of it.
 */

import type { ChatJid, DeviceJid, UserJid } from '../contract.ts';
import { isRejected, type Rejection, reject } from '../errors.ts';
import {
  HISTORY_CHUNK_MESSAGES_MAX,
  HISTORY_INFLATED_BYTES_MAX,
  PUSH_NAMES_MAX,
} from '../limits.ts';
import {
  decodeHistorySync,
  decodeWebMessageInfo,
  encodeHistorySync,
  encodeWebMessageInfo,
  type HistoryConversation,
  MESSAGE_STATUS,
  type WebMessageInfo,
} from '../wire/history.ts';
import { parseChatJid, parseDeviceJid, parseUserJid } from '../wire/jid.ts';
import { type Content, readContent } from './content.ts';
import { deflate, inflate } from './deflate.ts';
import { isMessageId } from './message-stanza.ts';

/** Conversations believed of one part; a part of ours has `HISTORY_CONVERSATIONS_MAX`. */
const CONVERSATIONS_MAX = 1_000;
/** Latest time stamp believed: some 30,000 years from now would overflow nothing yet. */
const STAMP_MAX_US = 2 ** 52;

/** A message as a phone passes it on; `message` is an encoded `Message`. */
export interface PassedMessage {
  readonly chat: ChatJid;
  readonly author: DeviceJid;
  readonly messageId: string;
  readonly isOwn: boolean;
  readonly positionUs: number;
  readonly isRead: boolean;
  readonly message: Uint8Array;
}

/** Part of a conversation, messages newest first. */
export interface PassedConversation {
  readonly chat: ChatJid;
  /** Of a group; undefined otherwise. */
  readonly name: string | undefined;
  readonly unreadCount: number;
  /** Whether nothing older will follow. */
  readonly isEnd: boolean;
  readonly messages: readonly PassedMessage[];
}

/** How somebody calls themselves. */
export interface PushName {
  readonly user: UserJid;
  readonly name: string;
}

/** A part of the history before compression. */
export interface HistoryPart {
  readonly syncType: number;
  readonly order: number;
  /** 0..100 when this part is there. */
  readonly progress: number;
  readonly conversations: readonly PassedConversation[];
  readonly pushNames: readonly PushName[];
}

function infoOf(passed: PassedMessage): WebMessageInfo {
  const { chat, author, messageId, isOwn, positionUs, isRead, message } = passed;
  return {
    key: { remoteJid: chat, fromMe: isOwn, id: messageId, participant: author },
    message,
    timestampUs: positionUs,
    status: isRead ? MESSAGE_STATUS.read : MESSAGE_STATUS.delivered,
  };
}

/** One message, as an answer to a companion that could not open it. */
export function passedMessageBytes(passed: PassedMessage): Uint8Array {
  return encodeWebMessageInfo(infoOf(passed));
}

/** The part as it is encrypted: protobuf, compressed. */
export function historyPartBytes(part: HistoryPart): Uint8Array {
  const { syncType, order, progress, conversations } = part;
  const pushNames = part.pushNames.map(({ user, name }) => ({ id: user, pushName: name }));
  const written = conversations.map(
    ({ chat, name, unreadCount, isEnd, messages }): HistoryConversation => ({
      id: chat,
      messages: messages.map((message) => ({ info: infoOf(message) })),
      unreadCount,
      endOfHistoryTransfer: isEnd,
      name,
    }),
  );
  return deflate(
    encodeHistorySync({ syncType, conversations: written, chunkOrder: order, progress, pushNames }),
  );
}

/** A message as it came with the history. */
export interface TakenMessage {
  readonly kind: 'taken-message';
  readonly chat: ChatJid;
  readonly author: DeviceJid;
  readonly messageId: string;
  readonly positionUs: number;
  readonly isRead: boolean;
  readonly content: Content;
}

/** A part as it came: its messages, and of each conversation what is known beside them. */
export interface TakenPart {
  readonly kind: 'taken-part';
  readonly syncType: number;
  readonly progress: number;
  readonly messages: readonly TakenMessage[];
  readonly pushNames: readonly PushName[];
}

function unusable(what: string): Rejection {
  return reject('bad-content', `A part of the history ${what}.`);
}

function takeInfo(info: WebMessageInfo | undefined): TakenMessage | Rejection {
  const { key, message, timestampUs, status } = info ?? {};
  const chat = parseChatJid(key?.remoteJid);
  const author = parseDeviceJid(key?.participant);
  const messageId = key?.id;
  if (isRejected(chat) || isRejected(author) || !isMessageId(messageId)) {
    return unusable('has a message without chat, author or id');
  }
  if (timestampUs === undefined || timestampUs === 0 || timestampUs > STAMP_MAX_US) {
    return unusable('has a message without a place');
  }
  const content = readContent(message ?? new Uint8Array(0));
  if (isRejected(content)) return content;
  if (content.sentTo !== undefined) return unusable('has a message for somebody else');
  const isRead = status === MESSAGE_STATUS.read;
  const positionUs = timestampUs;
  return {
    kind: 'taken-message',
    chat,
    author: author.jid,
    messageId,
    positionUs,
    isRead,
    content,
  };
}

/** Reads one message that the phone passed on. `malformed`, `bad-content`. */
export function readPassedMessage(bytes: Uint8Array): TakenMessage | Rejection {
  const info = decodeWebMessageInfo(bytes);
  return isRejected(info) ? info : takeInfo(info);
}

/**
 * Inflates and reads a part. `malformed` when it does not inflate or decode, `limit-reached` when
 * it inflates to more than `HISTORY_INFLATED_BYTES_MAX` or has more messages than a part may have,
 * `bad-content` when a conversation or message is unusable.
 */
export function readHistoryPart(bytes: Uint8Array): TakenPart | Rejection {
  const inflated = inflate(bytes, HISTORY_INFLATED_BYTES_MAX);
  if (isRejected(inflated)) return inflated;
  const sync = decodeHistorySync(inflated);
  if (isRejected(sync)) return sync;
  const { syncType = 0, progress = 0, conversations = [], pushNames: named = [] } = sync;
  const count = conversations.reduce((sum, { messages = [] }) => sum + messages.length, 0);
  if (count > HISTORY_CHUNK_MESSAGES_MAX || conversations.length > CONVERSATIONS_MAX) {
    return reject('limit-reached', `A part of the history has ${count} messages.`, { count });
  }
  if (named.length > PUSH_NAMES_MAX) {
    const { length: count } = named;
    return reject('limit-reached', `A part of the history has ${count} names.`, { count });
  }
  const pushNames: PushName[] = [];
  for (const { id, pushName: name = '' } of named) {
    const user = parseUserJid(id);
    if (isRejected(user)) return unusable('has a name of nobody');
    pushNames.push({ user, name });
  }
  const taken: TakenMessage[] = [];
  for (const { id, messages = [] } of conversations) {
    for (const { info } of messages) {
      const message = takeInfo(info);
      if (isRejected(message)) return message;
      if (message.chat !== id) return unusable('has a message of another conversation');
      taken.push(message);
    }
  }
  return { kind: 'taken-part', syncType, progress, messages: taken, pushNames };
}
