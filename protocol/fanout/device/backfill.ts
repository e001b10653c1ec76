/**
 * The stale-list answer (specification 5.14, D.3): an ack with another participant hash makes us
 * ask for the lists again and send the message, within five minutes, to the devices we did not know
 * of.
 */

import { BACKFILL_WINDOW_US } from '../../limits.ts';
import type { Step } from '../step.ts';
import { audienceOf, isReadyFor } from './audience.ts';
import { askForLists } from './known-lists.ts';
import { accountOf, type BackfillRecord, maySealMore, outboxOf, SELF } from './records.ts';
import { sealBackfill } from './seal.ts';

/** The ack showed another view: look again. */
export function beginBackfill(step: Step, messageId: string): void {
  const account = accountOf(step);
  const chat = outboxOf(step, messageId)?.chat;
  if (account === undefined || chat === undefined) return;
  // The phone is the authority on its own list.
  const isPrimary = step.tx.get('primary', SELF) !== undefined;
  const wanted = [...new Set([chat, account.user])].filter(
    (user) => !(isPrimary && user === account.user),
  );
  const record: BackfillRecord = { kind: 'backfill', messageId, ackedUs: step.nowUs, wanted };
  step.tx.put('backfill', messageId, record);
  step.emit('stale-list', `the server's view of ${messageId}'s devices differs from ours`, {
    messageId,
  });
}

/** Drives open backfills: lists first, then sessions, then the copies. */
export function advanceBackfills(step: Step): void {
  const account = accountOf(step);
  for (const [key, entry] of step.tx.entries('backfill')) {
    if (!maySealMore(step)) return;
    const record = entry as BackfillRecord;
    const outbox = outboxOf(step, record.messageId);
    const agoUs = step.nowUs - record.ackedUs;
    const isLate = agoUs > BACKFILL_WINDOW_US || agoUs < 0;
    if (outbox === undefined || account === undefined || isLate) {
      step.tx.delete('backfill', key);
      continue;
    }
    if (record.wanted.length > 0) {
      askForLists(step, record.wanted);
      continue;
    }
    const missing = audienceOf(step, outbox.chat).filter(
      (device) => !outbox.targets.includes(device) && !outbox.leftOut.includes(device),
    );
    if (!isReadyFor(step, missing)) continue;
    step.tx.delete('backfill', key);
    if (missing.length > 0) {
      step.emit('backfill', `sends ${record.messageId} to ${missing.length} more devices`, {
        messageId: record.messageId,
        devices: missing.length,
      });
      sealBackfill(step, outbox, missing);
    }
  }
}
