/**
 * What is inside a sealed payload: the browser's requests, and the phone's news. Tags and words
 * follow the old client where they are known (specification 11.2, 11.5, 11.6).
 *
 * Assumption: one node per payload; positions are the server's time stamps in microseconds; the
 * list of chats says how many messages the phone shows in each and how many are unread, so that a
 * browser knows whether it has them all; and a browser answers what came unasked with `received`.
 */

import type { ChatJid, DeviceJid, GroupRecord, SettingRecord } from '../../contract.ts';
import { isRejected, type Rejection, reject } from '../../errors.ts';
import { readPassedMessage, type TakenMessage } from '../../messages/history.ts';
import { isMessageId } from '../../messages/message-stanza.ts';
import { parseChatJid, parseDeviceJid } from '../../wire/jid.ts';
import {
  attribute,
  bytesContent,
  child,
  children,
  node,
  textContent,
  type WireNode,
} from '../../wire/node.ts';
import { utf8Bytes } from '../../wire/utf8.ts';
import { type CallNews, type CallRequest, readCallNews, readCallRequest } from './calls.ts';
import { type Deed, readDeed } from './deeds.ts';
import { readGroupRecord, readSettingRecord } from './records.ts';

/** What a browser asks of its phone. */
export type Request =
  /** All chats with their newest messages: the first word of a live browser. */
  | { readonly kind: 'chats' }
  /** A page of a chat: what stands before `beforeUs`, newest first. */
  | { readonly kind: 'page'; readonly chat: ChatJid; readonly beforeUs: number }
  /** Send this message. */
  | { readonly kind: 'relay'; readonly message: TakenMessage }
  | { readonly kind: 'deed'; readonly id: string; readonly deed: Deed }
  /** Something of a call. */
  | { readonly kind: 'call'; readonly word: CallRequest }
  /** The file of this message is gone from the store: upload it again (specification 9.5). */
  | { readonly kind: 'file'; readonly named: NamedMessage }
  /** What came unasked under these tags is stored. */
  | { readonly kind: 'received'; readonly tags: readonly string[] };

/** What a message is called in news about it. */
export interface NamedMessage {
  readonly chat: ChatJid;
  readonly author: DeviceJid;
  readonly messageId: string;
}

/** Acks on the web (specification 11.7): 1 the server has it, 2 delivered, 3 read. */
export type AckLevel = 1 | 2 | 3;

/** Collections of public records that a browser shows as its phone does. */
export const MIRRORED = ['group', 'setting'] as const;
export type MirroredCollection = (typeof MIRRORED)[number];
export type MirroredRecord = GroupRecord | SettingRecord;

/** One piece of news from the phone. */
export type News =
  | { readonly kind: 'message'; readonly message: TakenMessage }
  | { readonly kind: 'read'; readonly named: NamedMessage }
  | { readonly kind: 'lost'; readonly named: NamedMessage; readonly reason: string }
  | {
      readonly kind: 'ack';
      readonly named: NamedMessage;
      readonly level: AckLevel;
      /** The server's time stamp. */
      readonly positionUs: number;
    }
  /** A public record of the phone that browsers show too; `undefined` when it is gone. */
  | {
      readonly kind: 'record';
      readonly collection: MirroredCollection;
      readonly key: string;
      readonly record: MirroredRecord | undefined;
    }
  /** How much of a chat there is; behind it come messages of it. */
  | {
      readonly kind: 'chat';
      readonly chat: ChatJid;
      readonly count: number;
      readonly unread: number;
      /** Of a page: nothing stands before it. */
      readonly isEnd: boolean;
    };

/** What the phone says: an answer under the request's tag, or news unasked. */
export type PhoneWord =
  /** The chats, asked for or not. */
  | { readonly kind: 'chats'; readonly news: readonly News[] }
  | { readonly kind: 'page'; readonly news: readonly News[] }
  | { readonly kind: 'news'; readonly news: readonly News[] }
  | { readonly kind: 'call'; readonly word: CallNews }
  /** What became of a message or deed: 200, or a reason why not. */
  | { readonly kind: 'done'; readonly status: number; readonly reason: string };

const NUMBER_MAX = 2 ** 52;
const TAGS_MAX = 1_000;
const KEY_CHARS_MAX = 1_024;

function malformed(what: string): Rejection {
  return reject('malformed', `What came from the other end of a pairing ${what}.`);
}

function numberIn(element: WireNode, name: string): number | undefined {
  const text = attribute(element, name) ?? '';
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return value <= NUMBER_MAX ? value : undefined;
}

// ------------------------------------------------------------------------------ what browsers ask

export const REQUESTS = {
  chats: () => node('query', { type: 'chats' }),
  page: (chat: ChatJid, beforeUs: number) =>
    node('query', { type: 'message', jid: chat, before: String(beforeUs) }),
  /** `info`: bytes of a WebMessageInfo. */
  relay: (info: Uint8Array) => node('action', { type: 'relay' }, [node('message', {}, info)]),
  deed: (id: string, deed: WireNode) => node('action', { type: 'set', id }, [deed]),
  file: (message: NamedMessage) => node('query', { type: 'media', ...named(message) }),
  received: (tags: readonly string[]) => node('received', { index: tags.join(' ') }),
} as const;

/** Reads a browser's request. `malformed`, `bad-content`. */
export function readRequest(element: WireNode): Request | Rejection {
  const type = attribute(element, 'type');
  if (element.tag === 'received') {
    const tags = (attribute(element, 'index') ?? '').split(' ');
    return tags.length > TAGS_MAX ? malformed('has too many tags') : { kind: 'received', tags };
  }
  if (element.tag === 'call') {
    const word = readCallRequest(element);
    return isRejected(word) ? word : { kind: 'call', word };
  }
  if (element.tag === 'query' && type === 'media') {
    const message = readNamed(element);
    return isRejected(message) ? message : { kind: 'file', named: message };
  }
  if (element.tag === 'query' && type === 'chats') return { kind: 'chats' };
  if (element.tag === 'query' && type === 'message') {
    const chat = parseChatJid(attribute(element, 'jid'));
    const beforeUs = numberIn(element, 'before');
    if (isRejected(chat) || beforeUs === undefined) return malformed('asks for no page');
    return { kind: 'page', chat, beforeUs };
  }
  if (element.tag === 'action' && type === 'relay') {
    const message = readPassedMessage(bytesContent(child(element, 'message')) ?? new Uint8Array(0));
    return isRejected(message) ? message : { kind: 'relay', message };
  }
  if (element.tag !== 'action' || type !== 'set') return malformed('is no request');
  const id = attribute(element, 'id') ?? '';
  const [first] = children(element);
  const deed = first === undefined ? malformed('asks for nothing') : readDeed(first);
  if (isRejected(deed)) return deed;
  return /^[\w-]{1,64}$/.test(id) ? { kind: 'deed', id, deed } : malformed('names no deed');
}

// -------------------------------------------------------------------------------- what phones say

function named({ chat, author, messageId }: NamedMessage) {
  return { jid: chat, participant: author, id: messageId };
}

/** One piece of news as an element. */
export const NEWS = {
  /** `info`: bytes of a WebMessageInfo. */
  message: (info: Uint8Array) => node('message', {}, info),
  read: (message: NamedMessage) => node('read', named(message)),
  lost: (message: NamedMessage, reason: string) => node('lost', { ...named(message), reason }),
  ack: (message: NamedMessage, level: AckLevel, positionUs: number) =>
    node('ack', { ...named(message), level: String(level), t: String(positionUs) }),
  record: (collection: MirroredCollection, key: string, record: MirroredRecord | undefined) =>
    node('record', { type: collection, key }, record && utf8Bytes(JSON.stringify(record))),
  chat: (chat: ChatJid, count: number, unread: number, isEnd: boolean) =>
    node('chat', {
      jid: chat,
      count: String(count),
      unread: String(unread),
      end: isEnd ? 'true' : undefined,
    }),
} as const;

/** Words of the phone around the news. */
export const PHONE_WORDS = {
  chats: (news: readonly WireNode[]) => node('response', { type: 'chat' }, news),
  page: (news: readonly WireNode[]) => node('response', { type: 'message' }, news),
  news: (news: readonly WireNode[]) => node('action', { add: 'relay' }, news),
  done: (status: number, reason: string) =>
    node('response', {
      type: 'status',
      status: String(status),
      reason: reason === '' ? undefined : reason,
    }),
} as const;

function readNamed(element: WireNode): NamedMessage | Rejection {
  const chat = parseChatJid(attribute(element, 'jid'));
  const author = parseDeviceJid(attribute(element, 'participant'));
  const messageId = attribute(element, 'id');
  if (isRejected(chat) || isRejected(author) || !isMessageId(messageId)) {
    return malformed('names no message');
  }
  return { chat, author: author.jid, messageId };
}

function readRecord(element: WireNode): News | Rejection {
  const collection = MIRRORED.find((one) => one === attribute(element, 'type'));
  const key = attribute(element, 'key') ?? '';
  const text = textContent(element);
  if (collection === undefined || key.length === 0 || key.length > KEY_CHARS_MAX) {
    return malformed('names no record');
  }
  if (text === undefined) return { kind: 'record', collection, key, record: undefined };
  const record = collection === 'group' ? readGroupRecord(text) : readSettingRecord(text);
  if (record === undefined) return malformed('holds no record');
  return { kind: 'record', collection, key, record };
}

function readOne(element: WireNode): News | Rejection {
  if (element.tag === 'message') {
    const message = readPassedMessage(bytesContent(element) ?? new Uint8Array(0));
    return isRejected(message) ? message : { kind: 'message', message };
  }
  if (element.tag === 'chat') {
    const chat = parseChatJid(attribute(element, 'jid'));
    const [count, unread] = [numberIn(element, 'count'), numberIn(element, 'unread')];
    if (isRejected(chat) || count === undefined || unread === undefined) {
      return malformed('names no chat');
    }
    return { kind: 'chat', chat, count, unread, isEnd: attribute(element, 'end') === 'true' };
  }
  if (element.tag === 'record') return readRecord(element);
  const message = readNamed(element);
  if (isRejected(message)) return message;
  switch (element.tag) {
    case 'read':
      return { kind: 'read', named: message };
    case 'lost':
      return { kind: 'lost', named: message, reason: attribute(element, 'reason') ?? '' };
    case 'ack': {
      const level = numberIn(element, 'level');
      const positionUs = numberIn(element, 't');
      const isLevel = level === 1 || level === 2 || level === 3;
      if (!isLevel || positionUs === undefined) return malformed('is no ack');
      return { kind: 'ack', named: message, level, positionUs };
    }
    default:
      return malformed('is no news');
  }
}

/** Reads what the phone said. One bad piece of news spoils all: our own phone wrote them. */
export function readPhoneWord(element: WireNode): PhoneWord | Rejection {
  const type = attribute(element, 'type');
  if (element.tag === 'response' && type === 'status') {
    const status = numberIn(element, 'status');
    if (status === undefined) return malformed('has no status');
    return { kind: 'done', status, reason: attribute(element, 'reason') ?? '' };
  }
  if (element.tag === 'call') {
    const word = readCallNews(element);
    return isRejected(word) ? word : { kind: 'call', word };
  }
  const kind = element.tag === 'action' ? 'news' : type === 'chat' ? 'chats' : 'page';
  const isKnown =
    kind === 'news' || (element.tag === 'response' && (kind === 'chats' || type === 'message'));
  if (!isKnown) return malformed('is no word of a phone');
  const news: News[] = [];
  for (const item of children(element)) {
    const one = readOne(item);
    if (isRejected(one)) return one;
    news.push(one);
  }
  return { kind, news };
}
