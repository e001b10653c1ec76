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
  if (!mayWrite(step, command)) return;
  if (account === undefined) return;
  const { chat, text } = command;
  const messageId = makeMessageId(account.device, step.context);
  say(step, { chat, text, messageId, author: account.device });
}

/** A message before it is sealed. */
export type Said = Pick<OutboxRecord, 'chat' | 'text' | 'messageId' | 'author' | 'media'>;

/** Whether this device may write such a text in the chat; says why not. */
export function mayWrite(step: Step, { chat, text }: Pick<OutboxRecord, 'chat' | 'text'>): boolean {
  if (accountOf(step) === undefined) {
    step.refuseAs('not-allowed', 'this device belongs to no account and cannot send');
    return false;
  }
  if (textBytesLength(text) > TEXT_BYTES_MAX) {
    step.refuseAs('limit-reached', `a text has at most ${TEXT_BYTES_MAX} bytes of UTF-8`);
    return false;
  }
  const old = oldMemberOf(step, chat);
  if (old !== undefined) {
    refuseOldContact(step, old);
    return false;
  }
  if (!isGroupJid(chat) || groupOf(step, chat) !== undefined || mayLearnGroup(step, chat)) {
    return true;
  }
  step.refuseAs('not-allowed', `this account is no member of ${chat}`, { group: chat });
  return false;
}

/** Stores what was written, under the id it has, at the end of the row. */
export function say(step: Step, said: Said): void {
  want(step, putSaid(step, said));
}

/** Stores what was written, as something that waits. */
export function putSaid(step: Step, said: Said): OutboxRecord {
  const record: OutboxRecord = {
    kind: 'outbox',
    state: 'wanting',
    ...said,
    textDigest: textDigest(said.text, step.context.crypto),
    inputId: step.input.id,
    targets: [],
    leftOut: [],
    positionUs: 0,
  };
  step.tx.put('outbox', said.messageId, record);
  return record;
}
