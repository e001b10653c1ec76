/**
 * What a seed means may not change unnoticed: hashes of twenty runs and three whole small traces.
 * A change that is meant is accepted with `npx vitest run --project golden -u`, and gets a line in
 * the changelog.
 */

import { describe, expect, test } from 'vitest';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import { scenario } from '../../scenarios/builder.ts';
import { findScenario, listScenarios } from '../../scenarios/library.ts';
import { printScenario } from '../../scenarios/print.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { TraceWriter } from '../trace/writer.ts';
import { type RunResult, runScenario } from './run.ts';
import { stanzaWatch } from './testing/stanza-watch.ts';

const SECOND_SEEDS = ['phone-offline', 'subway', 'mailbox-duplicates', 'link-mid-conversation'];
const PAIRS: readonly (readonly [string, string])[] = [
  ...listScenarios().map(({ name }) => [name, '1'] as const),
  ...SECOND_SEEDS.map((name) => [name, '7'] as const),
];

function run(story: Scenario, seed: string, observers = {}): RunResult {
  const crypto = opensslProvider();
  const architecture = story.architecture === 'relay' ? relay : fanout;
  return runScenario({ scenario: story, seed, architecture, crypto, ...observers });
}

/** A run as its trace: every event, with the view of each changed record. */
function traceOf(story: Scenario, seed: string): string {
  const lines: string[] = [];
  const facts = {
    program: 'golden',
    build: 'golden',
    scenario: story.name,
    scenarioHash: 'golden',
    seed,
    architecture: fanout.name,
    crypto: 'openssl',
    overrides: [],
    epochUs: story.epochUs,
    hosts: [...story.accounts.flatMap(({ devices }) => devices.map(({ name }) => name)), 'server'],
    document: printScenario(story),
  };
  const writer = new TraceWriter((line) => lines.push(line), facts, { describe: fanout.describe });
  const result = run(story, seed, { observers: [writer] });
  writer.end(result.hashes);
  return `${lines.join('\n')}\n`;
}

describe('hashes', () => {
  test('there are at least twenty pairs', () => {
    expect(PAIRS.length).toBeGreaterThanOrEqual(20);
  });

  test('every pair runs as it did, with stanzas that the language can name', async () => {
    const { watch, unnamed } = stanzaWatch();
    const rows = PAIRS.map(([name, seed]) => {
      const story = findScenario(name);
      if (story === undefined) throw new Error(`no scenario ${name}`);
      const { verdict, hashes } = run(story, seed, { observers: [watch] });
      return `${name} ${seed} ${verdict} ${Object.values(hashes).join(' ')}`;
    });
    await expect(`${rows.join('\n')}\n`).toMatchFileSnapshot('golden/hashes.txt');
    expect([...unnamed]).toEqual([]);
  });
});

describe('whole traces', () => {
  const hello = scenario('hello', 'One phone writes to another.')
    .account('alice', { phone: { network: 'perfect' } })
    .account('bob', { phone: { network: 'perfect' } })
    .settings({ length: '2m', prekeys: 2 })
    .at('1m', { send: { id: 'hi', from: 'alice.phone', to: 'bob', text: 'hi' } })
    .build();

  const linking = scenario('linking', 'A phone links its first companion.')
    .account('alice', {
      phone: { network: 'perfect' },
      companions: { web: { network: 'perfect', linked: false } },
    })
    .settings({ length: '2m', prekeys: 2 })
    .at('30s', { link: 'alice.web' })
    .build();

  const crash = scenario('crash', 'A phone dies while a message comes in.')
    .account('alice', { phone: { network: 'perfect' } })
    .account('bob', { phone: { network: 'wifi' } })
    .settings({ length: '2m', prekeys: 2 })
    .at('1m', { send: { id: 'hi', from: 'alice.phone', to: 'bob', text: 'hi' } })
    .at('60050ms', { crash: { device: 'bob.phone', 'restart-after': '2s' } })
    .build();

  test.each([hello, linking, crash])('$name is traced as it was', async (story) => {
    await expect(traceOf(story, '1')).toMatchFileSnapshot(`golden/${story.name}.trace.ndjson`);
  });
});
