/**
 * The phone's authority over its own list (specification 5.6): it signs, it publishes, and it
 * follows when the server has logged a companion out.
 */

import type { DeviceJid } from '../../contract.ts';
import {
  applyListAnswer,
  type DeviceListRecord,
  type ListAnswer,
  type ListedDevice,
  primaryOnly,
} from '../../devices/device-list.ts';
import { nextListTimestampS, signKeyIndexList } from '../../devices/linking.ts';
import { assert, isRejected } from '../../errors.ts';
import { SIGNAL_COLLECTIONS, selfIdentity } from '../../signal/records.ts';
import { deleteSession } from '../../signal/sessions.ts';
import { deviceJid } from '../../wire/jid.ts';
import { node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { forgetDeviceInGroups } from './group-keys.ts';
import { linkStateOf } from './link-state.ts';
import { sendReliably } from './outbound.ts';
import { accountOf, deviceListOf, type PrimaryRecord, SELF } from './records.ts';

/** The phone's own list as it stands. */
export function ownList(step: Step): DeviceListRecord {
  const account = accountOf(step);
  assert(account !== undefined, 'only a registered phone has a list of its own');
  return deviceListOf(step, account.user) ?? primaryOnly(account.user);
}

/**
 * Signs and stores a list with these companions; returns its element for the upload. Draws secret
 * `list-signature` (64).
 */
function signOwnList(step: Step, companions: readonly ListedDevice[]): WireNode {
  const identity = selfIdentity(step.tx);
  const primary = step.get<PrimaryRecord>('primary', SELF);
  assert(
    identity !== undefined && primary !== undefined,
    'the phone holds its identity and list state',
  );
  const timestampS = nextListTimestampS(primary.listTimestampS, step.nowUs);
  const list = {
    rawId: primary.rawId,
    timestampS,
    currentIndex: primary.currentIndex,
    validIndexes: [0, ...companions.map(({ keyIndex }) => keyIndex)],
  };
  const z = step.context.secrets.bytes('list-signature', 64);
  const signed = signKeyIndexList(identity.keyPair.privateKey, list, z, step.context.crypto);
  const next: PrimaryRecord = { ...primary, listTimestampS: timestampS };
  const record: DeviceListRecord = {
    kind: 'device-list',
    user: ownList(step).user,
    ...list,
    devices: [{ id: 0, keyIndex: 0 }, ...companions],
  };
  step.tx.put('primary', SELF, next);
  step.tx.put('device-list', record.user, record);
  return node('key-index-list', { ts: String(timestampS) }, signed);
}

/**
 * Drops companions from the list and tells the server; `device` is set when it must log one out.
 */
export function withdraw(step: Step, gone: readonly ListedDevice[], device?: string): void {
  const list = ownList(step);
  const kept = list.devices.filter(({ id }) => id !== 0 && !gone.some((other) => other.id === id));
  for (const { id } of gone) forgetCompanion(step, deviceJid(list.user, id));
  publishOwnList(step, kept, device);
}

/** Drops all companions from the list and has the server log them out; `words` go with it. */
export function withdrawAll(step: Step, words: readonly WireNode[]): void {
  const { user, devices } = ownList(step);
  for (const { id } of devices) if (id !== 0) forgetCompanion(step, deviceJid(user, id));
  const signed = signOwnList(step, []);
  const removal = node('remove-companion-device', { all: 'true', reason: 'user_initiated' });
  upload(step, [...words, removal, signed]);
}

function forgetCompanion(step: Step, device: DeviceJid): void {
  deleteSession(step.tx, device);
  forgetDeviceInGroups(step, device);
  step.tx.delete(SIGNAL_COLLECTIONS.peerIdentity, device);
}

/**
 * Signs a list with these companions and uploads it, logging `device` out at the server when given.
 */
export function publishOwnList(
  step: Step,
  companions: readonly ListedDevice[],
  device?: string,
): void {
  const signed = signOwnList(step, companions);
  const removal =
    device === undefined
      ? []
      : [node('remove-companion-device', { jid: device, reason: 'user_initiated' })];
  upload(step, [...removal, signed]);
}

function upload(step: Step, words: readonly WireNode[]): void {
  const id = step.freshId('list');
  sendReliably(step, node('iq', { xmlns: 'md', type: 'set', id, to: 's.whatsapp.net' }, words));
}

/**
 * The phone's Store went back behind what it has signed since: it takes its own list back from the
 * server, checked by its own key, and goes on counting from there (D3, D7).
 */
export function recoverOwnList(step: Step, answer: ListAnswer): void {
  const identity = selfIdentity(step.tx);
  const primary = step.get<PrimaryRecord>('primary', SELF);
  assert(identity !== undefined && primary !== undefined, 'the phone holds its identity');
  const held = ownList(step);
  const { publicKey } = identity.keyPair;
  const outcome = applyListAnswer(held, publicKey, answer, step.context.crypto);
  if (isRejected(outcome)) {
    if (outcome.code !== 'stale-list') return step.refuse(outcome);
    // Ours is the newer one, and how it was sent is lost: tell the server again, devices that left
    // one by one.
    const [, ...kept] = held.devices;
    const gone = answer.devices.filter(({ id }) => !held.devices.some((own) => own.id === id));
    for (const { id } of gone) publishOwnList(step, kept, deviceJid(held.user, id));
    if (gone.length === 0) publishOwnList(step, kept);
    return;
  }
  assert(outcome.kind === 'list-applied', 'the phone knows its own identity');
  const { record } = outcome;
  const next: PrimaryRecord = {
    ...primary,
    rawId: record.rawId === 0 ? primary.rawId : record.rawId,
    currentIndex: Math.max(primary.currentIndex, record.currentIndex),
    listTimestampS: Math.max(primary.listTimestampS, record.timestampS),
  };
  step.tx.put('primary', SELF, next);
  step.tx.put('device-list', record.user, record);
  for (const device of outcome.removed) forgetCompanion(step, device);
  const [, ...companions] = record.devices;
  const isWhole = record.validIndexes.length === record.devices.length;
  if (answer.list !== undefined && !isWhole) publishOwnList(step, companions);
}

/** Whether the phone may sign a list: not while it is not sure to hold its newest one. */
export function maySignList(step: Step): boolean {
  const user = accountOf(step)?.user ?? '';
  return linkStateOf(step.store).isConfirmed && step.tx.get('stale-list', user) === undefined;
}

/**
 * The server told which of our devices are linked: those it logged out leave the signed list too.
 * What was written before our present list (`listTimestampS`), or before the last such word
 * (`stampUs`), is late or repeated and says nothing about today.
 */
export function reconcileOwnDevices(
  step: Step,
  linked: readonly ListedDevice[],
  listTimestampS: number,
  stampUs: number,
): void {
  const own = ownList(step);
  const primary = step.get<PrimaryRecord>('primary', SELF);
  if (primary === undefined || stampUs <= primary.syncedUs) return;
  if (!maySignList(step)) return; // the list that is on its way says the same and more
  if (listTimestampS < own.timestampS) return;
  const heard: PrimaryRecord = { ...primary, syncedUs: stampUs };
  step.tx.put('primary', SELF, heard);
  const gone = own.devices.filter(({ id }) => id !== 0 && !linked.some((other) => other.id === id));
  if (gone.length > 0) withdraw(step, gone);
}
