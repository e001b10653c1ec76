/**
 * Receiving a group message (specification 7.2): what was encrypted for this device alone comes
 * first, since it may hold the sender key; then what was encrypted for all. Only members write, and
 * only listed devices of theirs (G5, D1). Failures end as in a chat of two: one retry receipt.
 */

import type { GroupRecord } from '../../contract.ts';
import { isListed } from '../../devices/device-list.ts';
import { isRejected } from '../../errors.ts';
import { NACK_CODES } from '../../messages/acks.ts';
import type { Content } from '../../messages/content.ts';
import {
  type IncomingGroupMessage,
  readIncomingGroupMessage,
} from '../../messages/group-stanza.ts';
import { decryptFromGroup, processDistribution } from '../../signal/sender-keys.ts';
import { deviceIdOf } from '../../wire/jid.ts';
import { attribute, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { groupOf, needGroup, wasMember } from './groups.ts';
import { askForLists } from './known-lists.ts';
import { openPairwise, readPlaintext } from './open.ts';
import { failCopy, missCopy } from './placeholders.ts';
import { nack } from './receipts.ts';
import { answerDuplicate, type CopyHead, giveUp, takeContent } from './receive.ts';
import { accountOf, deviceListOf } from './records.ts';

/** Handles `<message from=GROUP participant=AUTHOR>`. */
export function takeGroupMessage(step: Step, stanza: WireNode): void {
  const message = readIncomingGroupMessage(stanza);
  if (isRejected(message)) {
    step.refuse(message);
    const named = { messageId: attribute(stanza, 'id') ?? '', chat: attribute(stanza, 'from') };
    const author = attribute(stanza, 'participant') ?? '';
    return nack(step, { ...named, author }, NACK_CODES.parsingError);
  }
  const { id: messageId, author, group: chat, positionUs: stampUs, pairwise, shared } = message;
  const count = pairwise?.retryCount ?? 0;
  const pushName = attribute(stanza, 'notify');
  const copy: CopyHead = { author, chat, messageId, stampUs, count, pushName };
  const record = groupOf(step, chat);
  if (!isFromMember(step, record, message)) {
    step.refuseAs('not-allowed', `${author} wrote to ${chat}, of which it is no member`, {
      author,
      group: chat,
    });
    // Perhaps it is we who have not heard of it yet.
    if (accountOf(step) !== undefined) needGroup(step, chat);
    return failCopy(step, copy, 'not-allowed');
  }
  if (pairwise === undefined && shared === undefined) return missCopy(step, copy);
  if (pairwise !== undefined) takePairwise(step, message, copy);
  else takeShared(step, message, copy);
}

function isFromMember(
  step: Step,
  record: GroupRecord | undefined,
  { authorUser, positionUs }: IncomingGroupMessage,
): boolean {
  return record !== undefined && wasMember(step, record, authorUser, positionUs);
}

function takePairwise(step: Step, message: IncomingGroupMessage, copy: CopyHead): void {
  const { author, pairwise, deviceIdentity } = message;
  if (pairwise === undefined) return;
  const opened = openPairwise(step, { ...pairwise, author, deviceIdentity });
  if (opened.kind === 'unreadable') return giveUp(step, copy, opened.reason, opened.nackCode);
  if (opened.kind === 'failed') {
    if (opened.code !== 'duplicate-message') return failCopy(step, copy, opened.code);
    // It was opened before: the sender key is there, or the message.
    if (message.shared !== undefined) return takeShared(step, message, copy);
    return answerDuplicate(step, copy);
  }
  const { content } = opened;
  const isForUs = takeDistribution(step, copy, content);
  if (message.shared !== undefined && content.body.kind === 'none') {
    return takeShared(step, message, copy);
  }
  // Nothing but the sender key beside it says which group a pairwise copy belongs to (G6).
  if (isForUs && message.shared === undefined) return takeContent(step, copy, content);
  step.refuseAs('not-allowed', `${author}'s copy does not belong to ${copy.chat}`, { author });
  giveUp(step, copy, 'it does not belong to its group', NACK_CODES.invalidProtobuf);
}

/** Keeps the sender key of a pairwise part when it is one of this group (7.2, G6). */
function takeDistribution(step: Step, { author, chat }: CopyHead, content: Content): boolean {
  const { distribution, sentTo } = content;
  if (distribution === undefined) return false;
  if (distribution.group !== chat || sentTo !== undefined) {
    step.refuseAs('not-allowed', `${author} hands over a sender key of another group`, {
      author,
      group: chat,
    });
    return false;
  }
  const refused = processDistribution(step.tx, chat, author, distribution.bytes);
  if (isRejected(refused)) step.refuse(refused);
  return !isRejected(refused);
}

function takeShared(step: Step, message: IncomingGroupMessage, copy: CopyHead): void {
  const { author, authorUser, group, shared } = message;
  if (shared === undefined) return;
  if (!isListed(deviceListOf(step, authorUser), deviceIdOf(author))) {
    step.refuseAs('unlisted-device', `${author} is not in its account's device list`);
    askForLists(step, [authorUser]);
    return failCopy(step, copy, 'unlisted-device');
  }
  const decrypted = decryptFromGroup(step.tx, group, author, shared, step.context);
  if (isRejected(decrypted)) {
    step.refuse(decrypted);
    if (decrypted.code === 'duplicate-message') return answerDuplicate(step, copy);
    return failCopy(step, copy, decrypted.code);
  }
  const content = readPlaintext(decrypted.plaintext);
  if (!isRejected(content) && content.distribution === undefined) {
    return takeContent(step, copy, content);
  }
  if (isRejected(content)) step.refuse(content);
  else step.refuseAs('not-allowed', `${author} hands a sender key to everybody`, { author });
  giveUp(step, copy, 'its content cannot be read', NACK_CODES.invalidProtobuf);
}
