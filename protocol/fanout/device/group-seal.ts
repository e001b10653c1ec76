/**
 * Sealing group messages (specification 7.1, 7.4, 5.14): one ciphertext for all, the sender key
 * pairwise for those who lack it, and whole copies for single devices that could not read along.
 */

import type { DeviceJid, GroupJid, OutboxRecord, UserJid } from '../../contract.ts';
import { participantHash } from '../../devices/participant-hash.ts';
import { assert } from '../../errors.ts';
import { groupStanza, resentGroupStanza } from '../../messages/group-stanza.ts';
import type { Copy } from '../../messages/message-stanza.ts';
import { pad } from '../../messages/padding.ts';
import { distributionMessage, encryptForGroup } from '../../signal/sender-keys.ts';
import { hasSession } from '../../signal/sessions.ts';
import type { StoredRecord } from '../../store.ts';
import { encodeMessage, type MessageFields } from '../../wire/message.ts';
import type { Step } from '../step.ts';
import { noteGiven, readyOwnKey } from './group-keys.ts';
import { groupOf } from './groups.ts';
import { linkStateOf } from './link-state.ts';
import { sendReliably } from './outbound.ts';
import { messageBytesOf, messageFieldsOf } from './outgoing.ts';
import { withPushName } from './push-names.ts';
import { accountOf, nextSentCount, outboxOf, putOutbox } from './records.ts';
import { encryptTo, signedIdentityOf } from './seal.ts';

/**
 * Whom a group message was for when it was sealed. Collection `group-message`, key: message id. The
 * lists are shared with other records.
 */
export interface GroupMessageRecord extends StoredRecord {
  readonly kind: 'group-message';
  readonly members: readonly UserJid[];
  readonly audience: readonly DeviceJid[];
}

/** Whom a sealed group message was for; undefined for others. */
export function groupMessageOf(step: Step, messageId: string): GroupMessageRecord | undefined {
  return step.get<GroupMessageRecord>('group-message', messageId);
}

/**
 * Whether a sealed group message may go to devices of an account: a member when it was sealed, or
 * one whose coming the server had ordered before the message, as the group's record shows by now.
 */
export function isForMember(step: Step, outbox: OutboxRecord, user: UserJid): boolean {
  const sealed = groupMessageOf(step, outbox.messageId);
  if (sealed === undefined) return false;
  if (sealed.members.includes(user)) return true;
  const record = groupOf(step, outbox.chat);
  if (record === undefined || record.changedUs >= outbox.positionUs) return false;
  return record.members.includes(user);
}

/** The own sender key as part of a `Message`. */
function distributionOf(step: Step, group: GroupJid): MessageFields {
  const distribution = distributionMessage(step.tx, group);
  return { senderKeyDistribution: { groupId: group, distribution } };
}

/** The same `Message` for several devices, each with a ciphertext of its own. */
function encryptEach(step: Step, devices: readonly DeviceJid[], fields: MessageFields): Copy[] {
  const content = encodeMessage(fields);
  return devices.map((device) => encryptTo(step, device, content));
}

/**
 * Seals a waiting message to a group: for everybody, and with the sender key for those of `lacking`
 * that have a session. The rest is left out, and asked for its keys again at the next message.
 */
export function sealGroupMessage(
  step: Step,
  messageId: string,
  audience: readonly DeviceJid[],
  lacking: readonly DeviceJid[],
): void {
  const outbox = outboxOf(step, messageId);
  const account = accountOf(step);
  assert(outbox !== undefined, 'a waiting message has its outbox entry');
  assert(account !== undefined, 'only a device with an account has waiting messages');
  const { chat: group } = outbox;
  readyOwnKey(step, group);
  const targets = lacking.filter((device) => hasSession(step.tx, device));
  const leftOut = lacking.filter((device) => !hasSession(step.tx, device));
  // Announced before it is used: who gets it now reads from this message on.
  const copies =
    targets.length === 0 ? [] : encryptEach(step, targets, distributionOf(step, group));
  const content = pad(messageBytesOf(step, outbox), step.context);
  const sentCount = nextSentCount(step);
  const stanza = groupStanza({
    id: messageId,
    group,
    type: 'text',
    copies,
    ciphertext: encryptForGroup(step.tx, group, content, step.context),
    participantHash: participantHash([...audience, account.device], step.context.crypto),
    signedIdentity: signedIdentityOf(step),
    backfillOfUs: undefined,
    sentCount,
  });
  noteGiven(step, group, { messageId, sentCount }, targets);
  const members = groupOf(step, group)?.members ?? [];
  const record: GroupMessageRecord = { kind: 'group-message', members, audience };
  step.tx.put('group-message', messageId, record);
  putOutbox(step, outbox, { state: 'sealed', targets, leftOut });
  for (const device of leftOut) linkStateOf(step.store).unusable.delete(device);
  sendReliably(step, withPushName(step, stanza));
}

/** Backfill: the message itself, with the sender key, for the devices named (5.14). */
export function sealGroupBackfill(
  step: Step,
  outbox: OutboxRecord,
  devices: readonly DeviceJid[],
): void {
  const { chat: group, messageId } = outbox;
  const targets = devices.filter((device) => hasSession(step.tx, device));
  if (targets.length === 0) return;
  readyOwnKey(step, group);
  const fields = { ...messageFieldsOf(step, outbox), ...distributionOf(step, group) };
  const sentCount = nextSentCount(step);
  const stanza = groupStanza({
    id: messageId,
    group,
    type: 'text',
    copies: encryptEach(step, targets, fields),
    ciphertext: undefined,
    participantHash: undefined,
    signedIdentity: signedIdentityOf(step),
    backfillOfUs: outbox.positionUs,
    sentCount,
  });
  noteGiven(step, group, { messageId, sentCount }, targets);
  sendReliably(step, withPushName(step, stanza));
}

/** The answer to a retry receipt: message and sender key for one device (7.4). */
export function sealGroupResend(
  step: Step,
  outbox: OutboxRecord,
  device: DeviceJid,
  retryCount: number,
): void {
  const { chat: group, messageId } = outbox;
  readyOwnKey(step, group);
  const fields = { ...messageFieldsOf(step, outbox), ...distributionOf(step, group) };
  const sentCount = nextSentCount(step);
  const stanza = resentGroupStanza({
    id: messageId,
    group,
    type: 'text',
    copy: encryptTo(step, device, encodeMessage(fields), retryCount),
    positionUs: outbox.positionUs,
    signedIdentity: signedIdentityOf(step),
    sentCount,
  });
  noteGiven(step, group, { messageId, sentCount }, [device]);
  sendReliably(step, withPushName(step, stanza));
}
