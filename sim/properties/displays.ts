/**
 * What a commit newly displays on a host: the one place where judges look for `shown` records; and
 * when a host begins anew.
 */

import type { ShownRecord } from '../../protocol/contract.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';

/** One change of a `shown` record that leaves something on the screen. */
export interface Displayed {
  readonly host: string;
  readonly record: ShownRecord;
  /** What stood there before; undefined for a new display. */
  readonly before: ShownRecord | undefined;
}

const NOTHING: readonly Displayed[] = [];

/** The displays a commit event brings; empty for other events and for commits taken back. */
export function displaysOf(ledger: Ledger, event: RunEvent): readonly Displayed[] {
  if (event.kind !== 'commit' || event.node === 'server' || ledger.isUndo) return NOTHING;
  if (event.isTimeZero) return NOTHING; // a clone begins with what its original shows
  const host = event.node;
  let found: Displayed[] | undefined;
  for (const change of event.changes) {
    if (change.collection !== 'shown' || change.after === undefined) continue;
    found ??= [];
    const record = change.after as ShownRecord;
    found.push({ host, record, before: change.before as ShownRecord | undefined });
  }
  return found ?? NOTHING;
}

/**
 * Whether a commit ends what a host was: a log-out, or a phone set up anew. Its Store is emptied,
 * and what comes after is another device. Not for commits taken back.
 */
export function beginsAnew(event: RunEvent): boolean {
  if (event.kind !== 'commit' || event.isTimeZero) return false;
  return event.changes.some(({ collection, before, after }) => {
    return collection === 'account' && before !== undefined && before !== after;
  });
}
