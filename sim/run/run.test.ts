import { describe, expect, it } from 'vitest';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { loadScenario } from '../../scenarios/load.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { RunEvent } from '../trace/events.ts';
import { replayIdentically } from './replay.ts';
import { type RunOptions, type RunResult, runScenario } from './run.ts';

function load(timeline: string, more = ''): Scenario {
  const text = `
lockstep: 1
name: small
summary: Two people, four devices.
length: 1h
accounts:
  alice: { phone: { network: mobile }, companions: { laptop: { network: wifi } } }
  bob: { phone: { network: mobile-lossy }, companions: { web: { network: wifi } } }
timeline:
${timeline}
${more}`;
  const loaded = loadScenario(text, 'small.yaml');
  if (!('scenario' in loaded)) throw new Error(JSON.stringify(loaded));
  return loaded.scenario;
}

const TALK = `
  - { at: 5m, send: { id: hello, from: alice.phone, to: bob, text: "Hello Bob, how are you?" } }
  - { at: 10m, send: { id: answer, from: bob.web, to: alice, text: "I am fine, thank you." } }
  - { at: 20m, send: { id: more, from: alice.laptop, to: bob, text: "Shall we have lunch?" } }
`;

function run(scenario: Scenario, more: Partial<RunOptions> = {}): RunResult {
  const crypto = opensslProvider();
  return runScenario({ scenario, seed: '7', architecture: fanout, crypto, ...more });
}

function eventsOf(scenario: Scenario, more: Partial<RunOptions> = {}): RunEvent[] {
  const events: RunEvent[] = [];
  run(scenario, { ...more, observers: [{ observe: (event) => events.push(event) }] });
  return events;
}

const firedOf = (result: RunResult, lever: string): number =>
  result.levers.find(([name]) => name === lever)?.[1] ?? -1;

describe('a run of two accounts', () => {
  it('shows every copy on every other device, and settles', () => {
    const result = run(load(TALK));
    expect(result.reasons).toEqual([]);
    expect(result.verdict).toBe('held');
    expect(result.messages).toEqual({
      sent: 3,
      copiesDue: 9,
      copiesShown: 9,
      copiesLost: 0,
      reportedLost: 0,
      notCompleted: 0,
      notCompletedBy: [],
    });
    expect(result.stuck).toEqual([]);
    expect(result.metrics.copyLatency.count).toBe(9);
    expect(firedOf(result, 'own-device-copy')).toBeGreaterThanOrEqual(3);
  });

  it('is the same twice, and another one with another seed', () => {
    const scenario = load(TALK);
    const crypto = opensslProvider();
    const outcome = replayIdentically({ scenario, seed: '7', architecture: fanout, crypto });
    expect(outcome.isSame).toBe(true);
    expect(run(scenario, { seed: '8' }).hashes.schedule).not.toBe(outcome.first.hashes.schedule);
  });

  it('numbers its events without gaps, each after its cause', () => {
    const events = eventsOf(load(TALK));
    let lastUs = 0;
    for (const [at, { sequence, cause, timeUs }] of events.entries()) {
      expect(sequence).toBe(at);
      expect(cause).toBeLessThan(sequence);
      expect(timeUs).toBeGreaterThanOrEqual(lastUs);
      lastUs = timeUs;
    }
  });

  it('keeps every decision but those of a command that is left out', () => {
    const whole = run(load(TALK), { wantsDecisionLog: true }).decisions ?? [];
    const left = run(load(TALK), {
      wantsDecisionLog: true,
      overrides: [{ choice: 'timeline/answer', value: 0 }],
    }).decisions;
    const values = new Map(whole.map(({ choice, value }) => [choice, value]));
    const remaining = (left ?? []).filter(({ isOverridden }) => !isOverridden);
    const shared = remaining.filter(({ choice }) => values.has(choice));
    expect(shared.length).toBeGreaterThan(200);
    for (const { choice, value } of shared)
      expect([choice, values.get(choice)]).toEqual([choice, value]);
    // The packets of the other two commands are all there, by the same names.
    const packetsOf = (log: readonly { choice: string }[], root: string) =>
      log
        .filter(({ choice }) => choice.startsWith(`loss/${root}/message`))
        .map(({ choice }) => choice);
    expect(packetsOf(left ?? [], 'hello')).toEqual(packetsOf(whole, 'hello'));
    expect(packetsOf(left ?? [], 'more')).toEqual(packetsOf(whole, 'more'));
    expect(packetsOf(left ?? [], 'answer')).toEqual([]);
  });

  it('loses the packet that an override names, and says when an override found no place', () => {
    const scenario = load(TALK);
    const first = eventsOf(scenario).find(
      (event) => event.kind === 'send' && event.label.kind.startsWith('message'),
    );
    if (first?.kind !== 'send') throw new Error('nothing was sent');
    const choice = `loss/${first.packet}/1`;
    const overrides = [
      { choice, value: 1 },
      { choice: 'loss/nothing/1', value: 1 },
    ];
    const events = eventsOf(scenario, { overrides });
    const lost = events.filter((event) => event.kind === 'lever' && event.choice === choice);
    expect(lost.length).toBe(1);
    const result = run(scenario, { overrides });
    expect(result.unusedOverrides.map((unused) => unused.choice)).toEqual(['loss/nothing/1']);
    expect(result.verdict).toBe('held');
  });

  it('crashes at the effect that an override names, and delivers all the same', () => {
    const scenario = load(TALK);
    const hello = eventsOf(scenario).find(
      (event) =>
        event.kind === 'input' &&
        event.node === 'bob.web' &&
        event.input.kind === 'frame' &&
        event.input.id.startsWith('hello/message'),
    );
    if (hello?.kind !== 'input') throw new Error('nothing arrived');
    for (const effect of [0, 1, 2]) {
      const overrides = [{ choice: `crash/${hello.input.id}/${effect}`, value: 1 }];
      const result = run(scenario, { overrides });
      expect(result.unusedOverrides).toEqual([]);
      expect(firedOf(result, 'crash')).toBe(1);
      expect(result.messages.copiesShown).toBe(9);
      expect(result.reasons).toEqual([]);
    }
  });

  it('ends undecided at a bound', () => {
    const bounded = run(load(TALK), { maxEvents: 500 });
    expect(bounded.boundReached).toBe('events');
    expect(bounded.verdict).toBe('undecided');
    expect(run(load(TALK), { maxVirtualUs: 1_000_000 }).boundReached).toBe('virtual-time');
  });

  it('is undecided when what must fire never fired', () => {
    const result = run(load(TALK, 'must-fire: [crash]'));
    expect(result.verdict).toBe('undecided');
    expect(result.reasons).toEqual(['"crash" must fire, and never did.']);
  });
});

describe('trouble in a run', () => {
  it('queues copies for a phone that is off and counts what it could not take', () => {
    const scenario = load(`
  - { at: 1m, power-off: bob.phone }
  ${TALK.trim()}
  - { at: 30m, send: { id: never, from: bob.phone, to: alice, text: "From a phone that is off." } }
  - { at: 40m, power-on: bob.phone }
`);
    const result = run(scenario);
    expect(result.messages).toMatchObject({
      sent: 3,
      copiesDue: 9,
      copiesShown: 9,
      notCompleted: 1,
      notCompletedBy: [['off', 1]],
    });
    expect(firedOf(result, 'queued-delivery')).toBe(3);
    expect(result.verdict).toBe('held');
  });

  it('keeps a text written offline in the outbox until the network is back', () => {
    const result = run(
      load(
        `
  - { at: 1m, offline: alice.phone }
  ${TALK.trim()}
  - { at: 30m, online: alice.phone }
`,
        'expect: [{ shown: hello, on: [bob.phone, bob.web, alice.laptop], after: 30m }]',
      ),
    );
    expect(result.messages).toMatchObject({ sent: 3, copiesShown: 9, notCompleted: 0 });
    expect(result.expectations.map(({ verdict }) => verdict)).toEqual(['held']);
    expect(firedOf(result, 'offline')).toBeGreaterThan(0);
  });

  it('wakes a dozing phone by a push', () => {
    const result = run(
      load(
        `
  - { at: 1m, doze: bob.phone }
  ${TALK.trim()}
`,
        'expect: [{ shown: hello, on: [bob.phone], within: 5m }]',
      ),
    );
    expect(firedOf(result, 'push')).toBeGreaterThan(0);
    expect(result.reasons).toEqual([]);
  });

  it('survives a full disk, a lost commit and a crash of the server', () => {
    const result = run(
      load(`
  - { id: full, at: 4m, disk-full: { device: bob.web, for: 2m } }
  ${TALK.trim()}
  - { at: 15m, crash: { device: server, restart-after: 20s } }
  - { after: more, by: 2s, lose-last-commit: { device: bob.phone, restart-after: 5s } }
`),
    );
    expect(firedOf(result, 'disk-full')).toBeGreaterThan(0);
    expect(firedOf(result, 'last-commit-lost')).toBe(1);
    expect(firedOf(result, 'crash')).toBe(2);
    expect(result.reasons).toEqual([]);
    expect(result.messages.copiesLost).toBe(0);
  });

  it('links a companion by its code and lets it write', () => {
    const scenario = loadScenario(
      `
lockstep: 1
name: linking
summary: A tablet joins.
length: 1h
accounts:
  alice: { phone: { network: wifi }, companions: { tablet: { network: wifi, linked: false } } }
  bob: { phone: { network: wifi } }
timeline:
  - { id: join, at: 5m, link: alice.tablet }
  - { at: 15m, send: { id: first, from: alice.tablet, to: bob, text: "From my new tablet." } }
  - { at: 20m, send: { id: back, from: bob.phone, to: alice, text: "It works, I can read it." } }
`,
      'linking.yaml',
    );
    if (!('scenario' in scenario)) throw new Error(JSON.stringify(scenario));
    const result = run(scenario.scenario);
    expect(result.reasons).toEqual([]);
    expect(result.messages).toMatchObject({ sent: 2, copiesDue: 4, copiesShown: 4 });
  });
});
