/** Calls of browsers in the small world: made, taken, declined and ended through the phone. */

import { expect, test } from 'vitest';
import type { CallRecord } from '../contract.ts';
import { open, relayNet } from './testing/relay-net.ts';

type Net = ReturnType<typeof relayNet>;
const MINUTE_US = 60_000_000;

/** How each device's log says the calls ended, or where they stand. */
function log(net: Net, name: string): string[] {
  const calls = [...net.member(name).store.collection('call').values()] as CallRecord[];
  return calls.map(({ state, outcome }) => (outcome === '' ? state : outcome));
}

function logs(net: Net, names: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(names.map((name) => [name, log(net, name)]));
}

const ALL = ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web'] as const;

function world(): Net {
  return relayNet({ alice: ['laptop'], bob: ['web'] });
}

function call(net: Net, from: string): void {
  net.command(from, { kind: 'call', to: net.user('bob'), isVideo: false });
  net.settle(2_000_000);
}

test('from phone to phone', () => {
  const net = world();
  call(net, 'alice.phone');
  expect(logs(net, ALL)).toEqual({
    'alice.phone': ['calling'],
    'alice.laptop': [],
    'bob.phone': ['ringing'],
    'bob.web': ['ringing'],
  });
  net.command('bob.phone', { kind: 'answer-call' });
  net.settle(MINUTE_US);
  expect(log(net, 'alice.phone')).toEqual(['connected']);
  expect(log(net, 'bob.phone')).toEqual(['connected']);
  expect(log(net, 'bob.web')).toEqual(['answered-elsewhere']);
  net.command('alice.phone', { kind: 'end-call' });
  net.settle();
  expect(log(net, 'bob.phone')).toEqual(['connected']);
  expect(net.member('bob.phone').store.collection('call-side').size).toBe(0);
});

test('from browser to browser: both talk, and both phones are out of it', () => {
  const net = world();
  call(net, 'alice.laptop');
  expect(log(net, 'bob.web')).toEqual(['ringing']);
  net.command('bob.web', { kind: 'answer-call' });
  net.settle(2 * MINUTE_US);
  const records = ['alice.laptop', 'bob.web'].map((name) => {
    const [record] = net.member(name).store.collection('call').values();
    return record as CallRecord;
  });
  expect(records).toMatchObject([
    { state: 'connected', peers: [net.user('bob')] },
    { state: 'connected', peers: [net.user('alice')] },
  ]);
  expect(logs(net, ['alice.phone', 'bob.phone'])).toEqual({
    'alice.phone': ['answered-elsewhere'],
    'bob.phone': ['answered-elsewhere'],
  });
  net.command('bob.web', { kind: 'end-call' });
  net.settle();
  for (const name of ['alice.laptop', 'bob.web']) {
    expect([name, log(net, name)]).toEqual([name, ['connected']]);
    expect(net.member(name).store.collection('call-side').size).toBe(0);
    expect(net.member(name).store.collection('call-peer').size).toBe(0);
  }
  for (const name of ['alice.phone', 'bob.phone']) {
    expect(net.member(name).store.collection('relayed-call').size).toBe(0);
  }
});

test('the server sees no secret and no packet of a browser in the clear', () => {
  const net = world();
  call(net, 'alice.laptop');
  net.command('bob.web', { kind: 'answer-call' });
  net.settle(MINUTE_US);
  expect(net.sent.filter((one) => one === 'alice.laptop web:call').length).toBeGreaterThan(2);
  expect(net.sent.some((one) => one.startsWith('alice.laptop call'))).toBe(false);
});

test('declined at a browser, and given up by one', () => {
  const net = world();
  call(net, 'alice.phone');
  net.command('bob.web', { kind: 'reject-call' });
  net.settle();
  expect(logs(net, ALL)).toEqual({
    'alice.phone': ['rejected'],
    'alice.laptop': [],
    'bob.phone': ['rejected-elsewhere'],
    'bob.web': ['rejected'],
  });
  call(net, 'alice.laptop');
  net.command('alice.laptop', { kind: 'end-call' });
  net.settle();
  expect(log(net, 'alice.laptop')).toEqual(['cancelled']);
  expect(log(net, 'bob.phone')).toEqual(['rejected-elsewhere', 'missed']);
  expect(log(net, 'bob.web')).toEqual(['rejected', 'missed']);
});

test('both answer: the phone decides, and the browser learns it', () => {
  const net = world();
  call(net, 'alice.phone');
  net.command('bob.web', { kind: 'answer-call' });
  net.command('bob.phone', { kind: 'answer-call' });
  net.settle(MINUTE_US);
  expect(log(net, 'bob.phone')).toEqual(['connected']);
  expect(log(net, 'bob.web')).toEqual(['answered-elsewhere']);
});

test('nobody answers: all ends by itself', () => {
  const net = world();
  call(net, 'alice.laptop');
  net.settle(3 * MINUTE_US);
  expect(logs(net, ALL)).toEqual({
    'alice.phone': ['missed'],
    'alice.laptop': ['missed'],
    'bob.phone': ['missed'],
    'bob.web': ['missed'],
  });
});

test('without the phone a browser does not call, and a talk ends with it', () => {
  const net = world();
  call(net, 'alice.laptop');
  net.command('bob.web', { kind: 'answer-call' });
  net.settle(MINUTE_US);
  net.power('alice.phone', false);
  net.settle(5 * MINUTE_US);
  expect(log(net, 'alice.laptop')).toEqual(['connected']);
  expect(net.member('alice.laptop').store.collection('call-side').size).toBe(0);
  expect(net.member('bob.web').store.collection('call-side').size).toBe(0);
  call(net, 'alice.laptop');
  net.settle(3 * MINUTE_US);
  expect(log(net, 'alice.laptop').at(-1)).not.toBe('calling');
  expect(log(net, 'bob.phone')).toHaveLength(1);
});

test('a takeover ends the talk of the browser that was live', () => {
  const net = relayNet({ alice: ['laptop', 'tablet'], bob: ['web'] });
  open(net, 'alice.laptop');
  call(net, 'alice.laptop');
  net.command('bob.phone', { kind: 'answer-call' });
  net.settle(MINUTE_US);
  expect(log(net, 'bob.phone')).toEqual(['connected']);
  open(net, 'alice.tablet');
  net.settle(5 * MINUTE_US);
  for (const name of ['alice.laptop', 'bob.phone']) {
    expect(net.member(name).store.collection('call-side').size).toBe(0);
  }
});

test.each(['alice.laptop', 'alice.phone', 'bob.web', 'bob.phone', 'server'])(
  'a crash of %s after any of its commits leaves no call behind',
  (name) => {
    for (let at = 1; ; at += 1) {
      const net = world();
      const isFired = net.crashAfterCommit(name, at, () => {
        call(net, 'alice.laptop');
        net.command('bob.web', { kind: 'answer-call' });
        net.settle(30_000_000);
        net.command('bob.web', { kind: 'end-call' });
        net.settle();
      });
      net.settle(6 * MINUTE_US);
      for (const device of ALL) {
        const open = log(net, device).filter((one) => one === 'calling' || one === 'ringing');
        const { store } = net.member(device);
        const left = ['call-side', 'call-peer', 'relayed-call'].map((one) => {
          return store.collection(one).size;
        });
        expect([at, device, open, left]).toEqual([at, device, [], [0, 0, 0]]);
      }
      if (!isFired) return;
    }
  },
);
