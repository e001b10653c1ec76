/** History on linking, over the small world (specification 8.2). */

import { describe, expect, test } from 'vitest';
import type { LostRecord, ShownRecord } from '../contract.ts';
import { historyRoundMs } from './history.bench.ts';
import { giveHistory } from './testing/long-history.ts';
import { SmallNet } from './testing/small-net.ts';

const MINUTE_US = 60_000_000;
const DAY_US = 86_400_000_000;

function talked(count: number): SmallNet {
  const net = new SmallNet({ alice: ['laptop'], bob: [] }, ['alice.web']);
  for (let at = 0; at < count; at++) {
    const isFirst = at % 2 === 0;
    net.send(isFirst ? 'alice.phone' : 'bob.phone', isFirst ? 'bob' : 'alice', `m${at}`);
    net.settle();
  }
  return net;
}

function shownOf(net: SmallNet, name: string): ShownRecord[] {
  return [...net.member(name).store.collection('shown').values()] as ShownRecord[];
}

/** What both say of a message that is the same on both. */
function told({ chat, author, messageId, text, positionUs, isRead }: ShownRecord): string {
  return [positionUs, chat, author, messageId, text, isRead].join('|');
}

function expectSame(net: SmallNet): void {
  const [phone, web] = ['alice.phone', 'alice.web'].map((name) =>
    shownOf(net, name).map(told).sort(),
  );
  expect(web).toEqual(phone);
}

function countOf(net: SmallNet, name: string, collection: string): number {
  return net.member(name).store.collection(collection).size;
}

function expectNothingOpen(net: SmallNet): void {
  for (const collection of ['history-job', 'history-chunk', 'blob-job', 'peer', 'outbound']) {
    for (const name of ['alice.phone', 'alice.web']) {
      expect([name, collection, countOf(net, name, collection)]).toEqual([name, collection, 0]);
    }
  }
  expect(countOf(net, 'blobs', 'blob')).toBe(0);
}

function isLinked(net: SmallNet): boolean {
  return net.member('alice.web').store.get('account', 'self') !== undefined;
}

/** Damages, drops or passes what the file store sends to a device. */
function onDownloads(net: SmallNet, change: (bytes: Uint8Array) => Uint8Array | undefined): void {
  net.tamper = ({ bytes, wire, toServer }) =>
    wire.endpoint === 'blobs' && !toServer && wire.device.name === 'alice.web' && bytes.length > 200
      ? change(bytes)
      : bytes;
}

describe('a new companion', () => {
  test('shows what was said before it was linked, once, as history', () => {
    const net = talked(30);
    net.link('alice.phone', 'alice.web');
    net.settle(10_000_000);
    expectSame(net);
    expect(shownOf(net, 'alice.web').every(({ via }) => via === 'history')).toBe(true);
    expectNothingOpen(net);
    net.settle(DAY_US);
    expect(isLinked(net)).toBe(true);
  });

  test('of a phone without messages gets an empty history, and stays', () => {
    const net = talked(0);
    net.link('alice.phone', 'alice.web');
    net.settle(DAY_US);
    expect(isLinked(net)).toBe(true);
    expectNothingOpen(net);
  });

  test('keeps live messages as they came when the history brings them too', () => {
    const net = talked(3);
    let isHeld = true;
    net.tamper = ({ bytes, wire }) => (isHeld && wire.endpoint === 'blobs' ? undefined : bytes);
    net.link('alice.phone', 'alice.web');
    net.send('bob.phone', 'alice', 'live');
    net.settle();
    expect(net.texts('alice.web')).toEqual(['live']);
    isHeld = false;
    net.settle(3 * MINUTE_US);
    expect(net.texts('alice.web')).toEqual(['m0', 'm1', 'm2', 'live']);
    const live = shownOf(net, 'alice.web').find(({ text }) => text === 'live');
    expect(live?.via).toBe('live');
  });

  test('has the unread messages unread', () => {
    const net = talked(4);
    net.command('alice.phone', { kind: 'read', chat: net.user('bob') });
    net.settle();
    net.send('bob.phone', 'alice', 'new');
    net.settle();
    net.link('alice.phone', 'alice.web');
    net.settle(10_000_000);
    const unread = shownOf(net, 'alice.web').filter(({ isRead }) => !isRead);
    expect(unread.map(({ text }) => text)).toEqual(['new']);
    net.command('alice.web', { kind: 'read', chat: net.user('bob') });
    net.settle();
    expect(shownOf(net, 'alice.phone').every(({ isRead }) => isRead)).toBe(true);
  });

  test('logs itself out when its history does not come within three minutes', () => {
    const net = talked(3);
    net.command('alice.web', { kind: 'link' });
    net.settle();
    const qr = net.member('alice.web').store.get('qr', 'self') as unknown as { text: string };
    net.tamper = ({ bytes, wire }) => (wire.endpoint === 'blobs' ? undefined : bytes);
    net.command('alice.phone', { kind: 'scan', qr: qr.text });
    net.settle(2 * MINUTE_US);
    expect(isLinked(net)).toBe(true);
    net.settle(4 * MINUTE_US);
    expect(isLinked(net)).toBe(false);
    expect(countOf(net, 'alice.web', 'shown')).toBe(0);
    const listed = [...net.member('server').store.collection('linked').keys()];
    expect(listed.filter((device) => device.startsWith('15550001'))).toHaveLength(2);
    net.tamper = ({ bytes }) => bytes;
    net.settle(10 * MINUTE_US);
    expect(countOf(net, 'alice.phone', 'history-chunk')).toBe(0);
  });
});

describe('a long history', () => {
  test('comes in parts of each type, the newest first, and nothing older than a year', () => {
    const net = new SmallNet({ alice: [], bob: [] }, ['alice.web']);
    const everyUs = (400 * DAY_US) / 4_000;
    giveHistory(net, 'alice.phone', {
      messages: 4_000,
      chats: 40,
      everyUs,
      textOf: (at) => `message ${at}`,
    });
    net.link('alice.phone', 'alice.web');
    net.settle(MINUTE_US);
    const kinds = net.notices.filter((notice) => notice.startsWith('alice.web history:'));
    // Two parts of 25 and 15 chats for the first look, then 90 days, then the rest of a year.
    expect(kinds[0]).toContain('250 of 250');
    expect(kinds[1]).toContain('150 of 150');
    expect(kinds.length).toBeGreaterThanOrEqual(6);
    const { length } = shownOf(net, 'alice.web');
    const isOlder = Math.ceil((35 * DAY_US) / everyUs);
    expect(4_000 - isOlder - length).toBeLessThanOrEqual(1); // linking took a moment
    expect(length).toBeLessThanOrEqual(4_000 - isOlder);
    expectNothingOpen(net);
  });

  test('of 10,000 messages is there within two seconds', () => {
    expect(historyRoundMs(10_000)).toBeLessThan(2_000);
  });

  test('of which one part is poison loses only that part', () => {
    const net = new SmallNet({ alice: [], bob: [] }, ['alice.web']);
    giveHistory(net, 'alice.phone', {
      messages: 6_000,
      chats: 3,
      everyUs: 1_000_000,
      // No message can be that: the part that holds it cannot be used.
      textOf: (at) => (at === 3_000 ? 'x'.repeat(70_000) : `message ${at}`),
    });
    net.link('alice.phone', 'alice.web');
    net.settle(MINUTE_US);
    const skipped = net.notices.filter((notice) => notice.includes('history-skipped'));
    expect(skipped).toHaveLength(1);
    const { length } = shownOf(net, 'alice.web');
    expect(length).toBeGreaterThanOrEqual(4_000);
    expect(length).toBeLessThan(6_000);
    expectNothingOpen(net);
    expect(isLinked(net)).toBe(true);
  });
});

describe('trouble on the way', () => {
  test('a part damaged on the way is refused and fetched again', () => {
    const net = talked(20);
    let damaged = 0;
    onDownloads(net, (bytes) => {
      if (++damaged > 2) return bytes;
      const copy = bytes.slice();
      copy[copy.length - 40]! ^= 1;
      return copy;
    });
    net.link('alice.phone', 'alice.web');
    net.settle(MINUTE_US);
    expect(damaged).toBeGreaterThan(2);
    expect(net.notices.filter((notice) => notice.includes('not the one'))).toHaveLength(2);
    expectSame(net);
    expectNothingOpen(net);
  });

  test('a part that is gone from the file store is uploaded again by the phone', () => {
    const net = talked(20);
    let isGone = false;
    net.tamper = ({ bytes, wire, toServer }) => {
      const isFetching = wire.endpoint === 'blobs' && toServer && wire.device.name === 'alice.web';
      if (isFetching && !isGone) {
        isGone = true;
        const { store } = net.member('blobs');
        const names = [...store.collection('blob').keys()];
        store.apply(names.map((key) => ({ collection: 'blob', key, record: undefined })));
      }
      return bytes;
    };
    net.link('alice.phone', 'alice.web');
    net.settle(MINUTE_US);
    expect(isGone).toBe(true);
    expect(net.sent).toContain('alice.web receipt:server-error');
    expect(net.sent).toContain('alice.phone notification:mediaretry');
    expectSame(net);
    expectNothingOpen(net);
  });

  test('a companion that is unlinked meanwhile is not sent any more', () => {
    const net = talked(20);
    net.tamper = ({ bytes, wire, toServer }) =>
      wire.endpoint === 'blobs' && toServer ? undefined : bytes;
    net.link('alice.phone', 'alice.web');
    expect(countOf(net, 'alice.phone', 'history-chunk')).toBeGreaterThan(0);
    const device = net.user('alice').replace('@', ':2@');
    net.command('alice.phone', { kind: 'unlink', device });
    net.settle();
    expect(countOf(net, 'alice.phone', 'history-chunk')).toBe(0);
    expect(countOf(net, 'alice.phone', 'blob-job')).toBe(0);
    expect(countOf(net, 'alice.web', 'shown')).toBe(0);
  });

  test.each(['alice.phone', 'alice.web', 'server', 'blobs'])(
    'a crash of %s after any commit of linking loses nothing',
    (name) => {
      for (let at = 1; ; at += 1) {
        const net = talked(14);
        net.command('alice.web', { kind: 'link' });
        net.settle();
        const qr = net.member('alice.web').store.get('qr', 'self') as unknown as { text: string };
        const fired = net.crashAfterCommit(name, at, () => {
          net.command('alice.phone', { kind: 'scan', qr: qr.text });
          net.settle(4 * MINUTE_US);
        });
        net.settle(6 * MINUTE_US);
        if (!fired) {
          expect(at).toBeGreaterThan(2);
          return;
        }
        // Linked as a whole, or not at all.
        if (isLinked(net)) expectSame(net);
        else expect(countOf(net, 'alice.web', 'shown')).toBe(0);
        expectNothingOpen(net);
      }
    },
    120_000,
  );
});

describe('what a companion asks its phone for', () => {
  test('older messages of a chat come as one more part', () => {
    const net = talked(0);
    const everyUs = (500 * DAY_US) / 1_000;
    const textOf = (at: number): string => `message ${at}`;
    giveHistory(net, 'alice.phone', { messages: 1_000, chats: 1, everyUs, textOf });
    net.link('alice.phone', 'alice.web');
    net.settle(MINUTE_US);
    const before = shownOf(net, 'alice.web').length;
    expect(before).toBeLessThan(1_000);
    net.command('alice.web', { kind: 'fetch-history', chat: '16000000@s.whatsapp.net' });
    net.settle();
    expect(shownOf(net, 'alice.web')).toHaveLength(before + 50);
    net.command('alice.web', { kind: 'fetch-history', chat: '16000000@s.whatsapp.net' });
    net.settle();
    expect(shownOf(net, 'alice.web')).toHaveLength(before + 100);
    const { phone, web } = { phone: net.texts('alice.phone'), web: net.texts('alice.web') };
    expect(web).toEqual(phone.slice(phone.length - before - 100));
    expectNothingOpen(net);
  });

  test('a message it cannot open comes from the phone after five seconds', () => {
    const net = talked(2);
    net.tamper = ({ bytes, kind, wire, toServer }) => {
      const isCopy = !toServer && kind === 'message:text' && wire.device.name === 'alice.laptop';
      if (!isCopy) return kind.startsWith('receipt:retry') ? undefined : bytes;
      const copy = bytes.slice();
      copy[copy.length - 40]! ^= 1;
      return copy;
    };
    net.send('bob.phone', 'alice', 'hidden');
    net.settle(4_000_000);
    expect(net.texts('alice.laptop')).not.toContain('hidden');
    expect(countOf(net, 'alice.laptop', 'placeholder')).toBe(1);
    net.tamper = ({ bytes, kind }) => (kind.startsWith('receipt:retry') ? undefined : bytes);
    net.settle(3_000_000);
    expect(net.texts('alice.laptop')).toContain('hidden');
    expect(countOf(net, 'alice.laptop', 'placeholder')).toBe(0);
    net.tamper = ({ bytes }) => bytes;
    net.settle(10 * MINUTE_US);
    expect(net.lost('alice.laptop').map(({ messageId }: LostRecord) => messageId)).toEqual([]);
    const hidden = shownOf(net, 'alice.laptop').filter(({ text }) => text === 'hidden');
    expect(hidden.map(({ via }) => via)).toEqual(['live']);
  });
});
