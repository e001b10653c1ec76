/**
 * Linking at the server (specification 5.3): it passes the phone's vouching on to the companion
 * behind the scanned reference and publishes the new list only when the companion has signed. A
 * phone that asks again after a lost answer gets the same answer.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { DeviceJid, LinkedRecord } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { COMPANIONS_MAX, QR_REFS } from '../../limits.ts';
import type { StoredRecord } from '../../store.ts';
import { decodeKeyIndexList, decodeSignedKeyIndexList } from '../../wire/adv.ts';
import { DEVICE_ID_MAX, deviceIdOf, deviceJid, userOf } from '../../wire/jid.ts';
import {
  attribute,
  bytesContent,
  child,
  node,
  textContent,
  type WireNode,
} from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { noteCompanionSeen, removeDevice, updateAccount } from './accounts.ts';
import { type Pairing, type ServerConnection, volatileOf } from './connections.ts';
import { announce, announceUpdate } from './lists.ts';
import { accountOf, type BundleRecord, type ServerAccountRecord } from './records.ts';

/** A reference that led to a linked device: answers a phone that lost the first answer. */
interface PairedRecord extends StoredRecord {
  readonly kind: 'paired';
  readonly device: string;
}

/** The query by which the references travel, and its answer comes back. */
const PAIR_DEVICE = 'pair-device';
const PAIR_SUCCESS = 'pair-success';

/** A new companion has connected: hand it the references it may show. */
export function offerReferences(
  step: Step,
  connection: ServerConnection,
  about: Omit<Pairing, 'refs' | 'offer'>,
): void {
  const refs = Array.from({ length: QR_REFS }, () =>
    bytesToHex(step.context.numbers.bytes('pairing-ref', 16)),
  );
  connection.phase = 'pairing';
  connection.pairing = { ...about, refs, offer: undefined };
  for (const ref of refs) volatileOf(step.store).pairingByRef.set(ref, connection);
  const id = `${PAIR_DEVICE}-${connection.transportKey.slice(0, 16)}`;
  step.send(
    connection.connection,
    node('iq', { type: 'set', xmlns: 'md', id, from: 's.whatsapp.net' }, [
      node(
        PAIR_DEVICE,
        {},
        refs.map((ref) => node('ref', {}, ref)),
      ),
    ]),
  );
}

function refuse(step: Step, connection: number, id: string, code: string): void {
  step.send(
    connection,
    node('iq', { type: 'error', id, from: 's.whatsapp.net' }, [node('error', { code })]),
  );
}

/**
 * The time stamp and last index of an uploaded signed list, or undefined when it does not decode.
 */
export function readList(
  signed: Uint8Array,
): { timestampS: number; currentIndex: number } | undefined {
  const outer = decodeSignedKeyIndexList(signed);
  if (isRejected(outer)) return undefined;
  const inner = decodeKeyIndexList(outer.details);
  if (isRejected(inner)) return undefined;
  return { timestampS: inner.timestampS, currentIndex: inner.currentIndex };
}

/** The phone vouches for the companion behind a reference. */
export function takeVouching(
  step: Step,
  phone: ServerConnection,
  sender: LinkedRecord,
  iq: WireNode,
  request: WireNode,
): void {
  const id = attribute(iq, 'id') ?? '';
  const ref = textContent(child(request, 'ref'));
  const identity = bytesContent(child(request, 'device-identity'));
  const signedList = bytesContent(child(request, 'key-index-list'));
  const account = accountOf(step, sender.user);
  const list = signedList === undefined ? undefined : readList(signedList);
  if (ref === undefined || !identity || !signedList || !list || !account) {
    return refuse(step, phone.connection, id, '400');
  }
  if (deviceIdOf(sender.device) !== 0) return refuse(step, phone.connection, id, '403');
  const paired = step.get<PairedRecord>('paired', ref);
  if (paired !== undefined) return answerPhone(step, phone.connection, id, paired.device);
  const companion = volatileOf(step.store).pairingByRef.get(ref);
  if (companion?.pairing === undefined) return refuse(step, phone.connection, id, '404');
  const isFull = account.devices.length > COMPANIONS_MAX || account.nextDeviceId > DEVICE_ID_MAX;
  if (isFull) return refuse(step, phone.connection, id, '429');
  if (list.timestampS <= account.listTimestampS) return refuse(step, phone.connection, id, '409');
  const device = offeredDevice(step, companion.pairing, account);
  if (device === undefined) return refuse(step, phone.connection, id, '409');
  companion.pairing.offer = {
    ref,
    phoneConnection: phone.connection,
    phoneQueryId: id,
    device,
    signedList,
    listTimestampS: list.timestampS,
    keyIndex: list.currentIndex,
  };
  sendSuccess(step, companion, device, identity);
}

/**
 * The address that goes with an offer. A phone that asks again, its answer being on the way, means
 * the same device: the companion may have signed for it already. Undefined when somebody else's
 * phone has scanned the code before.
 */
function offeredDevice(
  step: Step,
  { offer }: Pairing,
  account: ServerAccountRecord,
): DeviceJid | undefined {
  if (offer !== undefined) return userOf(offer.device) === account.user ? offer.device : undefined;
  updateAccount(step, account, { nextDeviceId: account.nextDeviceId + 1 });
  return deviceJid(account.user, account.nextDeviceId);
}

function sendSuccess(
  step: Step,
  companion: ServerConnection,
  device: string,
  identity: Uint8Array,
): void {
  const id = `${PAIR_SUCCESS}-${companion.transportKey.slice(0, 16)}`;
  step.send(
    companion.connection,
    node('iq', { type: 'set', xmlns: 'md', id, from: 's.whatsapp.net' }, [
      node(PAIR_SUCCESS, {}, [
        node('device-identity', {}, identity),
        node('device', { jid: device }),
        node('platform', { name: 'android' }),
      ]),
    ]),
  );
}

function answerPhone(step: Step, connection: number, id: string, device: string): void {
  if (!volatileOf(step.store).connections.has(connection)) return;
  step.send(
    connection,
    node('iq', { type: 'result', id, from: 's.whatsapp.net' }, [node('device', { jid: device })]),
  );
}

/** The companion's answer to `pair-success`: signed, or refused with an error. */
export function takeSignature(step: Step, companion: ServerConnection, iq: WireNode): void {
  const pairing = companion.pairing;
  const offer = pairing?.offer;
  const signed = child(iq, 'pair-device-sign');
  const identity = signed && child(signed, 'device-identity');
  // Without an offer this is the result that confirms the references.
  if (pairing === undefined || offer === undefined) return;
  const deviceIdentity = bytesContent(identity);
  if (attribute(iq, 'type') !== 'result' || !identity || !deviceIdentity) {
    step.close(companion.connection);
    return abandon(step, companion, '403');
  }
  const account = accountOf(step, userOf(offer.device));
  // It may have signed an older offer than the last one.
  const isOlder = attribute(identity, 'key-index') !== String(offer.keyIndex);
  const isLate = account === undefined || offer.listTimestampS <= account.listTimestampS;
  if (isLate || isOlder || account.devices.length > COMPANIONS_MAX) {
    return dismiss(step, companion);
  }
  publish(step, companion, pairing, account, deviceIdentity);
  answerPhone(step, offer.phoneConnection, offer.phoneQueryId, offer.device);
  companion.pairing = undefined;
  for (const ref of pairing.refs) volatileOf(step.store).pairingByRef.delete(ref);
  step.send(companion.connection, node('stream:error', { code: '515' }));
  step.close(companion.connection);
}

function publish(
  step: Step,
  companion: ServerConnection,
  pairing: Pairing,
  account: ServerAccountRecord,
  deviceIdentity: Uint8Array,
): void {
  const offer = pairing.offer!;
  const linked: LinkedRecord = {
    kind: 'linked',
    user: account.user,
    device: offer.device,
    keyIndex: offer.keyIndex,
    transportKey: companion.transportKey,
  };
  const bundle: BundleRecord = {
    kind: 'bundle',
    registrationId: pairing.registrationId,
    identityKey: pairing.identityKey,
    signedPrekeyId: pairing.signedPrekeyId,
    signedPrekey: pairing.signedPrekey,
    signedPrekeySignature: pairing.signedPrekeySignature,
    deviceIdentity,
  };
  const paired: PairedRecord = { kind: 'paired', device: offer.device };
  step.tx.put('linked', offer.device, linked);
  step.tx.put('bundle', offer.device, bundle);
  step.tx.put('transport-index', companion.transportKey, {
    kind: 'transport-index',
    device: offer.device,
  } as StoredRecord);
  step.tx.put('paired', offer.ref, paired);
  noteCompanionSeen(step, offer.device);
  const id = deviceIdOf(offer.device);
  updateAccount(step, account, {
    devices: [...account.devices, { id, keyIndex: offer.keyIndex }],
    signedList: offer.signedList,
    listTimestampS: offer.listTimestampS,
    nextDeviceId: Math.max(account.nextDeviceId, id + 1),
  });
  announce(step, account.user, 'add', offer.device, offer.keyIndex);
}

/** Nothing comes of it. The companion may believe itself linked: it learns that it is not. */
export function dismiss(step: Step, companion: ServerConnection): void {
  const removed = node('conflict', { type: 'device_removed' });
  step.send(companion.connection, node('stream:error', { code: '401' }, [removed]));
  step.close(companion.connection);
  abandon(step, companion, '409');
}

/** The companion went away, refused, or came too late: the phone learns that nothing was linked. */
export function abandon(step: Step, companion: ServerConnection, code: string): void {
  const offer = companion.pairing?.offer;
  companion.pairing = undefined;
  if (offer !== undefined && volatileOf(step.store).connections.has(offer.phoneConnection)) {
    refuse(step, offer.phoneConnection, offer.phoneQueryId, code);
  }
}

/**
 * `<remove-companion-device jid>` with the phone's new list, a companion's own log-out, or a list
 * alone.
 */
export function takeListChange(
  step: Step,
  connection: ServerConnection,
  sender: LinkedRecord,
  iq: WireNode,
): void {
  const id = attribute(iq, 'id') ?? '';
  const account = accountOf(step, sender.user);
  const app = child(iq, 'app');
  if (app !== undefined) return takeApp(step, connection, sender, iq, app);
  const removal = child(iq, 'remove-companion-device');
  const signedList = bytesContent(child(iq, 'key-index-list'));
  const isPrimary = deviceIdOf(sender.device) === 0;
  const removed = account === undefined ? [] : devicesToRemove(account, removal);
  const isOwnLogout = removed.length === 1 && removed[0] === sender.device;
  if (account === undefined || (!isPrimary && !isOwnLogout)) {
    return refuse(step, connection.connection, id, '403');
  }
  if (isPrimary && signedList !== undefined && !takeList(step, account, signedList)) {
    return refuse(step, connection.connection, id, '409');
  }
  step.send(connection.connection, node('iq', { type: 'result', id, from: 's.whatsapp.net' }));
  for (const device of removed) removeDevice(step, device, 'device_removed');
  if (removed.length === 0 && signedList !== undefined) announceUpdate(step, sender.user);
}

/** `<app multidevice>`: the account's app knows of several devices from now on, or not any more. */
function takeApp(
  step: Step,
  connection: ServerConnection,
  sender: LinkedRecord,
  iq: WireNode,
  app: WireNode,
): void {
  const id = attribute(iq, 'id') ?? '';
  const account = accountOf(step, sender.user);
  const word = attribute(app, 'multidevice');
  const isKnown = word === 'true' || word === 'false';
  if (account === undefined || deviceIdOf(sender.device) !== 0 || !isKnown) {
    return refuse(step, connection.connection, id, '403');
  }
  step.send(connection.connection, node('iq', { type: 'result', id, from: 's.whatsapp.net' }));
  if (word === 'true') {
    step.tx.delete('old-app', sender.user);
    return announceUpdate(step, sender.user);
  }
  step.tx.put('old-app', sender.user, { kind: 'old-app' });
  const signedList = bytesContent(child(iq, 'key-index-list'));
  // A list that is not newer changes nothing; the companions go all the same.
  if (signedList !== undefined) takeList(step, account, signedList);
  const removed = devicesToRemove(account, child(iq, 'remove-companion-device'));
  for (const device of removed) removeDevice(step, device, 'device_removed');
  announceUpdate(step, sender.user);
}

/** The companions of this very account that a removal names: one, or all of them (5.9). */
function devicesToRemove(
  account: ServerAccountRecord,
  removal: WireNode | undefined,
): readonly DeviceJid[] {
  if (removal === undefined) return [];
  const companions = account.devices
    .filter(({ id }) => id !== 0)
    .map(({ id }) => deviceJid(account.user, id));
  if (attribute(removal, 'all') === 'true') return companions;
  return companions.filter((device) => device === attribute(removal, 'jid'));
}

/** Stores a list newer than, or equal to, the present one. */
function takeList(step: Step, account: ServerAccountRecord, signedList: Uint8Array): boolean {
  const list = readList(signedList);
  if (list === undefined || list.timestampS < account.listTimestampS) return false;
  updateAccount(step, account, { signedList, listTimestampS: list.timestampS });
  return true;
}
