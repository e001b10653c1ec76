/** Calls whose key a device of the callee cannot open (specification 9.6, D.6). */

import { describe, expect, test } from 'vitest';
import { isRejected } from '../errors.ts';
import { decodeFrame } from '../wire/decode-node.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { children, type WireNode } from '../wire/node.ts';
import { call, callNet, lastCall, outcomes, talk } from './testing/call-net.ts';
import { SmallNet } from './testing/small-net.ts';

const SECOND_US = 1_000_000;

function stanzaOf(bytes: Uint8Array): WireNode {
  const stanza = decodeFrame(bytes);
  if (isRejected(stanza)) throw new Error('a net carries whole frames');
  return stanza;
}

/** Damages the ciphertext of the next `times` offers to a device. */
function damageOffers(net: SmallNet, name: string, times: number): void {
  let left = times;
  net.tamper = ({ bytes, kind, wire, toServer }) => {
    const isOffer = kind === 'call:offer' && wire.device.name === name && !toServer;
    if (!isOffer || left === 0) return bytes;
    left -= 1;
    const spoil = (node: WireNode): WireNode => {
      if (node.tag !== 'enc') {
        const isTree = Array.isArray(node.content);
        return isTree ? { ...node, content: children(node).map(spoil) } : node;
      }
      const content = (node.content as Uint8Array).slice();
      content[content.length - 1] = (content[content.length - 1] ?? 0) ^ 1;
      return { ...node, content };
    };
    return encodeFrame(spoil(stanzaOf(bytes)));
  };
}

describe('keys that do not open', () => {
  test('are asked for again and the call rings', () => {
    const net = callNet();
    damageOffers(net, 'bob.web', 2);
    call(net, 'alice.laptop', 'bob');
    net.settle(2 * SECOND_US);
    expect(net.sent.filter((line) => line === 'bob.web call:reject')).toHaveLength(2);
    net.command('bob.web', { kind: 'answer-call' });
    net.settle(2 * SECOND_US);
    expect(lastCall(net, 'alice.laptop').state).toBe('connected');
    expect(lastCall(net, 'bob.phone').outcome).toBe('answered-elsewhere');
  });

  test('are given up after five times, and the others go on ringing', () => {
    const net = callNet();
    damageOffers(net, 'bob.web', 99);
    call(net, 'alice.laptop', 'bob');
    net.settle(2 * SECOND_US);
    const asked = net.sent.filter((line) => line === 'bob.web call:reject');
    expect(asked).toHaveLength(6); // five times for the key, then for good
    expect(lastCall(net, 'bob.web').outcome).toBe('failed');
    expect(lastCall(net, 'bob.phone').state).toBe('ringing');
    expect(lastCall(net, 'alice.laptop').state).toBe('calling');
  });

  test('of the only device end the call', () => {
    const net = new SmallNet({ alice: [], bob: [] });
    damageOffers(net, 'bob.phone', 99);
    call(net, 'alice.phone', 'bob');
    net.settle(2 * SECOND_US);
    expect(outcomes(net)).toEqual({ 'alice.phone': 'failed', 'bob.phone': 'failed' });
  });

  test('a session lost on the callee is made anew for the call', () => {
    const net = callNet();
    net.send('alice.phone', 'bob', 'one');
    net.settle();
    net.send('bob.phone', 'alice', 'two');
    net.settle();
    const { store } = net.member('bob.phone');
    const keys = [...store.collection('session').keys()];
    store.apply(keys.map((key) => ({ collection: 'session', key, record: undefined })));
    talk(net, 'alice.phone', 'bob.phone');
    expect(lastCall(net, 'alice.phone').state).toBe('connected');
  });

  test("a companion's first offer without its proof is not believed", () => {
    const net = callNet();
    net.tamper = ({ bytes, kind, toServer }) => {
      if (kind !== 'call:offer' || toServer) return bytes;
      const stanza = stanzaOf(bytes);
      const [offer] = children(stanza) as [WireNode];
      const content = children(offer).filter(({ tag }) => tag !== 'device-identity');
      return encodeFrame({ ...stanza, content: [{ ...offer, content }] });
    };
    call(net, 'alice.laptop', 'bob');
    net.settle(2 * SECOND_US);
    expect(outcomes(net)).toEqual({
      'alice.laptop': 'failed',
      'bob.phone': 'failed',
      'bob.web': 'failed',
    });
  });
});
