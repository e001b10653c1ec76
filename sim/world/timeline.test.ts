/** What a timeline means beyond its entries. */

import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../scenarios/load.ts';
import { withUpgrades } from './timeline.ts';

function scenarioOf(bob: string) {
  const text = `
lockstep: 1
name: apps
summary: Bob has an old app.
accounts: { alice: {}, bob: ${bob} }
timeline:
  - { id: early, at: 1m, send: { from: alice.phone, to: bob, text: "Early" } }
  - { id: late, at: 9m, send: { from: alice.phone, to: bob, text: "Late" } }
`;
  const loaded = loadScenario(text, 'apps.yaml');
  if (loaded.kind !== 'loaded') throw new Error('the scenario does not load');
  return loaded.scenario;
}

describe('apps that are updated', () => {
  it('get an entry of the timeline at their time, in its place', () => {
    const entries = withUpgrades(scenarioOf('{ app: [{ use: old }, { from: 8m, use: current }] }'));
    expect(entries.map(({ id }) => id)).toEqual(['early', 'app/bob', 'late']);
    expect(entries[1]).toMatchObject({ atUs: 480_000_000, action: { account: 'bob' } });
  });

  it('have none when they are current or stay old', () => {
    for (const app of ['{}', '{ app: old }']) {
      expect(withUpgrades(scenarioOf(app)).map(({ id }) => id)).toEqual(['early', 'late']);
    }
  });
});
