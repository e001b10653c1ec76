/**
 * The sender's side of retry receipts (specification 6.9): who may have a message again, on which
 * session, how often. A copy asked for again keeps its id and its time stamp.
 */

import type { DeviceJid, OutboxRecord } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import {
  RETRY_COUNT_MAX,
  RETRY_KEYS_FROM_COUNT,
  SESSION_RECREATION_INTERVAL_US,
} from '../../limits.ts';
import { type RetryKeys, type RetryRequest, readRetry } from '../../messages/retry-receipt.ts';
import { currentSession } from '../../signal/records.ts';
import {
  archiveCurrent,
  hasSession,
  sessionRemoteRegistrationId,
  startSession,
} from '../../signal/sessions.ts';
import { isGroupJid, userOf } from '../../wire/jid.ts';
import type { WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { devicesOf, isReadyFor, usersOf } from './audience.ts';
import { isProven, provenPolicy } from './bundles.ts';
import { forgetKeyOf } from './group-keys.ts';
import { isForMember, sealGroupResend } from './group-seal.ts';
import { barredByChange, followIdentity, pinnedKey } from './identity-change.ts';
import { linkStateOf } from './link-state.ts';
import {
  accountOf,
  maySealMore,
  outboxOf,
  type RecreatedRecord,
  type ResendRecord,
} from './records.ts';
import { sealResend } from './seal.ts';

/** Handles a retry receipt: either queues a resend or says why not. */
export function takeRetryReceipt(step: Step, receipt: WireNode): void {
  const request = readRetry(receipt);
  if (isRejected(request)) return step.refuse(request);
  const { id, device, group, count } = request;
  const barred = barredByChange(step, device, id);
  if (barred !== undefined) return refuseResend(step, device, id, barred);
  // Keys at the first count: the server had no copy, or the device's Store lost the one it had.
  const isForced = count === 1 && request.keys !== undefined;
  if (isForced) step.tx.delete(`delivered/${id}`, device);
  const reason = whyNot(step, outboxOf(step, id), request);
  if (reason !== undefined) return refuseResend(step, device, id, reason);
  if (group !== undefined) forgetKeyOf(step, group, device);
  linkStateOf(step.store).unusable.delete(device);
  renewSession(step, request);
  const record: ResendRecord = { kind: 'resend', messageId: id, device, count };
  step.tx.put('resend', `${id}|${device}`, record);
}

function refuseResend(step: Step, device: DeviceJid, id: string, reason: string): void {
  step.emit('resend-refused', `${device} asks for ${id} again: ${reason}`, { device, id });
}

function whyNot(
  step: Step,
  outbox: OutboxRecord | undefined,
  { id: messageId, device, group, count }: RetryRequest,
): string | undefined {
  if (outbox === undefined) return 'the message is no longer in the resend cache';
  if (outbox.state === 'wanting') return 'the message was not sent yet';
  const user = userOf(device);
  const isOfGroup = isGroupJid(outbox.chat);
  if (group !== (isOfGroup ? outbox.chat : undefined)) return 'it was written to another chat';
  if (isOfGroup && !isForMember(step, outbox, user)) {
    return 'its account was no member when the message was written';
  }
  const isParty = usersOf(step, outbox.chat, accountOf(step)?.user ?? '').includes(user);
  if (!isParty || !devicesOf(step, user).includes(device)) return 'the device is not in the list';
  if (step.tx.get(`delivered/${messageId}`, device) !== undefined) return 'it was delivered there';
  if (count > RETRY_COUNT_MAX) return `more than ${RETRY_COUNT_MAX} retries`;
  return undefined;
}

/** Decides which session the resend goes out on (steps 2 and 3 of specification 6.9). */
export function renewSession(
  step: Step,
  { device, count, keys, registrationId }: RetryRequest,
): void {
  const known = sessionRemoteRegistrationId(step.tx, device);
  const isReinstalled = known !== undefined && known !== registrationId;
  const exists = hasSession(step.tx, device);
  // Fresh keys come from a device that cannot read us: an hour would lose everything meanwhile.
  if (exists && (keys === undefined ? !mayRecreate(step, device) : isBuiltOn(step, device, keys))) {
    return;
  }
  if (keys === undefined) {
    // Nothing here is authenticated: the old session is put aside, not destroyed.
    if (exists && (isReinstalled || count > RETRY_KEYS_FROM_COUNT)) {
      archiveCurrent(step.tx, device);
      noteRecreated(step, device);
    }
    return;
  }
  if (!isProven(step, device, keys.deviceIdentity, keys.bundle.identityKey)) {
    step.refuseAs(
      'adv-failure',
      `the keys in a retry receipt do not prove that they are ${device}'s`,
    );
    return;
  }
  const before = pinnedKey(step, device);
  const policy = provenPolicy(step, device);
  const failed = startSession(step.tx, device, keys.bundle, step.context, policy);
  if (isRejected(failed)) return step.refuse(failed);
  linkStateOf(step.store).knownChains.add(device);
  followIdentity(step, device, before);
  noteRecreated(step, device);
}

/** Whether the session waits for the answer to a start from these very keys: a repeated receipt. */
function isBuiltOn(step: Step, device: DeviceJid, { bundle }: RetryKeys): boolean {
  const pending = currentSession(step.tx, device)?.pending;
  return pending !== undefined && pending.preKeyId === bundle.prekey?.id;
}

/** Without keys at most once an hour per device (specification 6.9). */
function mayRecreate(step: Step, device: DeviceJid): boolean {
  const last = step.get<RecreatedRecord>('recreated', device);
  if (last === undefined) return true;
  const agoUs = step.nowUs - last.atUs;
  // Negative: the clock was set back, and nobody can tell how long ago it was.
  return agoUs >= SESSION_RECREATION_INTERVAL_US || agoUs < 0;
}

function noteRecreated(step: Step, device: DeviceJid): void {
  const record: RecreatedRecord = { kind: 'recreated', atUs: step.nowUs };
  step.tx.put('recreated', device, record);
}

/** Sends the copies asked for, as soon as their session is there. */
export function advanceResends(step: Step): void {
  for (const [key, entry] of step.tx.entries('resend')) {
    if (!maySealMore(step)) return;
    const { messageId, device, count } = entry as ResendRecord;
    const outbox = outboxOf(step, messageId);
    // The ack that gives the message its time stamp may still be on its way.
    if (outbox?.state === 'sealed') continue;
    if (outbox !== undefined && !isReadyFor(step, [device])) continue;
    step.tx.delete('resend', key);
    if (outbox === undefined || !hasSession(step.tx, device)) continue;
    step.emit('resend', `sends ${messageId} to ${device} again`, { device, count });
    if (isGroupJid(outbox.chat)) sealGroupResend(step, outbox, device, count);
    else sealResend(step, outbox, device, count);
  }
}
