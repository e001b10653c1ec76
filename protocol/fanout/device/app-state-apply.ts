/**
 * What a device makes of the server's word on its collections (specification 8.7 to 8.9): snapshots
 * and patches move a collection on, changes of both sides meet, and what does not hold is fetched
 * anew from its beginning. Whatever goes wrong in one collection stands in no other's way (L6).
 */

import { isRejected, type Rejection, reject } from '../../errors.ts';
import { APP_STATE_RESTARTS_MAX } from '../../limits.ts';
import { encodeMutation } from '../app-state/action-codec.ts';
import { type AppStateMutation, indexOf } from '../app-state/actions.ts';
import type { CollectionApplied, NeedsKeys } from '../app-state/collection.ts';
import type { CollectionName } from '../app-state/collections.ts';
import { resolveConflict } from '../app-state/conflicts.ts';
import type { CollectionAnswer } from '../app-state/exchange.ts';
import { keyName } from '../app-state/keys.ts';
import { applyPatch } from '../app-state/patch.ts';
import { decodePatch, decodeSnapshot } from '../app-state/patch-codec.ts';
import { applySnapshot } from '../app-state/snapshot.ts';
import type { Step } from '../step.ts';
import { refreshSetting } from './app-state-effects.ts';
import { dropFile, mutationsOf } from './app-state-files.ts';
import { expireKeys, missKeys } from './app-state-keys.ts';
import type { SentPatch } from './app-state-query.ts';
import {
  changeSync,
  collectionState,
  dropRecords,
  headOf,
  keyLookup,
  pendingAt,
  putPending,
  storeChanges,
  syncOf,
} from './app-state-records.ts';

/**
 * How an answer went. `waits`: for keys or a file, which were asked for; `lost`: the collection
 * cannot be had.
 */
export type Progress = 'whole' | 'more' | 'waits' | 'restarted' | 'lost';

/** Takes what the server sent of a collection: a snapshot, then patches. */
export function takeCollection(step: Step, answer: CollectionAnswer): Progress {
  const { name, snapshot } = answer;
  if (snapshot !== undefined) {
    const outcome = takeSnapshot(step, name, snapshot);
    if (outcome !== undefined) return outcome;
  } else if (syncOf(step, name).isFromZero && answer.patches.length > 0) {
    replaceAll(step, name); // the patches begin at the first one
  }
  for (const bytes of answer.patches) {
    const outcome = takePatch(step, name, bytes);
    if (outcome !== undefined) return outcome;
  }
  if (answer.hasMore) return 'more';
  const isAlone = answer.version === 0 && syncOf(step, name).isFromZero;
  if (isAlone) replaceAll(step, name);
  changeSync(step, name, { isFromZero: false });
  return 'whole';
}

/** Drops what was held, with everything it put in force. */
function replaceAll(step: Step, name: CollectionName): void {
  for (const index of dropRecords(step, name)) refreshSetting(step, name, index);
  changeSync(step, name, { isFromZero: false });
}

function takeSnapshot(step: Step, name: CollectionName, bytes: Uint8Array): Progress | undefined {
  const snapshot = decodeSnapshot(bytes);
  if (isRejected(snapshot)) return restart(step, name, snapshot);
  const applied = applySnapshot(name, snapshot, keyLookup(step), step.context.crypto);
  if (applied.kind !== 'collection-applied') return hindered(step, name, applied);
  const gone = dropRecords(step, name);
  adopt(step, name, applied);
  for (const index of gone) refreshSetting(step, name, index);
  changeSync(step, name, { isFromZero: false });
  return undefined;
}

function takePatch(step: Step, name: CollectionName, bytes: Uint8Array): Progress | undefined {
  const patch = decodePatch(bytes);
  if (isRejected(patch)) return restart(step, name, patch);
  const { version } = headOf(step, name);
  if (patch.version !== undefined && patch.version <= version) return undefined; // held already
  const mutations = mutationsOf(step, name, patch);
  if (mutations === undefined) return 'waits';
  if (isRejected(mutations)) return restart(step, name, mutations);
  const state = collectionState(step, name);
  const applied = applyPatch(state, patch, mutations, keyLookup(step), step.context.crypto);
  if (applied.kind !== 'collection-applied') return hindered(step, name, applied);
  adopt(step, name, applied);
  if (patch.external !== undefined) dropFile(step, name);
  return undefined;
}

function hindered(step: Step, name: CollectionName, outcome: NeedsKeys | Rejection): Progress {
  if (isRejected(outcome)) return restart(step, name, outcome);
  waitForKeys(step, name, outcome.keyIds);
  return 'waits';
}

/** A collection stands still until these keys are here. */
export function waitForKeys(step: Step, name: CollectionName, keyIds: readonly Uint8Array[]): void {
  missKeys(step, keyIds);
  changeSync(step, name, { blockedOn: keyIds.map(keyName) });
}

/** What is held or sent does not hold: begin anew, a few times. */
export function restart(step: Step, name: CollectionName, reason: Rejection): Progress {
  step.refuse(reason);
  const restarts = syncOf(step, name).restarts + 1;
  if (restarts > APP_STATE_RESTARTS_MAX) return 'lost';
  changeSync(step, name, { restarts, isFromZero: true, file: undefined });
  dropFile(step, name);
  return 'restarted';
}

/** As `restart`, where the server refuses what it is asked. */
export function restartRefused(step: Step, name: CollectionName, code: number): Progress {
  const sentence = `The server cannot go on with ${name}.`;
  return restart(step, name, reject('not-allowed', sentence, { collection: name, error: code }));
}

function byIndex(mutations: Iterable<AppStateMutation>): Map<string, AppStateMutation> {
  const meanings = new Map<string, AppStateMutation>();
  for (const mutation of mutations) meanings.set(indexOf(mutation.action), mutation);
  return meanings;
}

function adopt(step: Step, name: CollectionName, applied: CollectionApplied): void {
  const meanings = byIndex(applied.mutations);
  storeChanges(step, name, applied.head, applied.changes, meanings);
  for (const [index, remote] of meanings) {
    meet(step, name, index, remote);
    heed(step, remote);
    refreshSetting(step, name, index);
  }
  const { refusedCount, head } = applied;
  if (refusedCount === 0) return;
  const facts = { collection: name, version: head.version, count: refusedCount };
  step.refuseAs('malformed', `${refusedCount} changes of ${name} make no sense`, facts);
}

/** A change of ours that was not sent yet meets one of another device. */
function meet(step: Step, name: CollectionName, index: string, remote: AppStateMutation): void {
  const local = pendingAt(step, name, index);
  if (local === undefined) return;
  const outcome = resolveConflict(local, remote);
  const left = outcome.kind === 'skip-remote' ? outcome.pending : undefined;
  if (left !== local) putPending(step, name, index, left);
  if (outcome.kind === 'skip-remote-and-drop-local') return; // often our own, come back
  const facts = { collection: name, outcome: outcome.kind };
  step.emit('app-state-conflict', `two devices changed the same piece of ${name}`, facts);
}

function heed(step: Step, { operation, action }: AppStateMutation): void {
  if (operation === 'set' && action.kind === 'key-expiration')
    expireKeys(step, action.expiredEpoch);
}

/** The server took our patch: the collection moves on, what was sent is pending no more. */
export function settlePatch(step: Step, name: CollectionName, sent: SentPatch): void {
  storeChanges(step, name, sent.head, sent.changes, sent.pending);
  for (const [index, mutation] of sent.pending) {
    const now = pendingAt(step, name, index);
    if (now !== undefined && isSameChange(now, mutation)) putPending(step, name, index, undefined);
    refreshSetting(step, name, index);
  }
}

function isSameChange(one: AppStateMutation, other: AppStateMutation): boolean {
  if (one === other) return true;
  if (one.operation !== other.operation) return false;
  const [left, right] = [encodeMutation(one), encodeMutation(other)];
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}
