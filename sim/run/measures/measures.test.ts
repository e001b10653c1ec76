/** The measures of one small story, each against what the story says it must be. */

import { expect, it } from 'vitest';
import { opensslProvider } from '../../../protocol/crypto/openssl.ts';
import { fanout } from '../../../protocol/fanout/index.ts';
import { relay } from '../../../protocol/relay/index.ts';
import { scenario } from '../../../scenarios/builder.ts';
import type { Scenario } from '../../../scenarios/scenario.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { SERVER } from '../../world/timeline.ts';
import { World } from '../../world/world.ts';
import { runScenario } from '../run.ts';
import { MEASURES } from './measure-list.ts';
import { MeasureTaker, type RunMeasures } from './measure-taker.ts';

const story = scenario('small', 'A phone is off for an hour, and a tablet comes late.')
  .account('alice', {
    phone: { network: 'perfect' },
    companions: { laptop: { network: 'perfect' }, tablet: { network: 'perfect', linked: false } },
  })
  .account('bob', { phone: { network: 'perfect' }, companions: { web: { network: 'perfect' } } })
  .at('1m', { send: { id: 'one', from: 'alice.phone', to: 'bob', text: 'one' } })
  .at('2m', { read: { device: 'bob.web', chat: 'alice' } })
  .at('10m', { 'power-off': 'alice.phone' })
  .at('20m', { send: { id: 'two', from: 'alice.laptop', to: 'bob', text: 'two' } })
  .at('30m', { send: { id: 'three', from: 'alice.phone', to: 'bob', text: 'never' } })
  .at('40m', { read: { device: 'bob.web', chat: 'alice' } })
  .at('70m', { 'power-on': 'alice.phone' })
  .at('80m', { link: 'alice.tablet' })
  .at('90m', { unlink: 'alice.laptop' })
  .at('95m', { send: { id: 'four', from: 'bob.web', to: 'alice', text: 'four' } })
  .settings({ length: '2h' })
  .build();

function measured(told: Scenario, architecture = fanout): RunMeasures {
  const result = runScenario({
    scenario: told,
    seed: '1',
    architecture,
    crypto: opensslProvider(),
    properties: [],
    wantsMeasures: true,
  });
  return result.measures as RunMeasures;
}

it('says of a small story what the story says of itself', () => {
  const values = new Map(measured(story).values);
  // "three" was written on a phone that was off; "two" and "four" on companions.
  expect(values.get('availability.first-minute')).toBe(3 / 4);
  expect(values.get('availability.phone.story')).toBe(1 / 2);
  expect(values.get('availability.companion.first-minute')).toBe(1);
  expect(values.get('messages.not-completed')).toBe(1);
  // "one" and "two" on four devices and, through the history, on the tablet; "four" without laptop.
  expect(values.get('copies.devices-per-message')).toBe((5 + 5 + 4) / 3);
  // The copy of "two" for alice's phone waits from 20 to 70 minutes; "three" was never written, so
  // its delivery to her laptop counts as the length of the story.
  expect(values.get('latency.own-devices.p50')).toBeLessThan(1_000_000);
  expect(values.get('latency.own-devices.p99')).toBe(120 * 60_000_000);
  expect(values.get('latency.companion-to-companion.p99')).toBeLessThan(1_000_000);
  expect(values.get('queue.age.max')).toBeGreaterThan(50 * 60_000_000);
  expect(values.get('ciphertexts.per-message')).toBe(3);
  expect(values.get('ciphertexts.formula')).toBe(3);
  // First messages: the author asks the server for keys before, there and back.
  expect(values.get('hops.companion-to-companion')).toBe(4);
  expect(values.get('linking.scan-to-send')).toBeGreaterThan(0);
  expect(values.get('log-out.learned')).toBe(0);
  // Reading "two" on the web converges; nothing is dropped of the two reads.
  expect(values.get('reads.convergence.max')).toBeLessThan(10_000_000);
});

it('what was never written counts as later than all that was, and is marked as a bound', () => {
  const { values, bounds } = measured(story);
  const known = new Map(values);
  // Of "one" and "three", the phone's messages, the second never was.
  expect(known.get('latency.phone-to-phone.p50')).toBeLessThan(1_000_000);
  expect(known.get('latency.phone-to-phone.p95')).toBe(120 * 60_000_000);
  expect(bounds).toContain('latency.phone-to-phone.p95');
  expect(bounds).not.toContain('latency.phone-to-phone.p50');
  expect(bounds).not.toContain('latency.companion-to-companion.p99');
});

it('on relay a companion is silent while its phone is off', () => {
  const values = new Map(measured(story, relay).values);
  expect(values.get('availability.companion.first-minute')).toBe(1 / 2);
  expect(values.get('availability.companion.story')).toBe(1);
  expect(values.get('ciphertexts.per-message')).toBe(1);
});

it('every measure that is taken is described, and none twice', () => {
  const ids = MEASURES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const taken = measured(story).values.map(([id]) => id);
  expect(taken.filter((id) => !ids.includes(id))).toEqual([]);
});

it('both architectures face the same people and weather, another seed does not', () => {
  const [one, other] = [measured(story), measured(story, relay)];
  expect(one.fingerprints).toEqual(other.fingerprints);
  const moved = { ...story, timeline: story.timeline.slice(1) };
  expect(measured(moved).fingerprints.intents).not.toBe(one.fingerprints.intents);
});

it('what is counted twice agrees, and a counter that is wrong is found', () => {
  for (const { what, checked, differing } of measured(story).crossChecks) {
    expect([what, checked > 0, differing]).toEqual([what, true, 0]);
  }
  const ledger = new Ledger(fanout);
  const taker = new MeasureTaker(story, ledger, 'fanout');
  const world = new World({
    scenario: story,
    seed: '1',
    architecture: fanout,
    crypto: opensslProvider(),
    overrides: [],
    wantsDecisionLog: false,
    observers: [ledger, taker],
    wrapNode: (_host, node) => node,
    maxEvents: 1_000_000,
    maxVirtualUs: 10 ** 12,
  });
  taker.attach(world);
  world.network.frames.trafficOf(SERVER).stanzas[0]++;
  world.run();
  const wrong = taker.take()?.crossChecks.filter(({ differing }) => differing > 0);
  expect(wrong?.map(({ what, differing }) => [what.split(' ')[0], differing])).toEqual([
    ['stanzas', 1],
  ]);
});
