/**
 * Devices come and go (specification 5.3, 5.9): adding a linked device, removing one, logging out
 * the companions of a phone that stayed away for more than 14 days.
 */

import type { DeviceJid, LinkedRecord, UserJid } from '../../contract.ts';
import { COMPANION_ABSENCE_MAX_US, PRIMARY_ABSENCE_MAX_US } from '../../limits.ts';
import { deviceIdOf, deviceJid, userOf } from '../../wire/jid.ts';
import { node } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { volatileOf } from './connections.ts';
import { announce } from './lists.ts';
import { accountOf, linkedDevice, type ServerAccountRecord } from './records.ts';

/** Name of the timer that watches a phone's absence. */
export function absenceTimer(user: UserJid): string {
  return `primary-absence/${user}`;
}

/** Name of the timer that watches a companion's absence. */
export function companionTimer(device: DeviceJid): string {
  return `companion-absence/${device}`;
}

/** Writes the account back with some fields changed. */
export function updateAccount(
  step: Step,
  account: ServerAccountRecord,
  change: Partial<ServerAccountRecord>,
): ServerAccountRecord {
  const next: ServerAccountRecord = { ...account, ...change };
  step.tx.put('server-account', account.user, next);
  return next;
}

/** Deletes all that is kept for a device, and ends its connection. */
export function forgetDevice(step: Step, device: DeviceJid, reason: string): void {
  const linked = linkedDevice(step, device);
  if (linked === undefined) return;
  step.tx.delete('linked', device);
  step.tx.delete('bundle', device);
  step.tx.delete('seen', device);
  step.tx.delete('groups-heard', device);
  step.tx.delete('key-ids', device);
  step.tx.delete('transport-index', linked.transportKey);
  step.cancelTimer(companionTimer(device));
  for (const name of [`prekeys/${device}`, `queue/${device}`, `served/${device}`]) {
    for (const [key] of step.tx.entries(name)) step.tx.delete(name, key);
  }
  tellRemoved(step, device, reason);
}

/** Removes a companion with everything kept for it, tells it, its account and the contacts. */
export function removeDevice(step: Step, device: DeviceJid, reason: string): void {
  const linked = linkedDevice(step, device);
  const account = accountOf(step, userOf(device));
  if (linked === undefined || account === undefined) return;
  forgetDevice(step, device, reason);
  const devices = account.devices.filter(({ id }) => id !== deviceIdOf(device));
  updateAccount(step, account, { devices });
  announce(step, account.user, 'remove', device, linked.keyIndex);
}

function tellRemoved(step: Step, device: DeviceJid, reason: string): void {
  const state = volatileOf(step.store);
  const online = state.online.get(device);
  if (online === undefined) return;
  step.send(
    online.connection,
    node('stream:error', { code: '401' }, [node('conflict', { type: reason })]),
  );
  step.close(online.connection);
  state.online.delete(device);
  online.device = undefined;
}

/** Notes that a companion is, or was until now, connected, or has just been linked. */
export function noteCompanionSeen(step: Step, device: DeviceJid): void {
  if (deviceIdOf(device) === 0) return;
  step.setTimer(companionTimer(device), step.nowUs + COMPANION_ABSENCE_MAX_US + 1);
}

/** A companion's timer fired: it is logged out, unless it has been connected all the time (5.9). */
export function checkCompanion(step: Step, device: DeviceJid): void {
  step.cancelTimer(companionTimer(device));
  if (volatileOf(step.store).online.has(device)) return noteCompanionSeen(step, device);
  removeDevice(step, device, 'inactive');
}

/** Notes that the phone is, or was until now, connected. */
export function notePrimarySeen(step: Step, linked: LinkedRecord): void {
  if (deviceIdOf(linked.device) !== 0) return;
  const account = accountOf(step, linked.user);
  if (account !== undefined) updateAccount(step, account, { primarySeenUs: step.nowUs });
}

/** The absence timer fired: log the companions out, or look again when 14 days will have passed. */
export function checkAbsence(step: Step, user: UserJid): void {
  const account = accountOf(step, user);
  step.cancelTimer(absenceTimer(user));
  if (account === undefined) return;
  const isConnected = volatileOf(step.store).online.has(user);
  const seenUs = isConnected ? step.nowUs : account.primarySeenUs;
  if (step.nowUs - seenUs <= PRIMARY_ABSENCE_MAX_US) {
    step.setTimer(absenceTimer(user), seenUs + PRIMARY_ABSENCE_MAX_US + 1);
    return;
  }
  for (const { id } of account.devices) {
    if (id !== 0) removeDevice(step, deviceJid(user, id), 'primary_absent');
  }
  // Watching goes on when the phone is back and has companions again.
  step.setTimer(absenceTimer(user), step.nowUs + PRIMARY_ABSENCE_MAX_US + 1);
}
