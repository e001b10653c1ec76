/**
 * D3: a device list never goes back. For each device and account, and while the account's rawId
 * stays, the time stamp of the list in the device's Store never decreases, across restarts too. A
 * phone set up anew begins anew.
 * Catalogue section 6.
 */

import type { StoredRecord } from '../../protocol/store.ts';
import { beginsAnew } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** D3: the definition a run judges by; the rules are at the top of this file. */
export const d3: Property = {
  id: 'D3',
  name: 'lists never go back',
  summary: 'The device list a device has accepted is never replaced by an older one.',
  judge: judgeMonotone,
};

/** What is read of a stored device list. */
interface ListFields extends StoredRecord {
  readonly rawId: number;
  readonly timestampS: number;
}

function judgeMonotone(view: JudgeView): Judge {
  const lists = new Map<string, Map<string, number>>();
  return {
    kinds: ['commit'],
    collections: ['account', 'device-list'],
    observe(event) {
      if (event.kind !== 'commit' || event.node === 'server') return;
      if (!view.ledger.isUndo && beginsAnew(event)) lists.delete(event.node);
      const newest = lists.get(event.node) ?? new Map<string, number>();
      lists.set(event.node, newest);
      for (const { collection, key, before: was, after } of event.changes) {
        if (collection !== 'device-list') continue;
        if (after === undefined) {
          // A disk that lost the list, or went back behind it, has accepted none.
          const lost = was as ListFields | undefined;
          if (view.ledger.isUndo) newest.delete(`${key}|${lost?.rawId}`);
          continue;
        }
        const { rawId, timestampS } = after as ListFields;
        const name = `${key}|${rawId}`;
        const before = newest.get(name) ?? timestampS;
        if (view.ledger.isUndo) {
          newest.set(name, timestampS);
          continue;
        }
        view.check(timestampS >= before, key, () => {
          return `${event.node} replaced the list of ${key} by one ${before - timestampS} s older`;
        });
        newest.set(name, Math.max(before, timestampS));
      }
    },
  };
}
