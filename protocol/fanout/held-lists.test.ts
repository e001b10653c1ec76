/** A list answer that nobody can check yet waits for the phone's key (specification 5.7 rule 2). */

import { describe, expect, test } from 'vitest';
import type { DeviceListRecord } from '../devices/device-list.ts';
import { isRejected } from '../errors.ts';
import { decodeFrame } from '../wire/decode-node.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { child, node, type WireNode } from '../wire/node.ts';
import { SmallNet } from './testing/small-net.ts';

function idsOn(net: SmallNet, device: string, of: string): number[] | undefined {
  const list = net.member(device).store.get('device-list', net.user(of));
  return (list as DeviceListRecord | undefined)?.devices.map(({ id }) => id);
}

/** What a server tells that has the keys of nobody, and the lists of everybody `timesMax` times. */
function tellsListsAlone(timesMax: number): (stanza: WireNode) => WireNode | undefined {
  let times = 0;
  return (stanza) => {
    if (child(stanza, 'usync') !== undefined) {
      times += 1;
      return times > timesMax ? undefined : stanza;
    }
    if (child(stanza, 'list') === undefined) return stanza;
    return { ...stanza, content: [node('list')] };
  };
}

/** Strangers; to Alice's phone the server gives no keys, and the first list alone. */
function withoutKeys(): SmallNet {
  const net = new SmallNet({ alice: [], bob: ['web', 'tablet'] }, [], {}, [], () => false);
  const tell = tellsListsAlone(1);
  net.tamper = ({ bytes, kind, toServer, wire }) => {
    // A retry receipt would bring keys, too.
    if (kind === 'receipt:retry') return undefined;
    if (toServer || wire.device.name !== 'alice.phone') return bytes;
    const stanza = decodeFrame(bytes);
    if (isRejected(stanza) || stanza.tag !== 'iq') return bytes;
    const told = tell(stanza);
    return told && encodeFrame(told);
  };
  return net;
}

describe('an answer before the key', () => {
  test('blocks nothing while the server gives no keys', () => {
    const net = withoutKeys();
    net.send('alice.phone', 'bob', 'is anybody there?');
    net.settle();
    expect(idsOn(net, 'alice.phone', 'bob')).toBeUndefined();
    expect(net.outbox('alice.phone').map(({ leftOut }) => leftOut)).toEqual([[net.user('bob')]]);
  });

  test('counts when a first message brings the key', () => {
    const net = withoutKeys();
    net.send('alice.phone', 'bob', 'is anybody there?');
    net.settle();
    net.send('bob.web', 'alice', 'three of us');
    net.settle();
    expect(net.texts('alice.phone')).toContain('three of us');
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1, 2]);
  });

  test('is gone with its connection, and is asked for again', () => {
    const net = withoutKeys();
    net.send('alice.phone', 'bob', 'is anybody there?');
    net.settle();
    net.restart('alice.phone');
    net.settle();
    net.send('bob.web', 'alice', 'three of us');
    net.settle(30_000_000);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1]);
    net.tamper = ({ bytes }) => bytes;
    net.settle(180_000_000);
    expect(idsOn(net, 'alice.phone', 'bob')).toEqual([0, 1, 2]);
  });
});
