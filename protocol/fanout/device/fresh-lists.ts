/**
 * The one thing a list answer does to open backfills; apart, since asking and backfilling need each
 * other.
 */

import type { Step } from '../step.ts';
import type { ListQuery } from './link-state.ts';
import type { BackfillRecord } from './records.ts';

/** Lists asked for since the ack of a message have come: its backfill waits for the others only. */
export function noteFreshLists(step: Step, query: ListQuery): void {
  for (const [key, entry] of step.tx.entries('backfill')) {
    const before = entry as BackfillRecord;
    if (query.askedUs < before.ackedUs) continue;
    const wanted = before.wanted.filter((user) => !query.users.includes(user));
    if (wanted.length === before.wanted.length) continue;
    const record: BackfillRecord = { ...before, wanted };
    step.tx.put('backfill', key, record);
  }
}
