/** Names the ledger keeps its books under. Source: specification 5.1, 6.3. */

import type { ChatJid, DeviceJid, GroupJid, UserJid } from '../../protocol/contract.ts';

/** The account of a device address: `1555:2@server` and `1555@server` both give `1555@server`. */
export function userOf(device: DeviceJid): UserJid {
  const at = device.indexOf('@');
  const colon = device.indexOf(':');
  return colon < 0 || colon > at ? device : device.slice(0, colon) + device.slice(at);
}

/** The device number of an address: 0 for the primary, which is written without it. */
export function deviceNumberOf(device: DeviceJid): number {
  const at = device.indexOf('@');
  const colon = device.indexOf(':');
  return colon < 0 || colon > at ? 0 : Number(device.slice(colon + 1, at));
}

/** The address of an account's device; number 0 gives the account's own address. */
export function deviceJidOf(user: UserJid, number: number): DeviceJid {
  if (number === 0) return user;
  const at = user.indexOf('@');
  return `${user.slice(0, at)}:${number}${user.slice(at)}`;
}

const GROUP_SUFFIX = '@g.us';

/** Whether a chat is a group; the others are accounts. */
export function isGroup(chat: ChatJid): chat is GroupJid {
  return chat.endsWith(GROUP_SUFFIX);
}

/** The name of a message in the whole world: its author's device and its id. */
export function messageKey(author: DeviceJid, messageId: string): string {
  return `${author}|${messageId}`;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** Lower-case hex digits of some bytes. */
export function hexOf(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += HEX[byte];
  return out;
}

/** What the name of a second machine ends with, which runs on a copy of a device's Store. */
const CLONE = '~clone';

/** The host of a device's clone: `alice.phone~clone`. */
export function hostOfClone(host: string): string {
  return host + CLONE;
}

/** Whether a host is a clone. */
export function isClone(host: string): boolean {
  return host.endsWith(CLONE);
}

/** The host whose Store a clone was copied from; other hosts are their own. */
export function originalOf(host: string): string {
  return isClone(host) ? host.slice(0, -CLONE.length) : host;
}
