/**
 * The server of the old architecture: the same one for phones, and beside it a part for browsers,
 * which it connects with their phones and whose payloads it cannot open (specification 11.1, 11.6).
 */

import type {
  Effect,
  Input,
  LinkedRecord,
  ProtocolNode,
  ServerSetup,
  StepContext,
  UserJid,
} from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { volatileOf } from '../../fanout/server/connections.ts';
import { linkedDevice } from '../../fanout/server/records.ts';
import { takeServerInput } from '../../fanout/server/server.ts';
import { Step } from '../../fanout/step.ts';
import type { Store } from '../../store.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { deviceIdOf, userOf } from '../../wire/jid.ts';
import { attribute, bytesContent, node, type WireNode } from '../../wire/node.ts';
import { GOODBYE_TAG, readAdminWord, SERVER_WORDS } from '../wire/admin.ts';
import { type BinaryFrame, isBrowserFrame, readFromBrowser, sealedFrame } from '../wire/frames.ts';
import { metricName } from '../wire/metrics.ts';
import { removedIn, transitionIn, WEB_XMLNS } from '../wire/pairing.ts';
import { followApps, takeTransition } from './beta.ts';
import { noteGone, notePhone, takeChallenge, takeGoodbye, takeLogin, unpair } from './login.ts';
import {
  abandonOffer,
  browsersOf,
  pairingIn,
  removableOf,
  takeInit,
  takePairing,
  takeReref,
} from './pairing.ts';
import { type WebConnection, webConnection, webOf } from './records.ts';
import { phoneOf, say, tellPhone, wakePhone } from './talk.ts';

/** Makes the server over its Store. */
export function createRelayServer(store: Store, setup: ServerSetup): ProtocolNode {
  return {
    step(input: Input, context: StepContext): readonly Effect[] {
      const step = new Step(input, context, store, setup.settings);
      if (!takeForBrowsers(step, input)) takeForPhones(step, input);
      return step.finish();
    },
  };
}

/** What phones say is the business of the server they know; browsers hear who came or went. */
function takeForPhones(step: Step, input: Input): void {
  const user = phoneUserOf(step, input);
  const wasThere = user !== undefined && phoneOf(step, user) !== undefined;
  takeServerInput(step, input);
  if (input.kind === 'disconnected') takeDisconnected(step, input.connection);
  endAfterSettingUpAnew(step);
  followApps(step);
  const now = user ?? phoneUserOf(step, input);
  if (now !== undefined && wasThere !== (phoneOf(step, now) !== undefined)) notePhone(step, now);
}

/** The account whose phone is at the other end. */
function phoneUserOf(step: Step, input: Input): UserJid | undefined {
  if (input.kind !== 'frame' && input.kind !== 'disconnected') return undefined;
  const device = volatileOf(step.store).connections.get(input.connection)?.device;
  return device === undefined ? undefined : userOf(device);
}

/** A phone was set up anew: its browsers belong to nobody any more (specification 11.7). */
function endAfterSettingUpAnew(step: Step): void {
  for (const { collection, key, record } of step.tx.writes()) {
    if (collection !== 'linked' || deviceIdOf(key) !== 0) continue;
    const before = step.store.get('linked', key) as LinkedRecord | undefined;
    const after = record as LinkedRecord | undefined;
    if (before === undefined || before.transportKey === after?.transportKey) continue;
    for (const device of browsersOf(step, before.user)) unpair(step, device);
  }
}

function takeDisconnected(step: Step, connection: number): void {
  const { connections } = webOf(step.store);
  const web = connections.get(connection);
  if (web === undefined) return;
  connections.delete(connection);
  abandonOffer(step, web);
  noteGone(step, web);
}

/** False when the input is not about browsers. */
function takeForBrowsers(step: Step, input: Input): boolean {
  if (input.kind !== 'frame') return false;
  const { connection, bytes } = input;
  if (isBrowserFrame(bytes)) {
    const web = webConnection(step, connection);
    if (web !== undefined) takeBrowserFrame(step, web, bytes);
    return true;
  }
  if (webOf(step.store).connections.has(connection)) {
    step.refuseAs('malformed', 'a browser sent something that is no frame of one');
    return true;
  }
  return takePhoneFrame(step, connection, bytes);
}

// ---------------------------------------------------------------------------------- from browsers

function takeBrowserFrame(step: Step, web: WebConnection, bytes: Uint8Array): void {
  const frame = readFromBrowser(bytes);
  if (isRejected(frame)) return step.refuse(frame);
  if (frame.kind === 'binary-frame') return takeBinary(step, web, frame);
  const { tag, text } = frame;
  const word = readAdminWord(text);
  if (isRejected(word)) return step.refuse(word);
  switch (word.kind) {
    case 'init':
      return takeInit(step, web, word.clientId, tag);
    case 'reref':
      return takeReref(step, web, tag);
    case 'login':
      return takeLogin(step, web, word, tag);
    case 'challenge':
      return takeChallenge(step, web, word, tag);
    case 'test':
      return takeTest(step, web, tag);
    case 'goodbye':
      return tag === GOODBYE_TAG ? takeGoodbye(step, web) : undefined;
  }
}

/** Sealed for the phone: handed on, or the phone is woken and the browser told to wait. */
function takeBinary(step: Step, web: WebConnection, frame: BinaryFrame): void {
  if (web.phase !== 'live') {
    return step.refuseAs('not-allowed', 'a browser that is not live wants its phone');
  }
  const user = userOf(web.device);
  const phone = phoneOf(step, user);
  if (phone === undefined) return phoneIsAway(step, web, user);
  const { tag, payload, metric, flag } = frame;
  const attributes = { type: 'phone', id: `${web.device}/${tag}`, browser: web.device, tag };
  const seen = { metric: metricName(metric), flag: String(flag) };
  step.send(phone.connection, node('relay', { ...attributes, ...seen }, payload));
}

function phoneIsAway(step: Step, web: WebConnection, user: UserJid): void {
  wakePhone(step, user);
  say(step, web, 'pong', SERVER_WORDS.pong(false));
}

/** `["admin","test"]`: whether the phone answers. */
function takeTest(step: Step, web: WebConnection, tag: string): void {
  if (web.phase !== 'live') {
    return step.refuseAs('not-allowed', 'a browser that is not live asks for its phone');
  }
  const user = userOf(web.device);
  if (phoneOf(step, user) === undefined) return phoneIsAway(step, web, user);
  tellPhone(step, user, 'test', web.device, tag);
}

// ------------------------------------------------------------------------------------ from phones

/** False when the stanza is not about browsers. */
function takePhoneFrame(step: Step, connection: number, bytes: Uint8Array): boolean {
  const known = volatileOf(step.store).connections.get(connection);
  const linked = known?.device === undefined ? undefined : linkedDevice(step, known.device);
  if (linked === undefined || known?.phase === 'fresh') return false;
  const stanza = decodeFrame(bytes);
  if (isRejected(stanza)) return false; // the other part says what is wrong with it
  if (stanza.tag === 'relay') takeRelay(step, linked, stanza);
  else if (stanza.tag === 'iq' && attribute(stanza, 'xmlns') === WEB_XMLNS) {
    takeWebQuery(step, linked, connection, stanza);
  } else return false;
  return true;
}

/** From a phone to its live browser; what another one should have had, it gets when it is live. */
function takeRelay(step: Step, phone: LinkedRecord, stanza: WireNode): void {
  const web = webOf(step.store).live.get(phone.user);
  const device = attribute(stanza, 'browser') ?? '';
  if (web?.device !== device || deviceIdOf(phone.device) !== 0) {
    return tellPhone(step, phone.user, 'gone', device, 'gone');
  }
  if (attribute(stanza, 'type') === 'pong') {
    return say(step, web, 'pong', SERVER_WORDS.pong(true));
  }
  const payload = bytesContent(stanza);
  const tag = attribute(stanza, 'tag') ?? '';
  const frame = payload === undefined ? undefined : sealedFrame(tag, payload);
  if (frame === undefined || !/^[!-+\--~]{1,64}$/.test(tag)) {
    return step.refuseAs('malformed', `${phone.device} sent a browser nothing it can read`);
  }
  step.sendBytes(web.connection, frame, { kind: 'web:sealed', id: `@${device}/${tag}` });
}

function takeWebQuery(step: Step, phone: LinkedRecord, connection: number, iq: WireNode): void {
  const pair = pairingIn(iq);
  if (pair !== undefined && deviceIdOf(phone.device) === 0) {
    return takePairing(step, phone, connection, iq, pair);
  }
  const transition = transitionIn(iq);
  if (transition !== undefined) return takeTransition(step, phone, connection, iq, transition);
  const device = removableOf(step, phone, removedIn(iq));
  if (device !== undefined) unpair(step, device);
  // A pairing that is over already is over: the phone need not ask again.
  const id = attribute(iq, 'id');
  step.send(connection, node('iq', { type: 'result', id, from: 's.whatsapp.net' }));
}
