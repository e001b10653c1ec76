/**
 * Storage faults in small worlds: what a device does after its disk went back, ran twice, or lost a
 * record. Every world is judged by the whole catalogue.
 */

import { describe, expect, it } from 'vitest';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { damageOutcome } from '../../protocol/fanout/device/damage-outcomes.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import type { Action, Scenario } from '../../scenarios/scenario.ts';
import { allProperties } from '../properties/index.ts';
import { aliceWrites, type Story, worldOf, writes } from '../properties/planted-world.ts';
import { runScenario } from '../run/run.ts';
import type { RunEvent } from '../trace/events.ts';

const SECOND_US = 1_000_000;
const crypto = opensslProvider();

function run(scenario: Scenario, observe: (event: RunEvent) => void = () => {}) {
  return runScenario({
    scenario,
    seed: 'storage',
    architecture: fanout,
    crypto,
    properties: allProperties,
    observers: [{ observe }],
  });
}

function leversOf(result: ReturnType<typeof run>): ReadonlyMap<string, number> {
  return new Map(result.levers);
}

function emitted(story: Story, lengthS = 300): { codes: string[]; result: ReturnType<typeof run> } {
  const codes: string[] = [];
  const result = run(worldOf({ story, lengthS }), (event) => {
    if (event.kind === 'emit') codes.push(`${event.node} ${event.notice.code}`);
  });
  return { codes, result };
}

const restore = (device: string, fromS: number): Action => {
  return { kind: 'restore-snapshot', device, fromUs: fromS * SECOND_US, restartAfterUs: SECOND_US };
};
const damage = (device: string, collection: string): Action => {
  return { kind: 'damage-record', device, collection, restartAfterUs: SECOND_US };
};

describe('a restored backup', () => {
  const story: Story = [
    ...aliceWrites(4),
    [60, restore('alice.phone', 15)],
    ...aliceWrites(3, 100),
  ];

  it('is noticed before the first send, and everything goes on', () => {
    const { codes, result } = emitted(story);
    expect(codes).toContain('alice.phone rolled-back');
    expect(leversOf(result).get('snapshot-restored')).toBe(1);
    expect(result).toMatchObject({ verdict: 'held' });
  });

  it('that nobody can tell from the present makes no session anew', () => {
    const { codes, result } = emitted([...aliceWrites(2), [61, restore('alice.phone', 60)]]);
    expect(leversOf(result).get('snapshot-restored')).toBe(1);
    expect(codes).not.toContain('alice.phone rolled-back');
    expect(result).toMatchObject({ verdict: 'held' });
  });

  it('of a companion from before its linking is not restored', () => {
    const scenario = worldOf({ story: [[60, restore('alice.laptop', 10)]] });
    const [alice, ...others] = scenario.accounts;
    if (alice === undefined) throw new Error('the world has an Alice');
    const devices = alice.devices.map((one) => ({ ...one, isLinked: one.role === 'primary' }));
    const link = {
      id: 'link',
      atUs: 15 * SECOND_US,
      action: { kind: 'link', companion: 'alice.laptop' },
    } as const;
    const timeline = [link, ...scenario.timeline];
    const result = run({ ...scenario, accounts: [{ ...alice, devices }, ...others], timeline });
    expect(leversOf(result).get('snapshot-restored')).toBe(0);
    expect(leversOf(result).get('crash')).toBe(1);
    expect(result).toMatchObject({ verdict: 'held' });
  });

  it('of a phone gives it its own list back from the server', () => {
    const { codes, result } = emitted([
      ...aliceWrites(2),
      [60, { kind: 'unlink', companion: 'alice.laptop', by: 'phone' }],
      [90, restore('alice.phone', 30)],
      ...aliceWrites(2, 120),
    ]);
    expect(codes).toContain('alice.laptop logged-out');
    expect(result).toMatchObject({ verdict: 'held' });
  });
});

describe('a cloned device', () => {
  const cloned = (forS: number): Story => [
    ...aliceWrites(2),
    [60, { kind: 'clone', device: 'alice.phone', forUs: forS * SECOND_US }],
    [80, writes('alice.phone~clone', 'bob', 'a word of the clone')],
    ...aliceWrites(2, 100),
  ];

  it('displaces its original, and neither uses a key of the other', () => {
    const { codes, result } = emitted(cloned(200), 600);
    expect(codes).toContain('alice.phone replaced');
    expect(codes).toContain('alice.phone~clone replaced');
    expect(leversOf(result).get('store-cloned')).toBe(1);
    expect(result).toMatchObject({ verdict: 'held' });
  });

  it('displaces it ever more rarely', () => {
    const { result } = emitted(cloned(3_600), 3_600);
    // Thirty seconds at first, four minutes at last: far from once a second.
    expect(leversOf(result).get('connection-replaced')).toBeLessThan(60);
    expect(result).toMatchObject({ verdict: 'held' });
  });
});

describe('a damaged record', () => {
  const base: Story = [
    ...aliceWrites(4),
    [30, writes('bob.phone', 'alice', 'an answer')],
    [35, writes('bob.web', 'alice', 'another answer')],
    [50, { kind: 'offline', device: 'bob.phone' }],
    [55, writes('bob.phone', 'alice', 'written off line')],
    [70, { kind: 'online', device: 'bob.phone' }],
    ...aliceWrites(2, 120),
  ];

  /** Collections of a phone and of a companion at one moment, by their names up to a slash. */
  function collectionsAt(atUs: number): [device: string, collection: string][] {
    const sizes = new Map<string, number>();
    run(worldOf({ story: base }), (event) => {
      if (event.kind !== 'commit' || event.timeUs > atUs) return;
      if (event.node !== 'alice.laptop' && event.node !== 'bob.phone') return;
      for (const { collection, before, after } of event.changes) {
        const name = `${event.node} ${collection.split('/')[0]}`;
        const change = (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
        sizes.set(name, (sizes.get(name) ?? 0) + change);
      }
    });
    const held = [...sizes].filter(([, size]) => size > 0);
    return held.map(([name]) => name.split(' ') as [string, string]);
  }

  const atS = 60;
  const found = collectionsAt(atS * SECOND_US);

  it('has an outcome whatever its collection', () => {
    const unknown = found.filter(([, collection]) => damageOutcome(collection) === undefined);
    expect(unknown).toEqual([]);
    expect(new Set(found.map(([, collection]) => collection)).size).toBeGreaterThan(14);
  });

  it.each(found)('of %s in %s breaks nothing, and is told', (device, collection) => {
    const { codes, result } = emitted([...base, [atS, damage(device, collection)]]);
    expect(leversOf(result).get('record-damaged')).toBe(1);
    expect(codes).toContain(`${device} record-damaged`);
    const isUnusable = damageOutcome(collection) === 'unusable';
    expect(codes.includes(`${device} unusable`)).toBe(isUnusable);
    expect(codes.includes(`${device} logged-out`)).toBe(isUnusable);
    expect(result).toMatchObject({ verdict: 'held', reasons: [] });
  });
});
