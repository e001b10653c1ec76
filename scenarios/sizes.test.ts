import { expect, it } from 'vitest';
import { formatSize, parseSize } from './sizes.ts';

it('sizes are read in whole bytes, in steps of a thousand', () => {
  expect(['0B', '300B', '200kB', '5MB'].map(parseSize)).toEqual([0, 300, 200_000, 5_000_000]);
});

it('sizes need a unit, and nothing else', () => {
  for (const bad of ['', '300', '1.5MB', '3 MB', 'kB', '-1B', '1KB', '1GB', '1MB5kB']) {
    expect(parseSize(bad)).toBeUndefined();
  }
});

it('sizes are written so that the same is read', () => {
  expect([0, 999, 1_000, 1_001, 70_000, 3_000_000].map(formatSize)).toEqual([
    ...['0B', '999B', '1kB', '1001B', '70kB', '3MB'],
  ]);
  for (let sizeBytes = 1; sizeBytes < 100_000_000; sizeBytes *= 7) {
    expect(parseSize(formatSize(sizeBytes))).toBe(sizeBytes);
  }
});
