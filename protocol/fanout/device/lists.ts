/**
 * Device lists on a device (specification 5.7, 5.8): ask, apply what the primary signed, drop what
 * belonged to removed devices. The phone is the authority on its own account and asks about others
 * only.
 */

import type { UserJid } from '../../contract.ts';
import {
  applyDeviceChange,
  applyListAnswer,
  type CarriedList,
  type DeviceChange,
  type ListAnswer,
  type ListedDevice,
} from '../../devices/device-list.ts';
import { isRejected } from '../../errors.ts';
import { positiveNumber } from '../../messages/stanza-time.ts';
import { pinnedIdentity } from '../../signal/records.ts';
import { DEVICE_ID_MAX, parseDeviceJid } from '../../wire/jid.ts';
import { attribute, bytesContent, child, children, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { askForBundles } from './bundles.ts';
import { noteCapability } from './capability.ts';
import { noteFreshLists } from './fresh-lists.ts';
import { doubtIdentity } from './identity-change.ts';
import { adopt, needList } from './known-lists.ts';
import { type ListQuery, linkStateOf } from './link-state.ts';
import { reconcileOwnDevices, recoverOwnList } from './own-list.ts';
import { accountOf, deviceListOf, SELF } from './records.ts';

function carriedList(parent: WireNode): CarriedList | undefined {
  const list = child(parent, 'key-index-list');
  const signedList = bytesContent(list);
  if (list === undefined || signedList === undefined) return undefined;
  return { signedList, timestampS: Number(attribute(list, 'ts') ?? 'NaN') };
}

function listedDevice(element: WireNode): ListedDevice | undefined {
  const jid = attribute(element, 'jid');
  const parsed = jid === undefined ? undefined : parseDeviceJid(jid);
  const named = parsed === undefined ? naturalNumber(attribute(element, 'id')) : undefined;
  const id = parsed === undefined || isRejected(parsed) ? named : parsed.deviceId;
  const keyIndex = naturalNumber(attribute(element, 'key-index'));
  const isWhole = id !== undefined && keyIndex !== undefined && id <= DEVICE_ID_MAX;
  return isWhole ? { id, keyIndex } : undefined;
}

/** 0 or a positive number in its only written form. */
function naturalNumber(text: string | undefined): number | undefined {
  return text === '0' ? 0 : positiveNumber(text);
}

function listedDevices(parent: WireNode): ListedDevice[] {
  return children(parent, 'device')
    .map(listedDevice)
    .filter((device) => device !== undefined);
}

/**
 * The answer to a query. Accounts the server did not give are not asked for again on this
 * connection.
 */
export function takeLists(step: Step, query: ListQuery, answer: WireNode): void {
  const list = child(child(answer, 'usync') ?? answer, 'list');
  const given = new Map<string, WireNode>();
  for (const user of list === undefined ? [] : children(list, 'user')) {
    given.set(attribute(user, 'jid') ?? '', user);
  }
  for (const user of query.users) {
    step.tx.delete('stale-list', user);
    const devices = given.get(user) && child(given.get(user)!, 'devices');
    const named = devices && child(devices, 'device-list');
    if (devices === undefined || named === undefined) {
      linkStateOf(step.store).unlisted.add(user);
      continue;
    }
    noteCapability(step, user, attribute(devices, 'multidevice') !== 'false');
    const told = { user, devices: listedDevices(named), list: carriedList(devices) };
    if (isOwnPrimary(step, user)) recoverOwnList(step, told);
    else applyAnswer(step, told);
  }
  noteFreshLists(step, query);
}

/** Whether this is the phone of that account. */
function isOwnPrimary(step: Step, user: UserJid): boolean {
  return step.tx.get('primary', SELF) !== undefined && user === accountOf(step)?.user;
}

function applyAnswer(step: Step, answer: ListAnswer): void {
  const { user } = answer;
  const pinned = pinnedIdentity(step.tx, user)?.publicKey;
  const held = deviceListOf(step, user);
  const outcome = applyListAnswer(held, pinned, answer, step.context.crypto);
  if (isRejected(outcome)) {
    step.refuse(outcome);
    linkStateOf(step.store).unlisted.add(user);
    // Signed by another key: the account may have registered again without our hearing of it.
    if (outcome.code === 'bad-signature') doubtIdentity(step, user);
  } else if (outcome.kind === 'needs-identity') {
    linkStateOf(step.store).heldAnswers.set(user, { answer, changes: [] });
  } else adopt(step, outcome);
}

/**
 * Applies list answers whose account's primary has become known since, and asks for the primaries
 * of the others, all in one. Where the server has no keys to give, an answer blocks nothing and
 * waits on: a first message may bring the key.
 */
export function applyHeldAnswers(step: Step): void {
  const { heldAnswers, unusable, unlisted } = linkStateOf(step.store);
  const lacking: UserJid[] = [];
  for (const [user, { answer, changes }] of heldAnswers) {
    if (pinnedIdentity(step.tx, user) !== undefined) {
      heldAnswers.delete(user);
      applyAnswer(step, answer);
      for (const change of changes) applyChange(step, change);
    } else if (unusable.has(user)) unlisted.add(user);
    else lacking.push(user);
  }
  if (lacking.length > 0) askForBundles(step, lacking);
}

/** `<notification type="devices">` and `type="account_sync"`; false when it is neither. */
export function takeListNotification(step: Step, notification: WireNode): boolean {
  const type = attribute(notification, 'type');
  const user = attribute(notification, 'from') ?? '';
  if (type === 'account_sync') {
    const devices = child(notification, 'devices');
    if (devices === undefined || user !== accountOf(step)?.user) return false;
    const listed = listedDevices(devices);
    const carried = carriedList(devices);
    const stampUs = positiveNumber(attribute(notification, 't')) ?? 0;
    if (step.tx.get('primary', SELF) !== undefined) {
      reconcileOwnDevices(step, listed, carried?.timestampS ?? 0, stampUs);
    } else applyAnswer(step, { user, devices: listed, list: carried });
    return true;
  }
  if (type !== 'devices') return false;
  const isPrimary = step.tx.get('primary', SELF) !== undefined;
  // The phone is the authority on its own list, and signs it itself.
  if (isPrimary && user === accountOf(step)?.user) return true;
  if (child(notification, 'update') !== undefined) {
    if (deviceListOf(step, user) !== undefined) needList(step, user);
  } else takeDeviceChange(step, user, notification);
  return true;
}

function takeDeviceChange(step: Step, user: UserJid, notification: WireNode): void {
  for (const change of ['add', 'remove'] as const) {
    const body = child(notification, change);
    const element = body && child(body, 'device');
    const device = element && listedDevice(element);
    if (body === undefined || device === undefined) continue;
    const deviceHash = attribute(body, 'device_hash');
    applyChange(step, { change, user, device, deviceHash, list: carriedList(body) });
  }
}

function applyChange(step: Step, change: DeviceChange): void {
  const { user } = change;
  const held = deviceListOf(step, user);
  const waiting = linkStateOf(step.store).heldAnswers.get(user);
  if (held === undefined && waiting !== undefined) {
    waiting.changes.push(change);
    return;
  }
  const pinned = pinnedIdentity(step.tx, user)?.publicKey;
  const outcome = applyDeviceChange(held, pinned, change, step.context.crypto);
  if (outcome.kind === 'list-applied') adopt(step, outcome);
  else if (held !== undefined) needList(step, user);
}
