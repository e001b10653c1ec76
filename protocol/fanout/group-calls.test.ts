/** Calls of groups over the fanout nodes (specification 9.7). */

import { describe, expect, test } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { isRejected } from '../errors.ts';
import { masterKeysOf } from '../messages/call-keys.ts';
import { packetStanza } from '../messages/call-stanza.ts';
import { srtpKeys, unprotectRtp } from '../messages/srtp.ts';
import { decodeFrame } from '../wire/decode-node.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { attribute, children, node, type WireNode } from '../wire/node.ts';
import { callSecrets, callsOn, groupCallNet, lastCall, outcomes } from './testing/call-net.ts';
import { SmallNet } from './testing/small-net.ts';

const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;
const provider = opensslProvider();

function callTeam(net: SmallNet, from: string): void {
  net.command(from, { kind: 'call', to: net.group('team'), isVideo: false });
  net.settle(2 * SECOND_US);
}

function answer(net: SmallNet, name: string): void {
  net.command(name, { kind: 'answer-call' });
  net.settle(4 * SECOND_US);
}

function hangUp(net: SmallNet, name: string): void {
  net.command(name, { kind: 'end-call' });
  net.settle(4 * SECOND_US);
}

/** Media packets that arrive at devices from now on: sender and protected bytes. */
function tapPackets(net: SmallNet): { readonly from: string; readonly bytes: Uint8Array }[] {
  const packets: { from: string; bytes: Uint8Array }[] = [];
  net.tamper = ({ bytes, kind, toServer }) => {
    const stanza = decodeFrame(bytes);
    if (kind === 'call:packet' && !toServer && !isRejected(stanza)) {
      const [packet] = children(stanza) as [WireNode];
      packets.push({
        from: attribute(stanza, 'from') ?? '',
        bytes: packet.content as Uint8Array,
      });
    }
    return bytes;
  };
  return packets;
}

function opens(secret: Uint8Array, from: string, bytes: Uint8Array): boolean {
  const keys = srtpKeys(masterKeysOf(secret, from, provider), provider);
  return !isRejected(unprotectRtp(keys, bytes, 0, provider));
}

describe('a call of a group', () => {
  test('rings on all devices of the others, and who answers hears everybody', () => {
    const net = groupCallNet();
    callTeam(net, 'alice.phone');
    expect(outcomes(net)).toEqual({
      'alice.phone': 'calling',
      'bob.phone': 'ringing',
      'bob.web': 'ringing',
      'carol.phone': 'ringing',
    });
    answer(net, 'bob.web');
    expect(outcomes(net)).toEqual({
      'alice.phone': 'connected',
      'bob.phone': 'answered-elsewhere',
      'bob.web': 'connected',
      'carol.phone': 'ringing',
    });
    answer(net, 'carol.phone');
    for (const name of ['alice.phone', 'bob.web', 'carol.phone']) {
      expect(lastCall(net, name).state).toBe('connected');
      expect(lastCall(net, name).peers).toHaveLength(2);
    }
  });

  test('changes the secrets of all when somebody joins or leaves', () => {
    const net = groupCallNet();
    callTeam(net, 'alice.phone');
    const offered = callSecrets(net, 'carol.phone');
    answer(net, 'bob.web');
    const packets = tapPackets(net);
    net.settle(MINUTE_US);
    expect(packets.length).toBeGreaterThan(4);
    for (const { from, bytes } of packets) {
      for (const secret of offered) expect(opens(secret, from, bytes)).toBe(false);
    }
  });

  test('cannot be heard on by who has left', () => {
    const net = groupCallNet();
    callTeam(net, 'alice.phone');
    answer(net, 'bob.web');
    answer(net, 'carol.phone');
    const before = tapPackets(net);
    net.settle(31 * SECOND_US);
    const known = callSecrets(net, 'carol.phone');
    const isOpen = ({ from, bytes }: { from: string; bytes: Uint8Array }): boolean =>
      known.some((secret) => opens(secret, from, bytes));
    expect(before.length).toBeGreaterThan(8);
    expect(before.every(isOpen)).toBe(true);
    hangUp(net, 'carol.phone');
    const after = tapPackets(net);
    net.settle(MINUTE_US);
    expect(after.length).toBeGreaterThan(4);
    expect(after.some(isOpen)).toBe(false);
    expect(outcomes(net)['carol.phone']).toBe('connected');
    expect(lastCall(net, 'alice.phone').state).toBe('connected');
    hangUp(net, 'alice.phone');
    expect(lastCall(net, 'bob.web').outcome).toBe('connected');
  });

  test('goes on when the one who began it leaves', () => {
    const net = groupCallNet();
    callTeam(net, 'alice.phone');
    answer(net, 'bob.web');
    answer(net, 'carol.phone');
    hangUp(net, 'alice.phone');
    net.settle(2 * MINUTE_US);
    expect(lastCall(net, 'bob.web').state).toBe('connected');
    expect(lastCall(net, 'carol.phone').state).toBe('connected');
    hangUp(net, 'bob.web');
    expect(outcomes(net)).toEqual({
      'alice.phone': 'connected',
      'bob.phone': 'answered-elsewhere',
      'bob.web': 'connected',
      'carol.phone': 'connected',
    });
    expect(net.member('server').store.collection('group-call').size).toBe(0);
  });

  test('stops ringing when all decline, or when nobody takes part any more', () => {
    const net = groupCallNet();
    callTeam(net, 'alice.phone');
    net.command('bob.web', { kind: 'reject-call' });
    net.command('carol.phone', { kind: 'reject-call' });
    net.settle();
    expect(outcomes(net)).toEqual({
      'alice.phone': 'rejected',
      'bob.phone': 'rejected-elsewhere',
      'bob.web': 'rejected',
      'carol.phone': 'rejected',
    });
    callTeam(net, 'carol.phone');
    hangUp(net, 'carol.phone');
    expect(outcomes(net)).toEqual({
      'alice.phone': 'missed',
      'bob.phone': 'missed',
      'bob.web': 'missed',
      'carol.phone': 'cancelled',
    });
  });

  test('goes on without a member who is put out of the group, and without one unlinked', () => {
    const net = groupCallNet();
    callTeam(net, 'alice.phone');
    answer(net, 'bob.web');
    answer(net, 'carol.phone');
    const known = ['carol.phone', 'bob.web'].flatMap((name) => callSecrets(net, name));
    const [group, members] = [net.group('team'), [net.user('carol')]];
    net.command('alice.phone', { kind: 'change-group', group, change: 'remove', members });
    net.settle(5 * SECOND_US);
    expect(lastCall(net, 'carol.phone').outcome).toBe('connected');
    expect(lastCall(net, 'alice.phone').peers).toEqual([net.user('bob').replace('@', ':1@')]);
    const packets = tapPackets(net);
    net.settle(31 * SECOND_US);
    expect(packets.length).toBeGreaterThan(2);
    for (const { from, bytes } of packets) {
      for (const secret of known) expect(opens(secret, from, bytes)).toBe(false);
    }
    net.command('bob.phone', { kind: 'unlink', device: net.user('bob').replace('@', ':1@') });
    net.settle(5 * SECOND_US);
    expect(lastCall(net, 'alice.phone').outcome).toBe('connected');
    expect(callsOn(net, 'bob.web')).toEqual([]);
  });

  test('is refused in a group of more than thirty-two, and by an account outside', () => {
    const names = Array.from({ length: 33 }, (_, at) => `m${at}`);
    const accounts = Object.fromEntries([...names, 'eve'].map((name) => [name, []]));
    const net = new SmallNet(accounts, [], { crowd: names, few: names.slice(0, 32) });
    for (const [caller, group] of [
      ['m0', 'crowd'],
      ['eve', 'few'],
    ] as const) {
      net.command(`${caller}.phone`, { kind: 'call', to: net.group(group), isVideo: false });
      expect(callsOn(net, `${caller}.phone`)).toEqual([]);
    }
    net.command('m0.phone', { kind: 'call', to: net.group('few'), isVideo: false });
    net.settle(2 * SECOND_US);
    expect(lastCall(net, 'm31.phone').state).toBe('ringing');
  });

  test('asks again for a secret that does not open', () => {
    const net = groupCallNet();
    callTeam(net, 'alice.phone');
    let left = 2;
    net.tamper = ({ bytes, kind, toServer }) => {
      if (kind !== 'call:enc_rekey' || toServer || left === 0) return bytes;
      left -= 1;
      const stanza = decodeFrame(bytes) as WireNode;
      const [rekey] = children(stanza) as [WireNode];
      const content = children(rekey).map((part) => {
        if (part.tag !== 'enc') return part;
        const damaged = (part.content as Uint8Array).slice();
        damaged[damaged.length - 1] = (damaged[damaged.length - 1] ?? 0) ^ 1;
        return { ...part, content: damaged };
      });
      return encodeFrame({ ...stanza, content: [{ ...rekey, content }] });
    };
    answer(net, 'bob.web');
    expect(left).toBe(0);
    expect(net.sent.some((line) => line.endsWith('receipt:enc_rekey_retry'))).toBe(true);
    net.settle(20 * SECOND_US);
    expect(lastCall(net, 'alice.phone').state).toBe('connected');
    expect(lastCall(net, 'bob.web').state).toBe('connected');
  });

  test('takes who is silent for gone, and lets its device leave when it is back', () => {
    const net = groupCallNet();
    callTeam(net, 'alice.phone');
    answer(net, 'bob.web');
    answer(net, 'carol.phone');
    net.power('carol.phone', false);
    net.settle(2 * MINUTE_US);
    expect(lastCall(net, 'alice.phone').peers).toEqual([net.user('bob').replace('@', ':1@')]);
    net.power('carol.phone', true);
    net.settle();
    expect(lastCall(net, 'carol.phone').outcome).toBe('failed');
    hangUp(net, 'alice.phone');
    expect(net.member('server').store.collection('group-call').size).toBe(0);
  });
});

describe('who is no participant', () => {
  test('gets no secret although the server names it', () => {
    const net = groupCallNet();
    callTeam(net, 'alice.phone');
    answer(net, 'bob.web');
    const { callId, creator } = lastCall(net, 'alice.phone');
    const ghost = net.user('carol').replace('@', ':7@');
    const stranger = '15559999@s.whatsapp.net';
    const named = [net.user('alice'), net.user('bob').replace('@', ':1@'), ghost, stranger];
    const update = node(
      'group_update',
      { 'call-id': callId, 'call-creator': creator, version: '9' },
      named.map((jid) => node('participant', { jid })),
    );
    const from = net.group('team');
    const sentTo: string[] = [];
    net.tamper = ({ bytes, kind, toServer }) => {
      const stanza = decodeFrame(bytes);
      if (kind === 'call:enc_rekey' && toServer && !isRejected(stanza)) {
        sentTo.push(attribute(stanza, 'to') ?? '');
      }
      return bytes;
    };
    net.deliver('alice.phone', encodeFrame(node('call', { from, id: 'F', t: '1' }, [update])));
    net.settle(10 * SECOND_US);
    expect(sentTo).toEqual([net.user('bob').replace('@', ':1@')]);
  });

  test('is not heard', () => {
    const net = groupCallNet();
    callTeam(net, 'alice.phone');
    answer(net, 'bob.web');
    const record = lastCall(net, 'alice.phone');
    const stanza = packetStanza('AB', net.user('alice'), record, new Uint8Array(60));
    const from = net.user('carol');
    const forged = { ...stanza, attributes: [...stanza.attributes, ['from', from] as const] };
    net.deliver('alice.phone', encodeFrame(forged));
    expect(lastCall(net, 'alice.phone')).toBe(record);
  });
});
