/** History on linking, over the network of the small world (specification 8.2). */

import { expect, test } from 'vitest';
import type { ShownRecord } from '../contract.ts';
import { SmallNet } from './testing/small-net.ts';

const DAY_US = 86_400_000_000;

function talked(count: number): SmallNet {
  const net = new SmallNet({ alice: [], bob: [] }, ['alice.web']);
  for (let at = 0; at < count; at++) {
    net.send(at % 2 === 0 ? 'alice.phone' : 'bob.phone', at % 2 === 0 ? 'bob' : 'alice', `m${at}`);
    net.settle();
  }
  return net;
}

function shownOf(net: SmallNet, name: string): ShownRecord[] {
  return [...net.member(name).store.collection('shown').values()] as ShownRecord[];
}

test('a new companion shows what was said before it was linked', () => {
  const net = talked(30);
  net.link('alice.phone', 'alice.web');
  net.settle(10_000_000);
  expect(net.texts('alice.web')).toEqual(net.texts('alice.phone'));
  expect(shownOf(net, 'alice.web').every(({ via }) => via === 'history')).toBe(true);
  for (const name of ['history-job', 'blob-job']) {
    expect(net.member('alice.web').store.collection(name).size, name).toBe(0);
  }
  expect(net.member('alice.phone').store.collection('history-chunk').size).toBe(0);
  expect(net.member('blobs').store.collection('blob').size).toBe(0);
  net.settle(DAY_US);
  expect(net.member('alice.web').store.get('account', 'self')).toBeDefined();
});
