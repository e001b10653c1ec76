/**
 * Browsers come and go (specification 11.4): login with tokens, a challenge after a pause, one live
 * browser an account, and the end of a pairing. All of it works without the phone.
 */

import type { DeviceJid, UserJid } from '../../contract.ts';
import { base64 } from '../../devices/base64.ts';
import { enqueue } from '../../fanout/server/queue.ts';
import { nextStampUs } from '../../fanout/server/records.ts';
import type { Step } from '../../fanout/step.ts';
import { RELAY_CHALLENGE_AFTER_US } from '../../limits.ts';
import { userOf } from '../../wire/jid.ts';
import { node } from '../../wire/node.ts';
import { type AdminWord, SERVER_WORDS } from '../wire/admin.ts';
import { commitOffer } from './pairing.ts';
import {
  type DeviceNameRecord,
  pairedOf,
  type SessionRecord,
  sessionOf,
  type WebConnection,
  webOf,
} from './records.ts';
import { phoneOf, say, tellPhone } from './talk.ts';

/**
 * Statuses of a login: 200, and these. Assumption: 403 (terms), 405 and 419 are for what is not
 * modelled (bans, a second live session, accounts that are gone); browsers take them all the same.
 */
const STATUS = { unpaired: 401, elsewhere: 409 } as const;

/** `["admin","login",…]` */
export function takeLogin(
  step: Step,
  web: WebConnection,
  word: Extract<AdminWord, { kind: 'login' }>,
  tag: string,
): void {
  if (web.phase === 'live') return say(step, web, 'status', SERVER_WORDS.status(200), tag);
  const isPaired = commitOffer(step, web, word);
  const named = step.get<DeviceNameRecord>('browser-token', word.clientToken);
  const session = named && sessionOf(step, named.device);
  const isRight =
    session?.serverToken === word.serverToken &&
    session.clientId === word.clientId &&
    pairedOf(step, session.device)?.transportKey === web.transportKey;
  if (session === undefined || !isRight) {
    say(step, web, 'status', SERVER_WORDS.status(STATUS.unpaired), tag);
    return step.close(web.connection);
  }
  web.device = session.device;
  web.mode = word.mode;
  const other = webOf(step.store).live.get(userOf(session.device));
  if (other !== undefined && other.device !== session.device && word.mode === 'reconnect') {
    return say(step, web, 'status', SERVER_WORDS.status(STATUS.elsewhere), tag);
  }
  const isFresh = isPaired || step.nowUs - session.seenUs <= RELAY_CHALLENGE_AFTER_US;
  if (!isFresh) return challenge(step, web, session);
  say(step, web, 'status', SERVER_WORDS.status(200), tag);
  enter(step, web, session);
}

function challenge(step: Step, web: WebConnection, session: SessionRecord): void {
  web.phase = 'challenged';
  const next: SessionRecord = { ...session, challenged: session.challenged + 1 };
  step.tx.put('browser-session', session.device, next);
  say(step, web, 'challenge', SERVER_WORDS.challenge(base64(pairOf(session).challenge)));
}

/** The challenge whose turn it is. */
function pairOf({ challenges, challenged }: SessionRecord) {
  return challenges[challenged % challenges.length] as SessionRecord['challenges'][number];
}

/** `["admin","challenge",…]` */
export function takeChallenge(
  step: Step,
  web: WebConnection,
  word: Extract<AdminWord, { kind: 'challenge' }>,
  tag: string,
): void {
  const session = sessionOf(step, web.device);
  if (web.phase !== 'challenged' || session === undefined) {
    return step.refuseAs('unexpected', 'a browser answers a challenge that was not put to it');
  }
  const { answer } = pairOf({ ...session, challenged: session.challenged - 1 });
  const isRight = answer.every((byte, index) => byte === word.answer[index]);
  if (!isRight) {
    step.refuseAs('bad-mac', `${web.device} does not have the key of its pairing`);
    say(step, web, 'status', SERVER_WORDS.status(STATUS.unpaired), tag);
    return step.close(web.connection);
  }
  say(step, web, 'status', SERVER_WORDS.status(200), tag);
  enter(step, web, session);
}

/** The browser is live from now on, and any other of its account is not. */
function enter(step: Step, web: WebConnection, session: SessionRecord): void {
  const { live } = webOf(step.store);
  const user = userOf(session.device);
  const before = live.get(user);
  if (before !== undefined && before !== web) {
    noteGone(step, before);
    say(step, before, 'replaced', SERVER_WORDS.replaced);
    step.close(before.connection);
  }
  web.phase = 'live';
  live.set(user, web);
  say(step, web, 'conn', SERVER_WORDS.conn(session.device, session));
  tellPhone(step, user, 'live', session.device, 'live');
}

/** A browser is not live any more. */
export function noteGone(step: Step, web: WebConnection): void {
  const { live } = webOf(step.store);
  const user = userOf(web.device);
  if (live.get(user) !== web) return;
  live.delete(user);
  web.phase = 'fresh';
  const session = sessionOf(step, web.device);
  if (session === undefined) return;
  const seen: SessionRecord = { ...session, seenUs: step.nowUs };
  step.tx.put('browser-session', session.device, seen);
  tellPhone(step, user, 'gone', web.device, 'gone');
}

/** A phone takes its queue from now on, or is gone: its live browser hears of it. */
export function notePhone(step: Step, user: UserJid): void {
  const web = webOf(step.store).live.get(user);
  if (web === undefined) return;
  const isThere = phoneOf(step, user) !== undefined;
  if (isThere) tellPhone(step, user, 'live', web.device, 'live');
  say(step, web, 'pong', SERVER_WORDS.pong(isThere));
}

/** The pairing is over, whoever ended it: nothing of it is kept. */
export function unpair(step: Step, device: DeviceJid): void {
  const session = sessionOf(step, device);
  step.tx.delete('paired-browser', device);
  step.tx.delete('browser-session', device);
  if (session !== undefined) step.tx.delete('browser-token', session.clientToken);
  const { live } = webOf(step.store);
  const web = live.get(userOf(device));
  if (web?.device !== device) return;
  live.delete(userOf(device));
  web.phase = 'fresh';
  say(step, web, 'status', SERVER_WORDS.status(STATUS.unpaired));
  step.close(web.connection);
}

/** `goodbye`: the browser logs itself out, and its phone hears of it, now or later. */
export function takeGoodbye(step: Step, web: WebConnection): void {
  const { device } = web;
  if (web.phase !== 'live' || pairedOf(step, device) === undefined) return;
  const stampUs = nextStampUs(step);
  const id = step.freshId('web-gone');
  const attributes = { type: 'web', id, from: 's.whatsapp.net', t: String(stampUs) };
  const gone = node('notification', attributes, [node('gone', { jid: device })]);
  enqueue(step, userOf(device), gone, stampUs);
  unpair(step, device);
}
