/**
 * The browser's connection (specification 11.4): log in, prove the key, be live or rest while
 * another browser of the account is, come back after a break, be logged out.
 */

import type { DeviceSetup, InputBody } from '../../contract.ts';
import { base64 } from '../../devices/base64.ts';
import { eraseStore } from '../../fanout/device/erase.ts';
import { fibonacciUs, type Step } from '../../fanout/step.ts';
import { RECONNECT_BACKOFF_MAX_S, RELAY_LOGIN_AGAIN_US } from '../../limits.ts';
import { ADMIN_WORDS, GOODBYE_TAG, type ServerWord } from '../wire/admin.ts';
import { endCalls } from './calls.ts';
import {
  accountOf,
  type ChannelRecord,
  type PairingRecord,
  SELF,
  sessionOf,
  stateOf,
} from './records.ts';
import { say } from './talk.ts';

export const RECONNECT_TIMER = 'reconnect';
export const LOGIN_TIMER = 'web-login';
/** The statuses of a login that mean: not you, not any more. */
const GONE = [401, 403, 419];
/** Somebody else is live (specification 11.4). */
const ELSEWHERE = [405, 409];

function wantsConnection(step: Step): boolean {
  return accountOf(step) !== undefined || step.tx.get('pairing', SELF) !== undefined;
}

/** Opens a connection unless there is one, or another browser is live. */
export function connectIfDown(step: Step, setup: DeviceSetup): void {
  const state = stateOf(step.store);
  if (state.phase !== 'down' || state.isResting || !wantsConnection(step)) return;
  step.cancelTimer(RECONNECT_TIMER);
  state.phase = 'opening';
  step.open(setup.serverEndpoint);
}

/** A person acts here: this browser is to be the live one. */
export function takeOver(step: Step, setup: DeviceSetup): void {
  const state = stateOf(step.store);
  state.mode = 'takeover';
  state.isResting = false;
  connectIfDown(step, setup);
}

/** The connection is there: log in, or ask for a code to show. */
export function takeConnected(
  step: Step,
  setup: DeviceSetup,
  input: Extract<InputBody, { kind: 'connected' }>,
): void {
  const state = stateOf(step.store);
  const isServer = input.peerStaticKey.every((byte, at) => byte === setup.serverStaticKey[at]);
  if (!isServer) {
    step.refuseAs('untrusted-identity', 'the server showed a static key that is not the known one');
    return step.close(input.connection);
  }
  state.connection = input.connection;
  const pairing = step.get<PairingRecord>('pairing', SELF);
  if (accountOf(step) !== undefined) return login(step);
  if (pairing === undefined) return step.close(input.connection);
  state.phase = 'pairing';
  state.references = 0;
  say(step, 'init', ADMIN_WORDS.init(pairing.clientId));
}

/** Says who this is; again after a while, until it is answered. */
export function login(step: Step): void {
  const state = stateOf(step.store);
  const session = sessionOf(step);
  if (session === undefined) return;
  state.phase = 'login';
  say(step, 'login', ADMIN_WORDS.login(session, session.clientId, state.mode));
  step.setTimer(LOGIN_TIMER, step.nowUs + RELAY_LOGIN_AGAIN_US);
}

/** No answer yet. */
export function takeLoginTimer(step: Step): void {
  step.cancelTimer(LOGIN_TIMER);
  const state = stateOf(step.store);
  if (state.phase === 'login' && state.connection !== undefined) login(step);
}

/** It ended: come back after a growing pause, unless another browser took over. */
export function takeDisconnected(step: Step, connection: number, reason: string): void {
  const state = stateOf(step.store);
  if (state.connection !== undefined && state.connection !== connection) return;
  state.connection = undefined;
  state.phase = 'down';
  state.phone = 'unknown';
  state.flights.clear();
  state.handed.clear();
  endCalls(step);
  step.cancelTimer(LOGIN_TIMER);
  if (!wantsConnection(step) || reason === 'doze' || state.isResting) return;
  const waitUs = fibonacciUs(state.failures, RECONNECT_BACKOFF_MAX_S);
  step.setTimer(RECONNECT_TIMER, step.nowUs + waitUs);
  state.failures += 1;
}

/** The status of a login, or the word that the pairing is over. */
export function takeStatus(step: Step, status: number): void {
  const state = stateOf(step.store);
  if (accountOf(step) === undefined || state.connection === undefined) return;
  if (GONE.includes(status)) return leave(step, `status ${status}`);
  if (state.phase !== 'login' || !ELSEWHERE.includes(status)) return;
  if (state.mode === 'takeover') return login(step); // a person came while it was asked
  rest(step, 'another browser of this account is live');
}

/** Another browser has taken over (specification 11.4). */
export function takeReplaced(step: Step): void {
  rest(step, 'another browser of this account took over');
}

function rest(step: Step, sentence: string): void {
  const state = stateOf(step.store);
  state.isResting = true;
  state.mode = 'reconnect';
  step.cancelTimer(LOGIN_TIMER);
  step.emit('replaced', sentence);
  if (state.connection !== undefined) step.close(state.connection);
}

/** The server wants to see that the key is still here. */
export function takeChallenge(
  step: Step,
  { challenge }: Extract<ServerWord, { kind: 'challenge' }>,
): void {
  const session = sessionOf(step);
  const channel = step.get<ChannelRecord>('channel', SELF);
  if (session === undefined || channel === undefined || stateOf(step.store).phase !== 'login') {
    return step.refuseAs('unexpected', 'the server challenges a browser that does not log in');
  }
  const answer = base64(step.context.crypto.mac(channel.macKey, challenge, 32));
  say(step, 'challenge', ADMIN_WORDS.challenge(answer, session, session.clientId));
}

/** `["Conn",…]`: this browser is the live one. */
export function takeLive(step: Step): void {
  const state = stateOf(step.store);
  if (state.phase !== 'login') return;
  step.cancelTimer(LOGIN_TIMER);
  state.phase = 'live';
  state.mode = 'reconnect';
  state.failures = 0;
  state.phone = 'there';
  state.tests = 0;
  state.needsChats = true;
  if (step.tx.get('leaving', SELF) !== undefined) sayGoodbye(step);
}

/** A person logs this browser out. */
export function takeLogout(step: Step): void {
  step.tx.put('leaving', SELF, { kind: 'leaving' });
  if (stateOf(step.store).phase === 'live') sayGoodbye(step);
}

function sayGoodbye(step: Step): void {
  say(step, 'goodbye', ADMIN_WORDS.goodbye, GOODBYE_TAG);
}

/** The pairing is over: nothing of it is kept. */
function leave(step: Step, reason: string): void {
  const state = stateOf(step.store);
  const { connection } = state;
  eraseStore(step);
  step.emit('logged-out', 'this browser was logged out and has deleted its data', { reason });
  if (connection !== undefined) step.close(connection);
}
