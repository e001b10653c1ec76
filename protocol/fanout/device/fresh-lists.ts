/**
 * What answers about lists and groups do to open backfills; apart, since asking and backfilling
 * need each other.
 */

import type { GroupJid, UserJid } from '../../contract.ts';
import type { Step } from '../step.ts';
import type { ListQuery } from './link-state.ts';
import { accountOf, type BackfillRecord, SELF } from './records.ts';

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

/** The members of a group have come: its backfills go on with their lists. */
export function noteFreshGroup(step: Step, group: GroupJid, members: readonly UserJid[]): void {
  for (const [key, entry] of step.tx.entries('backfill')) {
    const before = entry as BackfillRecord;
    if (before.group !== group) continue;
    const wanted = othersLists(step, members);
    const record: BackfillRecord = { ...before, group: undefined, wanted };
    step.tx.put('backfill', key, record);
  }
}

/** Accounts whose list the server can tell us: the phone is the authority on its own. */
export function othersLists(step: Step, users: readonly UserJid[]): UserJid[] {
  const own = accountOf(step)?.user;
  const isPrimary = step.tx.get('primary', SELF) !== undefined;
  return [...new Set(users)].filter((user) => !(isPrimary && user === own));
}
