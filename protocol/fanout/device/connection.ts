/**
 * The device's connection: open, log in, become active, come back after a break (specification 5.3,
 * 6.10; contract 2, 3). The login's answer tells of a rolled-back Store before anything is sent.
 */

import type { DeviceSetup, InputBody } from '../../contract.ts';
import {
  RECONNECT_BACKOFF_MAX_S,
  REPLACED_BACKOFF_FIRST_S,
  REPLACED_BACKOFF_MAX_S,
  REPLACED_CALM_US,
} from '../../limits.ts';
import { encodeClientPayload } from '../../wire/client-payload.ts';
import { deviceIdOf, numberOf } from '../../wire/jid.ts';
import { attribute, child, node, type WireNode } from '../../wire/node.ts';
import { fibonacciUs, type Step } from '../step.ts';
import { noteVersionsAtLogin } from './app-state-sync.ts';
import { eraseStore } from './erase.ts';
import { noticeMissedGroups, syncGroups } from './groups.ts';
import { syncOwnList, syncStaleLists } from './known-lists.ts';
import { pairingPayload } from './link-companion.ts';
import { resumeLinking } from './link-primary.ts';
import { forgetConnection, linkStateOf } from './link-state.ts';
import { runListJob } from './list-job.ts';
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
import { isRegistering, registrationPayload } from './register.ts';
import { noticeRollback } from './rollback.ts';
import { restoreWanting } from './wanting.ts';

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
  if (state.isDeaf) return step.close(input.connection);
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
  const payload = isRegistering(step)
    ? registrationPayload(step, account)
    : encodeClientPayload({
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
  const waitUs = state.wasReplaced
    ? replacedUs(state.replacements)
    : fibonacciUs(state.failures, RECONNECT_BACKOFF_MAX_S);
  step.setTimer(RECONNECT_TIMER, step.nowUs + waitUs);
  if (state.wasReplaced) state.replacements += 1;
  else state.failures += 1;
  state.wasReplaced = false;
}

/** The n-th wait of a device whose place another machine with its keys has taken, n from 0. */
function replacedUs(attempt: number): number {
  const waitUs = fibonacciUs(attempt, REPLACED_BACKOFF_MAX_S) * REPLACED_BACKOFF_FIRST_S;
  return Math.min(waitUs, REPLACED_BACKOFF_MAX_S * 1_000_000);
}

/** `<success>`: the server knows us. */
export function takeSuccess(step: Step, success: WireNode): void {
  const state = linkStateOf(step.store);
  const account = accountOf(step);
  if (account === undefined || state.connection === undefined) return;
  state.failures = 0;
  noteAnswered(step, LOGIN);
  step.tx.delete('registering', SELF);
  noticeRollback(step, success);
  restoreWanting(step);
  state.isConfirmed = true;
  state.activeSinceUs = step.nowUs;
  state.phase = 'active';
  uploadWhenNeeded(step);
  const id = step.freshId('active');
  const active = node('iq', { type: 'set', xmlns: 'passive', id }, [node('active')]);
  ask(step, active, { kind: 'active' });
  takeMissed(step, success);
  noteVersionsAtLogin(step, success);
  syncOwnList(step);
  syncStaleLists(step);
  noticeMissedGroups(step, success);
  syncGroups(step);
  resumeLinking(step);
  runListJob(step);
  sendUnacknowledged(step);
}

/**
 * `<failure>` or a stream error: 401 means logged out for good; 515 and the rest mean come back.
 */
export function takeEnd(step: Step, stanza: WireNode): void {
  const code = attribute(stanza, 'reason') ?? attribute(stanza, 'code');
  const state = linkStateOf(step.store);
  if (code === '409' && state.phase === 'active') noteReplaced(step);
  if (code === '401')
    wipe(step, attribute(child(stanza, 'conflict') ?? stanza, 'type') ?? 'failure');
  if (state.connection !== undefined) step.close(state.connection);
}

/**
 * `<conflict type="replaced">`: somebody else has logged in with our keys. Coming straight back
 * would throw them out, and they us, without end: the wait grows, until a connection has held for
 * long.
 */
function noteReplaced(step: Step): void {
  const state = linkStateOf(step.store);
  if (step.nowUs - state.activeSinceUs > REPLACED_CALM_US) state.replacements = 0;
  state.wasReplaced = true;
  const sentence = 'another machine has logged in as this device and took its place';
  step.emit('replaced', sentence, { times: state.replacements + 1 });
}

/**
 * Deletes keys, messages and everything else: this installation is no longer part of an account.
 */
export function wipe(step: Step, reason: string): void {
  eraseStore(step);
  step.emit('logged-out', 'this device was logged out and has deleted its data', { reason });
}

/** `<ib>`: how much waits, and that all of it was sent. */
export function takeInfo(step: Step, info: WireNode): void {
  const end = child(info, 'offline');
  if (end === undefined) return;
  const count = attribute(end, 'count') ?? '0';
  step.emit('caught-up', `the server sent ${count} waiting stanzas`, { count });
}
