/**
 * Pairing on the phone (specification 11.3): scan the code, make both keys, wrap them for the
 * browser, and keep all of it until the server says that the browser has come back with its
 * tokens. And the end: by the phone, or because the browser is gone.
 */

import type { DeviceJid, StepContext } from '../../contract.ts';
import { assert, isRejected } from '../../errors.ts';
import { linkStateOf } from '../../fanout/device/link-state.ts';
import { ask, isAsking, sendReliably, takeQuery } from '../../fanout/device/outbound.ts';
import { accountOf, SELF } from '../../fanout/device/records.ts';
import type { Step } from '../../fanout/step.ts';
import { COMPANIONS_MAX } from '../../limits.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { encodeFrame } from '../../wire/encode-node.ts';
import { deviceIdOf, parseDeviceJid, userOf } from '../../wire/jid.ts';
import { attribute, child, type WireNode } from '../../wire/node.ts';
import {
  makeChallenges,
  type PairingUpload,
  pairingQuery,
  removalOf,
  webQuery,
} from '../wire/pairing.ts';
import { type BrowserCode, readBrowserCode, wrapKeys } from '../wire/pairing-keys.ts';
import type { ChannelKeys } from '../wire/sealed.ts';
import { type BrowserRecord, bridgeOf, browserOf, type PendingPairRecord } from './records.ts';

const KEY_BYTES = 32;

/** New keys, and what goes to the server with them. */
export interface MadePairing {
  readonly keys: ChannelKeys;
  readonly upload: PairingUpload;
}

/**
 * What a phone makes for the browser with this code; `undefined` when its key is no good one. Draws
 * secrets `channel-enc`, `channel-mac`, `pairing-key` (32 each) and those of the challenges.
 */
export function makePairing(
  { reference, publicKey, clientId }: BrowserCode,
  context: StepContext,
): MadePairing | undefined {
  const { secrets } = context;
  const keys = {
    encKey: secrets.bytes('channel-enc', KEY_BYTES),
    macKey: secrets.bytes('channel-mac', KEY_BYTES),
  };
  const pair = context.crypto.keyPair(secrets.bytes('pairing-key', KEY_BYTES));
  const secret = wrapKeys(pair, publicKey, keys, context.crypto);
  if (secret === undefined) return undefined;
  const challenges = makeChallenges(keys.macKey, context);
  return { keys, upload: { reference, clientId, secret, challenges } };
}

/** A person holds the phone before a browser's code. */
export function takeScan(step: Step, text: string): void {
  if (accountOf(step) === undefined) {
    return step.refuseAs('not-allowed', 'this phone belongs to no account');
  }
  const code = readBrowserCode(text);
  if (isRejected(code)) return step.refuse(code);
  if (step.tx.get('pending-pair', SELF) !== undefined) {
    return step.refuseAs('not-allowed', 'another browser is being paired');
  }
  if (step.tx.count('browser') >= COMPANIONS_MAX) {
    return step.refuseAs('limit-reached', `a phone has at most ${COMPANIONS_MAX} browsers`);
  }
  const made = makePairing(code, step.context);
  if (made === undefined) return step.refuseAs('bad-key', 'the key in the code is no good one');
  const queryId = step.freshId('web-pair');
  const record: PendingPairRecord = {
    kind: 'pending-pair',
    queryId,
    clientId: code.clientId,
    ...made.keys,
    stanza: encodeFrame(pairingQuery(queryId, made.upload)),
  };
  step.tx.put('pending-pair', SELF, record);
}

/** Sends the stored upload, unless it is in flight. */
export function resumePairing(step: Step): void {
  const pending = step.get<PendingPairRecord>('pending-pair', SELF);
  if (pending === undefined || linkStateOf(step.store).phase !== 'active') return;
  if (isAsking(step, (query) => query.kind === 'pair-device')) return;
  const stanza = decodeFrame(pending.stanza);
  assert(!isRejected(stanza), 'what we encoded ourselves decodes');
  ask(step, stanza, { kind: 'pair-device' });
}

/** Whether an iq is the answer to our upload. */
export function isPairingAnswer(step: Step, iq: WireNode): boolean {
  const pending = step.get<PendingPairRecord>('pending-pair', SELF);
  return iq.tag === 'iq' && pending !== undefined && attribute(iq, 'id') === pending.queryId;
}

/** The server's answer: the browser is paired, or there is nothing to pair. */
export function takePaired(step: Step, answer: WireNode): void {
  const pending = step.get<PendingPairRecord>('pending-pair', SELF);
  if (pending === undefined) return;
  takeQuery(step, pending.queryId);
  step.tx.delete('pending-pair', SELF);
  const named = parseDeviceJid(attribute(child(answer, 'device') ?? answer, 'jid'));
  const isOurs = !isRejected(named) && named.deviceId > 0 && named.user === accountOf(step)?.user;
  if (attribute(answer, 'type') !== 'result' || !isOurs) {
    const code = attribute(child(answer, 'error') ?? answer, 'code') ?? 'unknown';
    return step.emit('link-failed', `the browser was not paired (${code})`, { code });
  }
  const device = named.jid;
  const { clientId, encKey, macKey } = pending;
  putBrowser(step, { device, clientId, encKey, macKey });
  step.emit('linked', `${device} is paired`, { device });
}

/** Keeps a paired browser. */
export function putBrowser(step: Step, browser: Omit<BrowserRecord, 'kind'>): void {
  const record: BrowserRecord = { kind: 'browser', ...browser };
  step.tx.put('browser', browser.device, record);
}

/** A person logs a browser out on the phone; with the phone's own device, all at once (11.4). */
export function takeUnpair(step: Step, device: DeviceJid): void {
  if (device === accountOf(step)?.device) {
    for (const [browser] of step.tx.entries('browser')) {
      forgetBrowser(step, browser);
      dismiss(step, browser);
    }
    return;
  }
  if (browserOf(step, device) === undefined) {
    return step.refuseAs('not-allowed', `${device} is not one of our browsers`);
  }
  forgetBrowser(step, device);
  dismiss(step, device);
}

/** Has the server end a pairing; asked again until it is taken. */
export function dismiss(step: Step, device: DeviceJid): void {
  const user = accountOf(step)?.user;
  if (userOf(device) !== user || deviceIdOf(device) === 0) return;
  sendReliably(step, webQuery(step.freshId('web-remove'), removalOf(device)));
}

/** The pairing is over: its keys go. */
export function forgetBrowser(step: Step, device: DeviceJid): void {
  step.tx.delete('browser', device);
  const state = bridgeOf(step.store);
  if (state.live !== device) return;
  state.live = undefined;
  state.unconfirmed.clear();
}
