/**
 * The keys a device makes for itself: identity, signed prekeys with rotation, one-time prekeys.
 * Uploading them is the device's business; here they only change state. Source: specification 1.2
 * to 1.5.
 */

import type { StepContext } from '../contract.ts';
import { assert } from '../errors.ts';
import { PREKEY_ID_MAX, SIGNED_PREKEY_GRACE_US } from '../limits.ts';
import type { Transaction } from '../store.ts';
import { serialiseKey } from './keys.ts';
import {
  type PrekeyCounterRecord,
  type PrekeyRecord,
  SELF_KEY,
  type SelfIdentityRecord,
  SIGNAL_COLLECTIONS,
  type SignedPrekeyRecord,
  selfIdentity,
} from './records.ts';

/** Registration ids are 1..this, as official clients draw them by default (specification 1.4). */
const REGISTRATION_ID_MAX = 16_380;

const FIRST_COUNTER: PrekeyCounterRecord = {
  kind: 'prekey-counter',
  nextPrekeyId: 1,
  nextSignedPrekeyId: 1,
};

/**
 * Makes this installation's identity; the caller stores it under `identity`/`self`.
 * Draws secret `identity` (32), then number `registration-id`.
 */
export function makeIdentity(ctx: StepContext): SelfIdentityRecord {
  const keyPair = ctx.crypto.keyPair(ctx.secrets.bytes('identity', 32));
  const registrationId = 1 + ctx.numbers.below('registration-id', REGISTRATION_ID_MAX);
  return { kind: 'identity', keyPair, registrationId };
}

/** Makes an identity and stores it; asserts that there is none yet. Draws as `makeIdentity`. */
export function installIdentity(tx: Transaction, ctx: StepContext): SelfIdentityRecord {
  assert(selfIdentity(tx) === undefined, 'an installation has one identity for life');
  const identity = makeIdentity(ctx);
  tx.put(SIGNAL_COLLECTIONS.identity, SELF_KEY, identity);
  return identity;
}

/**
 * Makes a signed prekey the current one; earlier ones are retired now, those retired for longer
 * than the grace period are deleted. Needs the identity. Draws secrets `signed-prekey` (32), then
 * `signed-prekey-signature` (64).
 */
export function makeSignedPrekey(tx: Transaction, ctx: StepContext): SignedPrekeyRecord {
  const identity = selfIdentity(tx);
  assert(identity !== undefined, 'a signed prekey is signed by the identity');
  const counter = counterOf(tx);
  const id = freeId(tx, SIGNAL_COLLECTIONS.signedPrekey, counter.nextSignedPrekeyId);
  const keyPair = ctx.crypto.keyPair(ctx.secrets.bytes('signed-prekey', 32));
  const signature = ctx.crypto.sign(
    identity.keyPair.privateKey,
    serialiseKey(keyPair.publicKey),
    ctx.secrets.bytes('signed-prekey-signature', 64),
  );
  retireSignedPrekeys(tx, ctx.wallUs);
  const record: SignedPrekeyRecord = {
    kind: 'signed-prekey',
    id,
    keyPair,
    signature,
    createdUs: ctx.wallUs,
    retiredUs: 0,
  };
  tx.put(SIGNAL_COLLECTIONS.signedPrekey, String(id), record);
  putCounter(tx, { ...counter, nextSignedPrekeyId: idAfter(id) });
  return record;
}

/** The signed prekey that bundles carry now, if one was made. */
export function currentSignedPrekey(tx: Transaction): SignedPrekeyRecord | undefined {
  for (const [, record] of tx.entries(SIGNAL_COLLECTIONS.signedPrekey)) {
    const signed = record as SignedPrekeyRecord;
    if (signed.retiredUs === 0) return signed;
  }
  return undefined;
}

/** When the oldest retired signed prekey is to be deleted; undefined when there is none. */
export function nextSignedPrekeyEndUs(tx: Transaction): number | undefined {
  let oldestUs: number | undefined;
  for (const [, record] of tx.entries(SIGNAL_COLLECTIONS.signedPrekey)) {
    const { retiredUs } = record as SignedPrekeyRecord;
    if (retiredUs !== 0 && retiredUs < (oldestUs ?? Infinity)) oldestUs = retiredUs;
  }
  return oldestUs === undefined ? undefined : oldestUs + SIGNED_PREKEY_GRACE_US + 1;
}

/** Deletes the signed prekeys whose grace period is over. */
export function dropRetiredSignedPrekeys(tx: Transaction, wallUs: number): void {
  for (const [key, record] of tx.entries(SIGNAL_COLLECTIONS.signedPrekey)) {
    const { retiredUs } = record as SignedPrekeyRecord;
    const isOver = retiredUs !== 0 && wallUs - retiredUs > SIGNED_PREKEY_GRACE_US;
    if (isOver) tx.delete(SIGNAL_COLLECTIONS.signedPrekey, key);
  }
}

/** Retires the current signed prekey and deletes those whose grace period is over. */
function retireSignedPrekeys(tx: Transaction, wallUs: number): void {
  for (const [key, record] of tx.entries(SIGNAL_COLLECTIONS.signedPrekey)) {
    const signed = record as SignedPrekeyRecord;
    if (signed.retiredUs === 0) {
      // A host clock may stand at or before zero only in error; 1 keeps "retired" true even then.
      const retiredUs = Math.max(1, wallUs);
      tx.put(SIGNAL_COLLECTIONS.signedPrekey, key, { ...signed, retiredUs } as SignedPrekeyRecord);
    }
  }
  dropRetiredSignedPrekeys(tx, wallUs);
}

/**
 * Makes `count` one-time prekeys in state `made`, in order of id; ids wrap after 0xFFFFFE to 1 and
 * skip those still stored. Draws secret `prekey` (32) for each, in order.
 */
export function makePrekeys(tx: Transaction, count: number, ctx: StepContext): PrekeyRecord[] {
  const counter = counterOf(tx);
  const made: PrekeyRecord[] = [];
  let next = counter.nextPrekeyId;
  for (let index = 0; index < count; index += 1) {
    const id = freeId(tx, SIGNAL_COLLECTIONS.prekey, next);
    const keyPair = ctx.crypto.keyPair(ctx.secrets.bytes('prekey', 32));
    const record: PrekeyRecord = { kind: 'prekey', id, keyPair, state: 'made' };
    tx.put(SIGNAL_COLLECTIONS.prekey, String(id), record);
    made.push(record);
    next = idAfter(id);
  }
  if (count > 0) putCounter(tx, { ...counter, nextPrekeyId: next });
  return made;
}

/** One-time prekeys the server has not confirmed yet, in order of making. */
export function prekeysToUpload(tx: Transaction): PrekeyRecord[] {
  const out: PrekeyRecord[] = [];
  for (const [, record] of tx.entries(SIGNAL_COLLECTIONS.prekey)) {
    const prekey = record as PrekeyRecord;
    if (prekey.state === 'made') out.push(prekey);
  }
  return out;
}

/** Notes that the server confirmed these ids; ids no longer stored are passed over. */
export function markUploaded(tx: Transaction, ids: readonly number[]): void {
  for (const id of ids) {
    const prekey = findPrekey(tx, id);
    if (prekey?.state !== 'made') continue;
    tx.put(SIGNAL_COLLECTIONS.prekey, String(id), { ...prekey, state: 'uploaded' } as PrekeyRecord);
  }
}

/** The one-time prekey with this id, if it is still here. */
export function findPrekey(tx: Transaction, id: number): PrekeyRecord | undefined {
  return tx.get(SIGNAL_COLLECTIONS.prekey, String(id)) as PrekeyRecord | undefined;
}

/** The signed prekey with this id, current or in its grace period. */
export function findSignedPrekey(tx: Transaction, id: number): SignedPrekeyRecord | undefined {
  return tx.get(SIGNAL_COLLECTIONS.signedPrekey, String(id)) as SignedPrekeyRecord | undefined;
}

/** The ids the next prekeys get; undefined when none were made, or the counter is lost. */
export function nextPrekeyIds(tx: Transaction): PrekeyCounterRecord | undefined {
  return tx.get(SIGNAL_COLLECTIONS.prekeyCounter, SELF_KEY) as PrekeyCounterRecord | undefined;
}

/** Lets ids go on behind ids that are known to be taken; 0 stands for none. */
export function advancePrekeyIds(tx: Transaction, prekeyId: number, signedPrekeyId: number): void {
  const counter = counterOf(tx);
  const behind = (next: number, taken: number): number =>
    taken === 0 || prekeyIdIsAfter(next, taken) ? next : idAfter(taken);
  putCounter(tx, {
    kind: 'prekey-counter',
    nextPrekeyId: behind(counter.nextPrekeyId, prekeyId),
    nextSignedPrekeyId: behind(counter.nextSignedPrekeyId, signedPrekeyId),
  });
}

/** Whether `id` was given after `other`: ids wrap, so the nearer way round counts. */
export function prekeyIdIsAfter(id: number, other: number): boolean {
  const ahead = (id - other + PREKEY_ID_MAX) % PREKEY_ID_MAX;
  return ahead > 0 && ahead < PREKEY_ID_MAX / 2;
}

function counterOf(tx: Transaction): PrekeyCounterRecord {
  const stored = tx.get(SIGNAL_COLLECTIONS.prekeyCounter, SELF_KEY);
  return (stored as PrekeyCounterRecord | undefined) ?? FIRST_COUNTER;
}

function putCounter(tx: Transaction, counter: PrekeyCounterRecord): void {
  tx.put(SIGNAL_COLLECTIONS.prekeyCounter, SELF_KEY, counter);
}

function idAfter(id: number): number {
  return id >= PREKEY_ID_MAX ? 1 : id + 1;
}

/** The first id from `start` on under which nothing is stored. */
function freeId(tx: Transaction, collection: string, start: number): number {
  let id = start;
  for (let tries = 0; tries < PREKEY_ID_MAX; tries += 1) {
    if (tx.get(collection, String(id)) === undefined) return id;
    id = idAfter(id);
  }
  assert(false, 'far fewer prekeys are stored than there are ids');
}
