/**
 * App state at the server (specification 8.8): it orders the patches of an account, collection by
 * collection, and holds no key. A patch is taken only on top of the newest version; every other
 * device is told. Collections: `app-state-head` (`USER|NAME`), `app-state-patch/USER|NAME`.
 *
 * Assumption: the server keeps every patch. Who begins at version 0 gets a snapshot folded from the
 * patches that carry their mutations themselves, and from the first one that left them in a file
 * the patches as they came.
 */

import type { LinkedRecord, UserJid } from '../../contract.ts';
import { assert, isRejected } from '../../errors.ts';
import { APP_STATE_ANSWER_BYTES_MAX, APP_STATE_ANSWER_PATCHES_MAX } from '../../limits.ts';
import type { StoredRecord } from '../../store.ts';
import { deviceIdOf } from '../../wire/jid.ts';
import { node, type WireNode } from '../../wire/node.ts';
import { COLLECTIONS, type CollectionName } from '../app-state/collections.ts';
import {
  type CollectionAnswer,
  type CollectionRequest,
  isDeleteAll,
  readSyncQuery,
  SYNC_ERRORS,
  syncAnswer,
  versionNodes,
} from '../app-state/exchange.ts';
import { decodePatch, encodePatch, encodeSnapshot, type Patch } from '../app-state/patch-codec.ts';
import { foldedRecords, snapshotAfter } from '../app-state/snapshot.ts';
import type { Step } from '../step.ts';
import { devicesOf } from './lists.ts';
import { enqueue } from './queue.ts';
import { nextStampUs } from './records.ts';

/** Where a collection stands. Key: `USER|NAME`. */
export interface AppStateHeadRecord extends StoredRecord {
  readonly kind: 'app-state-head';
  readonly version: number;
  /** The newest version up to which every patch holds its mutations itself. */
  readonly foldable: number;
}

/** A patch with its version. Collection `app-state-patch/USER|NAME`, key: the version. */
export interface AppStatePatchRecord extends StoredRecord {
  readonly kind: 'app-state-patch';
  readonly bytes: Uint8Array;
}

function headOf(step: Step, user: UserJid, name: CollectionName): AppStateHeadRecord {
  const head = step.get<AppStateHeadRecord>('app-state-head', `${user}|${name}`);
  return head ?? { kind: 'app-state-head', version: 0, foldable: 0 };
}

function patchesName(user: UserJid, name: CollectionName): string {
  return `app-state-patch/${user}|${name}`;
}

function patchBytes(step: Step, user: UserJid, name: CollectionName, version: number): Uint8Array {
  const record = step.get<AppStatePatchRecord>(patchesName(user, name), String(version));
  assert(record !== undefined, 'every version of a collection has its patch');
  return record.bytes;
}

/** What the login's answer says of the account's collections; nothing while none was written. */
export function appStateNodes(step: Step, user: UserJid): readonly WireNode[] {
  const versions = versionNodes(versionsOf(step, user, COLLECTIONS));
  return versions.length === 0 ? [] : [node('sync', {}, versions)];
}

function versionsOf(
  step: Step,
  user: UserJid,
  names: readonly CollectionName[],
): ReadonlyMap<CollectionName, number> {
  const versions = new Map<CollectionName, number>();
  for (const name of names) {
    const { version } = headOf(step, user, name);
    if (version > 0) versions.set(name, version);
  }
  return versions;
}

/** Handles a query for app state; `undefined` when it is none, or not this device's to make. */
export function takeSync(
  step: Step,
  sender: LinkedRecord,
  iq: WireNode,
): readonly WireNode[] | undefined {
  if (isDeleteAll(iq)) return deleteAll(step, sender) ? [] : undefined;
  const requests = readSyncQuery(iq);
  if (isRejected(requests)) return undefined;
  const changed: CollectionName[] = [];
  const room: Room = { leftBytes: APP_STATE_ANSWER_BYTES_MAX };
  const answers = requests.map((request) => {
    const answer = answerOf(step, sender, request, room);
    if (request.patch !== undefined && answer.errorCode === 0) changed.push(request.name);
    return answer;
  });
  if (changed.length > 0) announce(step, sender, changed);
  return [syncAnswer(answers)];
}

/** What still fits the answer, which has to fit a frame with all its collections. */
interface Room {
  leftBytes: number;
}

function answerOf(
  step: Step,
  sender: LinkedRecord,
  request: CollectionRequest,
  room: Room,
): CollectionAnswer {
  const { user } = sender;
  const { name, version, patch } = request;
  const head = headOf(step, user, name);
  if (patch === undefined) return missingOf(step, user, request, room, 0);
  if (version !== head.version) {
    return missingOf(step, user, request, room, SYNC_ERRORS.conflict);
  }
  const read = decodePatch(patch);
  if (isRejected(read)) {
    step.refuse(read);
    return { ...plainAnswer(name, head.version), errorCode: SYNC_ERRORS.malformed };
  }
  store(step, user, name, read);
  return plainAnswer(name, head.version + 1);
}

function plainAnswer(name: CollectionName, version: number): CollectionAnswer {
  const nothing = { snapshot: undefined, patches: [] };
  return { name, version, hasMore: false, errorCode: 0, ...nothing };
}

function store(step: Step, user: UserJid, name: CollectionName, patch: Patch): void {
  const head = headOf(step, user, name);
  const version = head.version + 1;
  const isFoldable = patch.external === undefined && head.foldable === head.version;
  const next: AppStateHeadRecord = {
    kind: 'app-state-head',
    version,
    foldable: isFoldable ? version : head.foldable,
  };
  const record: AppStatePatchRecord = {
    kind: 'app-state-patch',
    bytes: encodePatch({ ...patch, version }),
  };
  step.tx.put('app-state-head', `${user}|${name}`, next);
  step.tx.put(patchesName(user, name), String(version), record);
}

/**
 * What a device at `request.version` lacks: a snapshot where it may help, then patches. One that
 * finds no room is left for the next query; one too large for any answer comes as patches.
 */
function missingOf(
  step: Step,
  user: UserJid,
  request: CollectionRequest,
  room: Room,
  errorCode: number,
): CollectionAnswer {
  const { name, version: held, wantsSnapshot } = request;
  const { version, foldable } = headOf(step, user, name);
  const isWhole = held === 0 && wantsSnapshot && foldable > 0;
  let snapshot = isWhole ? snapshotOf(step, user, name, foldable) : undefined;
  const patches: Uint8Array[] = [];
  if (snapshot !== undefined && snapshot.length > room.leftBytes) {
    const isFresh = room.leftBytes === APP_STATE_ANSWER_BYTES_MAX;
    if (!isFresh) return { name, version, hasMore: true, errorCode, snapshot: undefined, patches };
    snapshot = undefined;
  }
  room.leftBytes -= snapshot?.length ?? 0;
  let last = snapshot === undefined ? held : foldable;
  while (last < version && patches.length < APP_STATE_ANSWER_PATCHES_MAX) {
    const bytes = patchBytes(step, user, name, last + 1);
    if (bytes.length > room.leftBytes) break;
    room.leftBytes -= bytes.length;
    patches.push(bytes);
    last += 1;
  }
  return { name, version, hasMore: last < version, errorCode, snapshot, patches };
}

function snapshotOf(
  step: Step,
  user: UserJid,
  name: CollectionName,
  version: number,
): Uint8Array | undefined {
  const patches: Patch[] = [];
  for (let at = 1; at <= version; at += 1) {
    const patch = decodePatch(patchBytes(step, user, name, at));
    assert(!isRejected(patch), 'a stored patch was decoded before');
    patches.push(patch);
  }
  const last = patches.at(-1);
  assert(last !== undefined, 'a collection that was written has a patch');
  const records = foldedRecords(
    new Map(),
    patches.flatMap(({ mutations }) => mutations),
  );
  return encodeSnapshot(snapshotAfter(records, last));
}

/** `server_sync` to every other device of the account. */
function announce(step: Step, sender: LinkedRecord, changed: readonly CollectionName[]): void {
  const { user, device } = sender;
  const stampUs = nextStampUs(step);
  const id = step.freshId('sync');
  const attributes = { type: 'server_sync', from: user, id, t: String(stampUs) };
  const content = versionNodes(versionsOf(step, user, changed));
  for (const target of devicesOf(step, user)) {
    if (target === device) continue;
    enqueue(step, target, node('notification', attributes, content), stampUs);
  }
}

/** The phone begins anew. False when a companion asks for it. */
function deleteAll(step: Step, sender: LinkedRecord): boolean {
  if (deviceIdOf(sender.device) !== 0) return false;
  forgetAppState(step, sender.user);
  return true;
}

/** Drops all collections of an account: what its devices share is said anew. */
export function forgetAppState(step: Step, user: UserJid): void {
  for (const name of COLLECTIONS) {
    step.tx.delete('app-state-head', `${user}|${name}`);
    const patches = patchesName(user, name);
    for (const [key] of step.tx.entries(patches)) step.tx.delete(patches, key);
  }
}
