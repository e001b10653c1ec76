/**
 * Damaged records at the boot (contract 2): for each name that the storage layer left, the outcome
 * of `damage-outcomes.ts` is carried out, and a person is told. Losing a record must never let a
 * key be used twice, a message vanish without a word, or a step stop for want of it.
 *
 * What it does not do: notice the damage. Whoever stores records checks them.
 */

import type { AccountRecord, DamagedRecord, DeviceSetup, OutboxRecord } from '../../contract.ts';
import { primaryOnly } from '../../devices/device-list.ts';
import { isRejected } from '../../errors.ts';
import { currentSignedPrekey, makePrekeys, makeSignedPrekey } from '../../signal/prekeys.ts';
import {
  currentSession,
  type PeerIdentityRecord,
  SIGNAL_COLLECTIONS,
  selfIdentity,
} from '../../signal/records.ts';
import { decodeSignedDeviceIdentity } from '../../wire/adv.ts';
import type { Step } from '../step.ts';
import { doubtCollections } from './app-state-effects.ts';
import { wipe } from './connection.ts';
import { damageOutcome } from './damage-outcomes.ts';
import { doubtGroups } from './groups.ts';
import { publishOwnList } from './own-list.ts';
import { loseCopy, resumePlaceholders } from './placeholders.ts';
import { armRotation } from './prekeys.ts';
import {
  accountOf,
  type CompanionRecord,
  deviceListOf,
  outboxOf,
  type PrimaryRecord,
  putOutbox,
  SELF,
} from './records.ts';
import { needOwnList } from './rollback.ts';
import { forgetWanting } from './wanting.ts';

const DAMAGED = 'damaged';

/** Carries out what damage found at this boot asks for; call before anything else is done. */
export function takeDamage(step: Step, setup: DeviceSetup): void {
  const found = step.tx.entries(DAMAGED).map(([, record]) => record as DamagedRecord);
  if (found.length === 0) return;
  for (const { collection, key } of found) {
    step.tx.delete(DAMAGED, `${collection} ${key}`);
    const outcome = damageOutcome(collection) ?? 'forgotten';
    const sentence = `a stored record (${collection}) was damaged and is gone: ${outcome}`;
    step.emit('record-damaged', sentence, { collection, key, outcome });
    if (outcome === 'unusable') {
      step.emit('unusable', 'this device has lost what it cannot do without; set it up anew', {
        collection,
      });
      return wipe(step, 'damaged');
    }
  }
  for (const { collection, key } of found) mend(step, setup, collection, key);
}

function mend(step: Step, setup: DeviceSetup, collection: string, key: string): void {
  if (collection === 'setting' || collection.startsWith('app-state-')) {
    return doubtCollections(step);
  }
  const account = accountOf(step);
  switch (collection) {
    case 'device-list':
      if (account?.user === key) return needOwnList(step);
      return step.tx.put('stale-list', key, { kind: 'stale-list' });
    case 'pending-link':
      return needOwnList(step);
    case 'primary':
      if (account !== undefined && setup.role === 'primary') rebuildPrimary(step, account);
      return;
    case SIGNAL_COLLECTIONS.prekey:
      return renewPool(step);
    case SIGNAL_COLLECTIONS.signedPrekey:
      return rebuildSignedPrekey(step);
    case SIGNAL_COLLECTIONS.peerIdentity:
      return rebuildPin(step, key);
    case 'group':
    case 'group-creating':
    case 'group-query':
    case 'groups-known':
      return doubtGroups(step);
    case 'rotation':
    case 'prekey-reset':
    case 'stale-list':
      return step.tx.put(collection, key, { kind: collection });
    case 'timer':
      if (selfIdentity(step.tx) !== undefined) armRotation(step);
      return resumePlaceholders(step);
    case 'wanting':
    case 'wanting-lost':
      return forgetWanting(step);
    case 'outbound':
      return rebuildOutbound(step, key);
    case 'outbox':
      return reportUnsent(step, key);
    case 'shown':
    case 'placeholder':
      return reportLost(step, key);
  }
}

/** The phone's list state: what its list in force says, until the server's echo says more. */
function rebuildPrimary(step: Step, account: AccountRecord): void {
  const list = deviceListOf(step, account.user) ?? primaryOnly(account.user);
  const record: PrimaryRecord = {
    kind: 'primary',
    rawId: list.rawId,
    currentIndex: list.currentIndex,
    listTimestampS: list.timestampS,
    syncedUs: 0,
  };
  step.tx.put('primary', SELF, record);
  needOwnList(step);
}

/** The server may hand out a key whose private half is gone: its pool is replaced. */
function renewPool(step: Step): void {
  if (accountOf(step) === undefined) return;
  makePrekeys(step.tx, step.settings.prekeyBatch, step.context);
  step.tx.put('prekey-reset', SELF, { kind: 'prekey-reset' });
}

function rebuildSignedPrekey(step: Step): void {
  if (selfIdentity(step.tx) === undefined || currentSignedPrekey(step.tx) !== undefined) return;
  makeSignedPrekey(step.tx, step.context);
  if (accountOf(step) !== undefined) step.tx.put('rotation', SELF, { kind: 'rotation' });
}

/**
 * The pin of a device: from the session with it, or from our own proof for our own phone; else it
 * is taken on trust again, which the notice of the damage says.
 */
function rebuildPin(step: Step, device: string): void {
  const companion = step.get<CompanionRecord>('companion', SELF);
  const isOwnPhone = device === accountOf(step)?.user;
  const proof =
    isOwnPhone && companion !== undefined
      ? decodeSignedDeviceIdentity(companion.signedIdentity)
      : undefined;
  const vouched = proof === undefined || isRejected(proof) ? undefined : proof.accountSignatureKey;
  const publicKey = currentSession(step.tx, device)?.remoteIdentity ?? vouched;
  if (publicKey === undefined) return;
  const record: PeerIdentityRecord = { kind: 'peer-identity', publicKey };
  step.tx.put(SIGNAL_COLLECTIONS.peerIdentity, device, record);
}

/** Keys of `outbound` begin with class and id: what is concerned is told from these. */
function rebuildOutbound(step: Step, key: string): void {
  const [stanza, id = ''] = key.split('|');
  if (stanza === 'iq' && step.tx.get('primary', SELF) !== undefined) {
    const user = accountOf(step)?.user ?? '';
    const [, ...companions] = (deviceListOf(step, user) ?? primaryOnly(user)).devices;
    publishOwnList(step, companions);
    return needOwnList(step);
  }
  const outbox = stanza === 'message' ? outboxOf(step, id) : undefined;
  if (outbox?.state === 'sealed') sealAnew(step, outbox);
}

/**
 * The message, and those sealed behind it for the same chat, are sealed once more, so that they
 * reach the server in their order. One that it has taken gets the answer of then.
 */
function sealAnew(step: Step, first: OutboxRecord): void {
  let isBehind = false;
  for (const [messageId] of step.tx.entries('outbox')) {
    const outbox = outboxOf(step, messageId);
    isBehind ||= messageId === first.messageId;
    if (!isBehind || outbox?.state !== 'sealed' || outbox.chat !== first.chat) continue;
    putOutbox(step, outbox, { state: 'wanting', targets: [], leftOut: [] });
    for (const [key] of step.tx.entries('outbound')) {
      if (key.startsWith(`message|${messageId}|${outbox.chat}|`)) step.tx.delete('outbound', key);
    }
  }
  forgetWanting(step);
}

function reportUnsent(step: Step, messageId: string): void {
  const wanting = step.get<{ readonly kind: string; readonly chat: string }>('wanting', messageId);
  const author = accountOf(step)?.device;
  step.tx.delete('wanting', messageId);
  if (wanting === undefined || author === undefined) return;
  loseCopy(step, { chat: wanting.chat, author, messageId }, 'its text was damaged before it left');
}

function reportLost(step: Step, key: string): void {
  const [chat, author, messageId] = key.split('|');
  if (chat === undefined || author === undefined || messageId === undefined) return;
  loseCopy(step, { chat, author, messageId }, 'its record was damaged');
}
