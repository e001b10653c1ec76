import { expect, it } from 'vitest';
import { findScenario } from '../../scenarios/library.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { shrink, withoutStretches } from './shrink.ts';

function story(): Scenario {
  const scenario = findScenario('phone-offline');
  if (scenario === undefined) throw new Error('the library has its main story');
  return scenario;
}

it('stretches left out go from halves to single elements', () => {
  expect([...withoutStretches([1, 2, 3])]).toEqual([[3], [1, 2], [2, 3], [1, 3], [1, 2]]);
});

it('only what a failure needs is left', () => {
  const scenario = story();
  const needed = scenario.timeline.find(({ action }) => action.kind === 'power-off');
  expect(needed).toBeDefined();
  const fails = (one: Scenario): boolean => one.timeline.some(({ id }) => id === needed?.id);
  const { scenario: small, runs } = shrink(scenario, fails, 1000);
  expect(small.timeline.map(({ id }) => id)).toEqual([needed?.id]);
  expect(small.workload).toEqual([]);
  expect(small.accounts).toHaveLength(2);
  expect(runs).toBeLessThan(200);
});

it('nothing refers to a device that was left out', () => {
  const scenario = story();
  const account = scenario.accounts[0]?.name;
  const fails = (one: Scenario): boolean => one.accounts.some(({ name }) => name === account);
  const { scenario: small } = shrink(scenario, fails, 1000);
  const names = new Set(small.accounts.flatMap(({ devices }) => devices.map(({ name }) => name)));
  for (const { action } of small.timeline) {
    if ('device' in action)
      expect(names.has(action.device) || action.device === 'server').toBe(true);
  }
});

it('the number of tries is bounded', () => {
  expect(shrink(story(), () => false, 5).runs).toBe(5);
});
