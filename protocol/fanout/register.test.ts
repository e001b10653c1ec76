/** A phone set up anew, and what becomes of those who knew it (specification D.5, 5.10, 5.14). */

import { describe, expect, test } from 'vitest';
import type { AlarmRecord, VerificationRecord } from '../contract.ts';
import type { DeviceListRecord } from '../devices/device-list.ts';
import { SmallNet } from './testing/small-net.ts';

const MINUTE_US = 60_000_000;

function alarms(net: SmallNet, device: string): string[] {
  const records = [...net.member(device).store.collection('alarm').values()] as AlarmRecord[];
  return records.map(({ reason }) => reason);
}

function keyOf(net: SmallNet, device: string, collection: string, key: string): string {
  const record = net.member(device).store.get(collection, key) as {
    publicKey?: Uint8Array;
    keyPair?: { publicKey: Uint8Array };
  };
  return String(record.publicKey ?? record.keyPair?.publicKey);
}

/** A talk in which everybody has sessions with everybody. */
function talking(unlinked: readonly string[] = []): SmallNet {
  const net = new SmallNet({ alice: ['laptop'], bob: ['web'] }, unlinked);
  net.send('alice.phone', 'bob', 'one');
  net.settle();
  net.send('bob.web', 'alice', 'two');
  net.settle();
  return net;
}

function reRegister(net: SmallNet, phone: string): void {
  net.command(phone, { kind: 're-register' });
  net.settle();
}

describe('a phone set up anew', () => {
  test('has other keys everywhere, and its contacts are told on every device', () => {
    const net = talking();
    const before = keyOf(net, 'bob.phone', 'identity', 'self');
    const transport = net.transportKey('bob.phone');
    reRegister(net, 'bob.phone');
    const after = keyOf(net, 'bob.phone', 'identity', 'self');
    expect(after).not.toBe(before);
    expect(net.transportKey('bob.phone')).not.toBe(transport);
    expect(net.texts('bob.phone')).toEqual([]);
    for (const device of ['alice.phone', 'alice.laptop']) {
      expect(alarms(net, device)).toEqual(['identity-changed']);
      expect(keyOf(net, device, 'peer-identity', net.user('bob'))).toBe(after);
      const list = net.member(device).store.get('device-list', net.user('bob'));
      expect((list as DeviceListRecord).devices).toEqual([{ id: 0, keyIndex: 0 }]);
      expect(net.member(device).store.get('session', net.user('bob'))).toBeUndefined();
    }
  });

  test('logs its companions out, online or not', () => {
    const net = new SmallNet({ alice: [], bob: ['web', 'desktop'] });
    net.power('bob.desktop', false);
    reRegister(net, 'bob.phone');
    expect(net.member('bob.web').store.get('account', 'self')).toBeUndefined();
    net.power('bob.desktop', true);
    net.settle();
    expect(net.member('bob.desktop').store.get('account', 'self')).toBeUndefined();
    expect([...net.member('server').store.collection('linked').keys()]).toEqual([
      net.user('alice'),
      net.user('bob'),
    ]);
  });

  test('talks on in both directions, and links companions under addresses never used', () => {
    const net = talking(['bob.tablet']);
    reRegister(net, 'bob.phone');
    net.send('bob.phone', 'alice', 'new phone, same number');
    net.settle();
    net.send('alice.laptop', 'bob', 'I see');
    net.settle();
    net.link('bob.phone', 'bob.tablet');
    net.send('alice.phone', 'bob', 'and hello tablet');
    net.settle();
    expect(net.texts('bob.phone')).toEqual(['new phone, same number', 'I see', 'and hello tablet']);
    expect(net.texts('bob.tablet').at(-1)).toBe('and hello tablet');
    expect(net.texts('alice.phone').slice(2)).toEqual(net.texts('bob.phone'));
    const tablet = net.member('bob.tablet').store.get('account', 'self');
    expect(tablet).toMatchObject({ device: net.user('bob').replace('@', ':2@') });
  });

  test('gets from its authors what waited for the old one, and nothing that was delivered', () => {
    const net = talking();
    net.power('bob.phone', false);
    net.send('alice.phone', 'bob', 'while you were out');
    net.settle();
    net.power('bob.phone', true);
    net.step('bob.phone', { kind: 'command', command: { kind: 're-register' } });
    net.settle(6 * MINUTE_US);
    // Bob's companion had it before it was logged out: the phone may not have it again.
    expect(net.texts('bob.phone')).toEqual([]);
    expect(net.lost('bob.phone').map(({ reason }) => reason)).toEqual([
      'nobody sent it again in time',
    ]);
    const alone = new SmallNet({ alice: [], bob: [] });
    alone.power('bob.phone', false);
    alone.send('alice.phone', 'bob', 'are you there?');
    alone.settle();
    alone.power('bob.phone', true);
    alone.step('bob.phone', { kind: 'command', command: { kind: 're-register' } });
    alone.settle(MINUTE_US);
    expect(alone.texts('bob.phone')).toEqual(['are you there?']);
    expect(alarms(alone, 'alice.phone')).toEqual(['identity-changed']);
  });

  test('reports what it had not sent yet as lost', () => {
    const net = talking();
    net.tamper = ({ bytes, toServer }) => (toServer ? undefined : bytes);
    net.send('bob.phone', 'alice', 'never leaves');
    net.command('bob.phone', { kind: 're-register' });
    net.tamper = ({ bytes }) => bytes;
    net.settle(MINUTE_US);
    expect(net.lost('bob.phone').map(({ reason }) => reason)).toEqual([
      'the phone was set up anew meanwhile',
    ]);
  });

  test('twice in a row is two notices, and the talk goes on', () => {
    const net = talking();
    reRegister(net, 'bob.phone');
    net.send('bob.phone', 'alice', 'second');
    net.settle();
    reRegister(net, 'bob.phone');
    net.send('alice.phone', 'bob', 'third');
    net.settle();
    expect(alarms(net, 'alice.phone')).toEqual(['identity-changed', 'identity-changed']);
    expect(net.texts('bob.phone')).toEqual(['third']);
  });

  test('is noticed with its first message when the server says nothing', () => {
    const net = talking();
    net.tamper = ({ bytes, kind }) => (kind === 'notification:encrypt' ? undefined : bytes);
    reRegister(net, 'bob.phone');
    expect(alarms(net, 'alice.phone')).toEqual([]);
    net.send('bob.phone', 'alice', 'it is me');
    net.settle();
    expect(net.texts('alice.phone').at(-1)).toBe('it is me');
    expect(alarms(net, 'alice.phone')).toEqual(['identity-changed']);
    expect(alarms(net, 'alice.laptop')).toEqual(['identity-changed']);
  });

  test('is reached by who still holds the old keys, after a retry', () => {
    const net = talking();
    net.tamper = ({ bytes, kind }) => (kind === 'notification:encrypt' ? undefined : bytes);
    reRegister(net, 'bob.phone');
    net.send('alice.phone', 'bob', 'to the old phone');
    net.settle(MINUTE_US);
    expect(net.texts('bob.phone')).toEqual(['to the old phone']);
    expect(alarms(net, 'alice.phone')).toEqual(['identity-changed']);
  });

  test('turns a verified code into a changed one', () => {
    const net = new SmallNet({ alice: [], bob: [] });
    for (const [device, other] of [
      ['alice.phone', 'bob'],
      ['bob.phone', 'alice'],
    ] as const) {
      net.command(device, { kind: 'show-code', user: net.user(other) });
    }
    net.settle();
    const codeOn = (device: string, other: string): VerificationRecord => {
      return net.member(device).store.get('verification', net.user(other)) as VerificationRecord;
    };
    const { qr, code } = codeOn('bob.phone', 'alice');
    net.command('alice.phone', { kind: 'compare-code', user: net.user('bob'), qr });
    expect(codeOn('alice.phone', 'bob').state).toBe('verified');
    reRegister(net, 'bob.phone');
    expect(codeOn('alice.phone', 'bob').state).toBe('changed');
    expect(codeOn('alice.phone', 'bob').code).not.toBe(code);
  });

  test('ends a linking that was under way', () => {
    const net = new SmallNet({ alice: [], bob: [] }, ['bob.web']);
    net.tamper = ({ bytes, toServer, wire }) =>
      toServer && wire.device.name === 'bob.web' && net.notices.length > 0 ? undefined : bytes;
    net.notices.length = 0;
    net.link('bob.phone', 'bob.web');
    net.tamper = ({ bytes }) => bytes;
    reRegister(net, 'bob.phone');
    net.settle(5 * MINUTE_US);
    const server = net.member('server').store.get('server-account', net.user('bob'));
    expect((server as unknown as DeviceListRecord).devices).toEqual([{ id: 0, keyIndex: 0 }]);
    expect(net.member('bob.web').store.get('account', 'self')).toBeUndefined();
  });

  test('a companion cannot be set up anew', () => {
    const net = talking();
    net.command('bob.web', { kind: 're-register' });
    expect(net.notices.at(-1)).toContain('only a phone');
    expect(net.texts('bob.web')).toEqual(['one', 'two']);
  });
});
