/** Ids of prekeys after a Store went back: they go on behind what others have seen. */

import { describe, expect, it } from 'vitest';
import { Store, Transaction } from '../store.ts';
import { advancePrekeyIds, nextPrekeyIds, prekeyIdIsAfter } from './prekeys.ts';

describe('the order of prekey ids', () => {
  it('is that of giving', () => {
    expect(prekeyIdIsAfter(2, 1)).toBe(true);
    expect(prekeyIdIsAfter(1, 2)).toBe(false);
    expect(prekeyIdIsAfter(7, 7)).toBe(false);
  });

  it('goes on over the end of the ids', () => {
    expect(prekeyIdIsAfter(3, 0xfffffe)).toBe(true);
    expect(prekeyIdIsAfter(0xfffffe, 3)).toBe(false);
  });
});

describe('ids that others have seen', () => {
  it('are jumped over, and never come back', () => {
    const tx = new Transaction(new Store());
    expect(nextPrekeyIds(tx)).toBeUndefined();
    advancePrekeyIds(tx, 60, 2);
    expect(nextPrekeyIds(tx)).toMatchObject({ nextPrekeyId: 61, nextSignedPrekeyId: 3 });
    advancePrekeyIds(tx, 40, 1);
    expect(nextPrekeyIds(tx)).toMatchObject({ nextPrekeyId: 61, nextSignedPrekeyId: 3 });
  });

  it('are none when the server has seen none', () => {
    const tx = new Transaction(new Store());
    advancePrekeyIds(tx, 0, 0);
    expect(nextPrekeyIds(tx)).toMatchObject({ nextPrekeyId: 1, nextSignedPrekeyId: 1 });
  });

  it('wrap behind the last one', () => {
    const tx = new Transaction(new Store());
    advancePrekeyIds(tx, 0xfffffe, 5);
    expect(nextPrekeyIds(tx)).toMatchObject({ nextPrekeyId: 1, nextSignedPrekeyId: 6 });
  });
});
