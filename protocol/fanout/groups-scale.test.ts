/** What large groups cost their members: ciphertexts and handed-out keys, counted. */

import { describe, expect, test } from 'vitest';
import { SmallNet } from './testing/small-net.ts';

/** `size` accounts with two companions each, in one group; only the first knows the others' lists. */
function largeGroup(size: number, companions: readonly string[], knowsAll = true): SmallNet {
  const names = Array.from({ length: size }, (_, index) => `m${index}`);
  const accounts = Object.fromEntries(names.map((name) => [name, companions]));
  return new SmallNet(accounts, [], { all: names }, [], (name) => knowsAll && name === 'm0');
}

function write(net: SmallNet, text: string): void {
  net.command('m0.phone', { kind: 'send', chat: net.group('all'), text });
  net.settle();
}

describe('large groups', () => {
  test('257 members of three devices: one ciphertext, and 767 keys after a removal', () => {
    const net = largeGroup(257, ['web', 'pad']);
    write(net, 'first');
    write(net, 'second');
    const group = net.group('all');
    const members = [net.user('m256')];
    net.command('m0.phone', { kind: 'change-group', group, change: 'remove', members });
    net.settle();
    write(net, 'after the removal');
    const [first, second, third] = net.outbox('m0.phone');
    expect(first?.targets).toHaveLength(257 * 3 - 1);
    expect(second?.targets).toHaveLength(0);
    expect(third?.targets).toHaveLength(767);
    expect(net.texts('m255.pad')).toEqual(['first', 'second', 'after the removal']);
    expect(net.texts('m256.pad')).toEqual(['first', 'second']);
    expect(net.sent.filter((frame) => frame === 'm0.phone message:text')).toHaveLength(3);
  });

  test('1,024 members, strangers all: lists and keys are asked for, and everybody reads', () => {
    const net = largeGroup(1024, [], false);
    write(net, 'hello');
    write(net, 'again');
    expect(net.texts('m1.phone')).toEqual(['hello', 'again']);
    expect(net.texts('m1023.phone')).toEqual(['hello', 'again']);
    expect(net.outbox('m0.phone').map(({ targets }) => targets.length)).toEqual([1023, 0]);
  });
});
