/** A staged rollout as entries of the timeline. */

import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../scenarios/load.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { Chooser } from '../kernel/chooser.ts';
import { createDraws } from '../kernel/draws.ts';
import { rolloutEntries } from './rollout.ts';
import { planTimeline } from './timeline.ts';

const HOUR_US = 3_600_000_000;
const NAMES = ['ada', 'bea', 'cem', 'dia', 'eva', 'finn', 'gil', 'ida'];

function scenarioOf(stages: string, timeline = ''): Scenario {
  const accounts = NAMES.map((name) => `  ${name}: { companions: { web: {} }, app: old }`);
  const text = `
lockstep: 1
name: weeks
summary: Stages.
architecture: relay
length: 28d
accounts:
${accounts.join('\n')}
rollout: { stages: [${stages}], relink-within: 2h }
timeline:
  - { id: hello, at: 1m, send: { from: ada.phone, to: bea, text: "Hello" } }
${timeline}`;
  const loaded = loadScenario(text, 'weeks.yaml');
  if (loaded.kind !== 'loaded') throw new Error(loaded.errors.map((e) => e.sentence).join());
  return loaded.scenario;
}

function chooserOf(seed: string, overrides: readonly { choice: string; value: number }[] = []) {
  return new Chooser(createDraws(seed), overrides, false);
}

const THREE = '{ at: 7d, share: 12% }, { at: 14d, share: 50% }, { at: 21d, share: 100% }';

/** Who joins at which day. */
function joinsOf(scenario: Scenario, seed: string): Map<string, number> {
  const entries = rolloutEntries(scenario, chooserOf(seed));
  return new Map(
    entries.flatMap(({ atUs, action }) => {
      return action.kind === 'upgrade' ? [[action.account, atUs / (24 * HOUR_US)] as const] : [];
    }),
  );
}

describe('a rollout', () => {
  it('lets as many join in each stage as its share says, everybody once', () => {
    for (const seed of ['1', '2', '3']) {
      const days = [...joinsOf(scenarioOf(THREE), seed).values()];
      expect(days.filter((day) => day === 7)).toHaveLength(1);
      expect(days.filter((day) => day === 14)).toHaveLength(3);
      expect(days.filter((day) => day === 21)).toHaveLength(4);
    }
  });

  it('draws by the seed who that is', () => {
    const seeds = Array.from({ length: 12 }, (_, index) => String(index));
    const first = seeds.map((seed) => {
      return [...joinsOf(scenarioOf(THREE), seed)].find(([, day]) => day === 7)?.[0];
    });
    expect(new Set(first).size).toBeGreaterThan(2);
  });

  it('leaves everybody in their place when a stage reaches more people', () => {
    const few = joinsOf(scenarioOf('{ at: 7d, share: 25% }'), '5');
    const more = joinsOf(scenarioOf('{ at: 7d, share: 50% }'), '5');
    expect(few.size).toBe(2);
    expect(more.size).toBe(4);
    for (const name of few.keys()) expect(more.has(name)).toBe(true);
  });

  it('links the companions of whoever joined again, in time', () => {
    const entries = rolloutEntries(scenarioOf(THREE), chooserOf('1'));
    const joins = joinsOf(scenarioOf(THREE), '1');
    const links = entries.filter(({ action }) => action.kind === 'link');
    expect(links).toHaveLength(NAMES.length);
    for (const { id, atUs } of links) {
      const [, account = ''] = id.split('/');
      const lateUs = atUs - (joins.get(account) ?? 0) * 24 * HOUR_US;
      expect(lateUs).toBeGreaterThanOrEqual(60_000_000);
      expect(lateUs).toBeLessThan(2 * HOUR_US);
    }
  });

  it('is not about those who have an upgrade of their own', () => {
    const scenario = scenarioOf(THREE, '  - { at: 2d, upgrade: cem }\n');
    expect(joinsOf(scenario, '1').has('cem')).toBe(false);
    expect(joinsOf(scenario, '1').size).toBe(NAMES.length - 1);
  });

  it('makes entries that overrides leave out, or move to another stage', () => {
    const scenario = scenarioOf(THREE);
    const ids = (chooser: Chooser) => planTimeline(scenario, chooser).entries.map(({ id }) => id);
    expect(ids(chooserOf('1'))).toContain('rollout/gil');
    const without = chooserOf('1', [{ choice: 'timeline/rollout/gil', value: 0 }]);
    expect(ids(without)).not.toContain('rollout/gil');
    const first = chooserOf('1', [{ choice: 'rollout/gil/place', value: 0 }]);
    const entry = rolloutEntries(scenario, first).find(({ id }) => id === 'rollout/gil');
    expect(entry?.atUs).toBe(7 * 24 * HOUR_US);
  });
});
