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

  it('follow the cause at hand where an id stands for a device and comes again', () => {
    const standing = [
      { kind: 'login', id: 'login-15551230001@s.whatsapp.net' },
      { kind: 'success', id: 'success-15551230001:2@s.whatsapp.net' },
      { kind: 'notification:encrypt', id: 'count-15551230001@s.whatsapp.net' },
      { kind: 'ib', id: 'offline/15551230001@s.whatsapp.net' },
      { kind: 'iq:md', id: 'pair-device-00112233445566aa' },
      { kind: 'iq:result', id: 'pair-success-00112233445566aa' },
      { kind: 'presence', id: 'presence' },
    ];
    for (const label of standing) {
      const names = new PacketNames();
      expect(names.rootOf(label, 'alice.phone', 'first')).toBe('first');
      expect(names.rootOf(label, 'alice.phone', 'later')).toBe('later');
    }
  });

  it('number what one cause sends again under such an id', () => {
    const names = new PacketNames();
    const login = { kind: 'login', id: 'login-15551230001@s.whatsapp.net' };
    const send = (inputRoot: string) => {
      const root = names.rootOf(login, 'alice.phone', inputRoot);
      return names.next(root, login.kind, 'alice.phone', 'server').packet;
    };
    expect([send('one'), send('two'), send('one')]).toEqual([
      'one/login/alice.phone>server/0',
      'two/login/alice.phone>server/0',
      'one/login/alice.phone>server/1',
    ]);
  });

  it('count equal packets and no others', () => {
    const names = new PacketNames();
    const next = (root: string) => names.next(root, 'message', 'a', 'server');
    expect(next('one')).toEqual({ packet: 'one/message/a>server/0', attempt: 0 });
    expect(next('two').attempt).toBe(0);
    expect(next('one')).toEqual({ packet: 'one/message/a>server/1', attempt: 1 });
  });
});
