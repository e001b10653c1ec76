import { expect, it } from 'vitest';
import { durationsApart, durationWords } from './duration.ts';

it('a duration in a sentence has its two largest units', () => {
  expect(durationWords(1_196_316_324)).toBe('19 min 56 s');
  expect(durationWords(300_000_000)).toBe('5 min');
  expect(durationWords(1_500_000)).toBe('1 s 500 ms');
  expect(durationWords(7)).toBe('7 µs');
  expect(durationWords(0)).toBe('0 s');
});

it('two durations that differ never read the same', () => {
  expect(durationsApart(1_196_316_324, 300_000_000)).toEqual(['19 min 56 s', '5 min']);
  expect(durationsApart(300_400_000, 300_000_000)).toEqual(['5 min 400 ms', '5 min']);
  expect(durationsApart(86_400_000_001, 86_400_000_000)).toEqual(['1 d 1 µs', '1 d']);
});
