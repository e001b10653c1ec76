import { expect, it } from 'vitest';
import type { AlarmRecord, VerificationRecord } from '../contract.ts';
import { SmallNet } from './testing/small-net.ts';

function codeOn(net: SmallNet, device: string, other: string): VerificationRecord | undefined {
  return net.member(device).store.get('verification', net.user(other)) as VerificationRecord;
}

function show(net: SmallNet, device: string, other: string): VerificationRecord {
  net.command(device, { kind: 'show-code', user: net.user(other) });
  net.settle();
  const code = codeOn(net, device, other);
  if (code === undefined) throw new Error(`${device} shows no code`);
  return code;
}

it('both sides show the same sixty digits, on every device of either account', () => {
  const net = new SmallNet({ alice: ['laptop'], bob: ['web', 'desktop'] });
  const { code } = show(net, 'alice.phone', 'bob');
  expect(code).toMatch(/^\d{60}$/);
  expect(show(net, 'bob.phone', 'alice').code).toBe(code);
  expect(show(net, 'alice.laptop', 'bob').code).toBe(code);
  expect(show(net, 'bob.desktop', 'alice').code).toBe(code);
});

it('a scan verifies, and what another screen shows is a mismatch with a notice', () => {
  const net = new SmallNet({ alice: [], bob: ['web'], carol: [] });
  const bobs = show(net, 'bob.phone', 'alice');
  show(net, 'alice.phone', 'bob');
  net.command('alice.phone', { kind: 'compare-code', user: net.user('bob'), qr: bobs.qr });
  expect(codeOn(net, 'alice.phone', 'bob')?.state).toBe('verified');
  const carols = show(net, 'carol.phone', 'alice');
  net.command('alice.phone', { kind: 'compare-code', user: net.user('bob'), qr: carols.qr });
  expect(codeOn(net, 'alice.phone', 'bob')?.state).toBe('mismatch');
  const alarms = [...net.member('alice.phone').store.collection('alarm').values()];
  expect((alarms as AlarmRecord[]).map(({ reason }) => reason)).toEqual(['code-mismatch']);
  net.command('alice.phone', {
    kind: 'compare-code',
    user: net.user('bob'),
    qr: new Uint8Array([9, 9]),
  });
  expect(net.notices.at(-1)).toContain('rejected');
});

it('a companion that the verified phone vouches for changes the code, not the trust', () => {
  const net = new SmallNet({ alice: [], bob: [] }, ['bob.web']);
  const bobs = show(net, 'bob.phone', 'alice');
  const before = show(net, 'alice.phone', 'bob').code;
  net.command('alice.phone', { kind: 'compare-code', user: net.user('bob'), qr: bobs.qr });
  net.link('bob.phone', 'bob.web');
  net.settle();
  const after = codeOn(net, 'alice.phone', 'bob');
  expect(after?.code).not.toBe(before);
  expect(after?.state).toBe('verified');
  expect(codeOn(net, 'bob.phone', 'alice')?.code).toBe(after?.code);
});

it('the code is made after a crash between the question and the answer', () => {
  const net = new SmallNet({ alice: [], bob: ['web'] });
  net.tamper = ({ bytes, toServer }) => (toServer ? bytes : undefined);
  net.command('alice.phone', { kind: 'show-code', user: net.user('bob') });
  net.settle();
  expect(codeOn(net, 'alice.phone', 'bob')).toBeUndefined();
  net.tamper = ({ bytes }) => bytes;
  net.restart('alice.phone');
  net.settle();
  expect(codeOn(net, 'alice.phone', 'bob')?.code).toMatch(/^\d{60}$/);
});
