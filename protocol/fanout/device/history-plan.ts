/**
 * What of a phone's history a new companion gets, and in which parts (specification 8.2): the
 * newest messages of every chat first, then how people call themselves, then three months, then a
 * year. Parts are filled conversation after conversation up to their limits.
 *
 * Assumption: RECENT goes to every companion, and so does FULL; the real one is for desktops that
 * ask for it. The names of contacts that somebody gave them travel with app state.
 * NON_BLOCKING_DATA is taken and never sent: what belongs in it (stickers, keys of threads, former
 * members) is nothing that devices here know.
 */

import type { ChatJid, ShownRecord } from '../../contract.ts';
import {
  HISTORY_BOOTSTRAP_MESSAGES,
  HISTORY_CHUNK_BYTES_MAX,
  HISTORY_CHUNK_MESSAGES_MAX,
  HISTORY_CONVERSATIONS_MAX,
  HISTORY_FULL_US,
  HISTORY_RECENT_US,
} from '../../limits.ts';
import { HISTORY_TYPES } from '../../wire/history.ts';
import type { Step } from '../step.ts';

/** What a message takes beside its text, roughly: addresses, id, numbers. */
const MESSAGE_BYTES = 200;
/** What the reference to a file adds. */
const FILE_BYTES = 400;

/** Part of a conversation in the plan: keys of `shown`, newest first. */
export interface PlannedConversation {
  readonly chat: ChatJid;
  readonly isEnd: boolean;
  readonly keys: readonly string[];
}

type Entry = readonly [key: string, shown: ShownRecord];

function newestFirst([oneKey, one]: Entry, [otherKey, other]: Entry): number {
  if (one.positionUs !== other.positionUs) return other.positionUs - one.positionUs;
  return oneKey < otherKey ? -1 : 1;
}

/** Shown messages by chat, newest first; the chat with the newest message first. */
function conversationsOf(step: Step, sinceUs: number): Map<ChatJid, Entry[]> {
  const entries = step.tx.entries('shown') as [string, ShownRecord][];
  const byChat = new Map<ChatJid, Entry[]>();
  for (const entry of entries.sort(newestFirst)) {
    const { chat, positionUs } = entry[1];
    if (positionUs < sinceUs) continue;
    const known = byChat.get(chat);
    if (known === undefined) byChat.set(chat, [entry]);
    else known.push(entry);
  }
  return byChat;
}

/** A part of the plan before it is numbered. */
export interface Draft {
  readonly syncType: number;
  readonly conversations: readonly PlannedConversation[];
}

/** Fills parts up to their limits, conversation after conversation. */
class Packer {
  readonly drafts: Draft[] = [];
  readonly #syncType: number;
  #conversations: PlannedConversation[] = [];
  #sizeBytes = 0;
  #messages = 0;

  constructor(syncType: number) {
    this.#syncType = syncType;
  }

  add(chat: ChatJid, entries: readonly Entry[], isEnd: boolean): void {
    let keys: string[] = [];
    for (const [key, { text, media }] of entries) {
      // Up to three bytes of UTF-8 for each character of the text.
      const bytes = MESSAGE_BYTES + 3 * text.length + (media === undefined ? 0 : FILE_BYTES);
      const isFull =
        this.#sizeBytes + bytes > HISTORY_CHUNK_BYTES_MAX ||
        this.#messages >= HISTORY_CHUNK_MESSAGES_MAX;
      if (isFull && this.#messages > 0) {
        if (keys.length > 0) this.#conversations.push({ chat, isEnd: false, keys });
        keys = [];
        this.flush();
      }
      keys.push(key);
      this.#sizeBytes += bytes;
      this.#messages += 1;
    }
    if (keys.length > 0) this.#conversations.push({ chat, isEnd, keys });
    if (this.#conversations.length >= HISTORY_CONVERSATIONS_MAX) this.flush();
  }

  flush(): void {
    const conversations = this.#conversations;
    if (conversations.length > 0) this.drafts.push({ syncType: this.#syncType, conversations });
    this.#conversations = [];
    this.#sizeBytes = 0;
    this.#messages = 0;
  }
}

/** Chooses what a new companion gets, in the order in which it gets it; at least one part. */
export function draftsOf(step: Step): Draft[] {
  const bootstrap = new Packer(HISTORY_TYPES.initialBootstrap);
  const recent = new Packer(HISTORY_TYPES.recent);
  const full = new Packer(HISTORY_TYPES.full);
  for (const [chat, entries] of conversationsOf(step, step.nowUs - HISTORY_FULL_US)) {
    const first = entries.slice(0, HISTORY_BOOTSTRAP_MESSAGES);
    const rest = entries.slice(HISTORY_BOOTSTRAP_MESSAGES);
    const isOld = ([, { positionUs }]: Entry): boolean =>
      positionUs < step.nowUs - HISTORY_RECENT_US;
    const older = rest.filter(isOld);
    const newer = rest.filter((entry) => !isOld(entry));
    bootstrap.add(chat, first, rest.length === 0);
    recent.add(chat, newer, older.length === 0);
    full.add(chat, older, true);
  }
  for (const packer of [bootstrap, recent, full]) packer.flush();
  // The companion waits for a first part, even an empty one.
  if (bootstrap.drafts.length === 0) {
    bootstrap.drafts.push({ syncType: HISTORY_TYPES.initialBootstrap, conversations: [] });
  }
  const names = { syncType: HISTORY_TYPES.pushName, conversations: [] };
  const named = step.tx.count('push-name') === 0 ? [] : [names];
  return [...bootstrap.drafts, ...named, ...recent.drafts, ...full.drafts];
}

/** Messages of a part. */
export function countOf({ conversations }: Draft): number {
  return conversations.reduce((sum, { keys }) => sum + keys.length, 0);
}
