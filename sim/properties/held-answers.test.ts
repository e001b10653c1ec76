/** What waits for a phone’s key, and what ends the waiting (specification 5.7; contract 2). */

import { describe, expect, it } from 'vitest';
import type { InputBody } from '../../protocol/contract.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Change } from '../trace/events.ts';
import { HeldAnswers } from './held-answers.ts';

const HOST = 'bob.desktop';
const ALICE = '15551230001@s.whatsapp.net';
const BOB = '15551230002@s.whatsapp.net';
const LIST = { signedList: new Uint8Array(4), timestampS: 100 };
const KEY = { kind: 'peer-identity' };

function told(user: string) {
  return { user, named: [{ id: 1, keyIndex: 1 }], list: LIST };
}

/** The host is Bob's phone, if `isPhone`. */
function answers(isPhone = false): HeldAnswers {
  const linkage = { deviceOf: () => (isPhone ? BOB : '15551230002:3@s.whatsapp.net') };
  return new HeldAnswers({ linkage } as unknown as Ledger);
}

function pin(waiting: HeldAnswers, key: string, isThere = true): void {
  const [before, after] = isThere ? [undefined, KEY] : [KEY, undefined];
  const change: Change = { collection: 'peer-identity', key, before, after };
  const base = { sequence: 0, timeUs: 0, node: HOST, cause: -1 };
  const commit = { inputId: 'p', changes: [change], isTimeZero: false };
  waiting.stored({ ...base, kind: 'commit', ...commit });
}

function handles(waiting: HeldAnswers, body: InputBody): void {
  const input = { ...body, id: 'i' };
  const none = { effects: [], crypto: [], changes: [], sequence: 0, timeUs: 0 };
  waiting.handled({ node: HOST, input, ...none });
}

function users(waiting: HeldAnswers): string[] {
  return waiting.take(HOST).map((answer) => answer.told.user);
}

describe('held answers', () => {
  it('are taken once, when the key of the account’s phone is pinned', () => {
    const waiting = answers();
    waiting.hold(HOST, 7, told(ALICE));
    pin(waiting, '15551230001:1@s.whatsapp.net');
    expect(users(waiting)).toEqual([]);
    pin(waiting, ALICE);
    expect(users(waiting)).toEqual([ALICE]);
    expect(users(waiting)).toEqual([]);
  });

  it('keep what was announced meanwhile, until a later answer takes their place', () => {
    const waiting = answers();
    waiting.hold(HOST, 7, told(ALICE));
    const change = { isAdded: true, device: { id: 2, keyIndex: 2 }, list: LIST };
    waiting.of(HOST, ALICE)?.changes.push(change);
    expect(waiting.of(HOST, ALICE)?.changes).toEqual([change]);
    waiting.hold(HOST, 7, told(ALICE));
    expect(waiting.of(HOST, ALICE)?.changes).toEqual([]);
  });

  it('go with a machine that starts', () => {
    const waiting = answers();
    waiting.hold(HOST, 7, told(ALICE));
    handles(waiting, { kind: 'started' });
    pin(waiting, ALICE);
    expect(users(waiting)).toEqual([]);
  });

  it('go with the connection they came on, and with no other', () => {
    const waiting = answers();
    waiting.hold(HOST, 7, told(ALICE));
    waiting.hold(HOST, 8, told(BOB));
    handles(waiting, { kind: 'disconnected', connection: 7, endpoint: 'server', reason: 'closed' });
    pin(waiting, ALICE);
    pin(waiting, BOB);
    expect(users(waiting)).toEqual([BOB]);
  });

  it('wait for nothing where the key is pinned or is the host’s own', () => {
    const waiting = answers(true);
    expect(waiting.canCheck(HOST, ALICE)).toBe(false);
    expect(waiting.canCheck(HOST, BOB)).toBe(true);
    pin(waiting, ALICE);
    expect(waiting.canCheck(HOST, ALICE)).toBe(true);
    pin(waiting, ALICE, false);
    expect(waiting.canCheck(HOST, ALICE)).toBe(false);
  });
});
