/**
 * Who has this device's sender key of a group (specification 4.3, 7.1). A device has it once the
 * server has taken the stanza that handed it over; a chain that somebody holds who should not any
 * more is thrown away, and the next message makes another. Collections: `group-key/GROUP` (key:
 * device) and `given-keys` (key: `MESSAGE|COUNT` of a stanza on its way).
 */

import type { DeviceJid, GroupJid, UserJid } from '../../contract.ts';
import { SEALED_PER_STEP_MAX } from '../../limits.ts';
import {
  OWN_SENDER_KEYS,
  ownSenderKey,
  sendersCollection,
} from '../../signal/sender-key-records.ts';
import {
  createSenderKey,
  deleteOwnSenderKey,
  forgetSenderKey,
  forgetSenderKeysOf,
  leaveGroupGap,
} from '../../signal/sender-keys.ts';
import type { StoredRecord } from '../../store.ts';
import { userOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { linkStateOf } from './link-state.ts';

/** A device was given the chain of this id, and the server has taken it. */
interface GroupKeyRecord extends StoredRecord {
  readonly kind: 'group-key';
  readonly chainId: number;
}

/** A sealed stanza that hands a chain to these devices and is not acknowledged yet. */
interface GivenKeysRecord extends StoredRecord {
  readonly kind: 'given-keys';
  readonly group: GroupJid;
  readonly chainId: number;
  readonly devices: readonly DeviceJid[];
}

function keysOf(group: GroupJid): string {
  return `group-key/${group}`;
}

/**
 * Makes sure that there is a chain to announce and use. On its first use after a boot it leaves out
 * the keys that a lost commit may have used (K1). Draws what `createSenderKey` draws.
 */
export function readyOwnKey(step: Step, group: GroupJid): void {
  const { knownGroupChains } = linkStateOf(step.store);
  if (ownSenderKey(step.tx, group) === undefined) createSenderKey(step.tx, group, step.context);
  else if (!knownGroupChains.has(group)) {
    leaveGroupGap(step.tx, group, SEALED_PER_STEP_MAX, step.context);
  }
  knownGroupChains.add(group);
}

/**
 * The devices of `targets` that have not the present chain, in order. A chain that anybody outside
 * `targets` holds is thrown away first: then everybody lacks the next one.
 */
export function devicesWithoutKey(
  step: Step,
  group: GroupJid,
  targets: readonly DeviceJid[],
): DeviceJid[] {
  dropForeignHolders(step, group, targets);
  const chainId = ownSenderKey(step.tx, group)?.chainId;
  if (chainId === undefined) return [...targets];
  const name = keysOf(group);
  return targets.filter((device) => {
    return step.get<GroupKeyRecord>(name, device)?.chainId !== chainId;
  });
}

function dropForeignHolders(step: Step, group: GroupJid, targets: readonly DeviceJid[]): void {
  const name = keysOf(group);
  const known = targets.filter((device) => step.tx.get(name, device) !== undefined).length;
  const isPending = step.tx.count('given-keys') > 0;
  if (known === step.tx.count(name) && !isPending) return;
  const expected = new Set(targets);
  for (const [device] of step.tx.entries(name)) {
    if (!expected.has(device)) withdrawKey(step, group, device);
  }
  for (const { devices } of givenIn(step, group)) {
    for (const device of devices) if (!expected.has(device)) withdrawKey(step, group, device);
  }
}

function givenIn(step: Step, group: GroupJid): GivenKeysRecord[] {
  return step.tx
    .entries('given-keys')
    .map(([, record]) => record as GivenKeysRecord)
    .filter((record) => record.group === group);
}

/** Remembers whom the stanza hands the present chain; it counts once the server has taken it. */
export function noteGiven(
  step: Step,
  group: GroupJid,
  stanza: { readonly messageId: string; readonly sentCount: number },
  devices: readonly DeviceJid[],
): void {
  const chainId = ownSenderKey(step.tx, group)?.chainId;
  if (chainId === undefined || devices.length === 0) return;
  const record: GivenKeysRecord = { kind: 'given-keys', group, chainId, devices };
  step.tx.put('given-keys', `${stanza.messageId}|${stanza.sentCount}`, record);
}

/** The server took, or refused, the stanza of this count: what it handed over is there, or not. */
export function settleGiven(
  step: Step,
  messageId: string,
  sentCount: string | undefined,
  isTaken: boolean,
): void {
  const key = `${messageId}|${sentCount ?? ''}`;
  const given = step.get<GivenKeysRecord>('given-keys', key);
  if (given === undefined) return;
  step.tx.delete('given-keys', key);
  const { group, chainId, devices } = given;
  if (!isTaken || ownSenderKey(step.tx, group)?.chainId !== chainId) return;
  const record: GroupKeyRecord = { kind: 'group-key', chainId };
  for (const device of devices) step.tx.put(keysOf(group), device, record);
}

/** A device asked for a message again: it gets the key once more, in the same chain. */
export function forgetKeyOf(step: Step, group: GroupJid, device: DeviceJid): void {
  step.tx.delete(keysOf(group), device);
}

/** The device must not read on: when it may hold the present chain, that chain is over (G3). */
function withdrawKey(step: Step, group: GroupJid, device: DeviceJid): void {
  const chainId = ownSenderKey(step.tx, group)?.chainId;
  const held = step.get<GroupKeyRecord>(keysOf(group), device)?.chainId;
  step.tx.delete(keysOf(group), device);
  if (chainId === undefined) return;
  const isGiven = givenIn(step, group).some(
    (given) => given.chainId === chainId && given.devices.includes(device),
  );
  if (held !== chainId && !isGiven) return;
  deleteOwnSenderKey(step.tx, group);
  step.emit('rotation', `the sender key of ${group} is replaced: ${device} had it`, {
    group,
    device,
  });
}

/**
 * A device is gone from its account's list, or its identity is another: chains it holds are over,
 * and the chains it gave are forgotten (specification 4.3).
 */
export function forgetDeviceInGroups(step: Step, device: DeviceJid): void {
  // A group without a chain of ours may still have marks of the one before.
  const entries = [...step.tx.entries(OWN_SENDER_KEYS), ...step.tx.entries('group')];
  const groups = new Set(entries.map(([group]) => group));
  for (const group of groups) withdrawKey(step, group, device);
  forgetSenderKeysOf(step.tx, device);
}

/** A member left or was removed: the same for all its devices in this group. */
export function forgetMemberInGroup(step: Step, group: GroupJid, user: UserJid): void {
  const given = givenIn(step, group).flatMap(({ devices }) => devices);
  const holders = [...step.tx.entries(keysOf(group)).map(([device]) => device), ...given];
  for (const device of holders) if (userOf(device) === user) withdrawKey(step, group, device);
  for (const [sender] of step.tx.entries(sendersCollection(group))) {
    if (userOf(sender) === user) forgetSenderKey(step.tx, group, sender);
  }
}

/** Forgets who had our keys of a group: its own chains are forgotten by `forgetGroup`. */
export function forgetHolders(step: Step, group: GroupJid): void {
  for (const [device] of step.tx.entries(keysOf(group))) step.tx.delete(keysOf(group), device);
  for (const [key, record] of step.tx.entries('given-keys')) {
    if ((record as GivenKeysRecord).group === group) step.tx.delete('given-keys', key);
  }
}
