import { describe, expect, it } from 'vitest';
import { PacketNames } from './roots.ts';

const MESSAGE = { kind: 'message:text', id: '3EB0' };

describe('names of packets', () => {
  it('keep the root of whoever sent a message first, whoever sends it on and when', () => {
    const names = new PacketNames();
    expect(names.rootOf(MESSAGE, 'alice.phone', 'hello')).toBe('hello');
    expect(names.rootOf(MESSAGE, 'bob.phone', 'bob.phone/connect/3')).toBe('hello');
    const receipt = { kind: 'receipt', id: '3EB0' };
    expect(names.rootOf(receipt, 'bob.phone', 'bob.phone/timer/x')).toBe('hello');
  });

  it('go to the intent whose text was stored, even when a query came first', () => {
    const names = new PacketNames();
    names.claim('3EB0', 'hello');
    expect(names.rootOf(MESSAGE, 'alice.phone', 'alice.phone/connect/1')).toBe('hello');
  });

  it('keep queries of different devices apart', () => {
    const names = new PacketNames();
    const query = { kind: 'iq:encrypt', id: '1' };
    expect(names.rootOf(query, 'alice.phone', 'hello')).toBe('hello');
    expect(names.rootOf(query, 'bob.phone', 'answer')).toBe('answer');
  });

  it('count equal packets and no others', () => {
    const names = new PacketNames();
    const next = (root: string) => names.next(root, 'message', 'a', 'server');
    expect(next('one')).toEqual({ packet: 'one/message/a>server/0', attempt: 0 });
    expect(next('two').attempt).toBe(0);
    expect(next('one')).toEqual({ packet: 'one/message/a>server/1', attempt: 1 });
  });
});
