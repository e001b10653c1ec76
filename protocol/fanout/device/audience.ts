/** Whom a message is for, and whether the sessions for it are there (specification 6.1). */

import type { DeviceJid, UserJid } from '../../contract.ts';
import { hasSession } from '../../signal/sessions.ts';
import { deviceJid, userOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { askForBundles } from './bundles.ts';
import { linkStateOf } from './link-state.ts';
import { accountOf, deviceListOf } from './records.ts';

/** Devices of an account as this device sees them; the primary alone when nothing is known. */
export function devicesOf(step: Step, user: UserJid): DeviceJid[] {
  const list = deviceListOf(step, user);
  if (list === undefined) return [user];
  return list.devices.map(({ id }) => deviceJid(user, id));
}

/**
 * Everyone a message to `chat` is for: the chat's devices, then the own other ones (specification
 * 6.1).
 */
export function audienceOf(step: Step, chat: UserJid): DeviceJid[] {
  const account = accountOf(step);
  if (account === undefined) return [];
  const users = chat === account.user ? [chat] : [chat, account.user];
  return users
    .flatMap((user) => devicesOf(step, user))
    .filter((device) => device !== account.device);
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
): UserJid | undefined {
  const isOwn = userOf(author) === accountOf(step)?.user;
  return isOwn ? recipient : userOf(author);
}
