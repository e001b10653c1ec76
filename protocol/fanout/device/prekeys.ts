/**
 * Keeping the server's prekey pool filled (specification 1.5): upload after making, refill when it
 * runs low, rotate the signed prekey monthly, back off when the server refuses.
 */

import type { Settings } from '../../contract.ts';
import { PREKEY_UPLOAD_BACKOFF_MAX_S, SIGNED_PREKEY_ROTATION_US } from '../../limits.ts';
import { prekeyNode } from '../../messages/retry-receipt.ts';
import { positiveNumber } from '../../messages/stanza-time.ts';
import {
  currentSignedPrekey,
  dropRetiredSignedPrekeys,
  makePrekeys,
  makeSignedPrekey,
  markUploaded,
  nextSignedPrekeyEndUs,
  prekeysToUpload,
} from '../../signal/prekeys.ts';
import { type SignedPrekeyRecord, selfIdentity } from '../../signal/records.ts';
import { registrationIdBytes } from '../../wire/integers.ts';
import { attribute, child, node, type WireNode } from '../../wire/node.ts';
import { fibonacciUs, type Step } from '../step.ts';
import { linkStateOf } from './link-state.ts';
import { ask, isAsking } from './outbound.ts';
import { type CompanionRecord, SELF } from './records.ts';

const UPLOAD_TIMER = 'prekey-upload';
const ROTATION_TIMER = 'signed-prekey-rotation';
const GRACE_TIMER = 'signed-prekey-grace';
const KEY_TYPE = new Uint8Array([5]);

/** `<skey>`: the public half, with its signature. */
function signedPrekeyNode({ id, keyPair, signature }: SignedPrekeyRecord): WireNode {
  return prekeyNode('skey', { id, publicKey: keyPair.publicKey, signature });
}

/**
 * Uploads what was made and not confirmed, unless an upload is in flight. After a rollback it takes
 * the place of all that the server has. Assumption: the attribute `replace` is ours.
 */
export function uploadWhenNeeded(step: Step): void {
  const keys = prekeysToUpload(step.tx);
  const identity = selfIdentity(step.tx);
  const signed = currentSignedPrekey(step.tx);
  if (keys.length === 0 || identity === undefined || signed === undefined) return;
  if (isAsking(step, (query) => query.kind === 'prekey-upload')) return;
  const upload = node('iq', { xmlns: 'encrypt', type: 'set', id: step.freshId('prekeys') }, [
    node('registration', {}, registrationIdBytes(identity.registrationId)),
    node('type', {}, KEY_TYPE),
    node('identity', {}, identity.keyPair.publicKey),
    node(
      'list',
      { replace: step.tx.get('prekey-reset', SELF) === undefined ? undefined : 'true' },
      keys.map(({ id, keyPair }) => prekeyNode('key', { id, publicKey: keyPair.publicKey })),
    ),
    signedPrekeyNode(signed),
  ]);
  ask(step, upload, { kind: 'prekey-upload', ids: keys.map(({ id }) => id) });
}

/** The server took the upload. */
export function takeUploaded(step: Step, ids: readonly number[]): void {
  linkStateOf(step.store).uploadFailures = 0;
  step.cancelTimer(UPLOAD_TIMER);
  markUploaded(step.tx, ids);
  step.tx.delete('prekey-reset', SELF);
  const companion = step.get<CompanionRecord>('companion', SELF);
  if (companion !== undefined && !companion.isReady) {
    const ready: CompanionRecord = { ...companion, isReady: true };
    step.tx.put('companion', SELF, ready);
  }
}

/** The server refused the upload: try again after a Fibonacci pause. */
export function takeUploadRefused(step: Step): void {
  const state = linkStateOf(step.store);
  const waitUs = fibonacciUs(state.uploadFailures, PREKEY_UPLOAD_BACKOFF_MAX_S);
  state.uploadFailures += 1;
  step.setTimer(UPLOAD_TIMER, step.nowUs + waitUs);
}

/** `<notification type="encrypt"><count value/>`: the pool runs low. */
export function takeLowCount(step: Step, notification: WireNode, settings: Settings): boolean {
  const count = child(notification, 'count');
  if (count === undefined) return false;
  const isUnderWay = prekeysToUpload(step.tx).length > 0;
  if (!isUnderWay) {
    const value = positiveNumber(attribute(count, 'value')) ?? 0;
    const missing = Math.max(1, settings.prekeyBatch - value);
    makePrekeys(step.tx, missing, step.context);
    step.emit('refill', 'the prekey pool runs low', { left: value, made: missing });
  }
  uploadWhenNeeded(step);
  return true;
}

/** Arms the rotation of the signed prekey; part of making a device. */
export function armRotation(step: Step): void {
  step.setTimer(ROTATION_TIMER, step.nowUs + SIGNED_PREKEY_ROTATION_US);
}

/** Arms the end of the oldest signed prekey that another has replaced. */
function armGrace(step: Step): void {
  const endUs = nextSignedPrekeyEndUs(step.tx);
  if (endUs !== undefined) step.setTimer(GRACE_TIMER, Math.max(endUs, step.nowUs + 1));
}

/** Handles this file's timers; false when the name is not one of them. */
export function takePrekeyTimer(step: Step, name: string): boolean {
  if (name === UPLOAD_TIMER) {
    step.cancelTimer(UPLOAD_TIMER);
    if (linkStateOf(step.store).phase === 'active') uploadWhenNeeded(step);
    return true;
  }
  if (name === GRACE_TIMER) {
    step.cancelTimer(GRACE_TIMER);
    dropRetiredSignedPrekeys(step.tx, step.context.wallUs);
    armGrace(step);
    return true;
  }
  if (name !== ROTATION_TIMER) return false;
  makeSignedPrekey(step.tx, step.context);
  armGrace(step);
  step.tx.put('rotation', SELF, { kind: 'rotation' });
  armRotation(step);
  rotateWhenNeeded(step);
  return true;
}

/** Tells the server of a rotated signed prekey until it has confirmed it. */
export function rotateWhenNeeded(step: Step): void {
  const signed = currentSignedPrekey(step.tx);
  if (step.tx.get('rotation', SELF) === undefined || signed === undefined) return;
  if (linkStateOf(step.store).phase !== 'active') return;
  if (isAsking(step, (query) => query.kind === 'rotation')) return;
  const id = step.freshId('rotate');
  const rotate = node('rotate', {}, [signedPrekeyNode(signed)]);
  ask(step, node('iq', { xmlns: 'encrypt', type: 'set', id }, [rotate]), { kind: 'rotation' });
}

/** The server has the rotated key, or refused it: then it gets a whole upload with fresh keys. */
export function takeRotated(step: Step, isAccepted: boolean): void {
  step.tx.delete('rotation', SELF);
  if (isAccepted) return;
  if (prekeysToUpload(step.tx).length === 0) {
    makePrekeys(step.tx, step.settings.prekeyBatch, step.context);
  }
  uploadWhenNeeded(step);
}
