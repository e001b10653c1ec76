/** Calls between two accounts over the fanout nodes (specification 9.6, D.6). */

import { describe, expect, test } from 'vitest';
import { isRejected } from '../errors.ts';
import { decodeFrame } from '../wire/decode-node.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { attribute, children, type WireNode } from '../wire/node.ts';
import {
  call,
  callNet,
  callSecrets,
  callsOn,
  lastCall,
  outcomes,
  talk,
} from './testing/call-net.ts';
import { SmallNet } from './testing/small-net.ts';

const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;
const HOUR_US = 60 * MINUTE_US;

function stanzaOf(bytes: Uint8Array): WireNode {
  const stanza = decodeFrame(bytes);
  if (isRejected(stanza)) throw new Error('a net carries whole frames');
  return stanza;
}

describe('a call', () => {
  test('rings on every device of the callee, connects with the one that answers', () => {
    const net = callNet();
    net.command('alice.laptop', { kind: 'call', to: net.user('bob'), isVideo: true });
    net.settle(2 * SECOND_US);
    for (const name of ['bob.phone', 'bob.web']) expect(lastCall(net, name).state).toBe('ringing');
    expect(callsOn(net, 'alice.phone')).toEqual([]);
    net.command('bob.web', { kind: 'answer-call' });
    net.settle(2 * SECOND_US);
    expect(lastCall(net, 'alice.laptop').state).toBe('connected');
    expect(lastCall(net, 'bob.web').state).toBe('connected');
    expect(lastCall(net, 'bob.phone').outcome).toBe('answered-elsewhere');
    net.settle(5 * MINUTE_US);
    net.command('alice.laptop', { kind: 'end-call' });
    net.settle();
    expect(outcomes(net)).toEqual({
      'alice.laptop': 'connected',
      'bob.phone': 'answered-elsewhere',
      'bob.web': 'connected',
    });
  });

  test('needs no phone', () => {
    const net = callNet();
    net.power('alice.phone', false);
    net.power('bob.phone', false);
    talk(net, 'alice.laptop', 'bob.web');
    expect(lastCall(net, 'alice.laptop').state).toBe('connected');
    expect(lastCall(net, 'bob.web').state).toBe('connected');
  });

  test('goes on for an hour on packets that both ends open, and is counted at its end', () => {
    const net = callNet();
    talk(net, 'alice.phone', 'bob.phone');
    net.settle(HOUR_US);
    net.command('bob.phone', { kind: 'end-call' });
    net.settle();
    const [end] = net.notices.filter((line) => line.startsWith('alice.phone call-ended'));
    expect(end).toContain('ended as connected');
    const packets = net.sent.filter((line) => line === 'alice.phone call:packet');
    expect(packets.length).toBeGreaterThan(230);
    expect(packets.length).toBeLessThan(260);
  });

  test('has a key of its own, the same for all who ring, gone when it ends', () => {
    const net = callNet();
    const seen: string[] = [];
    for (let time = 0; time < 2; time += 1) {
      call(net, 'alice.phone', 'bob');
      net.settle(2 * SECOND_US);
      const secrets = ['alice.phone', 'bob.phone', 'bob.web'].flatMap((name) => {
        return callSecrets(net, name).map((secret) => secret.join());
      });
      expect(new Set(secrets).size).toBe(1);
      seen.push(...new Set(secrets));
      net.command('alice.phone', { kind: 'end-call' });
      net.settle(2 * SECOND_US);
      for (const name of ['alice.phone', 'bob.phone', 'bob.web']) {
        expect(callSecrets(net, name)).toEqual([]);
      }
    }
    expect(new Set(seen).size).toBe(2);
  });

  test('is not begun by a companion with an account of old apps, but by its phone', () => {
    const net = new SmallNet({ alice: ['laptop'], bob: [] }, [], {}, ['bob']);
    call(net, 'alice.laptop', 'bob');
    expect(callsOn(net, 'alice.laptop')).toEqual([]);
    expect(net.notices.some((line) => line.startsWith('alice.laptop old-contact'))).toBe(true);
    talk(net, 'alice.phone', 'bob.phone');
    expect(lastCall(net, 'bob.phone').state).toBe('connected');
    net.command('bob.phone', { kind: 'end-call' });
    net.settle();
    call(net, 'bob.phone', 'alice');
    net.settle();
    expect(lastCall(net, 'alice.phone').state).toBe('ringing');
    expect(callsOn(net, 'alice.laptop')).toEqual([]);
  });

  test('ends when the other device is unlinked in the middle of it', () => {
    const net = callNet();
    talk(net, 'alice.phone', 'bob.web');
    net.command('bob.phone', { kind: 'unlink', device: net.user('bob').replace('@', ':1@') });
    net.settle();
    expect(lastCall(net, 'alice.phone').outcome).toBe('connected');
    expect(callSecrets(net, 'alice.phone')).toEqual([]);
  });

  test('one at a time: a second one finds the device busy', () => {
    const net = new SmallNet({ alice: [], bob: [], carol: [] });
    talk(net, 'alice.phone', 'bob.phone');
    call(net, 'carol.phone', 'bob');
    net.settle(2 * SECOND_US);
    expect(lastCall(net, 'carol.phone').outcome).toBe('rejected');
    expect(lastCall(net, 'bob.phone').outcome).toBe('missed');
    expect(callsOn(net, 'bob.phone')[0]?.state).toBe('connected');
    call(net, 'alice.phone', 'carol');
    expect(callsOn(net, 'alice.phone')).toHaveLength(1);
  });

  test('two who call each other at once are both busy', () => {
    const net = new SmallNet({ alice: [], bob: [] });
    call(net, 'alice.phone', 'bob');
    call(net, 'bob.phone', 'alice');
    net.settle(2 * MINUTE_US);
    for (const name of ['alice.phone', 'bob.phone']) {
      const ends = callsOn(net, name).map(({ outcome }) => outcome);
      expect(ends.sort()).toEqual(['missed', 'rejected']);
    }
  });
});

describe('who does not talk', () => {
  test('nobody answers: missed on all sides after a minute', () => {
    const net = callNet();
    call(net, 'alice.phone', 'bob');
    net.settle(61 * SECOND_US);
    expect(outcomes(net)).toEqual({
      'alice.phone': 'missed',
      'bob.phone': 'missed',
      'bob.web': 'missed',
    });
  });

  test('the caller hangs up before an answer', () => {
    const net = callNet();
    call(net, 'alice.phone', 'bob');
    net.settle(2 * SECOND_US);
    net.command('alice.phone', { kind: 'end-call' });
    net.settle(2 * SECOND_US);
    expect(outcomes(net)).toEqual({
      'alice.phone': 'cancelled',
      'bob.phone': 'missed',
      'bob.web': 'missed',
    });
  });

  test('the end is lost: the callee rings out', () => {
    const net = callNet();
    net.tamper = ({ bytes, kind, toServer }) =>
      kind === 'call:terminate' && !toServer ? undefined : bytes;
    call(net, 'alice.phone', 'bob');
    net.settle(2 * SECOND_US);
    net.command('alice.phone', { kind: 'end-call' });
    net.settle(2 * SECOND_US);
    expect(lastCall(net, 'bob.web').state).toBe('ringing');
    net.settle(MINUTE_US);
    expect(lastCall(net, 'bob.web').outcome).toBe('missed');
  });

  test('one device declines and all stop ringing', () => {
    const net = callNet();
    call(net, 'alice.phone', 'bob');
    net.settle(2 * SECOND_US);
    net.command('bob.web', { kind: 'reject-call' });
    net.settle(2 * SECOND_US);
    expect(outcomes(net)).toEqual({
      'alice.phone': 'rejected',
      'bob.phone': 'rejected-elsewhere',
      'bob.web': 'rejected',
    });
  });

  test('two answer at once: the first at the caller wins, the other learns of it', () => {
    const net = callNet();
    call(net, 'alice.phone', 'bob');
    net.settle(2 * SECOND_US);
    net.step('bob.web', { kind: 'command', command: { kind: 'answer-call' } });
    net.step('bob.phone', { kind: 'command', command: { kind: 'answer-call' } });
    net.settle(2 * SECOND_US);
    expect(lastCall(net, 'alice.phone').peers).toEqual([net.user('bob').replace('@', ':1@')]);
    expect(lastCall(net, 'bob.web').state).toBe('connected');
    expect(lastCall(net, 'bob.phone').outcome).toBe('answered-elsewhere');
  });

  test('an answer that comes after the call ended is told why', () => {
    const net = callNet();
    call(net, 'alice.phone', 'bob');
    net.settle(2 * SECOND_US);
    net.step('bob.web', { kind: 'command', command: { kind: 'answer-call' } });
    net.step('alice.phone', { kind: 'command', command: { kind: 'end-call' } });
    net.settle(2 * SECOND_US);
    expect(outcomes(net)).toEqual({
      'alice.phone': 'cancelled',
      'bob.phone': 'missed',
      'bob.web': 'failed',
    });
  });

  test('a device that was off logs a missed call, or that another one answered', () => {
    const net = callNet();
    net.power('bob.phone', false);
    talk(net, 'alice.phone', 'bob.web');
    net.settle(2 * MINUTE_US);
    net.power('bob.phone', true);
    net.settle();
    expect(lastCall(net, 'bob.phone').outcome).toBe('answered-elsewhere');
    net.command('alice.phone', { kind: 'end-call' });
    net.settle();
    net.power('bob.phone', false);
    net.power('bob.web', false);
    call(net, 'alice.phone', 'bob');
    net.settle(2 * MINUTE_US);
    net.power('bob.phone', true);
    net.settle();
    expect(lastCall(net, 'bob.phone').outcome).toBe('missed');
    expect(net.sent.filter((line) => line === 'bob.phone receipt')).toEqual([]);
  });

  test('a phone that is woken within the minute still rings', () => {
    const net = callNet();
    net.power('bob.phone', false);
    call(net, 'alice.phone', 'bob');
    net.settle(20 * SECOND_US);
    net.power('bob.phone', true);
    net.settle(2 * SECOND_US);
    expect(lastCall(net, 'bob.phone').state).toBe('ringing');
    net.command('bob.phone', { kind: 'answer-call' });
    net.settle(2 * SECOND_US);
    expect(lastCall(net, 'alice.phone').state).toBe('connected');
  });

  test('a companion the caller does not know of does not ring', () => {
    const net = new SmallNet({ alice: [], bob: [] }, ['bob.web']);
    net.tamper = ({ bytes, kind }) => (kind === 'notification:devices' ? undefined : bytes);
    net.link('bob.phone', 'bob.web');
    net.tamper = ({ bytes }) => bytes;
    call(net, 'alice.phone', 'bob');
    net.settle(2 * SECOND_US);
    expect(lastCall(net, 'bob.phone').state).toBe('ringing');
    expect(callsOn(net, 'bob.web')).toEqual([]);
  });

  test('a caller without a connection gives up after a minute', () => {
    const net = new SmallNet({ alice: [], bob: [] });
    net.power('server', false);
    call(net, 'alice.phone', 'bob');
    net.settle(2 * MINUTE_US);
    expect(['failed', 'missed']).toContain(lastCall(net, 'alice.phone').outcome);
  });
});

describe('media', () => {
  test('no call is connected while no packet opens', () => {
    const net = callNet();
    net.tamper = ({ bytes, kind, toServer }) => {
      if (kind !== 'call:packet' || toServer) return bytes;
      const stanza = stanzaOf(bytes);
      const [packet] = children(stanza) as [WireNode];
      const content = (packet.content as Uint8Array).slice();
      content[20] = (content[20] ?? 0) ^ 1;
      return encodeFrame({ ...stanza, content: [{ ...packet, content }] });
    };
    talk(net, 'alice.phone', 'bob.phone');
    expect(lastCall(net, 'alice.phone').state).toBe('calling');
    expect(lastCall(net, 'bob.phone').state).toBe('ringing');
    net.settle(MINUTE_US);
    expect(outcomes(net)['alice.phone']).toBe('failed');
    expect(outcomes(net)['bob.phone']).toBe('failed');
  });

  test('a packet that comes twice is taken once', () => {
    const net = callNet();
    talk(net, 'alice.phone', 'bob.phone');
    const copies: Uint8Array[] = [];
    net.tamper = ({ bytes, kind, toServer }) => {
      if (kind === 'call:packet' && !toServer) copies.push(bytes);
      return bytes;
    };
    net.settle(16 * SECOND_US);
    const before = net.notices.length;
    for (const bytes of copies) {
      const target = attribute(stanzaOf(bytes), 'to') === net.user('bob') ? 'bob' : 'alice';
      net.deliver(`${target}.phone`, bytes);
    }
    const refusals = net.notices.slice(before);
    expect(copies.length).toBeGreaterThan(1);
    expect(refusals.filter((line) => line.includes('a second time'))).toHaveLength(copies.length);
  });

  test('who is silent for a minute is gone', () => {
    const net = callNet();
    talk(net, 'alice.phone', 'bob.phone');
    net.power('bob.phone', false);
    net.settle(2 * MINUTE_US);
    expect(lastCall(net, 'alice.phone').outcome).toBe('connected');
    net.power('bob.phone', true);
    net.settle();
    expect(lastCall(net, 'bob.phone').outcome).toBe('failed');
  });
});
