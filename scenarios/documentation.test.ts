import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenario } from './builder.ts';
import { loadScenario } from './load.ts';
import { formatScenarioErrors } from './scenario-error.ts';
import { FACT_KEYS } from './schema-expectations.ts';
import { ACTION_KEYS } from './schema-timeline.ts';
import { NETWORKS } from './vocabulary.ts';

const page = readFileSync(new URL('../docs/scenarios.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(/```(\w+)\n(.*?)```/gs)]
    .filter(([, found]) => found === language)
    .map(([, , text]) => text ?? '');

describe('the page about scenarios', () => {
  it('shows only scenarios that load', () => {
    const yaml = blocks('yaml');
    expect(yaml.length).toBeGreaterThanOrEqual(4);
    for (const text of yaml) {
      const result = loadScenario(text, 'docs/scenarios.md');
      expect(result.kind === 'refused' ? formatScenarioErrors(result.errors) : '').toBe('');
    }
  });

  it('shows every kind of action and fact and names every built-in network', () => {
    const all = blocks('yaml').join('');
    expect(ACTION_KEYS.filter((key) => !all.includes(` ${key}: `))).toEqual([]);
    expect(FACT_KEYS.filter((key) => !all.includes(`{ ${key}: `))).toEqual([]);
    expect(NETWORKS.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('shows a page of errors as it is really written', () => {
    const text = `lockstep: 1
name: lunch
summary: Lunch.
accounts: { alice: { companions: { laptop: {}, tablet: {} } }, bob: {} }
timeline:
  - { id: off, at: 9h, power-off: alice.phone }
  - { at: 12h30m, send: { id: m, from: alice.tabelt, to: bob, text: "Lunch?" } }
`;
    const result = loadScenario(text, 'lunch.yaml');
    if (result.kind === 'loaded') throw new Error('the bad scenario was loaded');
    const [shown] = blocks('text');
    expect(`${formatScenarioErrors(result.errors)}`).toBe(`${shown}\n1 error in lunch.yaml`);
  });

  it('shows a built scenario that builds', () => {
    const [code = ''] = blocks('ts');
    const body = code.replace(/^import .*$/m, '').replace('export const lunch =', 'return');
    const lunch = new Function('scenario', body)(scenario);
    expect(lunch.timeline[0].action.from).toBe('alice.tablet');
  });
});
