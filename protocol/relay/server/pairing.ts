/**
 * Pairing at the server (specification 11.3): references for a browser to show, the phone's secret
 * handed on to the browser behind one, and the pairing stored when the browser comes back with the
 * tokens it was given. A phone that asks again after a lost answer gets the same answer.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { DeviceJid, LinkedRecord, PairedBrowserRecord, UserJid } from '../../contract.ts';
import { base64 } from '../../devices/base64.ts';
import { volatileOf } from '../../fanout/server/connections.ts';
import { accountOf, isOldAccount } from '../../fanout/server/records.ts';
import type { Step } from '../../fanout/step.ts';
import { COMPANIONS_MAX, RELAY_REFERENCE_US, RELAY_REFERENCES_MAX } from '../../limits.ts';
import { deviceIdOf, deviceJid } from '../../wire/jid.ts';
import { attribute, child, node, type WireNode } from '../../wire/node.ts';
import { type AdminWord, SERVER_WORDS, type Tokens } from '../wire/admin.ts';
import { type PairingUpload, readPairing } from '../wire/pairing.ts';
import {
  type CountRecord,
  type DeviceNameRecord,
  type Offer,
  type SessionRecord,
  type WebConnection,
  webOf,
} from './records.ts';
import { say } from './talk.ts';

const TOKEN_BYTES = 32;
const REFERENCE_BYTES = 16;
/** Statuses of a reference: 200, and these. */
const STATUS = { stillValid: 304, tooMany: 429 } as const;

/** `["admin","init",…]`: the browser wants to show a code. */
export function takeInit(step: Step, web: WebConnection, clientId: string, tag: string): void {
  if (web.phase === 'live' || web.phase === 'challenged') {
    return step.refuseAs('not-allowed', `${web.device} is paired and wants to be paired`);
  }
  web.clientId = clientId;
  web.phase = 'showing';
  giveReference(step, web, tag);
}

/** `["admin","Conn","reref"]`: the code's time is up. */
export function takeReref(step: Step, web: WebConnection, tag: string): void {
  if (web.phase !== 'showing') {
    return step.refuseAs('unexpected', 'a browser that shows no code wants another');
  }
  if (step.nowUs - web.referenceUs < RELAY_REFERENCE_US) {
    return say(step, web, 'status', SERVER_WORDS.status(STATUS.stillValid), tag);
  }
  if (web.references >= RELAY_REFERENCES_MAX) {
    return say(step, web, 'status', SERVER_WORDS.status(STATUS.tooMany), tag);
  }
  web.references += 1;
  giveReference(step, web, tag);
}

function giveReference(step: Step, web: WebConnection, tag: string): void {
  const { byReference } = webOf(step.store);
  byReference.delete(web.reference);
  web.reference = bytesToHex(step.context.numbers.bytes('web-reference', REFERENCE_BYTES));
  web.referenceUs = step.nowUs;
  byReference.set(web.reference, web);
  say(step, web, 'status', SERVER_WORDS.status(200, web.reference), tag);
}

/** A phone scanned a code: hands its secret on. Answers an error code, or undefined. */
export function takePairing(
  step: Step,
  phone: LinkedRecord,
  connection: number,
  iq: WireNode,
  pair: WireNode,
): void {
  const id = attribute(iq, 'id') ?? '';
  const upload = readPairing(pair);
  const refuse = (code: string): void => {
    const attributes = { type: 'error', id, from: 's.whatsapp.net' };
    step.send(connection, node('iq', attributes, [node('error', { code })]));
  };
  if (upload === undefined) return refuse('400');
  const known = step.get<DeviceNameRecord>('browser-reference', upload.reference);
  if (known !== undefined) return answerPhone(step, connection, id, known.device);
  const web = webOf(step.store).byReference.get(upload.reference);
  if (!isOldAccount(step, phone.user)) return refuse('403');
  if (web?.phase !== 'showing' || web.clientId !== upload.clientId) return refuse('404');
  if (browsersOf(step, phone.user).length >= COMPANIONS_MAX) return refuse('429');
  const { reference, secret } = upload;
  const number = lastNumberOf(step, phone.user) + 1;
  const session = makeSession(step, deviceJid(phone.user, number), upload);
  const parties = { user: phone.user, phoneConnection: connection, phoneQueryId: id };
  web.offer = { reference, ...parties, number, session };
  web.device = session.device;
  say(step, web, 'conn', SERVER_WORDS.conn(session.device, session, base64(secret)));
}

/** Draws secret `web-token` (32) three times. */
export function makeSession(step: Step, device: DeviceJid, upload: PairingUpload): SessionRecord {
  const token = (): string => base64(step.context.secrets.bytes('web-token', TOKEN_BYTES));
  const tokens: Tokens = { clientToken: token(), serverToken: token(), browserToken: token() };
  const { clientId, challenges } = upload;
  const seenUs = step.nowUs;
  return {
    kind: 'browser-session',
    ...tokens,
    device,
    clientId,
    challenges,
    challenged: 0,
    seenUs,
  };
}

function answerPhone(step: Step, connection: number, id: string, device: DeviceJid): void {
  if (!volatileOf(step.store).connections.has(connection)) return;
  const attributes = { type: 'result', id, from: 's.whatsapp.net' };
  step.send(connection, node('iq', attributes, [node('device', { jid: device })]));
}

/** A browser that was handed a secret logs in with the tokens that came with it: it is paired. */
export function commitOffer(
  step: Step,
  web: WebConnection,
  word: Extract<AdminWord, { kind: 'login' }>,
): boolean {
  const { offer } = web;
  if (offer === undefined || offer.session.clientToken !== word.clientToken) return false;
  web.offer = undefined;
  webOf(step.store).byReference.delete(web.reference);
  storePairing(step, offer, web.transportKey);
  answerPhone(step, offer.phoneConnection, offer.phoneQueryId, offer.session.device);
  return true;
}

/** Stores a pairing: from here on the browser belongs to its account. */
export function storePairing(
  step: Step,
  { user, number, session, reference }: Pick<Offer, 'user' | 'number' | 'session' | 'reference'>,
  transportKey: string,
): void {
  const { device } = session;
  const paired: PairedBrowserRecord = {
    kind: 'paired-browser',
    user,
    device,
    keyIndex: number,
    transportKey,
  };
  const count: CountRecord = { kind: 'browser-count', last: number };
  const token: DeviceNameRecord = { kind: 'browser-token', device };
  const led: DeviceNameRecord = { kind: 'browser-reference', device };
  step.tx.put('paired-browser', device, paired);
  step.tx.put('browser-session', device, session);
  step.tx.put('browser-token', session.clientToken, token);
  step.tx.put('browser-reference', reference, led);
  step.tx.put('browser-count', user, count);
}

/** The browser went away before it came back with its tokens: the phone learns that. */
export function abandonOffer(step: Step, web: WebConnection): void {
  webOf(step.store).byReference.delete(web.reference);
  const { offer } = web;
  if (offer === undefined) return;
  web.offer = undefined;
  if (!volatileOf(step.store).connections.has(offer.phoneConnection)) return;
  const attributes = { type: 'error', id: offer.phoneQueryId, from: 's.whatsapp.net' };
  const error = node('error', { code: '408' });
  step.send(offer.phoneConnection, node('iq', attributes, [error]));
}

/** The paired browsers of an account. */
export function browsersOf(step: Step, user: UserJid): readonly DeviceJid[] {
  const devices: DeviceJid[] = [];
  for (let number = 1; number <= lastNumberOf(step, user); number++) {
    const device = deviceJid(user, number);
    if (step.tx.get('paired-browser', device) !== undefined) devices.push(device);
  }
  return devices;
}

/** The last number given to a browser or a companion of the account; 0 before the first. */
export function lastNumberOf(step: Step, user: UserJid): number {
  const browsers = step.get<CountRecord>('browser-count', user)?.last ?? 0;
  return Math.max(browsers, (accountOf(step, user)?.nextDeviceId ?? 1) - 1);
}

/** The device a phone wants to end, if it is a browser of its account. */
export function removableOf(
  step: Step,
  phone: LinkedRecord,
  device: DeviceJid | undefined,
): DeviceJid | undefined {
  const isOurs = device !== undefined && browsersOf(step, phone.user).includes(device);
  return isOurs && deviceIdOf(phone.device) === 0 ? device : undefined;
}

/** Whether a query has a pairing in it. */
export function pairingIn(iq: WireNode): WireNode | undefined {
  return child(iq, 'pair');
}
