import { describe, expect, it } from 'vitest';
import { shellWord } from '../reports/shell-word.ts';
import { aligned, clock, clockMinutes, count, counted, duration, size, wrapped } from './words.ts';

describe('words for people', () => {
  it('group digits by threes', () => {
    expect([0, 999, 1000, 12345, 1234567].map(count)).toEqual([
      '0',
      '999',
      '1,000',
      '12,345',
      '1,234,567',
    ]);
    expect(counted(1, 'copy', 'copies')).toBe('1 copy');
    expect(counted(2, 'copy', 'copies')).toBe('2 copies');
  });

  it('tell durations in at most two units', () => {
    expect(duration(12)).toBe('12 µs');
    expect(duration(84_400)).toBe('84 ms');
    expect(duration(1_400_000)).toBe('1.4 s');
    expect(duration(245_000_000)).toBe('4 min 5 s');
    expect(duration(8 * 3_600_000_000 + 120_000_000)).toBe('8 h 2 min');
    expect(duration(14 * 86_400_000_000)).toBe('14 d');
  });

  it('tell the virtual clock with its day from the second day on', () => {
    expect(clock(33_153_004_999)).toBe('09:12:33.004');
    expect(clock(86_400_000_000)).toBe('1d 00:00:00.000');
    expect(clockMinutes(9 * 3_600_000_000)).toBe('09:00');
  });

  it('tell sizes', () => {
    expect([812, 14_230, 3_100_000].map(size)).toEqual(['812 B', '14.2 kB', '3.1 MB']);
  });

  it('align columns and wrap sentences', () => {
    expect(
      aligned([
        ['a', 'bbb', 'c'],
        ['aaaa', 'b', ''],
      ]),
    ).toEqual(['a     bbb  c', 'aaaa  b']);
    expect(wrapped('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  });

  it('quote for a shell only what must be quoted', () => {
    expect(shellWord('out/x-1.yaml')).toBe('out/x-1.yaml');
    expect(shellWord("a\u001b[2J'\\\u202e")).toBe("$'a\\x1b[2J\\'\\\\\\xe2\\x80\\xae'");
    expect(shellWord("it's here")).toBe("'it'\\''s here'");
  });
});
