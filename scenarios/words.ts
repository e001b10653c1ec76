/**
 * The names a scenario may use once its accounts and networks are known, and the checks that say
 * which word was meant instead.
 */

import type { Complaints, Path } from './complaint.ts';
import { DURATION_FORMS, formatDuration, parseDuration } from './duration.ts';
import { DURATION_US_MAX } from './limits.ts';
import { isChance, parseRatio, RATIO_FORMS } from './ratio.ts';
import type { Account, Device, Group, Ratio } from './scenario.ts';

/** Names of the scenario, in order of writing. */
export interface Words {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly devices: ReadonlyMap<string, Device>;
  readonly groups: ReadonlyMap<string, Group>;
  /** Built-in networks and those described in the scenario. */
  readonly networks: readonly string[];
  readonly levers: readonly string[];
  readonly properties: readonly string[];
  readonly complaints: Complaints;
}

/** The account of a device name or of an account name. */
export function accountOf(party: string): string {
  const dot = party.indexOf('.');
  return dot < 0 ? party : party.slice(0, dot);
}

/** The devices of a group's members, as far as they are known. */
function devicesOfGroup(words: Words, group: string): readonly string[] {
  const members = words.groups.get(group)?.members ?? [];
  return members.flatMap((name) => {
    return (words.accounts.get(name)?.devices ?? []).map((device) => device.name);
  });
}

/** Checks a device name; complains and returns false when there is no such device. */
export function checkDevice(
  words: Words,
  read: string,
  path: Path,
  others: string[] = [],
): boolean {
  if (words.devices.has(read) || others.includes(read)) return true;
  const account = words.accounts.get(read);
  const known = words.accounts.get(accountOf(read));
  if (account !== undefined) {
    const names = account.devices.map(({ name }) => name);
    words.complaints.word(path, read, `${read} is an account; name one of its devices`, names);
  } else if (read.includes('.') && known !== undefined) {
    const names = known.devices.map(({ name }) => name);
    words.complaints.word(path, read, `${known.name} has no device "${read}"`, names);
  } else if (words.groups.has(read)) {
    const sentence = `${read} is a group; name a device of one of its members`;
    words.complaints.word(path, read, sentence, devicesOfGroup(words, read));
  } else {
    const names = [...words.devices.keys(), ...others];
    words.complaints.word(path, read, `there is no device "${read}"`, names);
  }
  return false;
}

/** Checks an account name; complains and returns false when there is no such account. */
export function checkAccount(words: Words, read: string, path: Path): boolean {
  if (words.accounts.has(read)) return true;
  const names = [...words.accounts.keys()];
  const isDevice = words.devices.has(read);
  const sentence = isDevice
    ? `${read} is a device; name the account, meaning all its devices`
    : words.groups.has(read)
      ? `${read} is a group; name an account`
      : `there is no account "${read}"`;
  words.complaints.word(path, accountOf(read), sentence, names);
  return false;
}

/** Checks the name of a group; complains and returns false when there is no such group. */
export function checkGroup(words: Words, read: string, path: Path): boolean {
  if (words.groups.has(read)) return true;
  const sentence = words.accounts.has(read)
    ? `${read} is an account; name a group`
    : `there is no group "${read}"`;
  words.complaints.word(path, read, sentence, [...words.groups.keys()]);
  return false;
}

/** Checks a name that may be an account or a group: somebody to write to. */
export function checkChat(words: Words, read: string, path: Path): boolean {
  if (words.groups.has(read)) return true;
  if (words.groups.size === 0 || words.devices.has(read)) return checkAccount(words, read, path);
  if (words.accounts.has(read)) return true;
  const names = [...new Set([...words.accounts.keys(), ...words.groups.keys()])];
  words.complaints.word(path, accountOf(read), `there is no account or group "${read}"`, names);
  return false;
}

/** Checks a name that may be an account, a device, or one of `others`. */
export function checkParty(words: Words, read: string, path: Path, others: string[] = []): boolean {
  if (words.accounts.has(read) || others.includes(read)) return true;
  if (read.includes('.') || words.groups.has(read)) return checkDevice(words, read, path);
  const names = [...words.accounts.keys(), ...others, ...words.devices.keys()];
  words.complaints.word(path, read, `there is no account or device "${read}"`, names);
  return false;
}

/** Checks the name of a network. */
export function checkNetwork(words: Words, read: string, path: Path): boolean {
  if (words.networks.includes(read)) return true;
  words.complaints.word(path, read, `there is no network "${read}"`, words.networks);
  return false;
}

/** Reads a duration that the schema let through; complains and gives 0 when it is too long. */
export function readDuration(complaints: Complaints, text: string, path: Path): number {
  const durationUs = parseDuration(text);
  if (durationUs === undefined) {
    complaints.at(path, `${JSON.stringify(text)} is not a duration; write ${DURATION_FORMS}`);
    return 0;
  }
  if (Math.abs(durationUs) <= DURATION_US_MAX) return durationUs;
  complaints.at(path, `${text} is longer than ${formatDuration(DURATION_US_MAX)}`);
  return 0;
}

/** As `readDuration`; complains when it is zero. */
export function readPositiveDuration(complaints: Complaints, text: string, path: Path): number {
  const durationUs = readDuration(complaints, text, path);
  if (parseDuration(text) === 0) complaints.at(path, `${text} is no time at all`);
  return durationUs;
}

/** Reads a rate that the schema let through. */
export function readRatio(complaints: Complaints, read: number | string, path: Path): Ratio {
  const ratio = parseRatio(read);
  if (ratio !== undefined) return ratio;
  complaints.at(path, `${read} has more than six decimal places; write ${RATIO_FORMS}`);
  return { numerator: 0, denominator: 1 };
}

/** Reads a chance; complains when it is above 1. */
export function readChance(complaints: Complaints, read: number | string, path: Path): Ratio {
  const ratio = readRatio(complaints, read, path);
  if (isChance(ratio)) return ratio;
  complaints.at(path, `${read} is more than 1; a chance runs from 0 to 1`);
  return { numerator: 1, denominator: 1 };
}
