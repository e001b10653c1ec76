/**
 * The server's device-list store (specification 5.7, 5.8): it answers queries and spreads what the
 * primary signed. It never signs, and it lists only devices that are linked.
 */

import type { DeviceJid, LinkedRecord, UserJid } from '../../contract.ts';
import { participantHash } from '../../devices/participant-hash.ts';
import { deviceJid } from '../../wire/jid.ts';
import { attribute, child, children, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { enqueue } from './queue.ts';
import {
  accountOf,
  isOldAccount,
  linkedDevice,
  nextStampUs,
  type ServerAccountRecord,
} from './records.ts';

/** Linked devices of an account, primary first, as addresses. */
export function devicesOf(step: Step, user: UserJid): DeviceJid[] {
  const account = accountOf(step, user);
  return account === undefined ? [] : account.devices.map(({ id }) => deviceJid(user, id));
}

/** Two accounts that talk: each is told of the other's list changes. */
export function rememberContact(step: Step, one: UserJid, other: UserJid): void {
  if (one === other) return;
  for (const [user, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    const name = `contact/${user}`;
    if (step.tx.get(name, peer) === undefined) step.tx.put(name, peer, { kind: 'contact' });
  }
}

function deviceNodes(step: Step, account: ServerAccountRecord): WireNode[] {
  return account.devices
    .filter(({ id }) => linkedDevice(step, deviceJid(account.user, id)) !== undefined)
    .map(({ id, keyIndex }) => node('device', { id: String(id), 'key-index': String(keyIndex) }));
}

function listNode(account: ServerAccountRecord): WireNode[] {
  if (account.signedList === undefined) return [];
  return [node('key-index-list', { ts: String(account.listTimestampS) }, account.signedList)];
}

/** Answers a device query; unknown users are left out of the answer. */
export function answerListQuery(step: Step, asker: LinkedRecord, query: WireNode): WireNode {
  const users: WireNode[] = [];
  const list = child(child(query, 'usync') ?? query, 'list');
  for (const entry of list === undefined ? [] : children(list, 'user')) {
    const user = attribute(entry, 'jid') ?? '';
    const account = accountOf(step, user);
    if (account === undefined) continue;
    rememberContact(step, asker.user, user);
    const multidevice = isOldAccount(step, user) ? 'false' : undefined;
    const devices = node('devices', { multidevice }, [
      node('device-list', {}, deviceNodes(step, account)),
      ...listNode(account),
    ]);
    users.push(node('user', { jid: user }, [devices]));
  }
  return node('usync', {}, [node('list', {}, users)]);
}

/** The server's own hash over both accounts' linked devices. */
export function serverParticipantHash(step: Step, one: UserJid, other: UserJid): string {
  const users = one === other ? [one] : [one, other];
  return participantHash(
    users.flatMap((user) => devicesOf(step, user)),
    step.context.crypto,
  );
}

/** Tells own devices and contacts that a list changed by one device (specification 5.8). */
export function announce(
  step: Step,
  user: UserJid,
  change: 'add' | 'remove',
  device: DeviceJid,
  keyIndex: number,
): void {
  const account = accountOf(step, user);
  if (account === undefined) return;
  const stampUs = nextStampUs(step);
  const hash = participantHash(devicesOf(step, user), step.context.crypto);
  const id = step.freshId('devices');
  const notice = node('notification', { type: 'devices', from: user, id, t: String(stampUs) }, [
    node(change, { device_hash: hash }, [
      node('device', { jid: device, 'key-index': String(keyIndex) }),
      ...listNode(account),
    ]),
  ]);
  for (const [contact] of step.tx.entries(`contact/${user}`)) {
    for (const target of devicesOf(step, contact)) enqueue(step, target, notice, stampUs);
  }
  announceToOwn(step, account, hash, stampUs, change === 'add' ? device : undefined);
}

/** Tells own devices and contacts that a list was signed anew without a device coming or going. */
export function announceUpdate(step: Step, user: UserJid): void {
  const account = accountOf(step, user);
  if (account === undefined) return;
  const stampUs = nextStampUs(step);
  const hash = participantHash(devicesOf(step, user), step.context.crypto);
  const attributes = {
    type: 'devices',
    from: user,
    id: step.freshId('devices'),
    t: String(stampUs),
  };
  const notice = node('notification', attributes, [node('update', { device_hash: hash })]);
  for (const [contact] of step.tx.entries(`contact/${user}`)) {
    for (const target of devicesOf(step, contact)) enqueue(step, target, notice, stampUs);
  }
  announceToOwn(step, account, hash, stampUs, undefined);
}

function announceToOwn(
  step: Step,
  account: ServerAccountRecord,
  hash: string,
  stampUs: number,
  newcomer: DeviceJid | undefined,
): void {
  const id = step.freshId('account');
  const attributes = { type: 'account_sync', from: account.user, id, t: String(stampUs) };
  const notice = node('notification', attributes, [
    node('devices', { dhash: hash }, [...deviceNodes(step, account), ...listNode(account)]),
  ]);
  for (const own of devicesOf(step, account.user)) {
    if (own !== newcomer) enqueue(step, own, notice, stampUs);
  }
}
