/**
 * The relay under crashes: wherever a browser, a phone or the server dies, every text shows once on
 * every device, a pairing is whole or not there, and a log-out leaves nothing.
 */

import { expect, test } from 'vitest';
import type { AccountRecord } from '../contract.ts';
import { codeOn, open, relayNet } from './testing/relay-net.ts';

const MINUTE_US = 60_000_000;
const HOSTS = ['alice.laptop', 'alice.tablet', 'alice.phone', 'bob.phone', 'server'] as const;
type Net = ReturnType<typeof relayNet>;

/** People open the browsers one after the other, twice. */
function heal(net: Net): void {
  net.settle(3 * MINUTE_US);
  for (let round = 0; round < 2; round += 1) {
    for (const name of ['alice.laptop', 'alice.tablet', 'bob.web']) {
      if (net.members.has(name)) open(net, name);
      net.settle(30_000_000);
    }
  }
}

function expectTexts(net: Net, names: readonly string[], texts: readonly string[], at: number) {
  for (const name of names) {
    expect([name, at, net.texts(name).sort()]).toEqual([name, at, [...texts].sort()]);
  }
}

test.each(HOSTS)(
  'a crash of %s after any of its commits loses no text and doubles none',
  (name) => {
    for (let at = 1; ; at += 1) {
      const net = relayNet({ alice: ['laptop', 'tablet'], bob: ['web'] });
      const isFired = net.crashAfterCommit(name, at, () => {
        net.send('alice.laptop', 'bob', 'one');
        net.settle();
        net.send('bob.web', 'alice', 'two');
        net.send('alice.tablet', 'bob', 'three');
        net.settle();
        net.command('alice.tablet', { kind: 'read', chat: net.user('bob') });
        net.settle();
      });
      heal(net);
      const all = ['alice.phone', 'alice.laptop', 'alice.tablet', 'bob.phone', 'bob.web'];
      expectTexts(net, all, ['one', 'two', 'three'], at);
      for (const device of all) {
        const waiting = net.outbox(device).filter(({ state }) => state !== 'acknowledged');
        expect([device, at, waiting]).toEqual([device, at, []]);
        expect([device, at, net.member(device).store.collection('deed').size]).toEqual([
          device,
          at,
          0,
        ]);
      }
      if (!isFired) return;
    }
  },
);

test.each(['alice.laptop', 'alice.phone', 'server'])(
  'a crash of %s after any of its commits leaves a pairing whole or none',
  (name) => {
    for (let at = 1; ; at += 1) {
      const net = relayNet({ alice: [], bob: [] }, ['alice.laptop']);
      const isFired = net.crashAfterCommit(name, at, () => {
        net.command('alice.laptop', { kind: 'link' });
        net.settle();
        net.command('alice.phone', { kind: 'scan', qr: codeOn(net, 'alice.laptop') ?? '' });
        net.settle();
      });
      net.settle(3 * MINUTE_US);
      open(net, 'alice.laptop');
      net.settle(MINUTE_US);
      const browser = net.member('alice.laptop').store;
      const isPaired = browser.get('account', 'self') !== undefined;
      const count = isPaired ? 1 : 0;
      const { store: phone } = net.member('alice.phone');
      const { store: server } = net.member('server');
      const sizes = [
        phone.collection('browser').size,
        server.collection('paired-browser').size,
        browser.collection('channel').size,
      ];
      expect([at, ...sizes]).toEqual([at, count, count, count]);
      expect([at, phone.collection('pending-pair').size]).toEqual([at, 0]);
      if (isPaired) {
        net.send('alice.laptop', 'bob', 'it works');
        net.settle();
        expect([at, net.texts('bob.phone')]).toEqual([at, ['it works']]);
      }
      if (!isFired) return;
    }
  },
);

test.each(['alice.laptop', 'alice.phone', 'server'])(
  'a crash of %s after any of its commits does not keep a log-out from its end',
  (name) => {
    for (const by of ['alice.phone', 'alice.laptop'] as const) {
      for (let at = 1; ; at += 1) {
        const net = relayNet({ alice: ['laptop'], bob: [] });
        net.send('bob.phone', 'alice', 'something to forget');
        net.settle();
        const { device } = net.member('alice.laptop').store.get('account', 'self') as AccountRecord;
        const isFired = net.crashAfterCommit(name, at, () => {
          net.command(by, { kind: 'unlink', device });
          net.settle();
        });
        net.settle(3 * MINUTE_US);
        const left = [...net.member('alice.laptop').store.collectionNames()];
        expect([by, at, left.filter((collection) => collection !== 'timer')]).toEqual([by, at, []]);
        const { store: phone } = net.member('alice.phone');
        expect([by, at, phone.collection('browser').size]).toEqual([by, at, 0]);
        const { store: server } = net.member('server');
        expect([by, at, server.collection('paired-browser').size]).toEqual([by, at, 0]);
        if (!isFired) break;
      }
    }
  },
);

test.each(['alice.laptop', 'alice.phone', 'server'])(
  'a crash of %s after any of its commits loses no file and no deed of a group',
  (name) => {
    for (let at = 1; ; at += 1) {
      const groups = { friends: ['alice', 'bob'] };
      const net = relayNet({ alice: ['laptop'], bob: ['web'], dave: [] }, [], groups);
      const chat = net.group('friends');
      const bytes = new Uint8Array(3_000).fill(7);
      const isFired = net.crashAfterCommit(name, at, () => {
        const picture = { kind: 'send-media', media: 'image', bytes, caption: 'a file' } as const;
        net.command('alice.laptop', { ...picture, chat: net.user('bob') });
        const members = [net.user('dave')];
        net.command('alice.laptop', { kind: 'change-group', group: chat, change: 'add', members });
        net.settle(10_000_000);
      });
      heal(net);
      expectTexts(net, ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web'], ['a file'], at);
      for (const device of ['alice.phone', 'alice.laptop', 'bob.phone']) {
        const media = [...net.member(device).store.collection('media').values()];
        expect([at, device, media]).toMatchObject([at, device, [{ state: 'fetched' }]]);
      }
      expect([at, net.member('dave.phone').store.get('group', chat) !== undefined]).toEqual([
        at,
        true,
      ]);
      if (!isFired) return;
    }
  },
);
