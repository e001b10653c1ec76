/**
 * What a device's public records say of messages and chats at the end of a run: stars, deletions,
 * mutes, pins, archive, and whether everything is read (specification 8.3).
 */

import type {
  ChatJid,
  MediaRecord,
  MessageName,
  SettingRecord,
  ShownRecord,
} from '../../protocol/contract.ts';
import type { Store } from '../../protocol/store.ts';
import { userOf } from '../ledger/ledger.ts';

/** The value of the setting whose index begins with these words; undefined where there is none. */
function settingOf(
  store: Store,
  ...begin: readonly string[]
): Readonly<Record<string, unknown>> | undefined {
  for (const record of store.collection('setting').values()) {
    const { index, value } = record as SettingRecord;
    const words: unknown = JSON.parse(index);
    if (!Array.isArray(words) || !begin.every((word, at) => words[at] === word)) continue;
    return JSON.parse(value) as Readonly<Record<string, unknown>>;
  }
  return undefined;
}

function keyOf({ chat, author, messageId }: MessageName): string {
  return `${chat}|${author}|${messageId}`;
}

/** Whether the message has a star. */
export function isStarred(store: Store, message: MessageName): boolean {
  return settingOf(store, 'star', message.chat, message.messageId)?.['starred'] === true;
}

/**
 * Whether the message is not to be seen: deleted by itself or with its chat. Its record may stay,
 * so that a copy that comes again is recognised.
 */
export function isDeleted(store: Store, message: MessageName, wasShown: boolean): boolean {
  const setting = settingOf(store, 'deleteMessageForMe', message.chat, message.messageId);
  if (setting !== undefined) return true;
  const shown = store.get('shown', keyOf(message)) as ShownRecord | undefined;
  if (shown === undefined) return wasShown;
  return ['clearChat', 'deleteChat'].some((name) => {
    const range = settingOf(store, name, message.chat)?.['range'] as Range | undefined;
    return range !== undefined && covers(range, shown);
  });
}

/** The messages that an action on a chat means, as settings say it. */
interface Range {
  readonly lastMessageTimestamp?: number;
  readonly messages?: readonly { readonly key?: { readonly id?: string } }[];
}

/** Messages before the last second of the range, and those it lists. */
function covers(range: Range, { positionUs, messageId }: ShownRecord): boolean {
  if (Math.floor(positionUs / 1_000_000) < (range.lastMessageTimestamp ?? 0)) return true;
  return range.messages?.some(({ key }) => key?.id === messageId) === true;
}

/** Whether the file of the message is there. */
export function isFetched(store: Store, message: MessageName): boolean {
  const record = store.get('media', keyOf(message)) as MediaRecord | undefined;
  return record?.state === 'fetched';
}

/** Whether the chat is muted at `wallUs` (microseconds since the Unix epoch). */
export function isMuted(store: Store, chat: ChatJid, wallUs: number): boolean {
  const value = settingOf(store, 'mute', chat);
  if (value?.['muted'] !== true) return false;
  const endMs = value['muteEndTimestamp'];
  // -1 or none: for ever.
  return typeof endMs !== 'number' || endMs < 0 || endMs * 1000 > wallUs;
}

/** Whether the chat is pinned. */
export function isPinned(store: Store, chat: ChatJid): boolean {
  return settingOf(store, 'pin_v1', chat)?.['pinned'] === true;
}

/** Whether the chat is in the archive. */
export function isArchived(store: Store, chat: ChatJid): boolean {
  return settingOf(store, 'archive', chat)?.['archived'] === true;
}

/**
 * Whether the chat is not marked unread, and everything others wrote in it is read, but for
 * messages that are `setAside`: nobody is to read the probes of the heal phase.
 */
export function isRead(
  store: Store,
  chat: ChatJid,
  setAside: ReadonlySet<string> = new Set(),
): boolean {
  if (settingOf(store, 'markChatAsRead', chat)?.['read'] === false) return false;
  for (const record of store.collection('shown').values()) {
    const shown = record as ShownRecord;
    const isOwn = userOf(shown.author) === shown.account;
    if (shown.chat !== chat || isOwn || setAside.has(shown.messageId)) continue;
    if (!shown.isRead) return false;
  }
  return true;
}
