/** The scenario language and the simulator speak of the same things by the same words. */

import { expect, test } from 'vitest';
import { LEVERS, NETWORKS, PROPERTIES } from '../scenarios/vocabulary.ts';
import { listNetworks } from '../sim/network/networks.ts';
import { allProperties } from '../sim/properties/index.ts';
import { listLevers } from '../sim/world/levers.ts';

const sorted = (words: Iterable<string>): string[] => [...words].sort();

test('every lever that can fire can be asked for, and no other', () => {
  expect(sorted(LEVERS)).toEqual(sorted(listLevers().map(({ name }) => name)));
});

test('every built-in network can be named, and no other', () => {
  expect(sorted(NETWORKS)).toEqual(sorted(listNetworks().map(({ name }) => name)));
});

test('every property judged in a run can be asked for, and no other', () => {
  expect(sorted(PROPERTIES)).toEqual(sorted(allProperties.map(({ id }) => id)));
});
