/** Worlds drawn for the relay ask for nothing that it cannot do, and are worlds of the language. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadScenario } from '../../scenarios/load.ts';
import { printScenario } from '../../scenarios/print.ts';
import { incapabilitiesOf } from '../world/capabilities.ts';
import { arbitraryFor } from './able.ts';

test('every one can be told on relay, and is read again as it is', () => {
  fc.assert(
    fc.property(arbitraryFor('relay'), (drawn) => {
      expect(incapabilitiesOf(drawn, { name: 'relay' })).toEqual([]);
      expect(loadScenario(printScenario(drawn), 'drawn').kind).toBe('loaded');
    }),
    { seed: 7, numRuns: 60 },
  );
});

test('some have thefts, and some a rollout that an account may leave again', () => {
  const drawn = fc.sample(arbitraryFor('relay'), { seed: 7, numRuns: 200 });
  const kinds = new Set(drawn.flatMap(({ timeline }) => timeline.map(({ action }) => action.kind)));
  expect([...kinds]).toEqual(expect.arrayContaining(['steal', 'upgrade', 'leave-beta']));
  const staged = drawn.filter(({ rollout }) => rollout !== undefined);
  expect(staged.length).toBeGreaterThan(10);
  expect(staged.length).toBeLessThan(60);
});
