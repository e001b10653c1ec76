/**
 * Client fanout (specification 6.1 to 6.4): one ciphertext per device of the chat and per other
 * device of our own account, all in one stanza. What is sealed is committed before it leaves.
 */

import type { DeviceJid, OutboxRecord } from '../../contract.ts';
import { participantHash } from '../../devices/participant-hash.ts';
import { assert, isRejected } from '../../errors.ts';
import { SEALED_PER_STEP_MAX } from '../../limits.ts';
import { deviceSentMessage, withContextInfo } from '../../messages/content.ts';
import { type Copy, fanoutStanza, resentStanza } from '../../messages/message-stanza.ts';
import { pad } from '../../messages/padding.ts';
import { encryptFor, hasSession, leaveGap } from '../../signal/sessions.ts';
import { userOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { contextInfoFor } from './consistency.ts';
import { linkStateOf } from './link-state.ts';
import { sendReliably } from './outbound.ts';
import { messageBytesOf } from './outgoing.ts';
import { withPushName } from './push-names.ts';
import {
  accountOf,
  type CompanionRecord,
  nextSentCount,
  outboxOf,
  putOutbox,
  SELF,
} from './records.ts';

/** Pads and encrypts a `Message` for one device. Draws number `padding`. */
export function encryptTo(
  step: Step,
  device: DeviceJid,
  content: Uint8Array,
  retryCount = 0,
): Copy {
  const { knownChains } = linkStateOf(step.store);
  if (!knownChains.has(device)) leaveGap(step.tx, device, SEALED_PER_STEP_MAX, step.context);
  knownChains.add(device);
  const sealed = encryptFor(step.tx, device, pad(content, step.context), step.context);
  assert(!isRejected(sealed), 'a copy is encrypted only where a session is known to exist');
  return { device, enc: { kind: 'enc', type: sealed.type, bytes: sealed.bytes, retryCount } };
}

/** Encrypts one message for one device; own devices get it as a device-sent message. */
function encryptCopy(
  step: Step,
  outbox: OutboxRecord,
  device: DeviceJid,
  contextInfo: Uint8Array | undefined,
  retryCount = 0,
): Copy {
  const isOwn = userOf(device) === accountOf(step)?.user;
  const message = messageBytesOf(step, outbox);
  const content = isOwn
    ? deviceSentMessage(outbox.chat, message, contextInfo)
    : withContextInfo(message, contextInfo);
  return encryptTo(step, device, content, retryCount);
}

/** Encrypts for every target with a session, in order; the rest is left out. */
function encryptCopies(step: Step, outbox: OutboxRecord, targets: readonly DeviceJid[]): Copy[] {
  const contextInfo = contextInfoFor(step, outbox.chat);
  return targets
    .filter((device) => hasSession(step.tx, device))
    .map((device) => encryptCopy(step, outbox, device, contextInfo));
}

/** What a companion shows with its first messages; a phone shows nothing. */
export function signedIdentityOf(step: Step): Uint8Array | undefined {
  return step.get<CompanionRecord>('companion', SELF)?.signedIdentity;
}

/** Seals a waiting message for `targets` and hands it to the outbound queue. */
export function sealMessage(step: Step, messageId: string, targets: readonly DeviceJid[]): void {
  const outbox = outboxOf(step, messageId);
  const account = accountOf(step);
  assert(outbox !== undefined, 'a waiting message has its outbox entry');
  assert(account !== undefined, 'only a device with an account has waiting messages');
  const copies = encryptCopies(step, outbox, targets);
  const named = copies.map(({ device }) => device);
  const stanza = fanoutStanza({
    id: messageId,
    to: outbox.chat,
    copies,
    participantHash: participantHash([...targets, account.device], step.context.crypto),
    signedIdentity: signedIdentityOf(step),
    backfillOfUs: undefined,
    sentCount: nextSentCount(step),
  });
  putOutbox(step, outbox, {
    state: 'sealed',
    targets: named,
    leftOut: targets.filter((device) => !named.includes(device)),
  });
  sendReliably(step, withPushName(step, stanza));
}

/** Backfill: the same message and time stamp, only for the devices named (specification 5.14). */
export function sealBackfill(
  step: Step,
  outbox: OutboxRecord,
  targets: readonly DeviceJid[],
): void {
  const copies = encryptCopies(step, outbox, targets);
  if (copies.length === 0) return;
  const stanza = fanoutStanza({
    id: outbox.messageId,
    to: outbox.chat,
    copies,
    participantHash: undefined,
    signedIdentity: signedIdentityOf(step),
    backfillOfUs: outbox.positionUs,
    sentCount: nextSentCount(step),
  });
  sendReliably(step, withPushName(step, stanza));
}

/**
 * The answer to a retry receipt: the same message and time stamp for one device (specification
 * 6.9).
 */
export function sealResend(
  step: Step,
  outbox: OutboxRecord,
  device: DeviceJid,
  retryCount: number,
): void {
  const isOwn = userOf(device) === accountOf(step)?.user;
  const stanza = resentStanza({
    id: outbox.messageId,
    copy: encryptCopy(step, outbox, device, contextInfoFor(step, outbox.chat), retryCount),
    recipient: isOwn ? outbox.chat : undefined,
    positionUs: outbox.positionUs,
    signedIdentity: signedIdentityOf(step),
    sentCount: nextSentCount(step),
  });
  sendReliably(step, withPushName(step, stanza));
}
