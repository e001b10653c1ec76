/**
 * The one thing a list answer does to open backfills; apart, since asking and backfilling need each
 * other.
 */

import type { Step } from '../step.ts';
import type { BackfillRecord } from './records.ts';

/** Fresh lists have come: every backfill may go on. */
export function noteFreshLists(step: Step): void {
  for (const [key, entry] of step.tx.entries('backfill')) {
    const record: BackfillRecord = { ...(entry as BackfillRecord), isListFresh: true };
    step.tx.put('backfill', key, record);
  }
}
