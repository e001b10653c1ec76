/**
 * The device's connection: open, log in, become active, come back after a break (specification 5.3,
 * 6.10; contract 2, 3). The login's answer tells of a rolled-back Store before anything is sent.
 */

import type { DeviceSetup, InputBody } from '../../contract.ts';
import { COUNT_MAX, RECONNECT_BACKOFF_MAX_S } from '../../limits.ts';
import { positiveNumber } from '../../messages/stanza-time.ts';
import { deleteSession } from '../../signal/sessions.ts';
import { encodeClientPayload } from '../../wire/client-payload.ts';
import { deviceIdOf, numberOf } from '../../wire/jid.ts';
import { attribute, child, node, type WireNode } from '../../wire/node.ts';
import { fibonacciUs, type Step } from '../step.ts';
import { pairingPayload } from './link-companion.ts';
import { resumeLinking } from './link-primary.ts';
import { forgetConnection, linkStateOf } from './link-state.ts';
import { syncOwnList, syncStaleLists } from './lists.ts';
import { takeMissed } from './missed.ts';
import {
  ask,
  expectAnswer,
  firstOutstandingCount,
  noteAnswered,
  sendUnacknowledged,
} from './outbound.ts';
import { uploadWhenNeeded } from './prekeys.ts';
import { accountOf, type LoginRecord, SELF } from './records.ts';

const RECONNECT_TIMER = 'reconnect';
/** What a first stanza is owed: `<success>`, or references to show. */
export const LOGIN = 'login';

/** Whether this device has a reason to be connected: it is registered, or shows a linking code. */
function wantsConnection(step: Step): boolean {
  return accountOf(step) !== undefined || step.tx.get('adv-secret', SELF) !== undefined;
}

/** Opens a connection unless there is one. */
export function connectIfDown(step: Step, setup: DeviceSetup): void {
  const state = linkStateOf(step.store);
  if (state.phase !== 'down' || !wantsConnection(step)) return;
  step.cancelTimer(RECONNECT_TIMER);
  state.phase = 'opening';
  step.open(setup.serverEndpoint);
}

/** The handshake is through: log in, or ask to be paired. */
export function takeConnected(
  step: Step,
  setup: DeviceSetup,
  input: Extract<InputBody, { kind: 'connected' }>,
): void {
  const state = linkStateOf(step.store);
  if (!equal(input.peerStaticKey, setup.serverStaticKey)) {
    step.refuseAs('untrusted-identity', 'the server showed a static key that is not the known one');
    step.close(input.connection);
    return;
  }
  state.connection = input.connection;
  const account = accountOf(step);
  if (account === undefined) {
    state.phase = 'pairing';
    step.send(input.connection, node('login', { id: 'login' }, pairingPayload(step)));
    expectAnswer(step, LOGIN);
    return;
  }
  state.phase = 'login';
  const before = step.get<LoginRecord>('login', SELF);
  const logins = (before?.logins ?? 0) + 1;
  const record: LoginRecord = { kind: 'login', logins, sent: before?.sent ?? 0 };
  step.tx.put('login', SELF, record);
  const payload = encodeClientPayload({
    username: Number(numberOf(account.device)),
    passive: true,
    device: deviceIdOf(account.device),
  });
  const id = `login-${account.device}`;
  const first = String(firstOutstandingCount(step, record.sent));
  step.send(input.connection, node('login', { id, counter: String(logins), first }, payload));
  expectAnswer(step, LOGIN);
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** The connection ended: come back after a growing pause, or when woken if the device dozes. */
export function takeDisconnected(step: Step, connection: number, reason: string): void {
  const state = linkStateOf(step.store);
  if (state.connection !== undefined && state.connection !== connection) return;
  forgetConnection(state);
  step.cancelTimer('unacknowledged');
  if (!wantsConnection(step) || reason === 'doze') return;
  step.setTimer(RECONNECT_TIMER, step.nowUs + fibonacciUs(state.failures, RECONNECT_BACKOFF_MAX_S));
  state.failures += 1;
}

/** `<success>`: the server knows us. */
export function takeSuccess(step: Step, success: WireNode): void {
  const state = linkStateOf(step.store);
  const account = accountOf(step);
  if (account === undefined || state.connection === undefined) return;
  state.failures = 0;
  noteAnswered(step, LOGIN);
  noticeRollback(step, success);
  state.phase = 'active';
  uploadWhenNeeded(step);
  const id = step.freshId('active');
  const active = node('iq', { type: 'set', xmlns: 'passive', id }, [node('active')]);
  ask(step, active, { kind: 'active' });
  takeMissed(step, success);
  syncOwnList(step);
  syncStaleLists(step);
  resumeLinking(step);
  sendUnacknowledged(step);
}

/**
 * The server has seen a later login or a later stanza of ours than our Store knows: the Store went
 * back. Every session is dropped before the first send, so that no message key is used twice (K1).
 */
function noticeRollback(step: Step, success: WireNode): void {
  const login = step.get<LoginRecord>('login', SELF);
  if (login === undefined) return;
  const logins = positiveNumber(attribute(success, 'counter')) ?? 0;
  const sent = positiveNumber(attribute(success, 'sent')) ?? 0;
  if (logins > COUNT_MAX || sent > COUNT_MAX) {
    return step.refuseAs('malformed', 'the server echoes a count that no device can reach');
  }
  if (!(logins >= login.logins || sent > login.sent)) return;
  for (const [peer] of step.tx.entries('session')) deleteSession(step.tx, peer);
  const next: LoginRecord = {
    kind: 'login',
    logins: Math.max(login.logins, logins),
    sent: Math.max(login.sent, sent),
  };
  step.tx.put('login', SELF, next);
  step.emit(
    'rolled-back',
    'the Store is older than what the server has seen; sessions start anew',
    {
      logins,
      sent,
    },
  );
}

/**
 * `<failure>` or a stream error: 401 means logged out for good; 515 and the rest mean come back.
 */
export function takeEnd(step: Step, stanza: WireNode): void {
  const code = attribute(stanza, 'reason') ?? attribute(stanza, 'code');
  const state = linkStateOf(step.store);
  if (code === '401')
    wipe(step, attribute(child(stanza, 'conflict') ?? stanza, 'type') ?? 'failure');
  if (state.connection !== undefined) step.close(state.connection);
}

/**
 * Deletes keys, messages and everything else: this installation is no longer part of an account.
 */
export function wipe(step: Step, reason: string): void {
  for (const name of [...step.store.collectionNames()]) {
    for (const [key] of step.tx.entries(name)) step.tx.delete(name, key);
  }
  step.emit('logged-out', 'this device was logged out and has deleted its data', { reason });
}

/** `<ib>`: how much waits, and that all of it was sent. */
export function takeInfo(step: Step, info: WireNode): void {
  const end = child(info, 'offline');
  if (end === undefined) return;
  const count = attribute(end, 'count') ?? '0';
  step.emit('caught-up', `the server sent ${count} waiting stanzas`, { count });
}
