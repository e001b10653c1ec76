/** Files at browsers that come damaged from the store, again and again (9.5, 11.6). */

import { expect, test } from 'vitest';
import type { ShownRecord } from '../contract.ts';
import type { SmallNet } from '../fanout/testing/small-net.ts';
import { MEDIA_FETCHES_MAX } from '../limits.ts';
import { open, relayNet } from './testing/relay-net.ts';

const FILE = new Uint8Array(5_000).fill(7);
const MINUTE_US = 60_000_000;

/** Damages the next `count` files on their way from the store to the laptop. */
function damageFiles(net: SmallNet, count: number): () => number {
  let damaged = 0;
  net.tamper = ({ bytes, wire, toServer }) => {
    const isMeant = wire.endpoint === 'blobs' && wire.device.name === 'alice.laptop' && !toServer;
    if (!isMeant || bytes.length < FILE.length || damaged >= count) return bytes;
    damaged += 1;
    const copy = bytes.slice();
    copy[1_000]! ^= 1;
    return copy;
  };
  return () => damaged;
}

function sendFile(net: SmallNet): void {
  const file = { media: 'image', bytes: FILE, caption: 'a picture' } as const;
  net.command('bob.phone', { kind: 'send-media', chat: net.user('alice'), ...file });
  net.settle();
}

function mediaOn(net: SmallNet, name: string): string[] {
  const records = [...net.member(name).store.collection('media').values()];
  return records.map((record) => (record as unknown as { readonly state: string }).state);
}

function expectNothingOpen(net: SmallNet): void {
  const { store } = net.member('alice.laptop');
  const open = ['outbound', 'media-wait', 'blob-job'].map((name) => [
    name,
    store.collection(name).size,
  ]);
  expect(open).toEqual([
    ['outbound', 0],
    ['media-wait', 0],
    ['blob-job', 0],
  ]);
  const timers = [...store.collection('timer').keys()];
  expect(timers.filter((name) => name.startsWith('media-retry'))).toEqual([]);
}

function asksOf(net: SmallNet): number {
  return net.notices.filter((notice) => notice.startsWith('alice.laptop media-request')).length;
}

test('a live file that comes damaged each time is asked for at the phone', () => {
  const net = relayNet({ alice: ['laptop'], bob: [] });
  open(net, 'alice.laptop');
  const damaged = damageFiles(net, MEDIA_FETCHES_MAX);
  sendFile(net);
  net.settle(5 * MINUTE_US);
  expect([damaged(), asksOf(net)]).toEqual([MEDIA_FETCHES_MAX, 1]);
  expect(mediaOn(net, 'alice.laptop')).toEqual(['fetched']);
  expectNothingOpen(net);
});

test('so is a file of the past that a person wants', () => {
  const net = relayNet({ alice: ['laptop'], bob: [] });
  net.power('alice.laptop', false);
  sendFile(net);
  net.power('alice.laptop', true);
  open(net, 'alice.laptop');
  const [shown] = net.member('alice.laptop').store.collection('shown').values();
  const { chat, author, messageId } = shown as ShownRecord;
  const damaged = damageFiles(net, MEDIA_FETCHES_MAX);
  net.command('alice.laptop', { kind: 'fetch-media', message: { chat, author, messageId } });
  net.settle(5 * MINUTE_US);
  expect([damaged(), asksOf(net)]).toEqual([MEDIA_FETCHES_MAX, 1]);
  expect(mediaOn(net, 'alice.laptop')).toEqual(['fetched']);
  expectNothingOpen(net);
});

test('a file that no store hands out whole is called missing after so many words', () => {
  const net = relayNet({ alice: ['laptop'], bob: [] });
  open(net, 'alice.laptop');
  damageFiles(net, Number.POSITIVE_INFINITY);
  sendFile(net);
  net.settle(60 * MINUTE_US);
  expect(mediaOn(net, 'alice.laptop')).toEqual(['missing']);
  expectNothingOpen(net);
});
