/**
 * A Store that went back (contract 2, 5; X4): restored from a backup, run on two machines at once,
 * or without the record that would tell. The login's answer says how far the server has seen this
 * device get; whoever stands behind that makes all sending state anew before the first send, so
 * that no key is used twice (K1) and no key id names two keys (K3). Used up again is nothing; what
 * was received meanwhile is history.
 *
 * What it cannot know is what nobody saw: that is covered by the gap a sending chain leaves after a
 * boot, and by the bound on sealed stanzas that wait for the server (`SEALED_PER_STEP_MAX`).
 * Assumption: the attributes `counter`, `sent`, `prekey`, `skey` and `list` of `<success>` are
 * ours.
 */

import { COUNT_MAX, PREKEY_ID_MAX } from '../../limits.ts';
import { positiveNumber } from '../../messages/stanza-time.ts';
import {
  advancePrekeyIds,
  makePrekeys,
  makeSignedPrekey,
  nextPrekeyIds,
  prekeyIdIsAfter,
  prekeysToUpload,
} from '../../signal/prekeys.ts';
import { type PrekeyRecord, SIGNAL_COLLECTIONS } from '../../signal/records.ts';
import { deleteOwnSenderKeys } from '../../signal/sender-keys.ts';
import { deleteSession } from '../../signal/sessions.ts';
import type { StoredRecord } from '../../store.ts';
import { attribute, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { doubtGroups } from './groups.ts';
import { type LoginRecord, type PlaceholderRecord, type PrimaryRecord, SELF } from './records.ts';

/** How far the server has seen this device get; ids are 0 when it has seen none. */
interface Seen {
  readonly logins: number;
  readonly sent: number;
  readonly prekeyId: number;
  readonly signedPrekeyId: number;
  /** Time stamp of the account's signed list; 0 without one, and for companions. */
  readonly listTimestampS: number;
}

function readSeen(success: WireNode): Seen | undefined {
  const read = (name: string): number => positiveNumber(attribute(success, name)) ?? 0;
  const seen: Seen = {
    logins: read('counter'),
    sent: read('sent'),
    prekeyId: read('prekey'),
    signedPrekeyId: read('skey'),
    listTimestampS: read('list'),
  };
  const isPossible =
    seen.logins <= COUNT_MAX &&
    seen.sent <= COUNT_MAX &&
    seen.prekeyId <= PREKEY_ID_MAX &&
    seen.signedPrekeyId <= PREKEY_ID_MAX;
  return isPossible ? seen : undefined;
}

/**
 * Compares the Store with what the server has seen; call at `<success>`, before anything is sent.
 */
export function noticeRollback(step: Step, success: WireNode): void {
  const login = step.get<LoginRecord>('login', SELF);
  if (login === undefined) return;
  const seen = readSeen(success);
  if (seen === undefined) {
    return step.refuseAs('malformed', 'the server echoes a count that no device can reach');
  }
  const primary = step.get<PrimaryRecord>('primary', SELF);
  if (primary !== undefined && seen.listTimestampS > primary.listTimestampS) needOwnList(step);
  const ids = nextPrekeyIds(step.tx);
  const isBehind =
    seen.logins >= login.logins ||
    seen.sent > login.sent ||
    ids === undefined ||
    isUsed(seen.prekeyId, ids.nextPrekeyId) ||
    isUsed(seen.signedPrekeyId, ids.nextSignedPrekeyId);
  if (isBehind) startAnew(step, login, seen);
}

/** Whether `seenId` says that the id we would give next was given before. */
function isUsed(seenId: number, nextId: number): boolean {
  return seenId !== 0 && !prekeyIdIsAfter(nextId, seenId);
}

/** The phone's own list is behind: it is asked for, and nothing is signed before it is here. */
export function needOwnList(step: Step): void {
  const account = step.get<{ readonly kind: string; readonly user: string }>('account', SELF);
  if (account !== undefined) step.tx.put('stale-list', account.user, { kind: 'stale-list' });
}

function startAnew(step: Step, login: LoginRecord, seen: Seen): void {
  forgetSendingState(step);
  // It may have made keys of app state under the next epochs.
  step.tx.put('app-state-gap', SELF, { kind: 'app-state-gap' });
  doubtGroups(step);
  renewPrekeys(step, seen);
  for (const [user] of step.tx.entries('device-list')) {
    step.tx.put('stale-list', user, { kind: 'stale-list' });
  }
  const next: LoginRecord = {
    kind: 'login',
    // The server counts this login as the one after the last it has seen, whatever we called it.
    logins: Math.max(login.logins, seen.logins + 1),
    sent: Math.max(login.sent, seen.sent),
  };
  step.tx.put('login', SELF, next);
  const { logins, sent } = seen;
  const sentence = 'the Store is older than what the server has seen; sessions start anew';
  step.emit('rolled-back', sentence, { logins, sent });
}

/** Everything that encrypts: sessions, current and archived, and our own sender keys. */
function forgetSendingState(step: Step): void {
  for (const [peer] of step.tx.entries(SIGNAL_COLLECTIONS.session)) deleteSession(step.tx, peer);
  for (const name of [...step.store.collectionNames()]) {
    if (name.startsWith('archived-session/')) deleteSession(step.tx, name.slice(17));
  }
  deleteOwnSenderKeys(step.tx);
}

/**
 * New prekeys under ids that nobody has seen. The server is to forget its pool (`prekey-reset`):
 * private halves of it may be gone. Those that are here stay, since bundles with them may be out.
 * Draws as `makeSignedPrekey`, then as `makePrekeys`.
 */
function renewPrekeys(step: Step, seen: Seen): void {
  for (const prekey of prekeysToUpload(step.tx)) {
    const key = String(prekey.id);
    const isPublished = isUsed(seen.prekeyId, prekey.id);
    const kept: PrekeyRecord = { ...prekey, state: 'uploaded' };
    if (isPublished) step.tx.put(SIGNAL_COLLECTIONS.prekey, key, kept);
    else step.tx.delete(SIGNAL_COLLECTIONS.prekey, key);
  }
  // The key of a waiting retry receipt may be under an id that another machine has given out.
  for (const [key, entry] of step.tx.entries('placeholder')) {
    const anew: PlaceholderRecord = { ...(entry as PlaceholderRecord), prekeyId: 0 };
    step.tx.put('placeholder', key, anew);
  }
  for (const [key, entry] of step.tx.entries('peer-wait')) {
    step.tx.put('peer-wait', key, { ...entry, prekeyId: 0 } as StoredRecord);
  }
  advancePrekeyIds(step.tx, seen.prekeyId, seen.signedPrekeyId);
  makeSignedPrekey(step.tx, step.context);
  makePrekeys(step.tx, step.settings.prekeyBatch, step.context);
  step.tx.put('prekey-reset', SELF, { kind: 'prekey-reset' });
  step.tx.delete('rotation', SELF);
}
