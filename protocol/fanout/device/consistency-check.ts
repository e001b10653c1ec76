/**
 * What others say of device lists (specification 5.12): a newer list that is said to exist is asked
 * for and has to come; a primary that says it has no companions is believed; other identity keys
 * for the same signed list raise a notice. None of it blocks the message that says it.
 */

import type { DeviceJid, UserJid } from '../../contract.ts';
import {
  compareHashes,
  type HeldList,
  type ListLesson,
  learnFromOwnDevice,
  learnFromSender,
} from '../../devices/consistency.ts';
import { type DeviceListRecord, withoutCompanions } from '../../devices/device-list.ts';
import { isRejected } from '../../errors.ts';
import type { StoredRecord } from '../../store.ts';
import { type AccountMetadata, decodeContextInfo } from '../../wire/consistency.ts';
import { deviceIdOf, isGroupJid, userOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { raiseAlarm } from './alarms.ts';
import { seenAccount } from './consistency.ts';
import { adopt, armListJob, needList } from './known-lists.ts';
import { linkStateOf } from './link-state.ts';
import { accountOf, deviceListOf, SELF } from './records.ts';

/** The last difference told of an account. Collection `inconsistent`, key: who said it. */
interface InconsistentRecord extends StoredRecord {
  readonly kind: 'inconsistent';
  /** Time stamp and hash as said, one text per half that differed. */
  readonly said: string;
}

/** Heeds the context info of a message that `author` sent to `chat`. */
export function takeContextInfo(
  step: Step,
  author: DeviceJid,
  chat: string,
  contextInfo: Uint8Array | undefined,
): void {
  const own = accountOf(step)?.user;
  if (contextInfo === undefined || own === undefined || isGroupJid(chat)) return;
  const metadata = decodeContextInfo(contextInfo);
  if (metadata === undefined) return;
  if (isRejected(metadata)) return step.refuse(metadata);
  const { sender, recipient } = metadata;
  const user = userOf(author);
  const isOwn = user === own;
  heed(step, user, learnFromSender(sender, deviceIdOf(author), heldOf(step, user), step.nowUs));
  if (isOwn && chat !== own) {
    heed(step, chat, learnFromOwnDevice(recipient, heldOf(step, chat), step.nowUs));
  }
  compare(step, user, [
    [user, sender],
    [isOwn ? chat : own, recipient],
  ]);
}

function heldOf(step: Step, user: UserJid): HeldList {
  const list = deviceListOf(step, user);
  return {
    timestampS: list?.timestampS ?? 0,
    expectedTimestampS: list?.expected?.timestampS,
  };
}

function heed(step: Step, user: UserJid, lesson: ListLesson): void {
  // The phone is the authority on its own list.
  const isPrimary = step.tx.get('primary', SELF) !== undefined;
  if (isPrimary && user === accountOf(step)?.user) return;
  const held = deviceListOf(step, user);
  switch (lesson.kind) {
    case 'nothing':
      return;
    case 'primary-only':
      // Without a signed list there is nothing to go back behind, and nobody to drop.
      if (held === undefined || held.rawId === 0) return;
      return adopt(step, withoutCompanions(held, lesson.timestampS));
    case 'expected': {
      const { expectedTimestampS: timestampS, learnedUs } = lesson;
      const isAsked = linkStateOf(step.store).phase === 'active';
      needList(step, user);
      if (held === undefined) return;
      const expected = { timestampS, learnedUs, askedUs: isAsked ? step.nowUs : 0 };
      const record: DeviceListRecord = { ...held, expected };
      step.tx.put('device-list', user, record);
      armListJob(step, record);
      step.emit('list-expected', `${user} is said to have a newer device list`, { user });
    }
  }
}

/** Notices each difference once: the same words again are no news. */
function compare(
  step: Step,
  about: UserJid,
  halves: readonly (readonly [UserJid, AccountMetadata | undefined])[],
): void {
  const differing: string[] = [];
  for (const [user, said] of halves) if (differs(step, user, said)) differing.push(textOf(said));
  if (differing.length === 0) return;
  const record: InconsistentRecord = { kind: 'inconsistent', said: differing.join('|') };
  const before = step.get<InconsistentRecord>('inconsistent', about);
  if (before?.said === record.said) return;
  step.tx.put('inconsistent', about, record);
  raiseAlarm(step, about, 'consistency');
}

function textOf(said: AccountMetadata | undefined): string {
  return `${said?.timestampS ?? 0}/${said?.keyHash?.join('.') ?? ''}`;
}

function differs(step: Step, user: UserJid, said: AccountMetadata | undefined): boolean {
  if (said?.keyHash === undefined) return false;
  const seen = seenAccount(step, user);
  // Without companions our time stamp may be one that a primary's word stands for, not a list.
  if (seen === undefined || seen.view.devices.length < 2) return false;
  if (isSame(said, seen.metadata)) return false;
  return compareHashes(said, seen.view, step.context.crypto).kind === 'differ';
}

/** The quick way: word for word what we would say ourselves. */
function isSame(said: AccountMetadata, ours: AccountMetadata | undefined): boolean {
  return (
    said.timestampS === ours?.timestampS &&
    said.keyIndexes === undefined &&
    ours?.keyIndexes === undefined &&
    said.keyHash?.length === ours?.keyHash?.length &&
    (said.keyHash?.every((byte, index) => byte === ours?.keyHash?.[index]) ?? false)
  );
}
