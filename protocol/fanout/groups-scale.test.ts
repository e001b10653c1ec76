/** What large groups cost their members: ciphertexts and handed-out keys, counted on the wire. */

import { describe, expect, test } from 'vitest';
import { largeGroup, writeToAll } from './testing/large-group.ts';

describe('large groups', () => {
  test('257 members of three devices: one ciphertext, and 767 keys after a removal', () => {
    const net = largeGroup(257, ['web', 'pad']);
    expect(writeToAll(net, 'first')).toEqual({ shared: 1, pairwise: 257 * 3 - 1 });
    expect(writeToAll(net, 'second')).toEqual({ shared: 1, pairwise: 0 });
    const group = net.group('all');
    const members = [net.user('m256')];
    net.command('m0.phone', { kind: 'change-group', group, change: 'remove', members });
    net.settle();
    expect(writeToAll(net, 'after the removal')).toEqual({ shared: 1, pairwise: 767 });
    expect(writeToAll(net, 'and on')).toEqual({ shared: 1, pairwise: 0 });
    expect(net.texts('m255.pad')).toEqual(['first', 'second', 'after the removal', 'and on']);
    expect(net.texts('m256.pad')).toEqual(['first', 'second']);
  });

  test('1,024 members, strangers all: lists and keys are asked for, and everybody reads', () => {
    const net = largeGroup(1024, [], false);
    expect(writeToAll(net, 'hello')).toEqual({ shared: 1, pairwise: 1023 });
    expect(writeToAll(net, 'again')).toEqual({ shared: 1, pairwise: 0 });
    expect(net.texts('m1.phone')).toEqual(['hello', 'again']);
    expect(net.texts('m1023.phone')).toEqual(['hello', 'again']);
  });
});
