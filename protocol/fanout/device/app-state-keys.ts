/**
 * The keys of app state on a device (specification 8.10, 8.11): the first one is the phone's to
 * make; any device makes the next when one is due; every own device gets them as peer messages. A
 * key that a patch names and that is not here is asked for, and given up when nobody has it.
 */

import type { DeviceJid } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import {
  APP_STATE_EPOCH_GAP,
  APP_STATE_KEY_REQUEST_MAX,
  APP_STATE_KEY_REQUEST_US,
  APP_STATE_KEY_USE_DAYS,
  APP_STATE_KEY_WAIT_MAX_US,
  APP_STATE_KEY_WAIT_US,
} from '../../limits.ts';
import type { StoredRecord } from '../../store.ts';
import { deviceIdOf } from '../../wire/jid.ts';
import { PROTOCOL_TYPES } from '../../wire/protocol-message.ts';
import { mutationOf } from '../app-state/actions.ts';
import { COLLECTIONS } from '../app-state/collections.ts';
import {
  decodeKeyRequest,
  decodeKeyShare,
  encodeKeyRequest,
  encodeKeyShare,
} from '../app-state/key-messages.ts';
import {
  activeKey,
  type DeviceFingerprint,
  encodeKeyId,
  keyName,
  nextKeyId,
  readKeyId,
  rotationReason,
  type SyncKey,
} from '../app-state/keys.ts';
import type { SealingKey } from '../app-state/mutation.ts';
import type { Step } from '../step.ts';
import { refreshSetting } from './app-state-effects.ts';
import {
  changeSync,
  derivedKeys,
  holdsKey,
  isBehind,
  keysOf,
  type MissingKeyRecord,
  putPending,
  type SyncKeyRecord,
  syncOf,
} from './app-state-records.ts';
import { ownOthers, sendPeer } from './peer.ts';
import { accountOf, deviceListOf, SELF } from './records.ts';

/** Keys up to this epoch are not written with any more. */
interface ExpiredRecord extends StoredRecord {
  readonly kind: 'app-state-expired';
  readonly epoch: number;
}

const EPOCH_MAX = 0xffff_ffff;
/** First epochs leave room above them. */
const FIRST_EPOCHS = 0x8000_0000;

// ---------------------------------------------------------------- making

function fingerprintNow(step: Step): DeviceFingerprint | undefined {
  const account = accountOf(step);
  const list = account && deviceListOf(step, account.user);
  if (list === undefined) return undefined;
  const { rawId, currentIndex } = list;
  return { rawId, currentIndex, deviceIndexes: list.devices.map(({ keyIndex }) => keyIndex) };
}

/** Makes and keeps a key. Draws secret `app-state-key` (32), number `app-state-epoch`. */
export function makeKey(step: Step): SyncKey | undefined {
  const account = accountOf(step);
  const fingerprint = fingerprintNow(step);
  if (account === undefined || fingerprint === undefined) return undefined;
  const first = step.context.numbers.below('app-state-epoch', FIRST_EPOCHS);
  const next = nextKeyId(keysOf(step), deviceIdOf(account.device), first);
  const key: SyncKey = {
    keyId: step.tx.get('app-state-gap', SELF) === undefined ? next : beyondGap(next),
    keyData: step.context.secrets.bytes('app-state-key', 32),
    fingerprint,
    timestampMs: nowMs(step),
  };
  step.tx.delete('app-state-gap', SELF);
  keepKey(step, key);
  return key;
}

function beyondGap(keyId: Uint8Array): Uint8Array {
  const { device, epoch } = readKeyId(keyId) ?? { device: 0, epoch: 0 };
  return encodeKeyId({ device, epoch: Math.min(EPOCH_MAX, epoch + APP_STATE_EPOCH_GAP) });
}

function keepKey(step: Step, key: SyncKey): void {
  const record: SyncKeyRecord = { kind: 'app-state-key', key };
  step.tx.put('app-state-key', keyName(key.keyId), record);
}

/** This device's clock in milliseconds. */
export function nowMs(step: Step): number {
  return Math.floor(step.nowUs / 1_000);
}

/** Keys up to `epoch` expire; never beyond those known, so that a next one is always there. */
export function expireKeys(step: Step, epoch: number): void {
  const newest = activeKey(keysOf(step));
  const known = newest === undefined ? -1 : epochOf(newest);
  const expired = Math.min(epoch, known);
  if (expired <= expiredEpoch(step)) return;
  const record: ExpiredRecord = { kind: 'app-state-expired', epoch: expired };
  step.tx.put('app-state-expired', SELF, record);
}

function expiredEpoch(step: Step): number {
  return step.get<ExpiredRecord>('app-state-expired', SELF)?.epoch ?? -1;
}

function epochOf(key: SyncKey): number {
  return readKeyId(key.keyId)?.epoch ?? 0;
}

/**
 * The key to write with, a new one when that is due and this device is up to date: a key that
 * others made meanwhile is not made again. `undefined`: nothing can be written now. A companion
 * waits for the phone's first key; a phone without companions needs none.
 */
export function keyToWrite(step: Step): SealingKey | undefined {
  const active = activeKey(keysOf(step));
  const devices = fingerprintNow(step);
  if (devices === undefined) return undefined;
  const reason = rotationReason(active, {
    devices,
    nowMs: nowMs(step),
    expiredEpoch: expiredEpoch(step),
    useDaysMax: APP_STATE_KEY_USE_DAYS,
  });
  if (reason === undefined) return active && sealing(step, active);
  if (COLLECTIONS.some((name) => isBehind(step, name))) return undefined;
  if (reason === 'no-key')
    return hasFirstKeyToMake(step) ? sealingOf(step, firstKey(step)) : undefined;
  return sealingOf(step, rotate(step, active, reason));
}

function sealing(step: Step, key: SyncKey): SealingKey {
  return { keyId: key.keyId, keys: derivedKeys(step, key) };
}

function sealingOf(step: Step, key: SyncKey | undefined): SealingKey | undefined {
  return key && sealing(step, key);
}

function hasFirstKeyToMake(step: Step): boolean {
  return step.tx.get('primary', SELF) !== undefined && ownOthers(step).length > 0;
}

function firstKey(step: Step): SyncKey | undefined {
  const key = makeKey(step);
  if (key !== undefined) shareKeys(step, ownOthers(step), [key]);
  return key;
}

/** A new key for all, and the word in every collection that the old ones are out of use. */
function rotate(step: Step, old: SyncKey | undefined, reason: string): SyncKey | undefined {
  const key = makeKey(step);
  if (key === undefined || old === undefined) return key;
  shareKeys(step, ownOthers(step), [key]);
  const expiredEpoch = epochOf(old);
  expireKeys(step, expiredEpoch);
  for (const collection of COLLECTIONS) {
    const action = { kind: 'key-expiration', collection, expiredEpoch } as const;
    const index = JSON.stringify(['sentinel', collection]);
    putPending(step, collection, index, mutationOf('set', action, nowMs(step)));
    refreshSetting(step, collection, index);
  }
  const sentence = `makes a new key of app state: ${reason}`;
  step.emit('app-state-rotation', sentence, { reason, key: keyName(key.keyId) });
  return key;
}

// ---------------------------------------------------------------- sharing

function shareKeys(
  step: Step,
  targets: readonly DeviceJid[],
  keys: readonly SyncKey[],
  missing: readonly Uint8Array[] = [],
): void {
  if (targets.length === 0) return;
  const appStateSyncKeyShare = encodeKeyShare({ keys, missing });
  sendPeer(step, targets, { type: PROTOCOL_TYPES.appStateSyncKeyShare, appStateSyncKeyShare });
}

/** The phone hands a newly linked companion all keys; with the first companion it makes one. */
export function shareWithNewcomer(step: Step, device: DeviceJid): void {
  if (keysOf(step).length === 0) makeKey(step);
  shareKeys(step, [device], keysOf(step));
}

/** An own device hands over keys, or says which it does not have. */
export function takeKeyShare(step: Step, author: DeviceJid, bytes: Uint8Array): void {
  const share = decodeKeyShare(bytes);
  if (isRejected(share)) return step.refuse(share);
  if (share.refusedCount > 0) {
    const facts = { author, count: share.refusedCount };
    step.refuseAs('malformed', `${author} shares keys that are none`, facts);
  }
  for (const key of share.keys) {
    const held = step.get<SyncKeyRecord>('app-state-key', keyName(key.keyId));
    if (held === undefined) keepKey(step, key);
    else if (!isSameKey(held.key, key)) {
      const facts = { author, key: keyName(key.keyId) };
      step.refuseAs('unexpected', `${author} shares another key under a known id`, facts);
    }
  }
  for (const keyId of share.missing) noteLacking(step, author, keyName(keyId));
}

function isSameKey(one: SyncKey, other: SyncKey): boolean {
  return one.keyData.every((byte, at) => byte === other.keyData[at]);
}

function noteLacking(step: Step, author: DeviceJid, name: string): void {
  const record = step.get<MissingKeyRecord>('app-state-missing', name);
  if (record === undefined || record.lacking.includes(author)) return;
  const next: MissingKeyRecord = { ...record, lacking: [...record.lacking, author] };
  step.tx.put('app-state-missing', name, next);
}

/** An own device asks for keys. */
export function takeKeyRequest(step: Step, author: DeviceJid, bytes: Uint8Array): void {
  const asked = decodeKeyRequest(bytes);
  if (isRejected(asked)) return step.refuse(asked);
  if (asked.length > APP_STATE_KEY_REQUEST_MAX) {
    return step.refuseAs('limit-reached', `${author} asks for too many keys`, { author });
  }
  const keys: SyncKey[] = [];
  const missing: Uint8Array[] = [];
  for (const keyId of asked) {
    const held = step.get<SyncKeyRecord>('app-state-key', keyName(keyId));
    if (held === undefined) missing.push(keyId);
    else keys.push(held.key);
  }
  if (asked.length > 0) shareKeys(step, [author], keys, missing);
}

// ---------------------------------------------------------------- missing keys

const KEYS_TIMER = 'app-state-keys';

/** Notes that keys are missing; they may be on their way. */
export function missKeys(step: Step, keyIds: readonly Uint8Array[]): void {
  for (const keyId of keyIds) {
    const name = keyName(keyId);
    if (holdsKey(step, name) || step.tx.get('app-state-missing', name) !== undefined) continue;
    const asked = { sinceUs: step.nowUs, askedUs: 0, lacking: [] };
    const record: MissingKeyRecord = { kind: 'app-state-missing', keyId, ...asked };
    step.tx.put('app-state-missing', name, record);
  }
}

/**
 * Lets collections go on whose keys have come, asks for those that have not. Answers the name of a
 * key that nobody has, if there is one: then the state of the account is lost.
 */
export function advanceMissingKeys(step: Step): string | undefined {
  if (step.tx.count('app-state-missing') === 0) return undefined;
  const wanted = unblock(step);
  const others = ownOthers(step);
  const due: Uint8Array[] = [];
  let nextUs = Number.POSITIVE_INFINITY;
  for (const [name, entry] of step.tx.entries('app-state-missing')) {
    const record = entry as MissingKeyRecord;
    if (holdsKey(step, name) || !wanted.has(name)) {
      step.tx.delete('app-state-missing', name);
      continue;
    }
    const isNowhere = others.every((device) => record.lacking.includes(device));
    if (isNowhere || step.nowUs - record.sinceUs > APP_STATE_KEY_WAIT_MAX_US) return name;
    const isDue = step.nowUs >= askAgainUs(record) && due.length < APP_STATE_KEY_REQUEST_MAX;
    const now: MissingKeyRecord = isDue ? { ...record, askedUs: step.nowUs } : record;
    if (isDue) due.push(record.keyId);
    if (isDue) step.tx.put('app-state-missing', name, now);
    nextUs = Math.min(nextUs, askAgainUs(now), now.sinceUs + APP_STATE_KEY_WAIT_MAX_US + 1);
  }
  if (due.length > 0) askForKeys(step, others, due);
  if (nextUs === Number.POSITIVE_INFINITY) step.cancelTimer(KEYS_TIMER);
  else step.setTimer(KEYS_TIMER, Math.max(nextUs, step.nowUs + 1));
  return undefined;
}

function askAgainUs({ sinceUs, askedUs }: MissingKeyRecord): number {
  return askedUs === 0 ? sinceUs + APP_STATE_KEY_WAIT_US : askedUs + APP_STATE_KEY_REQUEST_US;
}

function askForKeys(step: Step, others: readonly DeviceJid[], keyIds: readonly Uint8Array[]): void {
  const appStateSyncKeyRequest = encodeKeyRequest(keyIds);
  const type = PROTOCOL_TYPES.appStateSyncKeyRequest;
  sendPeer(step, others, { type, appStateSyncKeyRequest });
  const sentence = `asks its own devices for ${keyIds.length} keys of app state`;
  step.emit('app-state-keys-asked', sentence, { keys: keyIds.length });
}

/** Which keys collections still wait for. */
function unblock(step: Step): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const name of COLLECTIONS) {
    const { blockedOn } = syncOf(step, name);
    if (blockedOn.length === 0) continue;
    const left = blockedOn.filter((key) => !holdsKey(step, key));
    for (const key of left) wanted.add(key);
    if (left.length < blockedOn.length) changeSync(step, name, { blockedOn: left });
  }
  return wanted;
}
