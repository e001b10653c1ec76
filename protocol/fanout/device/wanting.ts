/**
 * The row of messages that wait to be sealed, first in, first out. Damage can take one out of it,
 * and a record written again would stand at its end: so the whole row is dropped and lined up anew,
 * in the order of the outbox, when the next login is answered. Nothing is sealed before that.
 */

import type { OutboxRecord } from '../../contract.ts';
import type { Step } from '../step.ts';
import { outboxOf, SELF, type WantingRecord } from './records.ts';

/** Stands while the row is dropped. */
const LOST = 'wanting-lost';

/** Puts a message at the end of the row; it will be lined up later while the row is dropped. */
export function want(
  step: Step,
  { messageId, chat }: Pick<OutboxRecord, 'messageId' | 'chat'>,
): void {
  if (step.tx.get(LOST, SELF) !== undefined) return;
  const wanting: WantingRecord = { kind: 'wanting', messageId, chat };
  step.tx.put('wanting', messageId, wanting);
}

/** Drops the row. */
export function forgetWanting(step: Step): void {
  for (const [messageId] of step.tx.entries('wanting')) step.tx.delete('wanting', messageId);
  step.tx.put(LOST, SELF, { kind: LOST });
}

/** Lines the row up again, if it was dropped. */
export function restoreWanting(step: Step): void {
  if (step.tx.get(LOST, SELF) === undefined) return;
  step.tx.delete(LOST, SELF);
  for (const [messageId] of step.tx.entries('outbox')) {
    const outbox = outboxOf(step, messageId);
    if (outbox?.state === 'wanting') want(step, outbox);
  }
}
