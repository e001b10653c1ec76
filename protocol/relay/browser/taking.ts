/**
 * What the phone says, taken into the browser's records (specification 11.6): messages, read marks,
 * acks, losses; and the list of chats, by which the browser knows whether it shows all that its
 * phone shows. Where it does not, it asks for page after page until it does.
 */

import type { ChatJid, OutboxRecord, ShownRecord } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { keepPassed } from '../../fanout/device/history-receive.ts';
import { loseCopy } from '../../fanout/device/placeholders.ts';
import { messageKey } from '../../fanout/device/records.ts';
import type { Step } from '../../fanout/step.ts';
import { RESEND_CACHE_MAX } from '../../limits.ts';
import type { TakenMessage } from '../../messages/history.ts';
import { FLAGS, METRICS } from '../wire/metrics.ts';
import { open } from '../wire/sealed.ts';
import {
  type AckLevel,
  MIRRORED,
  type NamedMessage,
  type News,
  REQUESTS,
  readPhoneWord,
} from '../wire/words.ts';
import { takeCallNews } from './calls.ts';
import { takeFileWord } from './files.ts';
import {
  accountOf,
  type ChannelRecord,
  type Flight,
  SELF,
  stateOf,
  type TicksRecord,
} from './records.ts';
import { sayToPhone } from './talk.ts';

type Via = ShownRecord['via'];
type ChatNews = Extract<News, { kind: 'chat' }>;

/** A sealed frame: an answer under a tag of ours, or something unasked. */
export function takeSealed(step: Step, tag: string, payload: Uint8Array): void {
  const keys = step.get<ChannelRecord>('channel', SELF);
  const state = stateOf(step.store);
  if (keys === undefined || state.phase !== 'live') {
    return step.refuseAs('unexpected', 'something sealed comes to a browser that is not live');
  }
  const content = open(keys, payload, step.context.crypto);
  if (isRejected(content)) return step.refuse(content);
  const word = readPhoneWord(content);
  if (isRejected(word)) return step.refuse(word);
  const flight = state.flights.get(tag);
  state.flights.delete(tag);
  switch (word.kind) {
    case 'done':
      if (flight !== undefined) takeDone(step, flight, word.status, word.reason);
      return;
    case 'news':
      takeNews(step, word.news, 'live');
      return confirm(step, tag);
    case 'call':
      return takeCallNews(step, word.word);
    case 'chats':
      takeNews(step, word.news, 'history');
      forgetRecords(step, word.news);
      compareChats(step, word.news);
      return confirm(step, tag);
    case 'page':
      takeNews(step, word.news, 'history');
      return comparePage(step, word.news);
  }
}

/** Unasked news is confirmed once it is stored. */
function confirm(step: Step, tag: string): void {
  sayToPhone(step, METRICS.received, FLAGS.acknowledge, REQUESTS.received([tag]));
}

function takeDone(step: Step, { about, key }: Flight, status: number, reason: string): void {
  if (about === 'deed') step.tx.delete('deed', key);
  if (about === 'file') return takeFileWord(step, key, status);
  if (about !== 'message' || status === 200) return;
  const outbox = step.get<OutboxRecord>('outbox', key);
  if (outbox?.state !== 'wanting') return;
  step.tx.delete('outbox', key);
  loseCopy(step, outbox, reason === '' ? `the phone refused it (${status})` : reason);
}

// -------------------------------------------------------------------------------------------- news

function takeNews(step: Step, news: readonly News[], via: Via): void {
  for (const one of news) {
    switch (one.kind) {
      case 'message':
        takeMessage(step, one.message, via);
        break;
      case 'read':
        markRead(step, one.named);
        break;
      case 'ack':
        takeAck(step, one.named, one.level, one.positionUs);
        break;
      case 'lost':
        takeLost(step, one.named, one.reason);
        break;
      case 'record':
        takeRecord(step, one);
        break;
      case 'chat':
        break; // compared once its messages are here
    }
  }
}

/** Groups and settings are what the phone has of them. */
function takeRecord(step: Step, { collection, key, record }: Extract<News, { kind: 'record' }>) {
  if (record === undefined) step.tx.delete(collection, key);
  else if (JSON.stringify(step.tx.get(collection, key)) !== JSON.stringify(record)) {
    step.tx.put(collection, key, record);
  }
}

/** What the phone does not have any more, a browser does not show any more. */
function forgetRecords(step: Step, news: readonly News[]): void {
  const named = new Set(
    news.map((one) => (one.kind === 'record' ? `${one.collection}|${one.key}` : '')),
  );
  for (const collection of MIRRORED) {
    for (const [key] of step.tx.entries(collection)) {
      if (!named.has(`${collection}|${key}`)) step.tx.delete(collection, key);
    }
  }
}

function takeMessage(step: Step, message: TakenMessage, via: Via): void {
  const isOwn = message.author === accountOf(step)?.user;
  if (isOwn) acknowledge(step, message.messageId, message.positionUs);
  if (!keepPassed(step, message, via) && message.isRead) markRead(step, message);
}

function markRead(step: Step, { chat, author, messageId }: NamedMessage): void {
  const key = messageKey(chat, author, messageId);
  step.tx.delete(`unread/${chat}`, key);
  const shown = step.get<ShownRecord>('shown', key);
  if (shown === undefined || shown.isRead) return;
  const read: ShownRecord = { ...shown, isRead: true };
  step.tx.put('shown', key, read);
}

function takeLost(step: Step, named: NamedMessage, reason: string): void {
  const outbox = step.get<OutboxRecord>('outbox', named.messageId);
  if (outbox?.state === 'wanting' && outbox.author === named.author) {
    step.tx.delete('outbox', named.messageId);
  }
  const key = messageKey(named.chat, named.author, named.messageId);
  if (step.tx.get('lost', key) === undefined) loseCopy(step, named, reason);
}

function takeAck(step: Step, named: NamedMessage, level: AckLevel, positionUs: number): void {
  acknowledge(step, named.messageId, positionUs);
  const ticks = step.get<TicksRecord>('ticks', named.messageId);
  if (step.get('outbox', named.messageId) === undefined || (ticks?.level ?? 0) >= level) return;
  const record: TicksRecord = { kind: 'ticks', level };
  step.tx.put('ticks', named.messageId, record);
}

/** The server has a message that was written here: it shows, at its place. */
function acknowledge(step: Step, messageId: string, positionUs: number): void {
  const outbox = step.get<OutboxRecord>('outbox', messageId);
  const account = accountOf(step);
  if (outbox?.state !== 'wanting' || account === undefined || positionUs === 0) return;
  const taken: OutboxRecord = { ...outbox, state: 'acknowledged', positionUs };
  step.tx.put('outbox', messageId, taken);
  const { chat, author, text, media, textDigest } = outbox;
  const record: ShownRecord = {
    kind: 'shown',
    account: account.user,
    device: account.device,
    chat,
    messageId,
    author,
    via: 'live',
    text,
    ...(media && { media }),
    textDigest,
    positionUs,
    isRead: true,
  };
  step.tx.put('shown', messageKey(chat, author, messageId), record);
  forgetOldest(step);
}

function forgetOldest(step: Step): void {
  if (step.tx.count('outbox') <= RESEND_CACHE_MAX) return;
  for (const [messageId, record] of step.tx.entries('outbox')) {
    if ((record as OutboxRecord).state !== 'acknowledged') continue;
    step.tx.delete('outbox', messageId);
    return step.tx.delete('ticks', messageId);
  }
}

// ------------------------------------------------------------------------------------------- chats

interface Held {
  count: number;
  unread: number;
}

/** What is shown here of each chat. */
function heldChats(step: Step): Map<ChatJid, Held> {
  const held = new Map<ChatJid, Held>();
  for (const [, record] of step.tx.entries('shown')) {
    const { chat, isRead } = record as ShownRecord;
    const known = held.get(chat) ?? { count: 0, unread: 0 };
    held.set(chat, known);
    known.count += 1;
    if (!isRead) known.unread += 1;
  }
  return held;
}

function isWhole(held: Held | undefined, { count, unread }: ChatNews): boolean {
  return held?.count === count && held.unread === unread;
}

/** Of chats that are not whole with their newest messages, pages are wanted. */
function compareChats(step: Step, news: readonly News[]): void {
  const { pages } = stateOf(step.store);
  const held = heldChats(step);
  pages.clear();
  for (const [at, one] of news.entries()) {
    if (one.kind !== 'chat' || one.isEnd || isWhole(held.get(one.chat), one)) continue;
    pages.set(one.chat, oldestBehind(news, at));
  }
}

/** The position of the oldest message of the chat at place `at`; what stands before is not here. */
function oldestBehind(news: readonly News[], at: number): number {
  let oldestUs = Number.MAX_SAFE_INTEGER;
  for (const one of news.slice(at + 1)) {
    if (one.kind !== 'message') break;
    oldestUs = Math.min(oldestUs, one.message.positionUs);
  }
  return Math.min(oldestUs, 2 ** 52);
}

function comparePage(step: Step, news: readonly News[]): void {
  const { pages } = stateOf(step.store);
  const at = news.findIndex(({ kind }) => kind === 'chat');
  const head = news[at];
  if (head?.kind !== 'chat') return;
  if (head.isEnd || isWhole(heldChats(step).get(head.chat), head)) pages.delete(head.chat);
  else pages.set(head.chat, oldestBehind(news, at));
}
