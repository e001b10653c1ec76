/**
 * Message ranges: which messages of a chat an action means (specification 8.3, 8.9). A range covers
 * every message stamped before `lastMessageS` and the ones it lists; listed are those of its last
 * second, since stamps have no finer unit. Ranges form a semilattice under `unitedRange`, on which
 * the convergence of conflicts.ts rests.
 */

import type { Schema, Value } from '../../wire/protobuf.ts';

/** MessageKey. */
export const MESSAGE_KEY = [
  { name: 'remoteJid', number: 1, type: 'string' },
  { name: 'fromMe', number: 2, type: 'bool' },
  { name: 'id', number: 3, type: 'string' },
  { name: 'participant', number: 4, type: 'string' },
] as const satisfies Schema;

/** SyncActionMessageRange. */
export const MESSAGE_RANGE = [
  { name: 'lastMessageTimestamp', number: 1, type: 'int64' },
  { name: 'lastSystemMessageTimestamp', number: 2, type: 'int64' },
  {
    name: 'messages',
    number: 3,
    type: 'messages',
    schema: [
      { name: 'key', number: 1, type: 'message', schema: MESSAGE_KEY },
      { name: 'timestamp', number: 2, type: 'int64' },
    ],
  },
] as const satisfies Schema;

/** A message as app state names it. `participant`: its author in a group, empty elsewhere. */
export interface MessageReference {
  readonly chat: string;
  readonly messageId: string;
  readonly isFromMe: boolean;
  readonly participant: string;
}

/** A message of a range; `timestampS` seconds since the Unix epoch. */
export interface RangeMessage {
  readonly message: MessageReference;
  readonly timestampS: number;
}

/** Times in seconds since the Unix epoch, 0 for none. */
export interface MessageRange {
  readonly lastMessageS: number;
  readonly lastSystemMessageS: number;
  readonly messages: readonly RangeMessage[];
}

/** A text that differs for different messages. */
export function referenceKey(reference: MessageReference): string {
  const { chat, messageId, isFromMe, participant } = reference;
  return JSON.stringify([chat, messageId, isFromMe, participant]);
}

/** The range of all `messages` of a chat: those of the last second are listed, in a fixed order. */
export function rangeOf(messages: Iterable<RangeMessage>): MessageRange {
  let lastMessageS = 0;
  const all = [...messages];
  for (const { timestampS } of all) if (timestampS > lastMessageS) lastMessageS = timestampS;
  return normalRange({ lastMessageS, lastSystemMessageS: 0, messages: all });
}

/**
 * The smallest range that covers what both cover: the later times, and of the listed messages those
 * not covered by the time alone. Commutative, associative and idempotent.
 */
export function unitedRange(first: MessageRange, second: MessageRange): MessageRange {
  return normalRange({
    lastMessageS: Math.max(first.lastMessageS, second.lastMessageS),
    lastSystemMessageS: Math.max(first.lastSystemMessageS, second.lastSystemMessageS),
    messages: [...first.messages, ...second.messages],
  });
}

/** Whether `range` means a message stamped `timestampS`. */
export function covers(range: MessageRange, message: MessageReference, timestampS: number) {
  if (timestampS < range.lastMessageS) return true;
  const wanted = referenceKey(message);
  return range.messages.some((listed) => referenceKey(listed.message) === wanted);
}

/** Without messages the time covers, once each (the latest stamp), sorted. */
export function normalRange(range: MessageRange): MessageRange {
  const latest = new Map<string, RangeMessage>();
  for (const item of range.messages) {
    if (item.timestampS < range.lastMessageS) continue;
    const key = referenceKey(item.message);
    const known = latest.get(key);
    if (known === undefined || known.timestampS < item.timestampS) latest.set(key, item);
  }
  const sorted = [...latest].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { ...range, messages: sorted.map(([, item]) => item) };
}

/** The fields of a range; absent ones are not written. */
export function rangeFields(range: MessageRange): Value<typeof MESSAGE_RANGE> {
  return {
    lastMessageTimestamp: range.lastMessageS === 0 ? undefined : range.lastMessageS,
    lastSystemMessageTimestamp:
      range.lastSystemMessageS === 0 ? undefined : range.lastSystemMessageS,
    messages: range.messages.map(({ message, timestampS }) => ({
      key: {
        remoteJid: message.chat,
        fromMe: message.isFromMe,
        id: message.messageId,
        participant: message.participant === '' ? undefined : message.participant,
      },
      timestamp: timestampS,
    })),
  };
}

/**
 * A range from its fields; an absent one is empty. `undefined` when a listed message lacks its key
 * or a time is negative. A message without a time counts as one of the last second.
 */
export function readRange(fields: Value<typeof MESSAGE_RANGE> = {}): MessageRange | undefined {
  const { lastMessageTimestamp = 0, lastSystemMessageTimestamp = 0, messages = [] } = fields;
  if (lastMessageTimestamp < 0 || lastSystemMessageTimestamp < 0) return undefined;
  const items: RangeMessage[] = [];
  for (const { key, timestamp = lastMessageTimestamp } of messages) {
    if (key?.remoteJid === undefined || key.id === undefined || timestamp < 0) return undefined;
    items.push({
      message: {
        chat: key.remoteJid,
        messageId: key.id,
        isFromMe: key.fromMe === true,
        participant: key.participant ?? '',
      },
      timestampS: timestamp,
    });
  }
  return {
    lastMessageS: lastMessageTimestamp,
    lastSystemMessageS: lastSystemMessageTimestamp,
    messages: items,
  };
}
