import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';
import { formatEpoch, parseEpoch } from './epoch.ts';
import { editDistance, nearestWord } from './nearest-word.ts';
import { formatRatio, parseRatio } from './ratio.ts';

const RUNS = { numRuns: 300, seed: 20_210_714 };

describe('durations', () => {
  it('are read in microseconds', () => {
    const read = ['1500us', '250ms', '30s', '20m', '8h', '14d', '1h30m', '0', '-5m', '1m1us'];
    expect(read.map(parseDuration)).toEqual([
      1_500, 250_000, 30_000_000, 1_200_000_000, 28_800_000_000, 1_209_600_000_000, 5_400_000_000,
      0, -300_000_000, 60_000_001,
    ]);
  });

  it('need a unit, and nothing else', () => {
    for (const bad of ['', '30', '30 s', '1.5h', 's', '1w', 'h1', '--5m', '5m-', '1e3s']) {
      expect(parseDuration(bad)).toBeUndefined();
    }
  });

  it('are written so that the same is read', () => {
    fc.assert(
      fc.property(fc.integer({ min: -86_400_000_000_000, max: 86_400_000_000_000 }), (us) => {
        expect(parseDuration(formatDuration(us))).toBe(us);
      }),
      RUNS,
    );
  });
});

describe('ratios', () => {
  it('are the same in all their forms, and reduced', () => {
    const seven = { numerator: 7, denominator: 10 };
    expect([0.7, '0.7', '70%', '7/10', '14/20', '0.70'].map(parseRatio)).toEqual(
      Array(6).fill(seven),
    );
    expect(parseRatio(0)).toEqual({ numerator: 0, denominator: 1 });
    expect(parseRatio('0.5%')).toEqual({ numerator: 1, denominator: 200 });
  });

  it('are refused when they are no ratio or too fine', () => {
    for (const bad of ['-0.5', '1/0', 'half', '0.1234567', '', '.5', '1/2/3']) {
      expect(parseRatio(bad)).toBeUndefined();
    }
    expect(parseRatio(1e-7)).toBeUndefined();
    expect(parseRatio(0.1 + 0.2)).toBeUndefined();
  });

  it('are written so that the same is read', () => {
    const part = fc.integer({ min: 1, max: 999_999 });
    fc.assert(
      fc.property(fc.nat(999_999), part, (numerator, denominator) => {
        const ratio = parseRatio(`${numerator}/${denominator}`);
        if (ratio === undefined) throw new Error('a ratio of two integers');
        expect(parseRatio(formatRatio(ratio))).toEqual(ratio);
      }),
      RUNS,
    );
  });
});

describe('epochs', () => {
  it('are microseconds since 1970', () => {
    expect(parseEpoch('1970-01-01T00:00:00Z')).toBe(0);
    expect(parseEpoch('2021-07-14T00:00:00Z')).toBe(1_626_220_800_000_000);
    expect(parseEpoch('2000-02-29T12:00:00.5Z')).toBe(951_825_600_500_000);
  });

  it('do not name days that never were', () => {
    const bad = [
      '2021-02-29',
      '1900-02-29',
      '2021-04-31',
      '2021-13-01',
      '2021-00-01',
      '1969-12-31',
    ];
    for (const day of bad) expect(parseEpoch(`${day}T00:00:00Z`)).toBeUndefined();
    expect(parseEpoch('2021-07-14T24:00:00Z')).toBeUndefined();
    expect(parseEpoch('2021-07-14T00:00:00+02:00')).toBeUndefined();
  });

  it('are written so that the same is read, as the calendar of the host has it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (milliseconds) => {
        const text = formatEpoch(milliseconds * 1_000);
        expect(parseEpoch(text)).toBe(milliseconds * 1_000);
        expect(text.slice(0, 19)).toBe(new Date(milliseconds).toISOString().slice(0, 19));
      }),
      RUNS,
    );
  });
});

describe('the nearest word', () => {
  it('counts inserted, lost, changed and swapped letters', () => {
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('power-of', 'power-off')).toBe(1);
    expect(editDistance('dorp', 'drop')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });

  it('is offered when it is near, and only then', () => {
    const words = ['send', 'read', 'power-off', 'power-on', 'stanza-fault'];
    expect(nearestWord('snd', words)).toBe('send');
    expect(nearestWord('poweron', words)).toBe('power-on');
    expect(nearestWord('stanza-failt', words)).toBe('stanza-fault');
    expect(nearestWord('SEND', words)).toBe('send');
    expect(nearestWord('banana', words)).toBeUndefined();
    expect(nearestWord('', words)).toBeUndefined();
    expect(nearestWord('x', [])).toBeUndefined();
  });

  it('is the earlier of two that are equally near', () => {
    expect(nearestWord('power-o', ['power-on', 'power-of'])).toBe('power-on');
  });
});
