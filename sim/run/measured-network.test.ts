/** Networks that change, and networks that were measured, carry messages like any other. */

import { expect, test } from 'vitest';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { type RunResult, runScenario } from './run.ts';

const CSV = `time_ms,latency_ms,loss
0,40,0
60000,900,0.3
120000,60,0
`;

function story(network: string, timeline: string): string {
  return `
lockstep: 1
name: measured
summary: A network as it was measured.
length: 10m
networks:
  train: { based-on: perfect, trace: train.csv }
accounts:
  alice: { phone: { network: perfect } }
  bob: { phone: { network: ${network} } }
workload:
  - { id: w, kind: poisson, senders: [alice.phone], to: [bob], from: 10s, until: 9m, per-hour: 200 }
timeline:
${timeline}
`;
}

function run(text: string): RunResult {
  const loaded = loadScenario(text, 'measured.yaml', { readText: () => CSV });
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors, null, 2));
  const { scenario } = loaded;
  return runScenario({ scenario, seed: '1', architecture: fanout, crypto: opensslProvider() });
}

const NOTHING = '  - { at: 9m, read: { device: bob.phone, chat: alice } }';
const SWITCH = '  - { at: 5m, network: { device: bob.phone, use: satellite } }';

test('a measured trace decides loss and latency by the time of day', () => {
  const { verdict, messages, levers, metrics } = run(story('train', NOTHING));
  expect(verdict).toBe('held');
  expect(messages.copiesShown).toBe(messages.copiesDue);
  expect(new Map(levers).get('packet-loss')).toBeGreaterThan(0);
  // A copy waits at least 40 ms on Bob's link, and 900 ms while the train is in the hills.
  expect(metrics.copyLatency.p50Us).toBeGreaterThanOrEqual(40_000);
  expect(metrics.copyLatency.maxUs).toBeGreaterThanOrEqual(900_000);
});

test('a device moves to another network in the middle of its story', () => {
  const stays = run(story('perfect', NOTHING)).metrics.copyLatency;
  const moves = run(story('perfect', SWITCH)).metrics.copyLatency;
  expect(moves.count).toBe(stays.count);
  expect(moves.p99Us).toBeGreaterThan(stays.p99Us + 100_000);
});
