/**
 * Public records of the phone that a browser shows too, as JSON (specification 11.2 allows it for
 * some things). Read field by field: a browser takes nothing over that is not whole.
 */

import type { GroupRecord, SettingRecord, UserJid } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { isGroupJid, parseUserJid } from '../../wire/jid.ts';

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function users(value: unknown): readonly UserJid[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const all = value as readonly unknown[];
  const areUsers = all.every((one) => isText(one) && !isRejected(parseUserJid(one)));
  return areUsers ? (all as readonly UserJid[]) : undefined;
}

/** A group as the phone sees it. */
export function readGroupRecord(text: string): GroupRecord | undefined {
  const { group, name, changedUs, ...others } = parse(text) ?? {};
  const [members, admins] = [users(others.members), users(others.admins)];
  if (!isText(group) || !isGroupJid(group) || !isText(name) || !isTime(changedUs)) return undefined;
  if (members === undefined || admins === undefined) return undefined;
  return { kind: 'group', group, name, members, admins, changedUs };
}

/** One setting in force on the phone. */
export function readSettingRecord(text: string): SettingRecord | undefined {
  const { collection, index, value, timestampMs } = parse(text) ?? {};
  const isWhole = isText(collection) && isText(index) && isText(value) && isTime(timestampMs);
  return isWhole ? { kind: 'setting', collection, index, value, timestampMs } : undefined;
}
