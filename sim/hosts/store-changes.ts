/**
 * What turns one Store into another, as the changes of a commit: how disks that bring back or lose
 * records tell it (contract 2). It does not apply them.
 */

import type { Store } from '../../protocol/store.ts';
import type { Change } from '../trace/events.ts';

/**
 * The changes from `before` to `after`, records compared by identity (Stores share them): first
 * what goes or is replaced, in the order of `before`, then what is new, in the order of `after`.
 */
export function storeChanges(before: Store, after: Store): Change[] {
  const changes: Change[] = [];
  for (const name of before.collectionNames()) {
    for (const [key, record] of before.collection(name)) {
      const next = after.get(name, key);
      if (next === record) continue;
      changes.push({ collection: name, key, before: record, after: next });
    }
  }
  for (const name of after.collectionNames()) {
    for (const [key, record] of after.collection(name)) {
      if (before.get(name, key) !== undefined) continue;
      changes.push({ collection: name, key, before: undefined, after: record });
    }
  }
  return changes;
}
