/** What a timeline means beyond its entries. */

import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../scenarios/load.ts';
import { Chooser } from '../kernel/chooser.ts';
import { createDraws } from '../kernel/draws.ts';
import { planTimeline, withUpgrades } from './timeline.ts';

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

describe('partitions', () => {
  /** `device endpoint direction` of every cut. */
  function cutsOf(sides: string, direction = 'both'): readonly string[] {
    const text = `
lockstep: 1
name: cut
summary: Somebody is cut off.
accounts: { alice: { companions: { web: {} } }, bob: {} }
timeline:
  - { at: 1m, partition: { sides: ${sides}, direction: ${direction}, for: 1m } }
`;
    const loaded = loadScenario(text, 'cut.yaml');
    if (loaded.kind !== 'loaded') throw new Error(loaded.errors.map((e) => e.sentence).join());
    const chooser = new Chooser(createDraws('cut'), [], false);
    return planTimeline(loaded.scenario, chooser).links.flatMap(({ device, cuts }) =>
      cuts.map((cut) => `${device} ${cut.endpoint ?? 'all'} ${cut.direction ?? 'both'}`),
    );
  }

  it('from the server alone take the files away as well', () => {
    expect(cutsOf('[[bob.phone], [server]]')).toEqual(['bob.phone all both']);
    expect(cutsOf('[[server, blobs], [bob.phone]]')).toEqual(['bob.phone all both']);
    expect(cutsOf('[[alice], [server]]', 'one-way')).toEqual([
      'alice.phone all 0',
      'alice.web all 0',
    ]);
  });

  it('that tell server and files apart cut only what stands across', () => {
    expect(cutsOf('[[bob.phone], [blobs]]')).toEqual(['bob.phone blobs both']);
    expect(cutsOf('[[blobs], [bob.phone]]', 'one-way')).toEqual(['bob.phone blobs 1']);
    expect(cutsOf('[[bob.phone, blobs], [server]]')).toEqual(['bob.phone server both']);
    expect(cutsOf('[[alice.web, blobs], [server, bob.phone]]')).toEqual([
      'alice.web server both',
      'bob.phone blobs both',
    ]);
  });

  it('that cut nobody off are refused', () => {
    const refused = (sides: string) => () => cutsOf(sides);
    expect(refused('[[alice.phone], [bob.phone]]')).toThrow('cuts nothing');
    expect(refused('[[server], [blobs]]')).toThrow('a partition cuts devices off');
    expect(refused('[[bob.phone], [blob]]')).toThrow('there is no account or device "blob"');
  });
});
