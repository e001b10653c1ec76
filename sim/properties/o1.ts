/**
 * O1: at most once. A device displays a message one time: a second `shown` record of the same
 * author and id, under another key or after the first was removed, is a second display. Marking a
 * display as read replaces its record and is none. Redelivery, retry, backfill and history are
 * included. A device that leaves its account begins anew with the next one. Catalogue section 4.
 */

import type { ShownRecord } from '../../protocol/contract.ts';
import { messageKey } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { beginsAnew, displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** O1: the definition a run judges by; the rules are at the top of this file. */
export const o1: Property = {
  id: 'O1',
  name: 'at most once',
  summary: 'No device shows a message twice, whatever was delivered twice.',
  judge: judgeOnce,
};

function judgeOnce(view: JudgeView): Judge {
  const shown = new Map<string, Set<string>>();
  return {
    kinds: ['commit'],
    collections: ['shown', 'account'],
    observe(event) {
      if (view.ledger.isUndo) forget(shown, event);
      else if (beginsAnew(event)) shown.delete(event.node);
      for (const { host, record, before } of displaysOf(view.ledger, event)) {
        if (before !== undefined) continue;
        const seen = shown.get(host) ?? new Set<string>();
        shown.set(host, seen);
        const key = messageKey(record.author, record.messageId);
        view.check(!seen.has(key), record.messageId, () => `${host} shows a message a second time`);
        seen.add(key);
      }
    },
  };
}

/** A display whose commit was lost was never there. */
function forget(shown: ReadonlyMap<string, Set<string>>, event: RunEvent): void {
  if (event.kind !== 'commit') return;
  for (const { collection, before, after } of event.changes) {
    if (collection !== 'shown' || before === undefined || after !== undefined) continue;
    const { author, messageId } = before as ShownRecord;
    shown.get(event.node)?.delete(messageKey(author, messageId));
  }
}
