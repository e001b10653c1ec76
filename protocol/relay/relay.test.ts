/** Stories of phones and browsers in the small world: texts, takeover, the phone away, log-out. */

import { describe, expect, test } from 'vitest';
import type { AccountRecord, ShownRecord } from '../contract.ts';
import { codeOn, open, relayNet } from './testing/relay-net.ts';
import { textFrame } from './wire/frames.ts';

const MINUTE_US = 60_000_000;

function read(net: ReturnType<typeof relayNet>, name: string): boolean[] {
  const shown = [...net.member(name).store.collection('shown').values()] as ShownRecord[];
  return shown.map(({ isRead }) => isRead);
}

describe('the live browser', () => {
  test('shows what its phone receives, and what its phone sends', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    net.send('bob.phone', 'alice', 'to Alice');
    net.settle();
    net.send('alice.phone', 'bob', 'to Bob');
    net.settle();
    expect(net.texts('alice.laptop')).toEqual(['to Alice', 'to Bob']);
  });

  test('writes through its phone, and shows the text once the server has it', () => {
    const net = relayNet({ alice: ['laptop'], bob: ['web'] });
    net.send('alice.laptop', 'bob', 'from a browser');
    net.settle();
    for (const name of ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web']) {
      expect([name, net.texts(name)]).toEqual([name, ['from a browser']]);
    }
    expect(net.outbox('alice.laptop')).toMatchObject([{ state: 'acknowledged' }]);
    expect(net.outbox('alice.phone')).toMatchObject([{ author: net.user('alice') }]);
  });

  test('gets one, two and three ticks', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    net.send('alice.laptop', 'bob', 'seen?');
    net.settle();
    const ticks = () => [...net.member('alice.laptop').store.collection('ticks').values()];
    expect(ticks()).toMatchObject([{ level: 2 }]);
    net.command('bob.phone', { kind: 'read', chat: net.user('alice') });
    net.settle();
    expect(ticks()).toMatchObject([{ level: 3 }]);
  });

  test('reads for its phone, which tells the author', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    net.send('bob.phone', 'alice', 'read me');
    net.settle();
    net.command('alice.laptop', { kind: 'read', chat: net.user('bob') });
    net.settle();
    expect(read(net, 'alice.phone')).toEqual([true]);
    const [sent] = net.outbox('bob.phone');
    const delivered = net.member('bob.phone').store.collection(`delivered/${sent?.messageId}`);
    expect([...delivered.values()]).toMatchObject([{ isRead: true }]);
  });

  test('marks as read what its phone has read', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    net.send('bob.phone', 'alice', 'read me');
    net.settle();
    expect(read(net, 'alice.laptop')).toEqual([false]);
    net.command('alice.phone', { kind: 'read', chat: net.user('bob') });
    net.settle();
    expect(read(net, 'alice.laptop')).toEqual([true]);
  });
});

describe('two browsers', () => {
  test('take over from each other, and each catches up', () => {
    const net = relayNet({ alice: ['laptop', 'tablet'], bob: [] });
    open(net, 'alice.laptop');
    net.send('bob.phone', 'alice', 'one');
    net.settle();
    expect(net.texts('alice.laptop')).toEqual(['one']);
    expect(net.texts('alice.tablet')).toEqual([]);
    net.send('alice.tablet', 'bob', 'two');
    net.settle();
    expect(net.texts('alice.tablet')).toEqual(['one', 'two']);
    expect(net.texts('alice.laptop')).toEqual(['one']);
    open(net, 'alice.laptop');
    expect(net.texts('alice.laptop')).toEqual(['one', 'two']);
  });

  test('do not throw each other out by coming back by themselves', () => {
    const net = relayNet({ alice: ['laptop', 'tablet'], bob: [] });
    open(net, 'alice.tablet');
    net.restart('alice.laptop');
    net.settle(10 * MINUTE_US);
    net.send('bob.phone', 'alice', 'still the tablet');
    net.settle();
    expect(net.texts('alice.tablet')).toEqual(['still the tablet']);
    expect(net.texts('alice.laptop')).toEqual([]);
  });

  test('a long absence is caught up page by page', () => {
    const net = relayNet({ alice: ['laptop', 'tablet'], bob: [] });
    open(net, 'alice.tablet');
    const texts = Array.from({ length: 130 }, (_, at) => `text ${at}`);
    for (const text of texts) {
      net.send('bob.phone', 'alice', text);
      net.settle(100_000);
    }
    open(net, 'alice.laptop');
    expect(net.texts('alice.laptop')).toEqual(texts);
    const shown = [...net.member('alice.laptop').store.collection('shown').values()];
    expect(shown.every((record) => (record as ShownRecord).via === 'history')).toBe(true);
  });
});

describe('while the phone is off', () => {
  test('a text waits with a clock, and goes on when the phone is back', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    net.power('alice.phone', false);
    net.send('alice.laptop', 'bob', 'later');
    net.settle(5 * MINUTE_US);
    expect(net.outbox('alice.laptop')).toMatchObject([{ state: 'wanting' }]);
    expect(net.texts('bob.phone')).toEqual([]);
    net.power('alice.phone', true);
    net.settle();
    expect(net.texts('bob.phone')).toEqual(['later']);
    expect(net.texts('alice.laptop')).toEqual(['later']);
  });

  test('a text that was handed over twice is sent once', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    let isDropping = true;
    net.tamper = (flight) => {
      const isAnswer = flight.kind === 'relay:browser';
      return isAnswer && isDropping ? undefined : flight.bytes;
    };
    net.send('alice.laptop', 'bob', 'once');
    net.settle(20_000_000);
    isDropping = false;
    net.settle(2 * MINUTE_US);
    expect(net.texts('bob.phone')).toEqual(['once']);
    expect(net.texts('alice.laptop')).toEqual(['once']);
  });

  test('nothing reaches a browser', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    net.power('alice.phone', false);
    net.send('bob.phone', 'alice', 'where are you?');
    net.settle(5 * MINUTE_US);
    expect(net.texts('alice.laptop')).toEqual([]);
    net.power('alice.phone', true);
    net.settle();
    expect(net.texts('alice.laptop')).toEqual(['where are you?']);
  });
});

describe('pairing over the network', () => {
  test('leaves the records that time zero makes', () => {
    const before = relayNet({ alice: ['laptop'], bob: [] });
    const net = relayNet({ alice: [], bob: [] }, ['alice.laptop']);
    net.link('alice.phone', 'alice.laptop');
    for (const name of ['alice.laptop', 'alice.phone', 'server']) {
      expect([name, shape(net, name)]).toEqual([name, shape(before, name)]);
    }
    net.send('alice.laptop', 'bob', 'paired');
    net.settle();
    expect(net.texts('bob.phone')).toEqual(['paired']);
  });

  test('brings the history of the phone', () => {
    const net = relayNet({ alice: [], bob: [] }, ['alice.laptop']);
    net.send('bob.phone', 'alice', 'before');
    net.settle();
    net.link('alice.phone', 'alice.laptop');
    expect(net.texts('alice.laptop')).toEqual(['before']);
  });

  test('shows a new code every twenty seconds, five times, and ends', () => {
    const net = relayNet({ alice: [] }, ['alice.laptop']);
    net.command('alice.laptop', { kind: 'link' });
    net.settle(1_000_000);
    const codes = new Set<string>();
    for (let at = 0; at < 7; at += 1) {
      const code = codeOn(net, 'alice.laptop');
      if (code !== undefined) codes.add(code);
      net.settle(20_000_000);
    }
    expect(codes.size).toBe(6);
    expect(codeOn(net, 'alice.laptop')).toBeUndefined();
  });

  test('an old code is refused', () => {
    const net = relayNet({ alice: [] }, ['alice.laptop']);
    net.command('alice.laptop', { kind: 'link' });
    net.settle(1_000_000);
    const code = codeOn(net, 'alice.laptop') ?? '';
    net.settle(25_000_000);
    net.command('alice.phone', { kind: 'scan', qr: code });
    net.settle();
    expect(net.member('alice.phone').store.collection('browser').size).toBe(0);
    expect(net.member('server').store.collection('paired-browser').size).toBe(0);
  });
});

describe('the end of a pairing', () => {
  test('by the phone: the browser keeps nothing', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    net.send('bob.phone', 'alice', 'secret');
    net.settle();
    const { device } = net.member('alice.laptop').store.get('account', 'self') as AccountRecord;
    net.command('alice.phone', { kind: 'unlink', device });
    net.settle();
    expect([...net.member('alice.laptop').store.collectionNames()]).toEqual([]);
    expect(net.member('server').store.collection('paired-browser').size).toBe(0);
  });

  test('by the phone, while the browser is away: it learns it at its login', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    const { device } = net.member('alice.laptop').store.get('account', 'self') as AccountRecord;
    net.power('alice.laptop', false);
    net.command('alice.phone', { kind: 'unlink', device });
    net.settle();
    net.power('alice.laptop', true);
    net.settle();
    expect([...net.member('alice.laptop').store.collectionNames()]).toEqual([]);
  });

  test('by the browser, without the phone, which learns it when it is back', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    const { device } = net.member('alice.laptop').store.get('account', 'self') as AccountRecord;
    net.power('alice.phone', false);
    net.command('alice.laptop', { kind: 'unlink', device });
    net.settle();
    expect([...net.member('alice.laptop').store.collectionNames()]).toEqual([]);
    net.power('alice.phone', true);
    net.settle();
    expect(net.member('alice.phone').store.collection('browser').size).toBe(0);
  });

  test('by the phone, all at once: no browser keeps anything, live or away', () => {
    const net = relayNet({ alice: ['laptop', 'tablet', 'desktop'], bob: [] });
    net.power('alice.desktop', false);
    net.command('alice.phone', { kind: 'unlink', device: net.user('alice') });
    net.settle();
    net.power('alice.desktop', true);
    net.settle();
    for (const name of ['laptop', 'tablet', 'desktop']) {
      open(net, `alice.${name}`);
      expect([name, ...net.member(`alice.${name}`).store.collectionNames()]).toEqual([name]);
    }
    expect(net.member('alice.phone').store.collection('browser').size).toBe(0);
    expect(net.member('server').store.collection('paired-browser').size).toBe(0);
  });

  test.each([401, 403, 419])('status %d: the browser is out and keeps nothing', (status) => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    net.deliver('alice.laptop', textFrame('s1', JSON.stringify({ status })));
    expect([...net.member('alice.laptop').store.collectionNames()]).toEqual([]);
  });

  test('status 405 at a login: it rests until a person opens it', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    let isAnswered = false;
    net.tamper = ({ kind, bytes }) => {
      if (kind !== 'web:status' || isAnswered) return bytes;
      isAnswered = true;
      return textFrame('s1', JSON.stringify({ status: 405 }));
    };
    net.restart('alice.laptop');
    net.settle(10 * MINUTE_US);
    net.send('bob.phone', 'alice', 'are you there?');
    net.settle();
    expect(isAnswered).toBe(true);
    expect(net.texts('alice.laptop')).toEqual([]);
    open(net, 'alice.laptop');
    expect(net.texts('alice.laptop')).toEqual(['are you there?']);
  });

  test.each(['account', 'channel', 'web-session', 'outbox'])(
    'a damaged record of %s: it is unpaired and says so',
    (collection) => {
      const net = relayNet({ alice: ['laptop'], bob: [] });
      damage(net, collection);
      expect([...net.member('alice.laptop').store.collectionNames()]).toEqual([]);
      expect(net.notices.some((notice) => notice.startsWith('alice.laptop unusable'))).toBe(true);
    },
  );

  test('a damaged record of a shown message: it is fetched again', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    net.send('bob.phone', 'alice', 'once more');
    net.settle();
    const { store } = net.member('alice.laptop');
    const [key = ''] = store.collection('shown').keys();
    store.apply([{ collection: 'shown', key, record: undefined }]);
    damage(net, 'shown', key);
    net.settle();
    expect(net.texts('alice.laptop')).toEqual(['once more']);
  });

  test('a phone that is set up anew has no browsers', () => {
    const net = relayNet({ alice: ['laptop'], bob: [] });
    net.command('alice.phone', { kind: 're-register' });
    net.settle();
    expect([...net.member('alice.laptop').store.collectionNames()]).toEqual([]);
    expect(net.member('server').store.collection('paired-browser').size).toBe(0);
  });
});

test('after a pause a browser proves that it has the key', () => {
  const net = relayNet({ alice: ['laptop'], bob: [] });
  net.power('alice.laptop', false);
  net.settle(60 * MINUTE_US);
  net.sent.length = 0;
  net.power('alice.laptop', true);
  net.settle();
  expect(net.sent).toContain('server web:challenge');
  net.send('bob.phone', 'alice', 'welcome back');
  net.settle();
  expect(net.texts('alice.laptop')).toEqual(['welcome back']);
});

test('a group: a browser writes to it, and a browser changes it', () => {
  const groups = { friends: ['alice', 'bob', 'carol'] };
  const net = relayNet({ alice: ['laptop'], bob: ['web'], carol: [], dave: [] }, [], groups);
  const chat = net.group('friends');
  net.command('alice.laptop', { kind: 'send', chat, text: 'to all' });
  net.settle();
  for (const name of ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web', 'carol.phone']) {
    expect([name, net.texts(name)]).toEqual([name, ['to all']]);
  }
  const members = [net.user('dave')];
  net.command('alice.laptop', { kind: 'change-group', group: chat, change: 'add', members });
  net.settle();
  expect(net.member('dave.phone').store.get('group', chat)).toBeDefined();
});

/** The disk of the laptop has lost a record, and it starts again. */
function damage(net: ReturnType<typeof relayNet>, collection: string, key = 'self'): void {
  const record = { kind: 'damaged', collection, key };
  const { store } = net.member('alice.laptop');
  store.apply([{ collection: 'damaged', key: `${collection} ${key}`, record }]);
  net.restart('alice.laptop');
  net.settle();
}

/** Kinds of records by collection, with their number; keys are drawn and differ. */
function shape(net: ReturnType<typeof relayNet>, name: string): string[] {
  const { store } = net.member(name);
  const about = ['account', 'channel', 'web-session', 'browser', 'transport'];
  const kept = [...about, 'paired-browser', 'browser-session', 'browser-token'];
  return [...kept, 'browser-reference', 'browser-count', 'pairing', 'pending-pair'].flatMap((one) =>
    [...store.collection(one).values()].map((record) => {
      const fields = Object.entries(record).map(([field, value]) => {
        const size = value instanceof Uint8Array ? value.length : typeof value;
        return `${field}:${size}`;
      });
      return `${one} ${fields.join(' ')}`;
    }),
  );
}

test('a browser uploads its file by itself, and everybody has it', () => {
  const net = relayNet({ alice: ['laptop'], bob: ['web'] });
  const bytes = new Uint8Array(5_000).fill(7);
  const command = { kind: 'send-media', media: 'image', bytes, caption: 'a picture' } as const;
  net.command('alice.laptop', { ...command, chat: net.user('bob') });
  net.settle(10_000_000);
  for (const name of ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web']) {
    expect([name, net.texts(name)]).toEqual([name, ['a picture']]);
    const media = [...net.member(name).store.collection('media').values()];
    expect([name, media]).toMatchObject([name, [{ state: 'fetched' }]]);
  }
  expect(net.sent.filter((sent) => sent === 'alice.phone iq:w:m')).toEqual([]);
});

test('a browser stars and mutes through its phone, and shows what the phone decided', () => {
  const net = relayNet({ alice: ['laptop', 'tablet'], bob: [] });
  const chat = net.user('bob');
  const mute = { kind: 'mute', chat, value: true, untilUs: 0 } as const;
  net.command('alice.laptop', { kind: 'app-state', change: mute });
  net.settle();
  const settings = (name: string) => [...net.member(name).store.collection('setting').keys()];
  expect(settings('alice.phone')).toHaveLength(1);
  expect(settings('alice.laptop')).toEqual(settings('alice.phone'));
  open(net, 'alice.tablet');
  expect(settings('alice.tablet')).toEqual(settings('alice.phone'));
});
