import { expect, it } from 'vitest';
import { radioBill, radioOf } from './radio.ts';

const LTE = radioOf('mobile');
const SECOND = 1_000_000;

function use(timeUs: number, bytesUp = 0) {
  return { timeUs, bytesUp, bytesDown: 0 };
}

it('one use is one promotion and one whole tail', () => {
  const bill = radioBill([use(SECOND, 1_000)], [], 25 * SECOND, 100 * SECOND, () => LTE);
  expect(bill.wakeUps).toBe(1);
  expect(bill.activeUs).toBe(LTE.promotionUs + LTE.tailUs);
  // 0.2601 s · 1.2107 W + 11.576 s · 1.06 W + 1,000 bytes · 3.507 µJ
  expect(bill.joules).toBeCloseTo(0.3149 + 12.27056 + 0.003507, 4);
});

it('a use within the tail of another lengthens it and wakes nothing', () => {
  const bill = radioBill([use(0), use(5 * SECOND)], [], 25 * SECOND, 100 * SECOND, () => LTE);
  expect(bill.wakeUps).toBe(1);
  expect(bill.activeUs).toBe(LTE.promotionUs + 5 * SECOND + LTE.tailUs);
});

it('an open connection wakes the radio for each keep-alive, up to the end', () => {
  const stretch = { peer: 'server', fromUs: 0, untilUs: 100 * SECOND };
  const bill = radioBill([], [stretch], 25 * SECOND, 100 * SECOND, () => LTE);
  expect(bill.wakeUps).toBe(4);
  // The last one comes at the very end, and its tail is not part of the story.
  expect(bill.activeUs).toBe(4 * LTE.promotionUs + 3 * LTE.tailUs);
});

it('each network has its radio', () => {
  expect(radioOf('wifi').name).toBe('Wi-Fi');
  expect(radioOf('mobile-lossy').name).toBe('3G');
  expect(radioOf('subway').name).toBe('LTE');
});
