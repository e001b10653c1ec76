/**
 * The prekey dispenser (specification 1.5): each one-time prekey is served once, in order of
 * upload.
 */

import type { DeviceJid, LinkedRecord } from '../../contract.ts';
import { PREKEY_REFILL_BELOW, UPLOAD_KEYS_MAX } from '../../limits.ts';
import { prekeyIdIsAfter } from '../../signal/prekeys.ts';
import {
  prekeyIdBytes,
  prekeyIdFrom,
  registrationIdBytes,
  registrationIdFrom,
} from '../../wire/integers.ts';
import { attribute, bytesContent, child, children, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { enqueue } from './queue.ts';
import {
  type BundleRecord,
  type KeyIdsRecord,
  linkedDevice,
  nextStampUs,
  type ServedPrekeyRecord,
} from './records.ts';

const KEY_TYPE = new Uint8Array([5]);

/** Reads `<skey>`: id, 32-byte key, 64-byte signature. */
export function readSignedPrekey(
  skey: WireNode | undefined,
): { id: number; publicKey: Uint8Array; signature: Uint8Array } | undefined {
  const id = prekeyIdFrom(skey && bytesContent(child(skey, 'id')));
  const publicKey = skey && bytesContent(child(skey, 'value'));
  const signature = skey && bytesContent(child(skey, 'signature'));
  if (id === undefined || publicKey?.length !== 32 || signature?.length !== 64) return undefined;
  return { id, publicKey, signature };
}

/** Notes ids of a device's keys, those given latest; they are echoed at its logins (contract 2). */
export function noteKeyIds(
  step: Step,
  device: DeviceJid,
  prekeyIds: readonly number[],
  signedPrekeyId: number | undefined,
): void {
  const before = step.get<KeyIdsRecord>('key-ids', device);
  let latest = before?.prekeyId ?? 0;
  for (const id of prekeyIds) if (latest === 0 || prekeyIdIsAfter(id, latest)) latest = id;
  const signed = before?.signedPrekeyId ?? 0;
  const isNewer =
    signedPrekeyId !== undefined && (signed === 0 || prekeyIdIsAfter(signedPrekeyId, signed));
  const record: KeyIdsRecord = {
    kind: 'key-ids',
    prekeyId: latest,
    signedPrekeyId: isNewer ? signedPrekeyId : signed,
  };
  const isSame = record.prekeyId === before?.prekeyId && !isNewer;
  if (!isSame) step.tx.put('key-ids', device, record);
}

/** The keys of a retry receipt are given out by its device itself. */
export function noteRetryKeys(step: Step, device: DeviceJid, receipt: WireNode): void {
  const keys = child(receipt, 'keys');
  const key = keys && child(keys, 'key');
  const id = prekeyIdFrom(key && bytesContent(child(key, 'id')));
  if (id !== undefined) noteKeyIds(step, device, [id], undefined);
}

/** Takes an upload; false when it is malformed. */
export function takeUpload(step: Step, device: DeviceJid, upload: WireNode): boolean {
  const registrationId = registrationIdFrom(bytesContent(child(upload, 'registration')));
  const identityKey = bytesContent(child(upload, 'identity'));
  const signed = readSignedPrekey(child(upload, 'skey'));
  const list = child(upload, 'list');
  if (registrationId === undefined || identityKey?.length !== 32) return false;
  if (signed === undefined || list === undefined) return false;
  if (children(list, 'key').length > UPLOAD_KEYS_MAX) return false;
  const keys: { id: number; value: Uint8Array }[] = [];
  for (const key of children(list, 'key')) {
    const id = prekeyIdFrom(bytesContent(child(key, 'id')));
    const value = bytesContent(child(key, 'value'));
    if (id === undefined || value?.length !== 32) return false;
    keys.push({ id, value });
  }
  const bundle: BundleRecord = {
    kind: 'bundle',
    registrationId,
    identityKey,
    signedPrekeyId: signed.id,
    signedPrekey: signed.publicKey,
    signedPrekeySignature: signed.signature,
    deviceIdentity: step.get<BundleRecord>('bundle', device)?.deviceIdentity,
  };
  step.tx.put('bundle', device, bundle);
  if (attribute(list, 'replace') === 'true') {
    for (const [key] of step.tx.entries(`prekeys/${device}`)) {
      step.tx.delete(`prekeys/${device}`, key);
      step.tx.put(`served/${device}`, key, { kind: 'served' });
    }
  }
  const ids = keys.map(({ id }) => id);
  noteKeyIds(step, device, ids, signed.id);
  for (const { id, value } of keys) putPrekey(step, device, id, value);
  return true;
}

/** Adds one prekey unless the id was uploaded before: an upload sent again changes nothing. */
function putPrekey(step: Step, device: DeviceJid, id: number, publicKey: Uint8Array): void {
  const name = `prekeys/${device}`;
  const key = String(id);
  if (step.tx.get(`served/${device}`, key) !== undefined) return;
  const record: ServedPrekeyRecord = { kind: 'served-prekey', id, publicKey };
  if (step.tx.get(name, key) === undefined) step.tx.put(name, key, record);
}

/** Replaces the signed prekey; false when it is malformed. */
export function takeRotation(step: Step, device: DeviceJid, rotation: WireNode): boolean {
  const signed = readSignedPrekey(child(rotation, 'skey'));
  const bundle = step.get<BundleRecord>('bundle', device);
  if (signed === undefined || bundle === undefined) return false;
  const next: BundleRecord = {
    ...bundle,
    signedPrekeyId: signed.id,
    signedPrekey: signed.publicKey,
    signedPrekeySignature: signed.signature,
  };
  step.tx.put('bundle', device, next);
  noteKeyIds(step, device, [], signed.id);
  return true;
}

/**
 * Serves bundles for the devices asked for; each takes one one-time prekey away, while there are
 * any.
 */
export function serveBundles(step: Step, asker: LinkedRecord, request: WireNode): WireNode {
  // Each device once, however often it is named: a request cannot empty a pool.
  const asked = new Set(children(request, 'user').map((user) => attribute(user, 'jid') ?? ''));
  const users = [...asked].map((device) => {
    const bundle = step.get<BundleRecord>('bundle', device);
    if (
      linkedDevice(step, device) === undefined ||
      bundle === undefined ||
      device === asker.device
    ) {
      return node('user', { jid: device }, [node('error', { code: '406' })]);
    }
    return bundleNode(device, bundle, takeOne(step, device));
  });
  return node('list', {}, users);
}

function takeOne(step: Step, device: DeviceJid): ServedPrekeyRecord | undefined {
  const name = `prekeys/${device}`;
  for (const key of step.store.collection(name).keys()) {
    const record = step.get<ServedPrekeyRecord>(name, key);
    if (record === undefined) continue; // served earlier in this step
    step.tx.delete(name, key);
    step.tx.put(`served/${device}`, key, { kind: 'served' });
    warnWhenLow(step, device);
    return record;
  }
  return undefined;
}

/** Asks the device to refill when its pool is low; one such notice waits at a time. */
export function warnWhenLow(step: Step, device: DeviceJid): void {
  const left = step.tx.count(`prekeys/${device}`);
  if (left >= PREKEY_REFILL_BELOW) return;
  const stampUs = nextStampUs(step);
  const attributes = {
    type: 'encrypt',
    from: 's.whatsapp.net',
    id: `count-${device}`,
    t: String(stampUs),
  };
  enqueue(
    step,
    device,
    node('notification', attributes, [node('count', { value: String(left) })]),
    stampUs,
  );
}

function bundleNode(
  device: DeviceJid,
  bundle: BundleRecord,
  prekey: ServedPrekeyRecord | undefined,
): WireNode {
  const content = [
    node('registration', {}, registrationIdBytes(bundle.registrationId)),
    node('type', {}, KEY_TYPE),
    node('identity', {}, bundle.identityKey),
    node('skey', {}, [
      node('id', {}, prekeyIdBytes(bundle.signedPrekeyId)),
      node('value', {}, bundle.signedPrekey),
      node('signature', {}, bundle.signedPrekeySignature),
    ]),
  ];
  if (prekey !== undefined) {
    content.push(
      node('key', {}, [
        node('id', {}, prekeyIdBytes(prekey.id)),
        node('value', {}, prekey.publicKey),
      ]),
    );
  }
  if (bundle.deviceIdentity !== undefined) {
    content.push(node('device-identity', {}, bundle.deviceIdentity));
  }
  return node('user', { jid: device }, content);
}

/** Answers who asks for identity keys alone: nothing is used up. */
export function serveIdentities(step: Step, request: WireNode): WireNode {
  const users: WireNode[] = [];
  for (const user of children(request, 'user')) {
    const jid = attribute(user, 'jid') ?? '';
    const bundle = step.get<BundleRecord>('bundle', jid);
    if (bundle === undefined || linkedDevice(step, jid) === undefined) continue;
    const parts = [node('identity', {}, bundle.identityKey)];
    if (bundle.deviceIdentity !== undefined) {
      parts.push(node('device-identity', {}, bundle.deviceIdentity));
    }
    users.push(node('user', { jid }, parts));
  }
  return node('list', {}, users);
}
