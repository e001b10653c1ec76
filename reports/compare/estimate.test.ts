import { expect, it } from 'vitest';
import { estimateOf, SEEDS_FOR_INTERVAL } from './estimate.ts';

const SPREAD = [3, 9, 4, 12, 7, 7, 5, 10, 6, 8];

it('nothing measured has no mean, and a few values have no interval', () => {
  expect(estimateOf([], 'x')).toEqual({ mean: null, seeds: 0 });
  const few = SPREAD.slice(0, SEEDS_FOR_INTERVAL - 1);
  expect(estimateOf(few, 'x')).toEqual({ mean: 7, seeds: 4 });
  expect(estimateOf(SPREAD.slice(0, SEEDS_FOR_INTERVAL), 'x').low).toBeDefined();
});

it('the interval holds the mean, and equal samples give equal intervals', () => {
  const one = estimateOf(SPREAD, 'x');
  expect(one).toEqual(estimateOf([...SPREAD], 'x'));
  expect(one.mean).toBe(7.1);
  expect(one.low).toBeLessThan(7.1);
  expect(one.high).toBeGreaterThan(7.1);
});

it('what never varies is an interval of one point', () => {
  expect(estimateOf([0.1, 0.1, 0.1, 0.1, 0.1], 'x')).toEqual({
    mean: 0.1,
    low: 0.1,
    high: 0.1,
    seeds: 5,
  });
});

/**
 * Goal: the interval is one of 95 %. Method: 400 samples of thirty draws from 0 … 99 by a generator
 * of its own; about 95 % of the intervals must hold 49.5, and a percentile bootstrap of thirty is
 * known to fall a little short.
 */
it('about 95 of 100 intervals hold what they estimate', () => {
  let state = 12_345;
  const draw = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % 100;
  };
  let holding = 0;
  for (let round = 0; round < 400; round++) {
    const values = Array.from({ length: 30 }, draw);
    const { low = 0, high = 0 } = estimateOf(values, `round ${round}`);
    if (low <= 49.5 && high >= 49.5) holding++;
  }
  expect(holding / 400).toBeGreaterThan(0.9);
  expect(holding / 400).toBeLessThan(0.985);
});

it('says how many of its numbers are bounds, and nothing where none is', () => {
  expect(estimateOf([1, 2], 'bounds', 1)).toEqual({ mean: 1.5, seeds: 2, bounds: 1 });
  expect(estimateOf([1, 2], 'bounds')).toEqual({ mean: 1.5, seeds: 2 });
});
