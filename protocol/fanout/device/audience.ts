/** Whom a message is for, and whether the sessions for it are there (specification 6.1). */

import type { ChatJid, DeviceJid, UserJid } from '../../contract.ts';
import { hasSession } from '../../signal/sessions.ts';
import { deviceJid, isGroupJid, userOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { askForBundles } from './bundles.ts';
import { groupOf } from './groups.ts';
import { linkStateOf } from './link-state.ts';
import { accountOf, deviceListOf, SELF } from './records.ts';

/**
 * Devices of an account as this device sees them; the primary alone when nothing is known, or when
 * its own app is too old to know of more.
 */
export function devicesOf(step: Step, user: UserJid): DeviceJid[] {
  const list = deviceListOf(step, user);
  if (list === undefined || step.tx.get('old-app', SELF) !== undefined) return [user];
  return list.devices.map(({ id }) => deviceJid(user, id));
}

/**
 * Everyone a message to `chat` is for: the chat's devices, then the own other ones (specification
 * 6.1).
 */
export function audienceOf(step: Step, chat: ChatJid): DeviceJid[] {
  const account = accountOf(step);
  if (account === undefined) return [];
  const users = usersOf(step, chat, account.user);
  return users
    .flatMap((user) => devicesOf(step, user))
    .filter((device) => device !== account.device);
}

/**
 * The accounts a message to `chat` is for, the own one among them; none for a group this account is
 * no member of.
 */
export function usersOf(step: Step, chat: ChatJid, own: UserJid): readonly UserJid[] {
  if (isGroupJid(chat)) return groupOf(step, chat)?.members ?? [];
  return chat === own ? [chat] : [chat, own];
}

/** Whether every session is there, or known not to be had; asks for what is missing. */
export function isReadyFor(step: Step, targets: readonly DeviceJid[]): boolean {
  const state = linkStateOf(step.store);
  const missing = targets.filter(
    (device) => !hasSession(step.tx, device) && !state.unusable.has(device),
  );
  if (missing.length === 0) return true;
  askForBundles(step, missing);
  return false;
}

/** The chat a message belongs to, seen from this device. */
export function chatOf(
  step: Step,
  author: DeviceJid,
  recipient: string | undefined,
): ChatJid | undefined {
  if (recipient !== undefined && isGroupJid(recipient)) return recipient;
  const isOwn = userOf(author) === accountOf(step)?.user;
  return isOwn ? recipient : userOf(author);
}
