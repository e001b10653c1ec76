/** Signed lists grow old: refreshed, expired, expected in vain (specification 5.9, 5.11). */

import { describe, expect, test } from 'vitest';
import type { DeviceListRecord } from '../devices/device-list.ts';
import { isRejected } from '../errors.ts';
import { decodeFrame } from '../wire/decode-node.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { children, type WireNode } from '../wire/node.ts';
import { SmallNet } from './testing/small-net.ts';

const MINUTE_US = 60_000_000;
const HOUR_US = 60 * MINUTE_US;
const DAY_US = 24 * HOUR_US;

function listOn(net: SmallNet, device: string, of: string): DeviceListRecord {
  return net.member(device).store.get('device-list', net.user(of)) as DeviceListRecord;
}

function idsOn(net: SmallNet, device: string, of: string): number[] {
  return listOn(net, device, of).devices.map(({ id }) => id);
}

function withoutLists(stanza: WireNode): WireNode {
  if (!Array.isArray(stanza.content)) return stanza;
  const content = children(stanza)
    .filter(({ tag }) => tag !== 'key-index-list')
    .map(withoutLists);
  return { ...stanza, content };
}

/** A server that shows `device` no signed list any more. */
function withhold(net: SmallNet, device: string): void {
  net.tamper = ({ bytes, toServer, wire }) => {
    if (toServer || wire.device.name !== device) return bytes;
    const stanza = decodeFrame(bytes);
    return isRejected(stanza) ? bytes : encodeFrame(withoutLists(stanza));
  };
}

function honest(net: SmallNet): void {
  net.tamper = ({ bytes }) => bytes;
}

describe('expiry', () => {
  test('a phone on line signs its list anew, and everybody follows', () => {
    const net = new SmallNet({ alice: ['laptop'], bob: ['web'] });
    const first = listOn(net, 'alice.phone', 'bob').timestampS;
    net.settle(29 * DAY_US);
    const second = listOn(net, 'alice.phone', 'bob').timestampS;
    expect(second - first).toBeGreaterThanOrEqual(28 * 86_400);
    net.settle(60 * DAY_US);
    for (const device of ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web']) {
      expect(idsOn(net, device, 'bob')).toEqual([0, 1]);
      expect(listOn(net, device, 'bob').timestampS).toBeGreaterThan(second);
    }
    net.send('alice.laptop', 'bob', 'three months later');
    net.settle();
    expect(net.texts('bob.web')).toEqual(['three months later']);
  });

  test('a list that is withheld expires after 35 days, and the phone alone is left', () => {
    const net = new SmallNet({ alice: ['laptop'], bob: ['web'] });
    withhold(net, 'alice.phone');
    net.settle(34 * DAY_US);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1]);
    net.settle(DAY_US);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0]);
    expect(idsOn(net, 'alice.laptop', 'bob')).toEqual([0, 1]);
    expect(
      net.member('alice.phone').store.get('session', net.user('bob').replace('@', ':1@')),
    ).toBe(undefined);
    net.send('alice.phone', 'bob', 'to the phone alone');
    net.send('bob.web', 'alice', 'from an expired companion');
    net.settle(30 * MINUTE_US);
    expect(net.texts('bob.phone')).toContain('to the phone alone');
    expect(net.texts('alice.phone')).not.toContain('from an expired companion');
    expect(net.lost('alice.phone')).toHaveLength(1);
    expect(net.texts('alice.laptop')).toContain('from an expired companion');
  });

  test('the expired list brings nobody back, a fresh one does', () => {
    const net = new SmallNet({ alice: [], bob: ['web'] });
    let old: Uint8Array | undefined;
    net.tamper = ({ bytes, kind, toServer, wire }) => {
      const isForAlice = !toServer && wire.device.name === 'alice.phone';
      const stanza = isForAlice && kind === 'iq:result' ? decodeFrame(bytes) : undefined;
      if (stanza === undefined || isRejected(stanza)) return bytes;
      const signed = signedListIn(stanza);
      if (signed === undefined) return bytes;
      old ??= signed;
      return encodeFrame(withOldList(stanza, old));
    };
    net.send('alice.phone', 'bob', 'so that the list is asked for once');
    net.command('alice.phone', { kind: 'show-code', user: net.user('bob') });
    net.settle(36 * DAY_US);
    const held = listOn(net, 'alice.phone', 'bob');
    expect(held.devices).toEqual([{ id: 0, keyIndex: 0 }]);
    honest(net);
    net.settle(2 * DAY_US);
    net.send('alice.phone', 'bob', 'hello');
    net.settle();
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1]);
  });

  test('a device that slept over the day looks before it sends', () => {
    const net = new SmallNet({ alice: [], bob: ['web'] });
    withhold(net, 'alice.phone');
    net.power('alice.phone', false);
    net.settle(36 * DAY_US);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1]);
    net.power('alice.phone', true);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0]);
  });
});

function signedListIn(stanza: WireNode): Uint8Array | undefined {
  if (stanza.tag === 'key-index-list') return stanza.content as Uint8Array;
  return children(stanza).map(signedListIn).find(Boolean);
}

function withOldList(stanza: WireNode, old: Uint8Array): WireNode {
  if (stanza.tag === 'key-index-list') {
    const attributes = [['ts', '1626217200']] as const;
    return { ...stanza, attributes, content: old };
  }
  if (!Array.isArray(stanza.content)) return stanza;
  return { ...stanza, content: children(stanza).map((inner) => withOldList(inner, old)) };
}

describe('a newer list that is said to exist', () => {
  /** Alice's phone knows of a newer list of bob's, and the server keeps it from her. */
  function expecting(): SmallNet {
    const net = new SmallNet({ alice: [], bob: ['web'] }, ['bob.tablet']);
    withhold(net, 'alice.phone');
    net.link('bob.phone', 'bob.tablet');
    net.send('bob.phone', 'alice', 'there are three of us');
    net.settle();
    return net;
  }

  test('has 48 hours to come, then the companions are dropped', () => {
    const net = expecting();
    net.settle(47 * HOUR_US);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1]);
    net.settle(HOUR_US + 2 * MINUTE_US);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0]);
    honest(net);
    net.settle(DAY_US);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1, 2]);
  });

  test('is asked for first by a device that was away, and so comes in time', () => {
    const net = expecting();
    net.power('alice.phone', false);
    net.settle(5 * DAY_US);
    honest(net);
    net.power('alice.phone', true);
    net.settle();
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1, 2]);
  });

  test('does not come to a device that was away: a minute after its return they go', () => {
    const net = expecting();
    net.power('alice.phone', false);
    net.settle(5 * DAY_US);
    net.power('alice.phone', true);
    net.settle(30_000_000);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1]);
    net.settle(2 * MINUTE_US);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0]);
  });
});

describe('absence', () => {
  test('a companion that stays away for more than 30 days is logged out', () => {
    const net = new SmallNet({ alice: [], bob: ['web', 'desktop'] });
    net.power('bob.web', false);
    net.settle(30 * DAY_US);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1, 2]);
    net.settle(MINUTE_US);
    for (const device of ['alice.phone', 'bob.phone', 'bob.desktop']) {
      expect(idsOn(net, device, 'bob')).toEqual([0, 2]);
    }
    net.power('bob.web', true);
    net.settle();
    expect(net.member('bob.web').store.get('account', 'self')).toBeUndefined();
  });

  test('one that comes back in time stays, and its time begins anew', () => {
    const net = new SmallNet({ alice: [], bob: ['web'] });
    for (let times = 0; times < 2; times += 1) {
      net.power('bob.web', false);
      net.settle(29 * DAY_US);
      net.power('bob.web', true);
      net.settle();
    }
    net.send('alice.phone', 'bob', 'still there?');
    net.settle();
    expect(net.texts('bob.web')).toEqual(['still there?']);
  });
});
