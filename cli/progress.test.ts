import { expect, it } from 'vitest';
import { progressLine } from './progress.ts';

it('a progress line says done, total, failures, rate and the time left', () => {
  const line = progressLine({ done: 50, total: 200, failures: 1, unit: 'runs' }, 10_000);
  expect(line).toBe('50 of 200 runs · 1 failed · 5 runs/s · 30 s left');
});

it('without a known end it promises none', () => {
  expect(progressLine({ done: 1200, unit: 'events', note: 'at 09:00' }, 1000)).toBe(
    '1,200 events · 1,200 events/s · at 09:00',
  );
});
