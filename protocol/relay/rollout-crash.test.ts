/**
 * The rollout under crashes: wherever a page, its phone or the server dies, phone and server agree
 * in the end on what the account is, no browser outlives a joining and no companion a leaving, and
 * whatever was not linked can be linked again.
 */

import { expect, test } from 'vitest';
import type { LinkedRecord } from '../contract.ts';
import type { SmallNet } from '../fanout/testing/small-net.ts';
import { codeOn, join, linkPage, open, relayNet, scan } from './testing/relay-net.ts';

const MINUTE_US = 60_000_000;
const HOSTS = ['alice.web', 'alice.phone', 'server'] as const;

function isLinked(net: SmallNet): boolean {
  return net.member('alice.web').store.get('account', 'self') !== undefined;
}

function linkedCount(net: SmallNet): number {
  const { store } = net.member('server');
  const linked = [...store.collection('linked').values()] as LinkedRecord[];
  return linked.filter(({ user }) => user === net.user('alice')).length;
}

/** Whether the account is old: to its phone, and to the server. */
function oldness(net: SmallNet): readonly boolean[] {
  const own = net.member('alice.phone').store.get('old-app', 'self');
  const known = net.member('server').store.get('old-app', net.user('alice'));
  return [own !== undefined, known !== undefined];
}

/** The page reaches its account in the way of its generation. */
function expectWorking(net: SmallNet, at: number): void {
  open(net, 'alice.web');
  net.settle(MINUTE_US);
  net.send('bob.phone', 'alice', 'it works');
  net.settle(MINUTE_US);
  expect([at, net.texts('alice.web').at(-1)]).toEqual([at, 'it works']);
}

test.each(HOSTS)('a crash of %s after any of its commits while joining and linking', (name) => {
  for (let at = 1; ; at += 1) {
    const net = relayNet({ alice: ['web'], bob: [] });
    join(net, 'bob');
    open(net, 'alice.web');
    const isFired = net.crashAfterCommit(name, at, () => {
      join(net, 'alice');
      net.settle(MINUTE_US);
      open(net, 'alice.web');
      if (!isLinked(net)) linkPage(net, 'alice', 'alice.web');
    });
    net.settle(3 * MINUTE_US);
    expect([at, ...oldness(net)]).toEqual([at, false, false]);
    const { store } = net.member('server');
    expect([at, store.collection('paired-browser').size]).toEqual([at, 0]);
    expect([at, net.member('alice.phone').store.collection('browser').size]).toEqual([at, 0]);
    if (!isLinked(net)) linkPage(net, 'alice', 'alice.web');
    net.settle(3 * MINUTE_US);
    expect([at, isLinked(net), linkedCount(net)]).toEqual([at, true, 2]);
    expectWorking(net, at);
    if (!isFired) return;
  }
});

test.each(HOSTS)('a crash of %s after any of its commits while leaving and pairing', (name) => {
  for (let at = 1; ; at += 1) {
    const net = relayNet({ alice: ['web'], bob: [] });
    join(net, 'alice');
    net.settle(MINUTE_US);
    open(net, 'alice.web');
    linkPage(net, 'alice', 'alice.web');
    net.settle(MINUTE_US);
    const isFired = net.crashAfterCommit(name, at, () => {
      net.command('alice.phone', { kind: 'leave-beta' });
      net.settle(MINUTE_US);
      if (!isLinked(net)) linkPage(net, 'alice', 'alice.web');
    });
    net.settle(3 * MINUTE_US);
    expect([at, ...oldness(net)]).toEqual([at, true, true]);
    expect([at, linkedCount(net)]).toEqual([at, 1]);
    if (!isLinked(net)) linkPage(net, 'alice', 'alice.web');
    net.settle(3 * MINUTE_US);
    const { store } = net.member('server');
    expect([at, store.collection('paired-browser').size]).toEqual([at, 1]);
    expectWorking(net, at);
    if (!isFired) return;
  }
});

test('a pairing under way when its account joins comes to nothing', () => {
  const net = relayNet({ alice: [], bob: [] }, ['alice.web']);
  net.command('alice.web', { kind: 'link' });
  net.settle();
  // The browser has its secret, and its login with the new tokens is lost.
  net.tamper = ({ kind, bytes }) => (kind === 'web:login' ? undefined : bytes);
  scan(net, 'alice', 'alice.web');
  expect(codeOn(net, 'alice.web')).toBeUndefined();
  join(net, 'alice');
  net.tamper = ({ bytes }) => bytes;
  net.settle(3 * MINUTE_US);
  open(net, 'alice.web');
  expect(net.member('server').store.collection('paired-browser').size).toBe(0);
  expect(net.member('alice.phone').store.collection('pending-pair').size).toBe(0);
  expect(isLinked(net)).toBe(false);
});
