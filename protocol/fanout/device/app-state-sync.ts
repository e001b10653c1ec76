/**
 * A device and its collections at the server (specification 8.8): it fetches what it is told of,
 * sends what was changed here, and asks again after a break, since only records remember what is
 * left to do. One query at a time, for all collections that have something to ask or to say.
 */

import { APP_STATE_BACKOFF_MAX_S, APP_STATE_REFUSED_MAX_US } from '../../limits.ts';
import { attribute, child, type WireNode } from '../../wire/node.ts';
import type { AppStateMutation } from '../app-state/actions.ts';
import { COLLECTIONS, type CollectionName } from '../app-state/collections.ts';
import {
  type CollectionAnswer,
  type CollectionRequest,
  readSyncAnswer,
  readVersions,
  SYNC_ERRORS,
  syncQuery,
} from '../app-state/exchange.ts';
import { keyName } from '../app-state/keys.ts';
import type { SealingKey } from '../app-state/mutation.ts';
import { buildPatch, compacted, isTooLarge } from '../app-state/patch.ts';
import { encodePatch } from '../app-state/patch-codec.ts';
import type { Step } from '../step.ts';
import {
  type Progress,
  restart,
  restartRefused,
  settlePatch,
  takeCollection,
  waitForKeys,
} from './app-state-apply.ts';
import { meetShown, refreshSetting } from './app-state-effects.ts';
import { advanceFatal, giveUpState } from './app-state-fatal.ts';
import { keepUpload, takeFileOutcome, uploadedPatch, uploadPatch } from './app-state-files.ts';
import { advanceMissingKeys, keyToWrite } from './app-state-keys.ts';
import type { AppStateQuery, AskedCollection, SentPatch } from './app-state-query.ts';
import {
  changeSync,
  collectionState,
  hasPending,
  headOf,
  isBehind,
  keyLookup,
  liveRecords,
  pendingAt,
  pendingOf,
  putPending,
  syncOf,
  versionOf,
} from './app-state-records.ts';
import type { BlobOutcome } from './blob-client.ts';
import { linkStateOf } from './link-state.ts';
import { ask, isAsking } from './outbound.ts';
import { accountOf, SELF } from './records.ts';

const RETRY_TIMER = 'app-state';

// ---------------------------------------------------------------- what the server tells

/** `<notification type="server_sync">`: collections moved on. False when it is another type. */
export function takeSyncNotification(step: Step, notification: WireNode): boolean {
  if (attribute(notification, 'type') !== 'server_sync') return false;
  noteVersions(step, notification);
  return true;
}

/** The login's answer names where the collections stand. */
export function noteVersionsAtLogin(step: Step, success: WireNode): void {
  noteVersions(step, child(success, 'sync'));
}

function noteVersions(step: Step, element: WireNode | undefined): void {
  for (const [name, version] of readVersions(element)) {
    const held = versionOf(step, name);
    if (version > Math.max(held, syncOf(step, name).wantedVersion)) {
      changeSync(step, name, { wantedVersion: version });
    }
  }
}

// ---------------------------------------------------------------- asking

/** After every input: what is shown anew meets its settings; what is left to do is asked for. */
export function advanceAppState(step: Step): void {
  meetShown(step);
  if (accountOf(step) === undefined || advanceFatal(step)) return;
  const lostKey = advanceMissingKeys(step);
  if (lostKey !== undefined) return giveUpState(step, `nobody has the key ${lostKey}`);
  const { phase } = linkStateOf(step.store);
  if (phase !== 'active' || isAsking(step, ({ kind }) => kind === 'app-state')) return;
  const isAtRest = step.tx.count('app-state-sync') + step.tx.count('app-state-upload') === 0;
  if (isAtRest && !hasPending(step)) return step.cancelTimer(RETRY_TIMER);
  const key = hasPending(step) ? keyToWrite(step) : undefined;
  const requests: CollectionRequest[] = [];
  const asked = new Map<CollectionName, AskedCollection>();
  for (const name of COLLECTIONS) {
    const plan = isAtEase(step, name) ? planOf(step, name, key) : undefined;
    if (plan === undefined) continue;
    requests.push(plan.request);
    asked.set(name, { wantedVersion: syncOf(step, name).wantedVersion, patch: plan.sent });
  }
  armRetry(step);
  if (requests.length === 0) return;
  ask(step, syncQuery(step.freshId('sync'), requests), { kind: 'app-state', asked });
}

/** Whether nothing but work stands before a collection: no key, no file, no pause. */
function isAtEase(step: Step, name: CollectionName): boolean {
  const { blockedOn, file, notBeforeUs } = syncOf(step, name);
  return blockedOn.length === 0 && file === undefined && step.nowUs >= notBeforeUs;
}

function armRetry(step: Step): void {
  let nextUs = Number.POSITIVE_INFINITY;
  for (const name of COLLECTIONS) {
    const { notBeforeUs } = syncOf(step, name);
    if (notBeforeUs > step.nowUs) nextUs = Math.min(nextUs, notBeforeUs);
  }
  if (nextUs === Number.POSITIVE_INFINITY) step.cancelTimer(RETRY_TIMER);
  else step.setTimer(RETRY_TIMER, nextUs);
}

interface Plan {
  readonly request: CollectionRequest;
  readonly sent: SentPatch | undefined;
}

function planOf(step: Step, name: CollectionName, key: SealingKey | undefined): Plan | undefined {
  const held = versionOf(step, name);
  if (isBehind(step, name)) {
    const version = syncOf(step, name).isFromZero ? 0 : held;
    const request = { name, version, wantsSnapshot: version === 0, patch: undefined };
    return { request, sent: undefined };
  }
  const request = { name, version: held, wantsSnapshot: false };
  const stored = uploadedPatch(step, name, held);
  if (stored === 'uploading') return undefined;
  if (stored !== undefined) {
    return { request: { ...request, patch: stored.bytes }, sent: stored.sent };
  }
  return key && patchPlan(step, request, key);
}

/** A patch of what is pending, with one old record in a new coat (specification 8.8). */
function patchPlan(
  step: Step,
  request: Omit<CollectionRequest, 'patch'>,
  key: SealingKey,
): Plan | undefined {
  const { name } = request;
  const own = pendingOf(step, name).map(([index, { mutation }]) => [index, mutation] as const);
  if (own.length === 0) return undefined;
  const pending = new Map<string, AppStateMutation>(own);
  const old = oldRecord(step, name, key);
  if (old !== undefined) pending.set(old.index, old.mutation);
  const changes = compacted([...pending.values()]);
  const state = collectionState(step, name);
  const nextIv = (): Uint8Array => step.context.secrets.bytes('app-state-iv', 16);
  const { crypto } = step.context;
  const built = buildPatch(state, changes, key, keyLookup(step), nextIv, crypto);
  if (built?.kind === 'needs-keys') {
    waitForKeys(step, name, built.keyIds);
    return undefined;
  }
  if (built === undefined) return dropPending(step, name);
  const { head, changes: records } = built;
  if (isTooLarge(built.patch)) {
    uploadPatch(step, name, built, pending);
    return undefined;
  }
  const patch = encodePatch(built.patch);
  return { request: { ...request, patch }, sent: { head, changes: records, pending } };
}

/** Removals of what is not there: nothing has to be said. */
function dropPending(step: Step, name: CollectionName): undefined {
  for (const [index] of pendingOf(step, name)) {
    putPending(step, name, index, undefined);
    refreshSetting(step, name, index);
  }
}

/** The oldest record under a key that is not written with any more. */
function oldRecord(
  step: Step,
  name: CollectionName,
  key: SealingKey,
): { readonly index: string; readonly mutation: AppStateMutation } | undefined {
  const active = keyName(key.keyId);
  for (const { entry, mutation } of liveRecords(step, name)) {
    if (entry.index === undefined || mutation?.operation !== 'set') continue;
    if (keyName(entry.keyId) === active) continue;
    if (pendingAt(step, name, entry.index) !== undefined) continue;
    return { index: entry.index, mutation };
  }
  return undefined;
}

// ---------------------------------------------------------------- answers

/** The answer to a query for app state. */
export function takeSyncAnswer(step: Step, query: AppStateQuery, iq: WireNode): void {
  const isResult = attribute(iq, 'type') === 'result';
  const answers = isResult ? readSyncAnswer(iq) : new Map<CollectionName, CollectionAnswer>();
  if (step.tx.get('app-state-fatal', SELF) !== undefined) return;
  for (const [name, asked] of query.asked) {
    const answer = answers.get(name);
    const before = headOf(step, name).version;
    const progress = answer === undefined ? 'refused' : progressOf(step, asked.patch, answer);
    const isMoved = headOf(step, name).version > before;
    if (progress === 'lost') return giveUpState(step, `${name} cannot be had`);
    if (progress === 'whole') rest(step, name, asked.wantedVersion);
    else if (progress === 'refused' || progress === 'restarted') pause(step, name);
    else if (progress === 'more' && !isMoved) pause(step, name);
  }
  giveUpRefused(step);
}

function progressOf(
  step: Step,
  sent: SentPatch | undefined,
  answer: CollectionAnswer,
): Progress | 'refused' {
  const { name, errorCode, version } = answer;
  if (errorCode === SYNC_ERRORS.malformed || errorCode === SYNC_ERRORS.unknown) {
    return restartRefused(step, name, errorCode);
  }
  if (errorCode === SYNC_ERRORS.conflict) {
    step.emit('app-state-late', `another device was first in ${name}`, { collection: name });
    const { version: held } = headOf(step, name);
    const progress = takeCollection(step, answer);
    const isMoved = headOf(step, name).version > held;
    return progress === 'whole' && !isMoved ? 'refused' : progress;
  }
  if (errorCode !== 0) return 'refused';
  if (sent === undefined) return takeCollection(step, answer);
  if (sent.head.version !== headOf(step, name).version + 1) return 'refused'; // of another life
  if (version !== sent.head.version) {
    step.refuseAs('unexpected', `the server took a patch of ${name} for another version`, {
      collection: name,
      version,
    });
    return 'refused';
  }
  keepUpload(step, name);
  settlePatch(step, name, sent);
  return 'whole';
}

/**
 * The collection is what the server has. A version heard of before it was asked, and not reached,
 * does not exist; one heard of since is asked for next.
 */
function rest(step: Step, name: CollectionName, askedVersion: number): void {
  const { wantedVersion } = syncOf(step, name);
  const change = { failures: 0, failingSinceUs: 0, notBeforeUs: 0, restarts: 0 };
  const isNews = wantedVersion > askedVersion;
  changeSync(step, name, isNews ? change : { ...change, wantedVersion: 0 });
}

/** Leaves the server alone for a while, longer each time. */
function pause(step: Step, name: CollectionName): void {
  const { failures, failingSinceUs } = syncOf(step, name);
  const waitS = failures > 12 ? APP_STATE_BACKOFF_MAX_S : 2 ** failures;
  changeSync(step, name, {
    failures: failures + 1,
    failingSinceUs: failures === 0 ? step.nowUs : failingSinceUs,
    notBeforeUs: step.nowUs + Math.min(waitS, APP_STATE_BACKOFF_MAX_S) * 1_000_000,
  });
}

function giveUpRefused(step: Step): void {
  for (const name of COLLECTIONS) {
    const { failures, failingSinceUs } = syncOf(step, name);
    if (failures > 0 && step.nowUs - failingSinceUs > APP_STATE_REFUSED_MAX_US) {
      return giveUpState(step, `${name} was refused for too long`);
    }
  }
}

/** An errand at the store of files ended. */
export function takeAppStateFile(step: Step, key: string, outcome: BlobOutcome): void {
  const ended = takeFileOutcome(step, key, outcome);
  if (ended === undefined) return;
  const progress = restart(step, ended.name, ended.reason);
  if (progress === 'lost') giveUpState(step, `${ended.name} cannot be had`);
  else pause(step, ended.name);
}

/** The timer of a pause fired; false when it is another one. The engine looks for itself. */
export function takeAppStateTimer(step: Step, name: string): boolean {
  if (name !== RETRY_TIMER && name !== 'app-state-keys') return false;
  step.cancelTimer(name);
  return true;
}
