import { describe, expect, it } from 'vitest';
import type { Scenario, Workload } from '../../scenarios/scenario.ts';
import { Chooser } from '../kernel/chooser.ts';
import { createDraws } from '../kernel/draws.ts';
import { expandWorkload, type Intent } from './intents.ts';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;

function account(name: string, companions: readonly string[]) {
  const network = [{ fromUs: 0, name: 'perfect' }];
  const common = { network, power: 'on', clockSkewUs: 0 } as const;
  const phone = { ...common, name: `${name}.phone`, role: 'primary', isLinked: true } as const;
  const others = companions.map((companion) => {
    const isLinked = companion !== 'unlinked';
    return { ...common, name: `${name}.${companion}`, role: 'companion', isLinked } as const;
  });
  return { name, devices: [phone, ...others] };
}

function expand(workload: readonly Workload[], seed = 'people'): Intent[] {
  const accounts = [
    account('alice', ['laptop']),
    account('bob', ['web', 'unlinked']),
    account('carol', []),
  ];
  const scenario = { accounts, workload, epochUs: 0, lengthUs: DAY } as unknown as Scenario;
  const draws = createDraws(seed);
  return expandWorkload(scenario, new Chooser(draws, [], false), draws);
}

function talk(messages: number, numerator: number): Workload {
  const reply = { numerator, denominator: 10 };
  const between = ['alice.laptop', 'bob', 'carol'];
  return {
    kind: 'conversation',
    id: 'talk',
    between,
    fromUs: HOUR,
    untilUs: 5 * HOUR,
    messages,
    reply,
  };
}

describe('a conversation', () => {
  it('has as many messages as asked for, opened within its hours', () => {
    const intents = expand([talk(200, 5)]);
    expect(intents.length).toBe(200);
    const openers = intents.filter(({ answers }) => answers === undefined);
    expect(openers.length).toBeGreaterThan(70);
    expect(openers.length).toBeLessThan(130);
    for (const { atUs, device } of openers) {
      expect(device).toBe('alice.laptop');
      expect(atUs).toBeGreaterThanOrEqual(HOUR);
      expect(atUs).toBeLessThan(5 * HOUR);
    }
  });

  it('answers the message before, by the one it was written to, on a linked device', () => {
    const intents = expand([talk(200, 8)]);
    const byId = new Map(intents.map((intent) => [intent.id, intent]));
    const devices = new Set<string>();
    for (const { answers, device } of intents) {
      if (answers === undefined) continue;
      devices.add(device);
      expect(device.split('.')[0]).toBe(byId.get(answers.intent)?.to);
      expect(answers.delayUs).toBeGreaterThanOrEqual(2_000_000);
    }
    expect([...devices].sort()).toEqual(['alice.laptop', 'bob.phone', 'bob.web', 'carol.phone']);
  });

  it('gives every message a text of its own', () => {
    const texts = expand([talk(200, 5)]).map(({ text }) => text);
    expect(new Set(texts).size).toBe(200);
  });
});

describe('independent senders', () => {
  const perHour = { numerator: 6, denominator: 1 };
  const common = { id: 'mail', fromUs: 0, untilUs: DAY, perHour } as const;

  it('write at the mean rate, to others only', () => {
    const from = ['alice.phone', 'bob.web'];
    const intents = expand([{ ...common, kind: 'poisson', from, to: ['alice', 'bob', 'carol'] }]);
    // Two senders, six an hour, a day: 288 expected, standard deviation 17.
    expect(intents.length).toBeGreaterThan(288 - 85);
    expect(intents.length).toBeLessThan(288 + 85);
    for (const { device, to, atUs } of intents) {
      expect(device.split('.')[0]).not.toBe(to);
      expect(atUs).toBeLessThan(DAY);
    }
  });

  it('keep to the hours of the day that have weight', () => {
    const hourWeights = Array.from({ length: 24 }, (_, hour) => (hour >= 9 && hour < 17 ? 3 : 0));
    const workload: Workload = {
      ...common,
      kind: 'diurnal',
      from: ['alice.phone'],
      to: ['bob'],
      hourWeights,
    };
    const intents = expand([workload]);
    // The mean stays six an hour: 144 expected, standard deviation 12.
    expect(intents.length).toBeGreaterThan(144 - 60);
    expect(intents.length).toBeLessThan(144 + 60);
    for (const { atUs } of intents) {
      expect(atUs).toBeGreaterThanOrEqual(9 * HOUR);
      expect(atUs).toBeLessThanOrEqual(17 * HOUR);
    }
  });

  it('do not change when another sender is added', () => {
    const alone = expand([{ ...common, kind: 'poisson', from: ['alice.phone'], to: ['bob'] }]);
    const from = ['carol.phone', 'alice.phone'];
    const both = expand([{ ...common, kind: 'poisson', from, to: ['bob'] }]);
    expect(both.filter(({ device }) => device === 'alice.phone')).toEqual(alone);
  });
});
