import { expect, it } from 'vitest';
import { durationText, parseTimeUs, timeText } from './time-text.ts';

it.each([
  [0, '00:00:00.000000'],
  [1_500, '00:00:00.001500'],
  [30_600_000_000, '08:30:00.000000'],
  [86_399_999_999, '23:59:59.999999'],
  [86_400_000_000, '1d 00:00:00.000000'],
  [1_209_600_000_001, '14d 00:00:00.000001'],
])('%i microseconds are %s', (timeUs, text) => {
  expect(timeText(timeUs)).toBe(text);
});

it.each([
  [0, '0us'],
  [300, '300us'],
  [2_040_000, '2s 40ms'],
  [5_400_000_000, '1h 30m'],
  [3_600_000_005, '1h'],
  [90_000_000_000, '1d 1h'],
])('a length of %i is %s', (lengthUs, text) => {
  expect(durationText(lengthUs)).toBe(text);
});

it.each([
  ['8h', 28_800_000_000],
  ['1h30m', 5_400_000_000],
  ['1500us', 1_500],
  ['14d', 1_209_600_000_000],
  ['08:30', 30_600_000_000],
  ['08:30:01', 30_601_000_000],
  ['08:30:01.5', 30_601_500_000],
  ['', undefined],
  ['8', undefined],
  ['h', undefined],
  ['8h ', undefined],
  ['-8h', undefined],
  ['1.5h', undefined],
  ['999999999999d', undefined],
])('%j is read as %s', (text, timeUs) => {
  expect(parseTimeUs(text)).toBe(timeUs);
});
