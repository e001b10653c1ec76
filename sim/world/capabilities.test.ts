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
  const isOfBrowsers = (name: string): boolean => name.startsWith('rollout');
  for (const { name } of listScenarios()) {
    if (isOfBrowsers(name)) continue;
    expect(incapabilitiesOf(scenario(name), { name: 'fanout' })).toEqual([]);
  }
});

test('fanout has no browsers of old apps, and nobody leaves it', () => {
  const all = incapabilitiesOf(scenario('rollout'), { name: 'fanout' });
  expect(new Set(all.map(({ capability }) => capability))).toEqual(
    new Set(['browsers of an old app', 'leaving the multi-device beta']),
  );
  expect(all.find(({ where }) => where === 'dan-leaves')).toMatchObject({
    nearest: 'the phone unlinks every companion',
  });
  expect(incapabilitiesOf(scenario('rollout'), { name: 'relay' })).toEqual([]);
});

test('relay can do the day without a phone, and no group call from a laptop', () => {
  expect(incapabilitiesOf(scenario('phone-offline'), { name: 'relay' })).toEqual([]);
  const [first] = incapabilitiesOf(scenario('calls-interrupted'), { name: 'relay' });
  expect(first).toMatchObject({
    capability: 'group calls from a companion',
  });
});

test('on relay everybody begins with browsers, and joins or does not', () => {
  const all = incapabilitiesOf(scenario('contact-upgrades'), { name: 'relay' });
  expect(all.map(({ capability }) => capability)).toContain(
    'an app that knows of several devices from the beginning, beside one that joins',
  );
});

test('a companion of an account in the beta can do what a device can', () => {
  const told = scenario('rollout');
  const [call, early] = [25, 6].map((day) => ({
    id: `day-${day}`,
    atUs: day * 86_400_000_000,
    action: { kind: 'verify', by: 'anna.laptop', with: 'ben.phone' } as const,
  }));
  const all = incapabilitiesOf(
    { ...told, timeline: [...told.timeline, early, call] as Scenario['timeline'] },
    { name: 'relay' },
  );
  expect(all).toMatchObject([{ capability: 'security codes on a companion', where: 'day-6' }]);
});
