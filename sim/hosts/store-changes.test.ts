/** From one Store to another: what goes, what is replaced, what is new, in that order. */

import { describe, expect, it } from 'vitest';
import { Store } from '../../protocol/store.ts';
import { storeChanges } from './store-changes.ts';

const record = (kind: string) => ({ kind });

describe('the changes between two Stores', () => {
  it('turn the first into the second', () => {
    const [kept, old, replaced, added] = ['kept', 'old', 'replaced', 'added'].map(record);
    const before = new Store();
    before.apply([
      { collection: 'a', key: '1', record: kept },
      { collection: 'a', key: '2', record: old },
      { collection: 'b', key: '1', record: old },
    ]);
    const after = new Store();
    after.apply([
      { collection: 'a', key: '1', record: kept },
      { collection: 'b', key: '1', record: replaced },
      { collection: 'c', key: '1', record: added },
    ]);
    expect(storeChanges(before, after)).toEqual([
      { collection: 'a', key: '2', before: old, after: undefined },
      { collection: 'b', key: '1', before: old, after: replaced },
      { collection: 'c', key: '1', before: undefined, after: added },
    ]);
  });

  it('are none between a Store and its snapshot', () => {
    const store = new Store();
    store.apply([{ collection: 'a', key: '1', record: record('kept') }]);
    expect(storeChanges(store, store.snapshot())).toEqual([]);
  });
});
