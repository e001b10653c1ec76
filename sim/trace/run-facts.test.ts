import { expect, it } from 'vitest';
import { findScenario, listScenarios } from '../../scenarios/library.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { printScenario } from '../../scenarios/print.ts';
import { scenarioHash } from './run-facts.ts';

it('a scenario has the hash of the scenario that its trace carries', () => {
  for (const { name } of listScenarios()) {
    const story = findScenario(name);
    if (story === undefined) throw new Error(name);
    const carried = loadScenario(printScenario(story), 'trace');
    if (carried.kind === 'refused') throw new Error(name);
    expect(scenarioHash(carried.scenario), name).toBe(scenarioHash(story));
  }
});

it('another scenario has another hash', () => {
  const story = findScenario('phone-offline');
  if (story === undefined) throw new Error('the library has it');
  const fewer = { ...story, expect: story.expect.slice(1) };
  const later = { ...story, lengthUs: story.lengthUs + 1 };
  expect(new Set([story, fewer, later].map(scenarioHash)).size).toBe(3);
});
