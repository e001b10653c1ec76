/** Calls between accounts over the fanout nodes (specification 9.6, D.6). */

import { describe, expect, test } from 'vitest';
import type { CallRecord } from '../contract.ts';
import { callNet, callsOn, lastCall, outcomes, talk } from './testing/call-net.ts';

const MINUTE_US = 60_000_000;

describe('a call', () => {
  test('rings on every device of the callee, connects with the one that answers', () => {
    const net = callNet();
    net.command('alice.laptop', { kind: 'call', to: net.user('bob'), isVideo: true });
    net.settle(2_000_000);
    for (const name of ['bob.phone', 'bob.web']) expect(lastCall(net, name).state).toBe('ringing');
    expect(callsOn(net, 'alice.phone')).toEqual([]);
    net.command('bob.web', { kind: 'answer-call' });
    net.settle(2_000_000);
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
});
