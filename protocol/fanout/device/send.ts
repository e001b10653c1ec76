/**
 * A person writes: the text is stored first (the ledger's `said`), and sealed when all is there for
 * it.
 */

import type { Command, OutboxRecord } from '../../contract.ts';
import { TEXT_BYTES_MAX } from '../../limits.ts';
import { textBytesLength, textDigest } from '../../messages/content.ts';
import { makeMessageId } from '../../messages/message-id.ts';
import { isGroupJid } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { oldMemberOf, refuseOldContact } from './capability.ts';
import { groupOf, mayLearnGroup } from './groups.ts';
import { accountOf } from './records.ts';
import { want } from './wanting.ts';

/** A person writes. */
export function takeSend(step: Step, command: Extract<Command, { kind: 'send' }>): void {
  const account = accountOf(step);
  if (account === undefined) {
    step.refuseAs('not-allowed', 'this device belongs to no account and cannot send');
    return;
  }
  if (textBytesLength(command.text) > TEXT_BYTES_MAX) {
    step.refuseAs('limit-reached', `a text has at most ${TEXT_BYTES_MAX} bytes of UTF-8`);
    return;
  }
  const old = oldMemberOf(step, command.chat);
  if (old !== undefined) return refuseOldContact(step, old);
  if (isGroupJid(command.chat) && groupOf(step, command.chat) === undefined) {
    if (!mayLearnGroup(step, command.chat)) {
      const sentence = `this account is no member of ${command.chat}`;
      return step.refuseAs('not-allowed', sentence, { group: command.chat });
    }
  }
  const messageId = makeMessageId(account.device, step.context);
  const record: OutboxRecord = {
    kind: 'outbox',
    state: 'wanting',
    chat: command.chat,
    messageId,
    author: account.device,
    text: command.text,
    textDigest: textDigest(command.text, step.context.crypto),
    inputId: step.input.id,
    targets: [],
    leftOut: [],
    positionUs: 0,
  };
  step.tx.put('outbox', messageId, record);
  want(step, record);
}
