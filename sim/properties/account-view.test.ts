/** The rules of specification 5.7, 5.8 and 5.10 as the judges understand them. */

import { describe, expect, it } from 'vitest';
import type { KeyIndexList } from '../../protocol/wire/adv.ts';
import { primaryOnly, withAnswer, withChange, withProven } from './account-view.ts';

const BOB = '15551230002@s.whatsapp.net';

function list(timestampS: number, currentIndex: number, ...validIndexes: number[]): KeyIndexList {
  return { rawId: 77, timestampS, currentIndex, validIndexes };
}

const WEB = { id: 1, keyIndex: 1 };
const TABLET = { id: 2, keyIndex: 2 };
const both = withAnswer(primaryOnly(BOB), [WEB, TABLET], list(100, 2, 0, 1, 2));

describe('account view', () => {
  it('holds the primary alone before anything was told', () => {
    expect([...primaryOnly(BOB).devices]).toEqual([[0, 0]]);
  });

  it('keeps of the named devices those whose index the list contains', () => {
    const view = withAnswer(primaryOnly(BOB), [WEB, TABLET], list(100, 2, 0, 2));
    expect([...view.devices.keys()]).toEqual([0, 2]);
  });

  it('does not take a device the list contains and the server does not name', () => {
    const view = withAnswer(primaryOnly(BOB), [WEB], list(100, 2, 0, 1, 2));
    expect([...view.devices.keys()]).toEqual([0, 1]);
  });

  it('drops an older list', () => {
    expect(withAnswer(both, [], list(99, 2, 0))).toBe(both);
  });

  it('starts over when the account registered again', () => {
    const fresh = withAnswer(both, [], { ...list(101, 0, 0), rawId: 78 });
    expect([...fresh.devices.keys()]).toEqual([0]);
  });

  it('takes an added device only with a list that continues the one held', () => {
    const one = withAnswer(primaryOnly(BOB), [WEB], list(100, 1, 0, 1));
    expect(withChange(one, true, TABLET, undefined)).toBe(one);
    const two = withChange(one, true, TABLET, list(101, 2, 0, 1, 2));
    expect([...two.devices.keys()]).toEqual([0, 1, 2]);
  });

  it('takes a removal without proof, except that of the primary', () => {
    expect([...withChange(both, false, WEB, undefined).devices.keys()]).toEqual([0, 2]);
    expect(withChange(both, false, { id: 0, keyIndex: 0 }, undefined)).toBe(both);
  });

  it('does not remove a device that has the id under another index', () => {
    const view = withChange(both, false, { id: 1, keyIndex: 9 }, undefined);
    expect([...view.devices.keys()]).toEqual([0, 1, 2]);
  });

  it('takes a proven companion that is ahead of the list, and none that the list left out', () => {
    const identityKey = new Uint8Array(32);
    const proven = { rawId: 77, timestampS: 105, keyIndex: 3, identityKey };
    expect(withProven(both, 3, proven).devices.get(3)).toBe(3);
    const without = withAnswer(both, [TABLET], list(110, 2, 0, 2));
    expect(withProven(without, 1, { ...proven, keyIndex: 1 })).toBe(without);
  });

  it('keeps a companion that is ahead when a list that does not know it yet comes', () => {
    const identityKey = new Uint8Array(32);
    const ahead = withProven(both, 3, { rawId: 77, timestampS: 105, keyIndex: 3, identityKey });
    const after = withAnswer(ahead, [WEB, TABLET, { id: 3, keyIndex: 3 }], list(104, 2, 0, 1, 2));
    expect(after.devices.get(3)).toBe(3);
  });
});
