/**
 * Addresses of accounts and devices (specification 5.1): `15551230001@s.whatsapp.net`, and with a
 * device `15551230001:2@s.whatsapp.net`. Device 0 is the primary and is written without `:0`, so
 * that the primary's address is the account's own.
 */

import type { ChatJid, DeviceJid, GroupJid, UserJid } from '../contract.ts';
import { assert, type Rejection, reject } from '../errors.ts';

/** The server part of every account address, and the address of the server itself. */
export const USER_SERVER = 's.whatsapp.net';

/** Largest device id: 247 (appendix E) has one byte for it; larger ones are written as text. */
export const DEVICE_ID_MAX = 65_535;

const SUFFIX = `@${USER_SERVER}`;
/** The server part of every group address, and the address of all groups together. */
export const GROUP_SERVER = 'g.us';
const GROUP_SUFFIX = `@${GROUP_SERVER}`;
/**
 * Digits of an account number. Assumption: up to 20, as the longest international numbers have 15.
 */
const NUMBER_DIGITS_MAX = 20;

function isDigits(text: string, digitsMax: number): boolean {
  if (text.length === 0 || text.length > digitsMax) return false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 48 || unit > 57) return false;
  }
  return true;
}

/** The account address of a number (1..20 digits). */
export function userJid(number: string): UserJid {
  assert(isDigits(number, NUMBER_DIGITS_MAX), 'an account number is digits');
  return number + SUFFIX;
}

/** The address of device `id` (0..65,535) of an account. */
export function deviceJid(user: UserJid, id: number): DeviceJid {
  assert(Number.isInteger(id) && id >= 0 && id <= DEVICE_ID_MAX, 'a device id has two bytes');
  if (id === 0) return user;
  const at = user.indexOf('@');
  return `${user.slice(0, at)}:${id}${user.slice(at)}`;
}

/** The account of a device address; an account address is returned as it is. */
export function userOf(device: DeviceJid): UserJid {
  const colon = device.indexOf(':');
  return colon < 0 ? device : device.slice(0, colon) + device.slice(device.indexOf('@'));
}

/** The device id in an address; 0 when none is written. */
export function deviceIdOf(device: DeviceJid): number {
  const colon = device.indexOf(':');
  return colon < 0 ? 0 : Number(device.slice(colon + 1, device.indexOf('@')));
}

/** The digits of an account or device address. */
export function numberOf(jid: DeviceJid): string {
  const user = userOf(jid);
  return user.slice(0, user.indexOf('@'));
}

/** A device address taken apart. */
export interface ParsedJid {
  readonly kind: 'jid';
  readonly user: UserJid;
  readonly deviceId: number;
  /** The address as given, which is its only written form. */
  readonly jid: DeviceJid;
}

/**
 * Takes an address from outside apart. `malformed` unless it is exactly the form of this file's
 * header.
 */
export function parseDeviceJid(text: string | undefined): ParsedJid | Rejection {
  if (text?.endsWith(SUFFIX) === true) {
    const [number = '', device, ...more] = text.slice(0, -SUFFIX.length).split(':');
    const isCanonical = device === undefined || (isDigits(device, 5) && device[0] !== '0');
    const deviceId = Number(device ?? 0);
    const isNumber = isDigits(number, NUMBER_DIGITS_MAX);
    if (isNumber && isCanonical && more.length === 0 && deviceId <= DEVICE_ID_MAX) {
      return { kind: 'jid', user: number + SUFFIX, deviceId, jid: text };
    }
  }
  return reject('malformed', 'An address is not that of an account or a device.', {
    lengthUnits: text?.length ?? 0,
  });
}

/** Takes an account address from outside; `malformed` when it names a device or is not one. */
export function parseUserJid(text: string | undefined): UserJid | Rejection {
  const parsed = parseDeviceJid(text);
  if (parsed.kind === 'rejected') return parsed;
  if (parsed.deviceId === 0) return parsed.user;
  return reject('malformed', `${parsed.jid} is a device, not an account.`, { jid: parsed.jid });
}

/** Whether `text` is a well-formed address of an account or device. */
export function isDeviceJid(text: string): boolean {
  return parseDeviceJid(text).kind === 'jid';
}

/** Whether `text` is a group's address: digits, then `@g.us`. */
export function isGroupJid(text: string): text is GroupJid {
  return text.endsWith(GROUP_SUFFIX) && isDigits(text.slice(0, -GROUP_SUFFIX.length), 20);
}

/** Takes the address of an account or a group from outside; `malformed` when it is neither. */
export function parseChatJid(text: string | undefined): ChatJid | Rejection {
  return text !== undefined && isGroupJid(text) ? text : parseUserJid(text);
}
