/** LTHash: what it forgets (order, what came and went) and what it does not (a different set). */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nobleProvider as provider } from '../../crypto/noble.ts';
import { changeLtHash, emptyLtHash } from './lt-hash.ts';

const mac = fc.uint8Array({ minLength: 32, maxLength: 32 });
const macs = fc.uniqueArray(mac, { maxLength: 8, comparator: (a, b) => a.join() === b.join() });
const lanes = fc.uint8Array({ minLength: 128, maxLength: 128 });
const change = (state: Uint8Array, removed: Uint8Array[], added: Uint8Array[]) =>
  changeLtHash(state, removed, added, provider);

describe('LTHash', () => {
  test('the same set in any order, in any number of steps, is the same hash', () => {
    const twoOrders = macs.chain((items) =>
      fc.tuple(
        fc.constant(items),
        fc.shuffledSubarray(items, { minLength: items.length }),
        fc.nat({ max: items.length }),
      ),
    );
    fc.assert(
      fc.property(twoOrders, ([items, shuffled, at]) => {
        const atOnce = change(emptyLtHash(), [], items);
        const inSteps = change(
          change(emptyLtHash(), [], shuffled.slice(0, at)),
          [],
          shuffled.slice(at),
        );
        expect(inSteps).toEqual(atOnce);
      }),
      { seed: 31, numRuns: 100 },
    );
  });

  test('what came and went leaves no trace, from any state', () => {
    fc.assert(
      fc.property(lanes, macs, (state, items) => {
        const before = state.slice();
        expect(change(change(state, [], items), items, [])).toEqual(state);
        expect(change(change(state, items, []), [], items)).toEqual(state);
        expect(change(state, items, items)).toEqual(state);
        expect(state).toEqual(before);
      }),
      { seed: 32, numRuns: 100 },
    );
  });

  test('another set is another hash', () => {
    fc.assert(
      fc.property(macs, mac, (items, extra) => {
        const without = items.filter((item) => item.join() !== extra.join());
        const hash = change(emptyLtHash(), [], without);
        expect(change(emptyLtHash(), [], [...without, extra])).not.toEqual(hash);
      }),
      { seed: 33, numRuns: 100 },
    );
  });

  test('a lane carries into its own second byte and no further', () => {
    const state = new Uint8Array(128).fill(0xff);
    const added = change(emptyLtHash(), [], [new Uint8Array(32)]);
    const sum = change(state, [], [new Uint8Array(32)]);
    for (let at = 0; at < 128; at += 2) {
      const lane = (bytes: Uint8Array) => (bytes[at] as number) + 256 * (bytes[at + 1] as number);
      expect(lane(sum)).toBe((lane(added) + 0xffff) % 0x1_0000);
    }
  });
});
