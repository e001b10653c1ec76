import { expect, test } from 'vitest';
import { findScenario, listScenarios } from '../../scenarios/library.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { incapabilitiesOf } from './capabilities.ts';

function scenario(name: string): Scenario {
  const found = findScenario(name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

test('fanout can do whatever the language says', () => {
  for (const { name } of listScenarios()) {
    expect(incapabilitiesOf(scenario(name), { name: 'fanout' })).toEqual([]);
  }
});

test('relay can do the day without a phone, and no group call from a laptop', () => {
  expect(incapabilitiesOf(scenario('phone-offline'), { name: 'relay' })).toEqual([]);
  const [first] = incapabilitiesOf(scenario('calls-interrupted'), { name: 'relay' });
  expect(first).toMatchObject({
    capability: 'group calls from a companion',
  });
});

test('relay does not upgrade an app', () => {
  const all = incapabilitiesOf(scenario('contact-upgrades'), { name: 'relay' });
  expect(all.map(({ capability }) => capability)).toContain(
    'an app that comes to know of several devices',
  );
});
