/** Consistency metadata between fanout nodes (specification 5.12). */

import { describe, expect, test } from 'vitest';
import type { AlarmRecord } from '../contract.ts';
import type { DeviceListRecord } from '../devices/device-list.ts';
import { isRejected } from '../errors.ts';
import { decodeFrame } from '../wire/decode-node.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { children, type WireNode } from '../wire/node.ts';
import { SmallNet } from './testing/small-net.ts';

function listOn(net: SmallNet, device: string, of: string): DeviceListRecord {
  const list = net.member(device).store.get('device-list', net.user(of));
  if (list === undefined) throw new Error(`${device} holds no list of ${of}`);
  return list as DeviceListRecord;
}

function idsOn(net: SmallNet, device: string, of: string): number[] {
  return listOn(net, device, of).devices.map(({ id }) => id);
}

function alarms(net: SmallNet, device: string): string[] {
  const records = [...net.member(device).store.collection('alarm').values()] as AlarmRecord[];
  return records.map(({ user, reason }) => `${reason} ${user}`);
}

/** Takes part of what the server says about lists to `device` away. */
function withhold(net: SmallNet, device: string, kinds: readonly string[]): void {
  net.tamper = ({ bytes, kind, toServer, wire }) => {
    const isHidden = !toServer && wire.device.name === device && kinds.includes(kind);
    return isHidden ? undefined : bytes;
  };
}

/** The stanza without what `isHidden` finds, anywhere in it. */
function pruned(stanza: WireNode, isHidden: (node: WireNode) => boolean): WireNode {
  if (!Array.isArray(stanza.content)) return stanza;
  const content = children(stanza)
    .filter((inner) => !isHidden(inner))
    .map((inner) => pruned(inner, isHidden));
  return { ...stanza, content };
}

describe('consistency metadata', () => {
  test('no notice is raised while everybody sees the same', () => {
    const net = new SmallNet({ alice: ['laptop'], bob: ['web', 'desktop'] });
    for (const from of ['alice.phone', 'alice.laptop']) net.send(from, 'bob', `from ${from}`);
    for (const from of ['bob.phone', 'bob.web', 'bob.desktop']) net.send(from, 'alice', from);
    net.settle();
    net.send('alice.laptop', 'bob', 'again');
    net.send('bob.desktop', 'alice', 'again');
    net.settle();
    for (const name of ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web', 'bob.desktop']) {
      expect(alarms(net, name)).toEqual([]);
      expect(net.texts(name)).toHaveLength(7);
    }
  });

  test('a message tells of a list that the server withheld, and the list is fetched', () => {
    const net = new SmallNet({ alice: [], bob: [] }, ['bob.web']);
    withhold(net, 'alice.phone', ['notification:devices']);
    net.link('bob.phone', 'bob.web');
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0]);
    net.send('bob.phone', 'alice', 'I have a companion now');
    net.settle();
    expect(net.notices.some((line) => line.startsWith('alice.phone list-expected'))).toBe(true);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1]);
    expect(listOn(net, 'alice.phone', 'bob').expected).toBeUndefined();
  });

  test('while the server withholds the list itself, it stays expected', () => {
    const net = new SmallNet({ alice: [], bob: ['web'] }, ['bob.tablet']);
    withhold(net, 'alice.phone', ['notification:devices', 'iq:result']);
    const before = listOn(net, 'alice.phone', 'bob').timestampS;
    net.link('bob.phone', 'bob.tablet');
    net.send('bob.phone', 'alice', 'three of us');
    net.settle();
    const held = listOn(net, 'alice.phone', 'bob');
    expect(net.texts('alice.phone')).toEqual(['three of us']);
    expect(held.timestampS).toBe(before);
    expect(held.expected?.timestampS).toBe(listOn(net, 'bob.phone', 'bob').timestampS);
    expect(held.expected?.learnedUs).toBeGreaterThan(0);
  });

  test('a phone that says it has no companions any more is believed before the server', () => {
    const net = new SmallNet({ alice: [], bob: ['web'] });
    net.send('alice.phone', 'bob', 'hello both');
    net.settle();
    withhold(net, 'alice.phone', ['notification:devices']);
    net.command('bob.phone', { kind: 'unlink', device: net.user('bob').replace('@', ':1@') });
    net.settle();
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1]);
    net.send('bob.phone', 'alice', 'alone again');
    net.settle();
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0]);
    expect(net.member('alice.phone').store.collection('session').size).toBe(1);
    expect(net.texts('alice.phone')).toEqual(['hello both', 'alone again']);
  });

  test('a companion learns from its phone which list the recipient has', () => {
    const net = new SmallNet({ alice: ['laptop'], bob: [] }, ['bob.web']);
    withhold(net, 'alice.laptop', ['notification:devices']);
    net.link('bob.phone', 'bob.web');
    expect(idsOn(net, 'alice.laptop', 'bob')).toEqual([0]);
    net.send('alice.phone', 'bob', 'hi');
    net.settle();
    expect(idsOn(net, 'alice.laptop', 'bob')).toEqual([0, 1]);
  });

  test('another key for the same signed list is noticed once, and the message is shown', () => {
    const net = new SmallNet({ alice: [], bob: ['web'] });
    net.send('alice.phone', 'bob', 'one');
    net.settle();
    // What a server achieves that showed alice a false key before she talked to bob.web.
    const { store } = net.member('alice.phone');
    const key = net.user('bob').replace('@', ':1@');
    const publicKey = new Uint8Array(32).fill(9);
    const record = { kind: 'peer-identity', publicKey };
    store.apply([{ collection: 'peer-identity', key, record }]);
    net.send('bob.phone', 'alice', 'two');
    net.send('bob.phone', 'alice', 'three');
    net.settle();
    expect(net.texts('alice.phone')).toEqual(['one', 'two', 'three']);
    expect(alarms(net, 'alice.phone')).toEqual([`consistency ${net.user('bob')}`]);
  });

  test('an answer without the signed list leaves the older one in place', () => {
    const net = new SmallNet({ alice: [], bob: ['web'] }, ['bob.tablet']);
    net.tamper = ({ bytes, kind, toServer, wire }) => {
      if (toServer || wire.device.name !== 'alice.phone') return bytes;
      if (kind === 'notification:devices') return undefined;
      const stanza = decodeFrame(bytes);
      if (isRejected(stanza) || stanza.tag !== 'iq') return bytes;
      return encodeFrame(pruned(stanza, ({ tag }) => tag === 'key-index-list'));
    };
    net.link('bob.phone', 'bob.tablet');
    net.send('bob.phone', 'alice', 'look');
    net.settle();
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1]);
    expect(listOn(net, 'alice.phone', 'bob').expected).toBeDefined();
  });
});
