/**
 * What a browser gets of the phone's database (specification 11.6): the list of chats with their
 * newest messages, and older ones page by page. The phone's own screen is the measure: what it
 * shows, a browser can show.
 */

import type { ChatJid, LostRecord, ShownRecord } from '../../contract.ts';
import { saidFields } from '../../fanout/device/media-records.ts';
import { messageKey } from '../../fanout/device/records.ts';
import type { Step } from '../../fanout/step.ts';
import { RELAY_LOSSES_MAX, RELAY_PAGE_MESSAGES, RELAY_TAIL_MESSAGES } from '../../limits.ts';
import { passedMessageBytes } from '../../messages/history.ts';
import { userOf } from '../../wire/jid.ts';
import { encodeMessage } from '../../wire/message.ts';
import type { WireNode } from '../../wire/node.ts';
import { MIRRORED, type MirroredRecord, NEWS, PHONE_WORDS } from '../wire/words.ts';

/** A shown message as news. */
export function messageNews(step: Step, shown: ShownRecord): WireNode {
  const { chat, author, messageId, positionUs, isRead, account } = shown;
  const message = encodeMessage(saidFields(step, shown));
  const isOwn = userOf(author) === account;
  const passed = { chat, author, messageId, isOwn, positionUs, isRead, message };
  return NEWS.message(passedMessageBytes(passed));
}

function newestFirst(one: ShownRecord, other: ShownRecord): number {
  if (one.positionUs !== other.positionUs) return other.positionUs - one.positionUs;
  const [left, right] = [one, other].map((shown) => messageKey('', shown.author, shown.messageId));
  return (left as string) < (right as string) ? -1 : 1;
}

/** Messages of all chats, or of one, newest first; the chat with the newest message first. */
function chatsOf(step: Step, only?: ChatJid): Map<ChatJid, ShownRecord[]> {
  const shown = step.tx.entries('shown').map(([, record]) => record as ShownRecord);
  const chats = new Map<ChatJid, ShownRecord[]>();
  for (const record of shown.sort(newestFirst)) {
    if (only !== undefined && record.chat !== only) continue;
    const known = chats.get(record.chat);
    if (known === undefined) chats.set(record.chat, [record]);
    else known.push(record);
  }
  return chats;
}

function head(chat: ChatJid, messages: readonly ShownRecord[], isEnd: boolean): WireNode {
  const unread = messages.filter(({ isRead }) => !isRead).length;
  return NEWS.chat(chat, messages.length, unread, isEnd);
}

/**
 * The list of chats, each with its unread messages, the newest at least; groups and settings; and
 * what was lost.
 */
export function chatsWord(step: Step): WireNode {
  const news: WireNode[] = [];
  for (const [chat, messages] of chatsOf(step)) {
    const unread = messages.findLastIndex(({ isRead }) => !isRead) + 1;
    const tail = messages.slice(0, Math.min(Math.max(unread, 1), RELAY_TAIL_MESSAGES));
    news.push(head(chat, messages, tail.length === messages.length));
    news.push(...tail.map((shown) => messageNews(step, shown)));
  }
  for (const collection of MIRRORED) {
    for (const [key, record] of step.tx.entries(collection)) {
      news.push(NEWS.record(collection, key, record as MirroredRecord));
    }
  }
  for (const [, record] of step.tx.entries('lost').slice(-RELAY_LOSSES_MAX)) {
    const lost = record as LostRecord;
    news.push(NEWS.lost(lost, lost.reason));
  }
  return PHONE_WORDS.chats(news);
}

/** A page of a chat: what stands before a position, newest first. */
export function pageWord(step: Step, chat: ChatJid, beforeUs: number): WireNode {
  const messages = chatsOf(step, chat).get(chat) ?? [];
  const older = messages.filter(({ positionUs }) => positionUs < beforeUs);
  const page = older.slice(0, RELAY_PAGE_MESSAGES);
  return PHONE_WORDS.page([
    head(chat, messages, page.length === older.length),
    ...page.map((shown) => messageNews(step, shown)),
  ]);
}
