/** Groups over the small net: what a person sees on each device, and what it costs. */

import { describe, expect, test } from 'vitest';
import type { GroupRecord, MembershipRecord } from '../contract.ts';
import { SmallNet } from './testing/small-net.ts';

const EVERYBODY = ['alice.phone', 'alice.laptop', 'bob.phone', 'bob.web', 'carol.phone'];

function trio(): SmallNet {
  const accounts = { alice: ['laptop'], bob: ['web'], carol: [] };
  return new SmallNet(accounts, [], { walk: ['alice', 'bob', 'carol'] });
}

function write(net: SmallNet, from: string, text: string): void {
  net.command(from, { kind: 'send', chat: net.group('walk'), text });
}

describe('a group', () => {
  test('a message reaches every device of every member', () => {
    const net = trio();
    write(net, 'alice.laptop', 'hello');
    net.settle();
    for (const name of EVERYBODY) expect(net.texts(name)).toEqual(['hello']);
    const [outbox] = net.outbox('alice.laptop');
    expect(outbox?.state).toBe('acknowledged');
    expect(outbox?.targets).toHaveLength(4);
    expect(net.sent.filter((frame) => frame === 'alice.laptop message:text')).toHaveLength(1);
  });

  test('the second message goes to nobody in particular', () => {
    const net = trio();
    write(net, 'alice.laptop', 'first');
    net.settle();
    write(net, 'alice.laptop', 'second');
    net.settle();
    for (const name of EVERYBODY) expect(net.texts(name)).toEqual(['first', 'second']);
    expect(net.outbox('alice.laptop')[1]?.targets).toEqual([]);
    expect(net.outbox('alice.laptop')[1]?.leftOut).toEqual([]);
  });
});
