/**
 * What people do beside writing texts, from the written form to plain data, names checked: files,
 * groups, app state, calls, security codes, new phones and apps. Whether messages and calls that
 * they name exist is the business of `check-references.ts`.
 */

import type { Path } from './complaint.ts';
import { MEDIA_BYTES_MAX } from './limits.ts';
import type { Action, AppStateSetting, GroupChange } from './scenario.ts';
import type { WrittenEntry } from './schema-timeline.ts';
import { formatSize, parseSize } from './sizes.ts';
import {
  accountOf,
  checkAccount,
  checkChat,
  checkDevice,
  checkGroup,
  readPositiveDuration,
  type Words,
} from './words.ts';

type Written<Key extends keyof WrittenEntry> = NonNullable<WrittenEntry[Key]>;
type Chatting = { readonly device: string; readonly chat: string };

/**
 * Checks a device and a chat of it; complains and returns false when there is no such chat. With
 * `sentence`, the chat may not be the notes that an account writes to itself.
 */
export function checkOwnChat(
  words: Words,
  { device, chat }: Chatting,
  paths: { readonly device: Path; readonly chat: Path },
  sentence?: (account: string) => string,
): boolean {
  const hasDevice = checkDevice(words, device, paths.device);
  const hasChat = checkChat(words, chat, paths.chat);
  if (!hasDevice || !hasChat) return false;
  if (sentence !== undefined && accountOf(device) === chat) {
    words.complaints.at(paths.chat, sentence(chat));
  }
  return true;
}

function resolveMedia(words: Words, written: Written<'send-media'>, path: Path) {
  const { from, to, media, size, caption } = written;
  const sizeBytes = parseSize(size) ?? 0;
  if (sizeBytes === 0) words.complaints.at([...path, 'size'], 'a file holds at least one byte');
  if (sizeBytes > MEDIA_BYTES_MAX) {
    const most = formatSize(MEDIA_BYTES_MAX);
    words.complaints.at([...path, 'size'], `${size} is too large; a file has at most ${most}`);
  }
  const paths = { device: [...path, 'from'], chat: [...path, 'to'] };
  if (!checkOwnChat(words, { device: from, chat: to }, paths)) return undefined;
  return { kind: 'send-media' as const, from, to, media, sizeBytes, caption };
}

function resolveFetchHistory(words: Words, written: Written<'fetch-history'>, path: Path) {
  const paths = { device: [...path, 'device'], chat: [...path, 'chat'] };
  if (!checkOwnChat(words, written, paths)) return undefined;
  if (written.device.endsWith('.phone')) {
    const reason = `${written.device} is a phone; only companions ask for history`;
    words.complaints.at(paths.device, reason);
  }
  return { kind: 'fetch-history' as const, device: written.device, chat: written.chat };
}

function resolveCreate(words: Words, written: Written<'create-group'>, path: Path) {
  const { group, by } = written;
  const hasGroup = checkGroup(words, group, [...path, 'group']);
  if (!checkDevice(words, by, [...path, 'by']) || !hasGroup) return undefined;
  const creator = words.groups.get(group)?.members[0] ?? '';
  if (accountOf(by) !== creator) {
    const own = words.accounts.get(creator)?.devices.map(({ name }) => name) ?? [];
    const sentence = `${group} is made by its first member, ${creator}`;
    words.complaints.word([...path, 'by'], by, sentence, own);
  }
  return { kind: 'create-group' as const, group, by };
}

const CHANGES = {
  'add-member': 'add',
  'remove-member': 'remove',
  promote: 'promote',
  demote: 'demote',
} as const satisfies Record<string, GroupChange>;

function resolveChange(
  words: Words,
  key: keyof typeof CHANGES,
  written: Written<keyof typeof CHANGES>,
  path: Path,
): Action | undefined {
  const { group, members, by } = written;
  const hasGroup = checkGroup(words, group, [...path, 'group']);
  const hasDevice = checkDevice(words, by, [...path, 'by']);
  for (const [index, member] of members.entries()) {
    const at = [...path, 'members', index];
    checkAccount(words, member, at);
    if (members.indexOf(member) < index) words.complaints.at(at, `${member} stands here twice`);
  }
  if (!hasGroup || !hasDevice) return undefined;
  return { kind: 'change-group', group, change: CHANGES[key], members, by };
}

function resolveLeave(words: Words, written: Written<'leave-group'>, path: Path) {
  const { group, by } = written;
  const hasGroup = checkGroup(words, group, [...path, 'group']);
  if (!checkDevice(words, by, [...path, 'by']) || !hasGroup) return undefined;
  const members = [accountOf(by)];
  return { kind: 'change-group' as const, group, change: 'leave' as const, members, by };
}

/** The setting under a key, without what stands in other fields; undefined for other keys. */
function settingOf(words: Words, entry: WrittenEntry, key: string, path: Path) {
  const written = entry as Readonly<Record<string, { chat: string; message: string }>>;
  const message = written[key]?.message ?? '';
  const chat = written[key]?.chat ?? '';
  const settings: Readonly<Record<string, () => AppStateSetting>> = {
    star: () => ({ kind: 'star', message, value: true }),
    unstar: () => ({ kind: 'star', message, value: false }),
    'delete-message': () => ({ kind: 'delete-message', message }),
    mute: () => {
      const lasts = entry.mute?.for;
      const at = [...path, 'for'];
      const forUs = lasts === undefined ? 0 : readPositiveDuration(words.complaints, lasts, at);
      return { kind: 'mute', chat, value: true, forUs };
    },
    unmute: () => ({ kind: 'mute', chat, value: false, forUs: 0 }),
    pin: () => ({ kind: 'pin', chat, value: true }),
    unpin: () => ({ kind: 'pin', chat, value: false }),
    archive: () => ({ kind: 'archive', chat, value: true }),
    unarchive: () => ({ kind: 'archive', chat, value: false }),
    'mark-read': () => ({ kind: 'mark-read', chat, value: true }),
    'mark-unread': () => ({ kind: 'mark-read', chat, value: false }),
    'clear-chat': () => ({ kind: 'clear-chat', chat }),
    'delete-chat': () => ({ kind: 'delete-chat', chat }),
  };
  return Object.hasOwn(settings, key) ? settings[key]?.() : undefined;
}

function resolveSetting(words: Words, entry: WrittenEntry, key: string, path: Path) {
  const set = settingOf(words, entry, key, path);
  const device = (entry as Readonly<Record<string, { on: string }>>)[key]?.on ?? '';
  if (set === undefined) return undefined;
  const paths = { device: [...path, 'on'], chat: [...path, 'chat'] };
  const isGood =
    'chat' in set
      ? checkOwnChat(words, { device, chat: set.chat }, paths)
      : checkDevice(words, device, paths.device);
  return isGood ? { kind: 'app-state' as const, device, set } : undefined;
}

function resolveNames(words: Words, entry: WrittenEntry, path: Path): Action | undefined {
  const contact = entry['name-contact'];
  const own = entry['push-name'];
  if (contact !== undefined) {
    const { on, contact: account, name } = contact;
    const hasDevice = checkDevice(words, on, [...path, 'on']);
    if (!checkAccount(words, account, [...path, 'contact']) || !hasDevice) return undefined;
    return { kind: 'app-state', device: on, set: { kind: 'contact', contact: account, name } };
  }
  if (own === undefined || !checkDevice(words, own.on, [...path, 'on'])) return undefined;
  return { kind: 'app-state', device: own.on, set: { kind: 'push-name', name: own.name } };
}

function resolveCall(words: Words, written: Written<'call'>, path: Path): Action | undefined {
  const { from, to, video } = written;
  const paths = { device: [...path, 'from'], chat: [...path, 'to'] };
  const sentence = (name: string) => `${name} cannot call ${name}`;
  if (!checkOwnChat(words, { device: from, chat: to }, paths, sentence)) return undefined;
  return { kind: 'call', from, to, isVideo: video };
}

function resolveVerify(words: Words, written: Written<'verify'>, path: Path) {
  const hasOne = checkDevice(words, written.by, [...path, 'by']);
  if (!checkDevice(words, written.with, [...path, 'with']) || !hasOne) return undefined;
  if (accountOf(written.by) === accountOf(written.with)) {
    const sentence = 'codes are compared between two people; these devices are of one';
    words.complaints.at([...path, 'with'], sentence);
  }
  return { kind: 'verify' as const, by: written.by, with: written.with };
}

function resolveDrain(words: Words, written: Written<'drain-prekeys'>, path: Path) {
  const { by, of, times } = written;
  const hasDevice = checkDevice(words, by, [...path, 'by']);
  if (!checkAccount(words, of, [...path, 'of']) || !hasDevice) return undefined;
  if (accountOf(by) === of) {
    words.complaints.at([...path, 'of'], `${by} is of ${of} itself; prekeys are fetched by others`);
  }
  return { kind: 'drain-prekeys' as const, by, of, times };
}

function resolvePhone(words: Words, phone: string, path: Path): Action | undefined {
  if (!checkDevice(words, phone, path)) return undefined;
  if (phone.endsWith('.phone')) return { kind: 're-register', phone };
  const own = `${accountOf(phone)}.phone`;
  const sentence = `${phone} is a companion; a phone is set up anew`;
  words.complaints.word(path, phone, sentence, [own]);
  return undefined;
}

/** Resolves the action under `key`, when it is one of this file; `path` is that of the action. */
export function resolvePeople(
  words: Words,
  entry: WrittenEntry,
  key: string,
  path: Path,
): Action | undefined {
  switch (key) {
    case 'send-media':
      return entry['send-media'] && resolveMedia(words, entry['send-media'], path);
    case 'fetch-media': {
      const fetch = entry['fetch-media'];
      if (fetch === undefined || !checkDevice(words, fetch.device, [...path, 'device'])) {
        return undefined;
      }
      return { kind: 'fetch-media', device: fetch.device, message: fetch.message };
    }
    case 'fetch-history':
      return entry['fetch-history'] && resolveFetchHistory(words, entry['fetch-history'], path);
    case 'create-group':
      return entry['create-group'] && resolveCreate(words, entry['create-group'], path);
    case 'add-member':
    case 'remove-member':
    case 'promote':
    case 'demote':
      return entry[key] && resolveChange(words, key, entry[key], path);
    case 'leave-group':
      return entry['leave-group'] && resolveLeave(words, entry['leave-group'], path);
    case 'name-contact':
    case 'push-name':
      return resolveNames(words, entry, path);
    case 'call':
      return entry.call && resolveCall(words, entry.call, path);
    case 'answer':
    case 'reject':
    case 'hang-up': {
      const on = entry[key];
      if (on === undefined || !checkDevice(words, on.on, [...path, 'on'])) return undefined;
      return { kind: key, call: on.call, on: on.on };
    }
    case 'verify':
      return entry.verify && resolveVerify(words, entry.verify, path);
    case 'drain-prekeys':
      return entry['drain-prekeys'] && resolveDrain(words, entry['drain-prekeys'], path);
    case 're-register': {
      const phone = entry['re-register'];
      return phone === undefined ? undefined : resolvePhone(words, phone, path);
    }
    case 'upgrade':
    case 'leave-beta': {
      const account = entry[key];
      if (account === undefined || !checkAccount(words, account, path)) return undefined;
      return { kind: key, account };
    }
    default:
      return resolveSetting(words, entry, key, path);
  }
}
