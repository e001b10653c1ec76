import { describe, expect, it } from 'vitest';
import { exponentialAt, quantileAt, quantileTable } from './distributions.ts';
import { createDraws } from './draws.ts';

const TABLE = quantileTable(
  100,
  [0, 25, 50, 75, 95, 100],
  [20_000, 35_000, 50_000, 80_000, 200_000, 900_000],
);
const WORDS_END = 2 ** 32;

/** The uniform word just at a share of 100, rounded up. */
function atShare(share: number): number {
  return Math.min(Math.ceil((share * WORDS_END) / 100), WORDS_END - 1);
}

describe('quantile tables', () => {
  it.each([
    [0, 20_000],
    [25, 35_000],
    [50, 50_000],
    [75, 80_000],
    [95, 200_000],
    [12.5, 27_500],
    [60, 62_000],
    [97.5, 550_000],
  ])('at %d in 100 the value is %i', (share, value) => {
    expect(quantileAt(TABLE, atShare(share))).toBe(value);
  });

  it('the largest word stays below the last value by less than the table can tell', () => {
    expect(quantileAt(TABLE, WORDS_END - 1)).toBe(899_999);
  });

  it('greater words never give smaller values', () => {
    let before = -1;
    for (let word = 0; word < WORDS_END; word += 1_000_003) {
      const value = quantileAt(TABLE, word);
      expect(value).toBeGreaterThanOrEqual(before);
      before = value;
    }
  });

  it('a flat table is a constant', () => {
    const flat = quantileTable(1, [0, 1], [7, 7]);
    expect([0, 1, 2 ** 31, WORDS_END - 1].map((word) => quantileAt(flat, word))).toEqual([
      7, 7, 7, 7,
    ]);
  });

  it('the widest values are interpolated exactly', () => {
    const wide = quantileTable(1, [0, 1], [0, 2 ** 40]);
    for (const word of [1, 12_345_678, 2 ** 31 + 5, WORDS_END - 1]) {
      expect(BigInt(quantileAt(wide, word))).toBe((2n ** 40n * BigInt(word)) >> 32n);
    }
  });

  it.each([
    ['shares that do not begin at 0', 100, [1, 100], [1, 2]],
    ['shares that do not end at the unit', 100, [0, 99], [1, 2]],
    ['shares that do not rise', 100, [0, 50, 50, 100], [1, 2, 3, 4]],
    ['values that fall', 100, [0, 100], [2, 1]],
    ['values that are not whole', 100, [0, 100], [0, 1.5]],
    ['a value above 2^40', 100, [0, 100], [0, 2 ** 40 + 1]],
    ['a value too few', 100, [0, 100], [0]],
  ])('%s are refused', (_, unit, shares, values) => {
    expect(() => quantileTable(unit, shares, values)).toThrow();
  });
});

describe('the exponential distribution', () => {
  it('is within four millionths of the mean of the exact value, everywhere', () => {
    const mean = 2 ** 40;
    for (let step = 0; step < 4_000; step++) {
      const word = Math.floor((step * WORDS_END) / 4_000);
      for (const near of [word, WORDS_END - 1 - (step >> 3), step]) {
        const exact = -Math.log((near + 1) / WORDS_END) * mean;
        expect(Math.abs(exponentialAt(mean, near) - exact)).toBeLessThan((mean * 4) / 1e6);
      }
    }
  });

  it('falls as the word grows, from 22.2 means to none', () => {
    expect(exponentialAt(1_000_000, 0)).toBe(22_180_709);
    expect(exponentialAt(1_000_000, WORDS_END - 1)).toBe(0);
    let before = Number.POSITIVE_INFINITY;
    for (let word = 0; word < WORDS_END; word += 1_000_003) {
      const value = exponentialAt(1_000_000, word);
      expect(value).toBeLessThanOrEqual(before);
      before = value;
    }
  });

  it('has the mean and the median it should have', () => {
    const draws = createDraws('7');
    const values = Array.from({ length: 40_000 }, (_, index) =>
      exponentialAt(1_000_000, draws.uint32(`gap/${index}`)),
    );
    const sum = values.reduce((total, value) => total + value, 0);
    // Deviation of the sum: 40,000^(1/2) means = 200 means of 40,000.
    expect(Math.abs(sum - 40_000 * 1_000_000)).toBeLessThan(1_000 * 1_000_000);
    const short = values.filter((value) => value < 693_147).length;
    expect(Math.abs(short - 20_000)).toBeLessThan(500);
  });

  it('a mean of nothing gives nothing; means that are not whole or too wide are refused', () => {
    expect(exponentialAt(0, 5)).toBe(0);
    expect(() => exponentialAt(1.5, 5)).toThrow();
    expect(() => exponentialAt(2 ** 40 + 1, 5)).toThrow();
  });
});
