/** What is not demanded of the relay, and that it is demanded once somebody has left it. */

import { expect, test } from 'vitest';
import { whyWithoutOccasion } from './occasions.ts';

test('lists of devices are not demanded where everybody has a phone and browsers', () => {
  const occasion = { name: 'relay', isMixed: false } as const;
  expect(whyWithoutOccasion(occasion, 'C6')).toContain('device list');
  expect(whyWithoutOccasion(occasion, 'L1')).toBeUndefined();
});

test('they are where somebody joins the beta, and on fanout', () => {
  expect(whyWithoutOccasion({ name: 'relay', isMixed: true }, 'C6')).toBeUndefined();
  expect(whyWithoutOccasion({ name: 'fanout', isMixed: false }, 'C6')).toBeUndefined();
});
