import { describe, expect, it } from 'vitest';
import {
  change,
  count,
  counted,
  digits,
  figure,
  meanText,
  range,
  rowScales,
  scaleFor,
} from './figures.ts';
import type { Unit } from './model.ts';

/** Text with ordinary spaces and hyphens, so that expectations can be read. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ').replaceAll('\u2212', '-');
const alone = (unit: Unit, value: number): string => plain(figure(value, scaleFor(unit, [value])));

describe('numbers for people', () => {
  it('take the unit that fits their size', () => {
    expect(
      [0, 12, 84_400, 1_400_000, 245_000_000, 16_200_000_000, 4e11].map((us) =>
        alone('microseconds', us),
      ),
    ).toEqual(['0 µs', '12 µs', '84.4 ms', '1.40 s', '4.08 min', '4.50 h', '4.63 d']);
    expect([812, 14_230, 3_100_000, 2.5e9].map((bytes) => alone('bytes', bytes))).toEqual([
      '812 B',
      '14.2 kB',
      '3.10 MB',
      '2.50 GB',
    ]);
    expect([0.25, 3, 1_240].map((joules) => alone('joules', joules))).toEqual([
      '250 mJ',
      '3 J',
      '1.24 kJ',
    ]);
    expect([0, 1, 0.5, 0.973].map((share) => alone('share', share))).toEqual([
      '0 %',
      '100 %',
      '50 %',
      '97.3 %',
    ]);
    expect([3, 12_345, 3.42].map((value) => alone('count', value))).toEqual([
      '3',
      '12,345',
      '3.42',
    ]);
  });

  it('never come out as zero unless they are zero', () => {
    const scale = scaleFor('microseconds', [1_200_000, 3_000]);
    expect(plain(figure(3_000, scale))).toBe('0.003 s');
    expect(plain(figure(0, scale))).toBe('0 s');
  });

  it('have no sign when they round to zero', () => {
    const scale = scaleFor('share', [0.5, 0.4]);
    expect(digits(-0.00001, scale)).toBe('0');
    expect(plain(change(-0.00001, scale))).toBe('0 points');
  });

  it('change by points where they are shares, and say in which direction', () => {
    const scale = scaleFor('share', [0.614, 0.971]);
    expect(plain(change(0.357, scale))).toBe('+35.7 points');
    expect(plain(range({ low: -0.02, high: 0.1 }, scale))).toBe('-2.0 to 10.0');
  });

  it('share a scale in a row, unless its sides are worlds apart', () => {
    const row = (relay: number, fanout: number) => ({
      measure: 'm',
      relay: { mean: relay, seeds: 9 },
      fanout: { mean: fanout, seeds: 9 },
      difference: { mean: fanout - relay, seeds: 9 },
    });
    const near = rowScales(row(1_420_000, 361_000), 'microseconds');
    expect(plain(figure(361_000, near.fanout))).toBe('0.36 s');
    const far = rowScales(row(16_200_000_000, 920_000), 'microseconds');
    expect(plain(figure(920_000, far.fanout))).toBe('920 ms');
    expect(plain(figure(16_200_000_000, far.relay))).toBe('4.50 h');
    const alike = rowScales(row(437_328_000, 437_370_000), 'microseconds');
    expect(plain(figure(437_328_000, alike.relay))).toBe('7.29 min');
    expect(plain(change(42_000, alike.difference))).toBe('+42 ms');
  });

  it('say where they are bounds', () => {
    const scale = scaleFor('microseconds', [16_200_000_000]);
    const estimate = { mean: 16_200_000_000, seeds: 9 };
    expect(plain(meanText({ ...estimate, bounds: 3 }, scale))).toBe('at least 4.50 h');
    expect(plain(meanText(estimate, scale))).toBe('4.50 h');
  });

  it('are counted with their word', () => {
    expect(count(1_234_567)).toBe('1,234,567');
    expect(plain(counted(1, 'story', 'stories'))).toBe('1 story');
    expect(plain(counted(2, 'story', 'stories'))).toBe('2 stories');
  });
});
