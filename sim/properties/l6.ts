/**
 * L6: queue progress. No stanza blocks a device's queue: whatever the server queued for a linked
 * device has left the queue by the end of the heal phase, the unreadable ones included. Each entry
 * that leaves is one check. Catalogue section 8; specification 6.8.
 */

import type { Judge, JudgeView, Property } from './property.ts';

/** L6: the definition a run judges by; the rules are at the top of this file. */
export const l6: Property = {
  id: 'L6',
  name: 'queue progress',
  summary: 'One unreadable stanza never blocks the others: every queue is empty at the end.',
  judge: judgeQueues,
};

const QUEUE = 'queue/';

function judgeQueues(view: JudgeView): Judge {
  const waiting = new Map<string, Set<string>>();
  return {
    kinds: ['commit'],
    collections: [QUEUE],
    observe(event) {
      if (event.kind !== 'commit' || event.node !== 'server') return;
      for (const { collection, key, after } of event.changes) {
        if (!collection.startsWith(QUEUE)) continue;
        const device = collection.slice(QUEUE.length);
        const keys = waiting.get(device) ?? new Set<string>();
        waiting.set(device, keys);
        if (after !== undefined) keys.add(key);
        else if (keys.delete(key)) view.check(true, key, () => '');
      }
    },
    finish() {
      for (const [device, keys] of waiting) {
        if (!view.ledger.isInUse(device)) continue;
        const first = keys.values().next().value;
        if (first === undefined) continue;
        view.check(false, device, () => {
          return `${keys.size} stanzas still wait for ${device}, the first is ${first}`;
        });
      }
    },
  };
}
