/**
 * What app state does to what people see (specification 8.3, 8.9): the public `setting` records,
 * and the read mark of messages. Messages that are cleared or deleted stay stored and are known by
 * their settings, so that a copy that comes again is recognised. An action on a message that is
 * not here takes effect when it comes.
 */

import type { SettingRecord, ShownRecord } from '../../contract.ts';
import { isGroupJid, userOf } from '../../wire/jid.ts';
import { fieldsOf } from '../app-state/action-codec.ts';
import type { RangeAction } from '../app-state/actions.ts';
import { COLLECTIONS, type CollectionName } from '../app-state/collections.ts';
import { covers, type MessageReference } from '../app-state/message-range.ts';
import type { Step } from '../step.ts';
import { changeSync, inForce, pendingOf } from './app-state-records.ts';

/** A message as app state names it, on a device of `shown.account`. */
export function referenceTo(
  message: Pick<ShownRecord, 'chat' | 'author' | 'messageId'>,
  account: string,
): MessageReference {
  const { chat, author, messageId } = message;
  const isFromMe = userOf(author) === account;
  const participant = isGroupJid(chat) && !isFromMe ? userOf(author) : '';
  return { chat, messageId, isFromMe, participant };
}

/** Server time in whole seconds, as ranges count. */
export function stampS(shown: Pick<ShownRecord, 'positionUs'>): number {
  return Math.floor(shown.positionUs / 1_000_000);
}

/** JSON with sorted keys; fields without a value are left out. */
function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${sortedJson(field)}`);
  return `{${fields.join(',')}}`;
}

/** Brings the public record of an index, and what it does to messages, up to date. */
export function refreshSetting(step: Step, name: CollectionName, index: string): void {
  const mutation = inForce(step, name, index);
  // What we do not understand is in force somewhere else.
  if (mutation === undefined || mutation.action.kind === 'opaque') {
    return step.tx.delete('setting', index);
  }
  const { action, timestampMs } = mutation;
  const value = sortedJson(fieldsOf(action));
  const record: SettingRecord = { kind: 'setting', collection: name, index, value, timestampMs };
  const before = step.get<SettingRecord>('setting', index);
  const isSame = before?.value === record.value && before.timestampMs === record.timestampMs;
  if (!isSame) step.tx.put('setting', index, record);
  if (action.kind === 'mark-read' && action.isRead) markCovered(step, action);
}

function markCovered(step: Step, { chat, range }: RangeAction): void {
  for (const [key] of step.tx.entries(`unread/${chat}`)) {
    const shown = step.get<ShownRecord>('shown', key);
    if (shown === undefined || shown.isRead) continue;
    if (!covers(range, referenceTo(shown, shown.account), stampS(shown))) continue;
    markRead(step, key, shown);
  }
}

function markRead(step: Step, key: string, shown: ShownRecord): void {
  const read: ShownRecord = { ...shown, isRead: true };
  step.tx.put('shown', key, read);
  step.tx.delete(`unread/${shown.chat}`, key);
}

/** Messages that this step shows for the first time meet what was decided about them before. */
export function meetShown(step: Step): void {
  if (step.tx.count('setting') === 0) return;
  for (const [key, record] of step.tx.written('shown')) {
    if (record === undefined) continue;
    const shown = record as ShownRecord;
    if (shown.isRead || step.store.get('shown', key) !== undefined) continue;
    const action = inForce(step, 'regular_low', markReadIndex(shown.chat))?.action;
    if (action?.kind !== 'mark-read' || !action.isRead) continue;
    if (!covers(action.range, referenceTo(shown, shown.account), stampS(shown))) continue;
    markRead(step, key, shown);
  }
}

/** The index under which a chat is marked as read or unread. */
export function markReadIndex(chat: string): string {
  return JSON.stringify(['markChatAsRead', chat]);
}

/** Something of app state is gone: what is in force is looked at anew, and all fetched again. */
export function doubtCollections(step: Step): void {
  for (const name of COLLECTIONS) {
    changeSync(step, name, { isFromZero: true });
    for (const [index] of pendingOf(step, name)) refreshSetting(step, name, index);
  }
  for (const [index, record] of step.tx.entries('setting')) {
    refreshSetting(step, (record as SettingRecord).collection as CollectionName, index);
  }
}
