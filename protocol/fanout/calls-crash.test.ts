/** Calls under crashes: wherever a device or the server dies, every call ends on every device. */

import { expect, test } from 'vitest';
import type { CallRecord } from '../contract.ts';
import {
  call,
  callNet,
  callSecrets,
  callsOn,
  groupCallNet,
  outcomes,
  talk,
} from './testing/call-net.ts';
import type { SmallNet } from './testing/small-net.ts';

const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;
const CALL_OUTCOMES = [
  'connected',
  'missed',
  'answered-elsewhere',
  'rejected',
  'rejected-elsewhere',
  'cancelled',
  'failed',
];

function expectAllEnded(net: SmallNet, at: number): void {
  for (const name of net.members.keys()) {
    if (!name.includes('.')) continue;
    const open = callsOn(net, name).filter(({ outcome }) => !CALL_OUTCOMES.includes(outcome));
    expect([name, at, open]).toEqual([name, at, []]);
    expect([name, at, callSecrets(net, name)]).toEqual([name, at, []]);
    const timers = [...net.member(name).store.collection('timer').keys()];
    expect(timers.filter((timer) => timer.startsWith('call/'))).toEqual([]);
  }
}

/** The last call each device knows: the device may have been crashed out of one. */
function connectedCallees(net: SmallNet): CallRecord[] {
  return ['bob.phone', 'bob.web']
    .flatMap((name) => callsOn(net, name).slice(0, 1))
    .filter(({ outcome }) => outcome === 'connected');
}

test.each(['alice.laptop', 'bob.phone', 'bob.web', 'server'])(
  'a crash of %s after any of its commits leaves no call open, and the next call works',
  (name) => {
    for (let at = 1; ; at += 1) {
      const net = callNet();
      const isFired = net.crashAfterCommit(name, at, () => {
        call(net, 'alice.laptop', 'bob');
        net.settle(2 * SECOND_US);
        net.step('bob.web', { kind: 'command', command: { kind: 'answer-call' } });
        net.step('bob.phone', { kind: 'command', command: { kind: 'answer-call' } });
        net.settle(40 * SECOND_US);
        net.command('alice.laptop', { kind: 'end-call' });
        net.settle(5 * SECOND_US);
      });
      net.settle(3 * MINUTE_US);
      expectAllEnded(net, at);
      expect(connectedCallees(net).length).toBeLessThanOrEqual(1);
      call(net, 'alice.laptop', 'bob');
      net.settle(5 * SECOND_US);
      net.command('bob.phone', { kind: 'answer-call' });
      net.settle(5 * SECOND_US);
      const now = outcomes(net);
      expect([at, now['alice.laptop'], now['bob.phone']]).toEqual([at, 'connected', 'connected']);
      if (!isFired) {
        expect(at).toBeGreaterThan(3);
        return;
      }
    }
  },
  120_000,
);

test.each(['call', 'call-side', 'call-peer', 'timer'])(
  'a device whose %s records are lost from the disk in a call is free for the next one',
  (collection) => {
    const net = callNet();
    talk(net, 'alice.laptop', 'bob.phone');
    const { store } = net.member('bob.phone');
    const keys = [...store.collection(collection).keys()];
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      const damaged = { kind: 'damaged', collection, key };
      const name = `${collection} ${key}`;
      store.apply([
        { collection, key, record: undefined },
        { collection: 'damaged', key: name, record: damaged },
      ]);
    }
    net.restart('bob.phone');
    net.settle(3 * MINUTE_US);
    expectAllEnded(net, 0);
    talk(net, 'alice.laptop', 'bob.phone');
    expect(outcomes(net)['bob.phone']).toBe('connected');
  },
);

test.each(['alice.phone', 'bob.web', 'carol.phone', 'server'])(
  'a crash of %s after any of its commits leaves no call of a group open',
  (name) => {
    for (let at = 1; ; at += 1) {
      const net = groupCallNet();
      const isFired = net.crashAfterCommit(name, at, () => {
        net.command('alice.phone', { kind: 'call', to: net.group('team'), isVideo: false });
        net.settle(2 * SECOND_US);
        net.command('bob.web', { kind: 'answer-call' });
        net.settle(2 * SECOND_US);
        net.command('carol.phone', { kind: 'answer-call' });
        net.settle(20 * SECOND_US);
        net.command('carol.phone', { kind: 'end-call' });
        net.settle(20 * SECOND_US);
        net.command('bob.web', { kind: 'end-call' });
        net.settle(5 * SECOND_US);
      });
      net.settle(3 * MINUTE_US);
      expectAllEnded(net, at);
      expect([at, net.member('server').store.collection('group-call').size]).toEqual([at, 0]);
      if (!isFired) {
        expect(at).toBeGreaterThan(3);
        return;
      }
    }
  },
  120_000,
);
