/**
 * The story `rollout` says by its expectations what each cohort can do at each date. They can fail:
 * whoever is kept from joining, or from leaving, breaks those that are about them and no others.
 */

import { expect, test } from 'vitest';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { relay } from '../../protocol/relay/index.ts';
import { findScenario } from '../../scenarios/library.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { type RunResult, runScenario } from './run.ts';

function story(name: string): Scenario {
  const found = findScenario(name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

function run(scenario: Scenario, without: readonly string[] = []): RunResult {
  const overrides = without.map((id) => ({ choice: `timeline/${id}`, value: 0 }));
  const told = { ...scenario, overrides };
  return runScenario({ scenario: told, seed: '3', architecture: relay, crypto: opensslProvider() });
}

function brokenIn(result: RunResult): readonly string[] {
  return result.expectations
    .filter(({ verdict }) => verdict === 'violated')
    .map(({ expectation: { fact } }) => ('message' in fact ? fact.message : fact.kind));
}

function checked(result: RunResult, id: string): number {
  return result.properties.find((property) => property.id === id)?.checked ?? 0;
}

test('every cohort can do what its date says, and all properties hold', () => {
  const result = run(story('rollout'));
  expect(result.reasons).toEqual([]);
  expect(result.verdict).toBe('held');
  for (const id of ['L1', 'L7', 'L9', 'D1', 'D6', 'C8']) {
    expect([id, checked(result, id) > 0]).toEqual([id, true]);
  }
  const fired = new Map(result.levers);
  expect(fired.get('app-upgraded')).toBe(8);
  expect(fired.get('app-left-beta')).toBe(1);
  // Every page that is linked after joining, and the one that goes back.
  expect(fired.get('page-reloaded')).toBe(9);
}, 60_000);

test('without joining, a companion is silent while its phone is off', () => {
  const result = run(story('rollout'), ['gus-joins', 'gus-links', 'hana-joins', 'hana-links']);
  expect(brokenIn(result)).toContain('everybody');
  expect(brokenIn(result)).not.toContain('no-phones');
  expect(result.properties.find(({ id }) => id === 'L9')?.verdict).toBe('held');
}, 60_000);

test('without leaving, an account stays within reach of companions', () => {
  const result = run(story('rollout'), ['dan-leaves', 'dan-pairs']);
  const broken = brokenIn(result);
  expect(broken).toContain('from-dan');
  expect(broken).not.toContain('everybody');
  expect(result.properties.filter(({ verdict }) => verdict === 'violated')).toEqual([]);
}, 60_000);
