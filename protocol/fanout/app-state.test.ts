import { describe, expect, test } from 'vitest';
import type { ShownRecord } from '../contract.ts';
import { AppStateNet } from './testing/app-state-net.ts';

const DAY_US = 86_400_000_000;
const BOB = '15550002@s.whatsapp.net';

function isRead(net: AppStateNet, name: string): boolean[] {
  const shown = [...net.member(name).store.collection('shown').values()] as ShownRecord[];
  return shown
    .sort((one, other) => one.positionUs - other.positionUs)
    .map((record) => record.isRead);
}

function expectAgreement(net: AppStateNet, names: readonly string[]): void {
  const [first = ''] = names;
  for (const name of names) {
    expect(net.unrest(name)).toEqual([]);
    expect(net.settings(name)).toEqual(net.settings(first));
    expect(net.versions(name)).toEqual(net.versions(first));
  }
}

const PAIR = ['alice.phone', 'alice.laptop'];

function pairNet(): AppStateNet {
  return new AppStateNet({ alice: ['laptop'], bob: [] }, ['alice.tablet']);
}

describe('a change', () => {
  test('made on one device is in force on all', () => {
    const net = pairNet();
    net.pin('alice.laptop');
    expect(net.setting('alice.laptop', 'pin_v1')).toEqual({ pinned: true });
    net.settle();
    expect(net.setting('alice.phone', 'pin_v1')).toEqual({ pinned: true });
    expect(net.version('alice.phone', 'regular_low')).toBe(1);
    expectAgreement(net, PAIR);
  });

  test('takes effect before the device is on line, and is sent then', () => {
    const net = pairNet();
    net.power('alice.laptop', false);
    net.power('alice.laptop', true);
    net.pin('alice.laptop');
    net.settle();
    expectAgreement(net, PAIR);
  });

  test('of every kind arrives as it was made', () => {
    const net = pairNet();
    net.send('bob.phone', 'alice', 'lunch?');
    net.settle();
    const [shown] = [...net.member('alice.phone').store.collection('shown').values()];
    const { chat, author, messageId } = shown as ShownRecord;
    const message = { chat, author, messageId };
    net.change('alice.phone', { kind: 'star', message, value: true });
    net.change('alice.phone', { kind: 'delete-message', message });
    net.change('alice.phone', { kind: 'mute', chat, value: true, untilUs: 0 });
    net.change('alice.phone', { kind: 'archive', chat, value: true });
    net.change('alice.phone', { kind: 'clear-chat', chat });
    net.change('alice.phone', { kind: 'delete-chat', chat });
    net.change('alice.phone', { kind: 'contact', contact: BOB, name: 'Bob Baker' });
    net.change('alice.phone', { kind: 'push-name', name: 'Alice' });
    net.settle();
    expectAgreement(net, PAIR);
    const settings = net.settings('alice.laptop');
    expect(settings[`["star","${BOB}","${messageId}","0","0"]`]).toBe('{"starred":true}');
    expect(settings[`["mute","${BOB}"]`]).toBe('{"muteEndTimestamp":-1,"muted":true}');
    expect(settings[`["contact","${BOB}"]`]).toBe('{"firstName":"Bob","fullName":"Bob Baker"}');
    expect(settings['["setting_pushName"]']).toBe('{"name":"Alice"}');
    expect(Object.keys(settings)).toHaveLength(8);
  });

  test('of a phone without companions waits for the first one', () => {
    const net = new AppStateNet({ alice: [], bob: [] }, ['alice.tablet']);
    net.pin('alice.phone');
    net.settle();
    expect(net.sent.filter((line) => line.includes('app:state'))).toEqual([]);
    net.link('alice.phone', 'alice.tablet');
    net.settle(10_000_000);
    expect(net.setting('alice.tablet', 'pin_v1')).toEqual({ pinned: true });
    expectAgreement(net, ['alice.phone', 'alice.tablet']);
  });

  test('passes between companions while the phone is off, and reaches it later', () => {
    const net = new AppStateNet({ alice: ['laptop', 'tablet'], bob: [] });
    net.power('alice.phone', false);
    net.pin('alice.laptop');
    net.settle();
    expect(net.setting('alice.tablet', 'pin_v1')).toEqual({ pinned: true });
    net.power('alice.phone', true);
    net.settle();
    expectAgreement(net, [...PAIR, 'alice.tablet']);
  });
});

describe('devices that change at the same time', () => {
  test('different things: both are in force', () => {
    const net = pairNet();
    net.pin('alice.laptop');
    net.pin('alice.phone', true, net.user('alice'));
    net.settle();
    expect(net.notices.some((line) => line.includes('app-state-late'))).toBe(true);
    expectAgreement(net, PAIR);
    expect(Object.keys(net.settings('alice.phone'))).toHaveLength(2);
  });

  test('the same thing: the later one is in force, whoever the server took first', () => {
    const net = pairNet();
    net.pin('alice.laptop', true); // its clock is a millisecond behind
    net.pin('alice.phone', false);
    net.settle();
    expect(net.notices.some((line) => line.includes('app-state-conflict'))).toBe(true);
    expect(net.setting('alice.laptop', 'pin_v1')).toEqual({ pinned: false });
    expectAgreement(net, PAIR);
  });

  test('and were away for long: all of it arrives, page by page', () => {
    const net = pairNet();
    net.power('alice.laptop', false);
    for (let round = 0; round < 230; round += 1) {
      net.pin('alice.phone', round % 2 === 0);
      net.settle(0);
    }
    net.power('alice.laptop', true);
    net.pin('alice.laptop', true);
    net.settle();
    expect(net.version('alice.laptop', 'regular_low')).toBe(231);
    expect(net.setting('alice.phone', 'pin_v1')).toEqual({ pinned: true });
    expectAgreement(net, PAIR);
  });
});

describe('a new companion', () => {
  test('gets all keys and everything that is in force', () => {
    const net = pairNet();
    net.pin('alice.laptop');
    net.change('alice.phone', { kind: 'push-name', name: 'Alice' });
    net.settle();
    net.link('alice.phone', 'alice.tablet');
    net.settle(10_000_000);
    expect(net.keyNames('alice.tablet')).toEqual(net.keyNames('alice.phone'));
    expectAgreement(net, [...PAIR, 'alice.tablet']);
    expect(Object.keys(net.settings('alice.tablet'))).toHaveLength(2);
  });

  test('reads patches whose mutations lie in a file, and so does who was away', () => {
    const net = pairNet();
    net.power('alice.laptop', false);
    net.tamper = ({ bytes, kind }) => (kind.includes('app:state') ? undefined : bytes);
    for (let at = 0; at < 150; at += 1)
      net.pin('alice.phone', true, `1555${1000 + at}@s.whatsapp.net`);
    net.tamper = ({ bytes }) => bytes;
    net.restart('alice.phone');
    net.settle(10_000_000);
    expect(net.member('blobs').store.collection('blob').size).toBeGreaterThan(0);
    net.power('alice.laptop', true);
    net.settle(10_000_000);
    net.link('alice.phone', 'alice.tablet');
    net.settle(10_000_000);
    expectAgreement(net, [...PAIR, 'alice.tablet']);
    expect(Object.keys(net.settings('alice.tablet'))).toHaveLength(150);
  });
});

describe('marking a chat as read', () => {
  test('marks what is shown on every device, and nothing that comes later', () => {
    const net = pairNet();
    net.send('bob.phone', 'alice', 'one');
    net.settle();
    net.change('alice.laptop', { kind: 'mark-read', chat: net.user('bob'), value: true });
    net.settle();
    expect(isRead(net, 'alice.phone')).toEqual([true]);
    net.send('bob.phone', 'alice', 'two');
    net.settle();
    expect(isRead(net, 'alice.phone')).toEqual([true, false]);
    expect(isRead(net, 'alice.laptop')).toEqual([true, false]);
    expectAgreement(net, PAIR);
  });

  test('meets a message that comes late', () => {
    const net = pairNet();
    const held: (() => void)[] = [];
    net.tamper = ({ bytes, kind, toServer, wire }) => {
      if (toServer || kind !== 'message:text' || wire.device.name !== 'alice.phone') return bytes;
      held.push(() => net.deliver('alice.phone', bytes));
      return undefined;
    };
    net.send('bob.phone', 'alice', 'one');
    net.settle();
    net.tamper = ({ bytes }) => bytes;
    net.change('alice.laptop', { kind: 'mark-read', chat: net.user('bob'), value: true });
    net.settle();
    expect(held).toHaveLength(1);
    for (const arrive of held) arrive();
    expect(isRead(net, 'alice.phone')).toEqual([true]);
  });

  test('as unread is taken back by reading it', () => {
    const net = pairNet();
    net.send('bob.phone', 'alice', 'one');
    net.settle();
    net.change('alice.laptop', { kind: 'mark-read', chat: net.user('bob'), value: false });
    net.settle();
    expect(net.setting('alice.phone', 'markChatAsRead')).toMatchObject({ read: false });
    net.command('alice.phone', { kind: 'read', chat: net.user('bob') });
    net.settle();
    expect(net.setting('alice.laptop', 'markChatAsRead')).toMatchObject({ read: true });
    expect(isRead(net, 'alice.laptop')).toEqual([true]);
  });
});

describe('a key', () => {
  test('is replaced at the first write after a device was unlinked, and not given to it', () => {
    const net = new AppStateNet({ alice: ['laptop', 'tablet'], bob: [] });
    net.pin('alice.tablet');
    net.settle();
    const [old] = net.keyNames('alice.phone');
    net.power('alice.tablet', false);
    net.command('alice.phone', { kind: 'unlink', device: net.user('alice').replace('@', ':2@') });
    net.settle();
    expect(net.keyNames('alice.phone')).toEqual([old]);
    net.pin('alice.laptop', true, net.user('alice'));
    net.settle();
    expect(net.keyNames('alice.phone')).toHaveLength(2);
    expect(net.keyNames('alice.laptop')).toEqual(net.keyNames('alice.phone'));
    expect(net.keyNames('alice.tablet')).toEqual([old]);
    expectAgreement(net, PAIR);
  });

  test('is not replaced because a device was added', () => {
    const net = pairNet();
    net.pin('alice.laptop');
    net.link('alice.phone', 'alice.tablet');
    net.pin('alice.tablet', false);
    net.settle(10_000_000);
    expect(net.keyNames('alice.phone')).toHaveLength(1);
    expectAgreement(net, [...PAIR, 'alice.tablet']);
  });

  test('is replaced after thirty days, and old records follow one by one', () => {
    const net = pairNet();
    const chats = [1, 2, 3].map((at) => `1555000000${at}@s.whatsapp.net`);
    for (const chat of chats) net.pin('alice.laptop', true, chat);
    net.settle();
    net.settle(31 * DAY_US);
    net.power('alice.laptop', true);
    for (const value of [false, true, false]) {
      net.pin('alice.phone', value);
      net.settle();
    }
    expect(net.keyNames('alice.laptop')).toHaveLength(2);
    const [, newest] = net.keyNames('alice.phone');
    const records = [
      ...net.member('alice.laptop').store.collection('app-state-record/regular_low'),
    ];
    const keys = records.map(([, record]) => {
      const { entry } = record as unknown as { entry: { keyId: Uint8Array } };
      return Buffer.from(entry.keyId).toString('hex');
    });
    expect(new Set(keys)).toEqual(new Set([newest]));
    expectAgreement(net, PAIR);
    for (const chat of chats) {
      expect(net.settings('alice.laptop')[`["pin_v1","${chat}"]`]).toBe('{"pinned":true}');
    }
  });
});
