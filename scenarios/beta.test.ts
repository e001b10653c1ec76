/** Who is in the beta when, from what a scenario says. */

import { expect, test } from 'vitest';
import { hasSurelyJoined, mayAnybodyJoin } from './beta.ts';
import { loadScenario } from './load.ts';
import type { Scenario } from './scenario.ts';

const HOUR_US = 3_600_000_000;

function story(rest: string): Scenario {
  const text = `
lockstep: 1
name: two
summary: Two people on the relay.
architecture: relay
length: 10h
accounts:
  ada: { companions: { web: {} }, app: old }
  bea: { companions: { web: {} }, app: old }
${rest}`;
  const loaded = loadScenario(text, 'two.yaml');
  if (loaded.kind !== 'loaded') throw new Error(loaded.errors.map((e) => e.sentence).join());
  return loaded.scenario;
}

function joinedAt(scenario: Scenario, account: string): boolean[] {
  return [1, 3, 5, 9].map((hour) => hasSurelyJoined(scenario, account, hour * HOUR_US));
}

test('who joins by an entry is in it until they leave', () => {
  const both = story(`timeline:
  - { at: 2h, upgrade: ada }
  - { at: 4h, leave-beta: ada }
  - { at: 8h, upgrade: ada }`);
  expect(joinedAt(both, 'ada')).toEqual([false, true, false, true]);
  expect(joinedAt(both, 'bea')).toEqual([false, false, false, false]);
  expect(mayAnybodyJoin(both)).toBe(true);
});

test('a stage reaches somebody surely only when it reaches everybody', () => {
  const staged = story(
    'rollout: { stages: [{ at: 2h, share: 50% }, { at: 4h, share: 100% }], relink-within: 1h }',
  );
  expect(joinedAt(staged, 'ada')).toEqual([false, false, true, true]);
  expect(mayAnybodyJoin(staged)).toBe(true);
});

test('without any of it nobody joins', () => {
  const plain = story('timeline:\n  - { at: 2h, send: { from: ada.web, to: bea, text: "Hello" } }');
  expect(joinedAt(plain, 'ada')).toEqual([false, false, false, false]);
  expect(mayAnybodyJoin(plain)).toBe(false);
});
