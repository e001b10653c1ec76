/**
 * A phone registers a number that has an account (specification D.5): the keys of the account are
 * others from now on. Its companions are logged out, its prekeys and signed list are dropped, its
 * contacts are told; messages that wait for it stay, so that the new phone can ask their authors
 * for them. A phone that asks again after a lost answer changes nothing.
 *
 * Assumption: the proof that the number is the caller's is not modelled; device ids go on counting,
 * so that no address of a former companion is given again.
 */

import type { DeviceJid, LinkedRecord, UserJid } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import type { StoredRecord } from '../../store.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { deviceJid, userJid, userOf } from '../../wire/jid.ts';
import { attribute, node } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { forgetDevice, updateAccount } from './accounts.ts';
import { forgetAppState } from './app-state.ts';
import { type Pairing, type ServerConnection, volatileOf } from './connections.ts';
import { devicesOf } from './lists.ts';
import { dismiss } from './pairing.ts';
import { enqueue } from './queue.ts';
import {
  accountOf,
  type BundleRecord,
  linkedDevice,
  nextStampUs,
  type QueuedRecord,
} from './records.ts';

/** The keys a phone or companion shows when it registers. */
export type RegistrationKeys = Omit<Pairing, 'refs' | 'offer'>;

/**
 * Carries out a registration; answers the phone's address, or undefined when there is no such
 * account or the connection's key is another device's.
 */
export function register(
  step: Step,
  connection: ServerConnection,
  number: string,
  keys: RegistrationKeys,
): DeviceJid | undefined {
  const user = userJid(number);
  const { transportKey } = connection;
  const index = step.tx.get('transport-index', transportKey);
  const holder = (index as (StoredRecord & { device?: string }) | undefined)?.device;
  if (accountOf(step, user) === undefined) return undefined;
  if (holder === user) return user;
  if (holder !== undefined) return undefined;
  startOver(step, user);
  const linked: LinkedRecord = { kind: 'linked', user, device: user, keyIndex: 0, transportKey };
  const bundle: BundleRecord = {
    kind: 'bundle',
    registrationId: keys.registrationId,
    identityKey: keys.identityKey,
    signedPrekeyId: keys.signedPrekeyId,
    signedPrekey: keys.signedPrekey,
    signedPrekeySignature: keys.signedPrekeySignature,
    deviceIdentity: undefined,
  };
  step.tx.put('linked', user, linked);
  step.tx.put('bundle', user, bundle);
  step.tx.put('transport-index', transportKey, {
    kind: 'transport-index',
    device: user,
  } as StoredRecord);
  tellContacts(step, user);
  return user;
}

/** Nothing of the former keys stays but the messages that wait. */
function startOver(step: Step, user: UserJid): void {
  const account = accountOf(step, user);
  if (account === undefined) return;
  for (const connection of volatileOf(step.store).connections.values()) {
    const { pairing } = connection;
    if (pairing?.offer !== undefined && userOf(pairing.offer.device) === user) {
      dismiss(step, connection);
    }
  }
  for (const { id } of account.devices) {
    if (id !== 0) forgetDevice(step, deviceJid(user, id), 'device_removed');
  }
  forgetAppState(step, user);
  const waiting = messagesFor(step, user);
  if (linkedDevice(step, user) !== undefined) forgetDevice(step, user, 'device_removed');
  for (const [key, record] of waiting) step.tx.put(`queue/${user}`, key, record);
  updateAccount(step, account, {
    devices: [{ id: 0, keyIndex: 0 }],
    signedList: undefined,
    listTimestampS: 0,
  });
}

/** Chat messages in the phone's queue: what else waits was about the former keys. */
function messagesFor(step: Step, user: UserJid): [string, QueuedRecord][] {
  const entries = step.tx.entries(`queue/${user}`) as [string, QueuedRecord][];
  return entries.filter(([, { bytes }]) => {
    const stanza = decodeFrame(bytes);
    if (isRejected(stanza) || stanza.tag !== 'message') return false;
    return attribute(stanza, 'category') !== 'peer';
  });
}

/** `<notification type="encrypt" from=USER><identity/></notification>` (specification 1.5). */
function tellContacts(step: Step, user: UserJid): void {
  const stampUs = nextStampUs(step);
  const id = step.freshId('identity');
  const attributes = { type: 'encrypt', from: user, id, t: String(stampUs) };
  const notice = node('notification', attributes, [node('identity')]);
  for (const [contact] of step.tx.entries(`contact/${user}`)) {
    for (const target of devicesOf(step, contact)) enqueue(step, target, notice, stampUs);
  }
}
