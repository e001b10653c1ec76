/**
 * Linking and unlinking on the phone (specification 5.3, 5.9): scan the code, vouch for the
 * companion, adopt the new list when the server says that the companion has signed. The upload is
 * stored and asked again after a break; a key index that was given out is never given again.
 */

import type { DeviceJid } from '../../contract.ts';
import type { DeviceListRecord } from '../../devices/device-list.ts';
import { nextListTimestampS, parseQr, signCompanion } from '../../devices/linking.ts';
import { assert, isRejected } from '../../errors.ts';
import { COMPANIONS_MAX } from '../../limits.ts';
import { selfIdentity } from '../../signal/records.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { encodeFrame } from '../../wire/encode-node.ts';
import { deviceIdOf, parseDeviceJid } from '../../wire/jid.ts';
import { attribute, child, node, type WireNode } from '../../wire/node.ts';
import { PROTOCOL_TYPES } from '../../wire/protocol-message.ts';
import { encodeSecurityNotificationSetting } from '../../wire/security-setting.ts';
import type { Step } from '../step.ts';
import { shareWithNewcomer } from './app-state-keys.ts';
import { isOldApp } from './capability.ts';
import { startHistory } from './history-send.ts';
import { linkStateOf } from './link-state.ts';
import { ask, isAsking } from './outbound.ts';
import { maySignList, ownList, publishOwnList, withdraw } from './own-list.ts';
import { sendPeer } from './peer.ts';
import { accountOf, type PendingLinkRecord, type PrimaryRecord, SELF } from './records.ts';

/** A person scans a companion's code with the phone. */
export function takeScan(step: Step, text: string): void {
  const primary = step.get<PrimaryRecord>('primary', SELF);
  const identity = selfIdentity(step.tx);
  if (primary === undefined || identity === undefined) {
    return step.refuseAs('not-allowed', 'only the phone can link a companion');
  }
  if (isOldApp(step)) return step.refuseAs('not-allowed', 'this app is too old to link companions');
  const code = parseQr(text);
  if (isRejected(code)) return step.refuse(code);
  if (!maySignList(step)) {
    return step.refuseAs('not-allowed', 'the phone has to connect before it links a companion');
  }
  if (ownList(step).devices.length > COMPANIONS_MAX) {
    return step.refuseAs('limit-reached', `an account has at most ${COMPANIONS_MAX} companions`);
  }
  if (step.tx.get('pending-link', SELF) !== undefined) {
    return step.refuseAs('not-allowed', 'another companion is being linked');
  }
  const { rawId, currentIndex, listTimestampS } = primary;
  const validIndexes = ownList(step).devices.map(({ keyIndex }) => keyIndex);
  const vouching = signCompanion(
    identity.keyPair,
    { rawId, timestampS: listTimestampS, currentIndex, validIndexes },
    code,
    nextListTimestampS(listTimestampS, step.nowUs),
    {
      account: step.context.secrets.bytes('account-signature', 64),
      list: step.context.secrets.bytes('list-signature', 64),
    },
    step.context.crypto,
  );
  const queryId = step.freshId('pair');
  const stanza = node('iq', { xmlns: 'md', type: 'set', id: queryId }, [
    node('pair-device', {}, [
      node('ref', {}, code.reference),
      node('pub-key', {}, code.transportKey),
      node('device-identity', {}, vouching.deviceIdentity),
      node('key-index-list', { ts: String(vouching.list.timestampS) }, vouching.keyIndexList),
    ]),
  ]);
  const used: PrimaryRecord = {
    ...primary,
    currentIndex: vouching.keyIndex,
    listTimestampS: vouching.list.timestampS,
  };
  const list: DeviceListRecord = { ...ownList(step), ...vouching.list };
  const pending: PendingLinkRecord = {
    kind: 'pending-link',
    queryId,
    keyIndex: vouching.keyIndex,
    list,
    stanza: encodeFrame(stanza),
  };
  step.tx.put('primary', SELF, used);
  step.tx.put('pending-link', SELF, pending);
  resumeLinking(step);
}

/** Sends the stored upload, unless it is in flight. */
export function resumeLinking(step: Step): void {
  const pending = step.get<PendingLinkRecord>('pending-link', SELF);
  if (pending === undefined || linkStateOf(step.store).phase !== 'active') return;
  if (isAsking(step, (query) => query.kind === 'pair-device')) return;
  const stanza = decodeFrame(pending.stanza);
  assert(!isRejected(stanza), 'what we encoded ourselves decodes');
  ask(step, stanza, { kind: 'pair-device' });
}

/** The server's answer: the companion has signed, or there is nothing to link. */
export function takeLinked(step: Step, answer: WireNode): void {
  const pending = step.get<PendingLinkRecord>('pending-link', SELF);
  if (pending === undefined) return;
  step.tx.delete('pending-link', SELF);
  const named = parseDeviceJid(attribute(child(answer, 'device') ?? answer, 'jid'));
  const isOurs = !isRejected(named) && named.user === ownList(step).user && named.deviceId > 0;
  const isTaken = isOurs && ownList(step).devices.some(({ id }) => id === named.deviceId);
  if (attribute(answer, 'type') !== 'result' || !isOurs || isTaken) {
    const code = attribute(child(answer, 'error') ?? answer, 'code') ?? 'unknown';
    step.emit('link-failed', `the companion was not linked (${code})`, { code });
    return;
  }
  const device = named.jid;
  const newcomer = { id: named.deviceId, keyIndex: pending.keyIndex };
  const primary = step.get<PrimaryRecord>('primary', SELF);
  const [, ...companions] = ownList(step).devices;
  if (primary?.listTimestampS === pending.list.timestampS) {
    const devices = [...ownList(step).devices, newcomer];
    const list: DeviceListRecord = { ...pending.list, devices };
    step.tx.put('device-list', list.user, list);
  } else {
    // Another companion left while this one was being linked: the list signed then lacks the
    // newcomer.
    publishOwnList(step, [...companions, newcomer]);
  }
  welcome(step, device);
  shareWithNewcomer(step, device);
  step.emit('linked', `${device} is linked`, { device });
}

/** What a phone tells its new companion (specification 5.3, step 8): settings and history. */
function welcome(step: Step, device: DeviceJid): void {
  sendPeer(step, [device], {
    type: PROTOCOL_TYPES.initialSecurityNotificationSettingSync,
    initialSecurityNotificationSettingSync: encodeSecurityNotificationSetting(true),
  });
  startHistory(step, device);
}

/** A person unlinks a companion on the phone, or a companion logs itself out. */
export function takeUnlink(step: Step, device: DeviceJid): void {
  const account = accountOf(step);
  if (account === undefined)
    return step.refuseAs('not-allowed', 'this device belongs to no account');
  if (step.tx.get('primary', SELF) === undefined) {
    if (device !== account.device) {
      return step.refuseAs('not-allowed', 'a companion can log out only itself');
    }
    step.tx.put('leaving', SELF, { kind: 'leaving' });
    return leave(step);
  }
  if (!maySignList(step)) {
    return step.refuseAs('not-allowed', 'the phone has to connect before it unlinks a companion');
  }
  const gone = ownList(step).devices.find(({ id }) => id === deviceIdOf(device) && id !== 0);
  if (gone === undefined)
    return step.refuseAs('not-allowed', `${device} is not one of our companions`);
  withdraw(step, [gone], device);
}

/** Asks the server to log this companion out; asked again after every login until it is done. */
export function leave(step: Step): void {
  const account = accountOf(step);
  if (account === undefined || step.tx.get('leaving', SELF) === undefined) return;
  const id = step.freshId('leave');
  const jid = account.device;
  const removal = node('remove-companion-device', { jid, reason: 'user_initiated' });
  ask(step, node('iq', { xmlns: 'md', type: 'set', id }, [removal]), { kind: 'unlink' });
}
