/**
 * App state that cannot be saved (specification 8.11): a companion tells the phone and forgets what
 * it holds; the phone logs all companions out, has the server forget the collections, and begins
 * anew from what was in force on it, under a new key, when the next companion is linked.
 */

import { isRejected } from '../../errors.ts';
import type { StoredRecord } from '../../store.ts';
import { deviceJid } from '../../wire/jid.ts';
import { decode, encode, type Schema } from '../../wire/protobuf.ts';
import { PROTOCOL_TYPES } from '../../wire/protocol-message.ts';
import { COLLECTIONS, type CollectionName } from '../app-state/collections.ts';
import { deleteAllQuery } from '../app-state/exchange.ts';
import type { Step } from '../step.ts';
import { refreshSetting } from './app-state-effects.ts';
import { nowMs } from './app-state-keys.ts';
import { dropRecords, inForce, pendingOf, putPending } from './app-state-records.ts';
import { linkStateOf } from './link-state.ts';
import { ask, isAsking } from './outbound.ts';
import { maySignList, ownList, withdraw } from './own-list.ts';
import { sendPeer } from './peer.ts';
import { accountOf, SELF } from './records.ts';

/** The state is lost; what follows from it is still to be done, or the phone's to do. */
interface FatalRecord extends StoredRecord {
  readonly kind: 'app-state-fatal';
  readonly reason: string;
}

/** AppStateFatalExceptionNotification. */
const FATAL = [
  { name: 'collectionNames', number: 1, type: 'string' },
  { name: 'timestamp', number: 2, type: 'int64' },
] as const satisfies Schema;

function isPhone(step: Step): boolean {
  return step.tx.get('primary', SELF) !== undefined;
}

/** Nothing helps any more. */
export function giveUpState(step: Step, reason: string): void {
  if (step.tx.get('app-state-fatal', SELF) !== undefined) return;
  const account = accountOf(step);
  if (account === undefined) return;
  const record: FatalRecord = { kind: 'app-state-fatal', reason };
  step.tx.put('app-state-fatal', SELF, record);
  step.emit('app-state-lost', `app state is lost: ${reason}`, { reason });
  if (isPhone(step)) return;
  const bytes = encode(FATAL, { timestamp: nowMs(step) });
  const type = PROTOCOL_TYPES.appStateFatalExceptionNotification;
  sendPeer(step, [account.user], { type, appStateFatalExceptionNotification: bytes });
  forget(step);
  for (const [index] of step.tx.entries('setting')) step.tx.delete('setting', index);
}

/** A companion says that the state is lost: only the phone can act on it. */
export function takeFatalNotice(step: Step, author: string, bytes: Uint8Array): void {
  const notice = decode(FATAL, bytes);
  if (isRejected(notice)) return step.refuse(notice);
  if (!isPhone(step)) {
    const sentence = `${author} reports lost app state to a companion`;
    return step.refuseAs('not-allowed', sentence, { author });
  }
  giveUpState(step, `${author} has lost it`);
}

/** Drops collections, keys and all work on them. */
function forget(step: Step): void {
  for (const name of COLLECTIONS) {
    dropRecords(step, name);
    for (const [index] of pendingOf(step, name)) putPending(step, name, index, undefined);
  }
  for (const collection of [
    'app-state-key',
    'app-state-missing',
    'app-state-sync',
    'app-state-upload',
    'app-state-file',
    'app-state-expired',
  ]) {
    for (const [key] of step.tx.entries(collection)) step.tx.delete(collection, key);
  }
}

/** Carries out what is left to do; true while nothing else is to be done about app state. */
export function advanceFatal(step: Step): boolean {
  const isLost = step.tx.get('app-state-fatal', SELF) !== undefined;
  const isResetting = step.tx.get('app-state-reset', SELF) !== undefined;
  if (!isLost && !isResetting) return false;
  if (linkStateOf(step.store).phase !== 'active') return true;
  if (isLost && isPhone(step) && maySignList(step)) beginAnew(step);
  if (step.tx.get('app-state-reset', SELF) === undefined) return true;
  if (!isAsking(step, ({ kind }) => kind === 'app-state-reset')) {
    ask(step, deleteAllQuery(step.freshId('reset')), { kind: 'app-state-reset' });
  }
  return true;
}

/** What is in force on the phone waits for the first companion; everybody else is logged out. */
function beginAnew(step: Step): void {
  const kept = COLLECTIONS.map((name) => [name, keptChanges(step, name)] as const);
  forget(step);
  for (const [name, changes] of kept) {
    for (const [index, mutation] of changes) putPending(step, name, index, mutation);
    const sentinel = JSON.stringify(['sentinel', name]);
    refreshSetting(step, name, sentinel);
  }
  const { user, devices } = ownList(step);
  for (const gone of devices) {
    if (gone.id !== 0) withdraw(step, [gone], deviceJid(user, gone.id));
  }
  step.tx.delete('app-state-fatal', SELF);
  step.tx.put('app-state-reset', SELF, { kind: 'app-state-reset' });
}

function keptChanges(step: Step, name: CollectionName) {
  const indexes = [
    ...step.tx.entries(`app-state-index/${name}`).map(([index]) => index),
    ...pendingOf(step, name).map(([index]) => index),
  ];
  return [...new Set(indexes)].flatMap((index) => {
    const mutation = inForce(step, name, index);
    if (mutation === undefined || mutation.action.kind === 'key-expiration') return [];
    return [[index, mutation] as const];
  });
}

/** The server has forgotten the collections. */
export function takeResetAnswer(step: Step, isResult: boolean): void {
  if (isResult) step.tx.delete('app-state-reset', SELF);
}
