/**
 * The limits of specification 3.2 at their exact boundaries. Numbers are typed again, not imported.
 */

import { beforeEach, describe, expect, it } from 'vitest';
import type { SessionRecord } from './records.ts';
import { PROVIDERS, type Sealed, SignalDevice } from './testing/device.ts';

const ALICE = '15551230001@s.whatsapp.net';
const BOB = '15551230002@s.whatsapp.net';
const text = (value: number): Uint8Array => Uint8Array.of(value & 0xff, value >> 8);

describe.each(PROVIDERS)('with $name', (provider) => {
  let alice: SignalDevice;
  let bob: SignalDevice;

  beforeEach(() => {
    alice = new SignalDevice(ALICE, provider).install();
    bob = new SignalDevice(BOB, provider).install();
    alice.start(BOB, bob.bundle(true));
    bob.decrypt(ALICE, alice.encrypt(BOB, text(0)));
    alice.decrypt(BOB, bob.encrypt(ALICE, text(0)));
    bob.decrypt(ALICE, alice.encrypt(BOB, text(0)));
  });

  /** Messages of Alice's present chain, numbered from 1: Bob has opened number 0. */
  function stream(count: number): Sealed[] {
    return Array.from({ length: count }, (_, index) => alice.encrypt(BOB, text(index + 1)));
  }

  function session(): SessionRecord {
    return bob.store.get('session', ALICE) as SessionRecord;
  }

  function skippedCount(): number {
    return bob.store.collection(`skipped/${ALICE}/${session().sessionId}`).size;
  }

  it('a jump of 2000 opens and keeps 2000 keys, one of 2001 is refused', () => {
    const messages = stream(2_003);
    expect(bob.open(ALICE, messages[2_001] as Sealed)).toBe('too-far-ahead');
    expect(bob.open(ALICE, messages[2_000] as Sealed)).toEqual(text(2_001));
    expect(skippedCount()).toBe(2_000);
    expect(bob.open(ALICE, messages[0] as Sealed)).toEqual(text(1));
    expect(bob.open(ALICE, messages[1_999] as Sealed)).toEqual(text(2_000));
    expect(skippedCount()).toBe(1_998);
  });

  it('the 2001st skipped key of a chain pushes out the oldest', () => {
    const messages = stream(2_005);
    bob.open(ALICE, messages[2_000] as Sealed);
    bob.open(ALICE, messages[1] as Sealed);
    expect(skippedCount()).toBe(1_999);
    // Two more are skipped: number 1 goes (the key of number 2 is used already), the rest stay.
    expect(bob.open(ALICE, messages[2_003] as Sealed)).toEqual(text(2_004));
    expect(skippedCount()).toBe(2_000);
    expect(bob.open(ALICE, messages[0] as Sealed)).toBe('duplicate-message');
    expect(bob.open(ALICE, messages[2] as Sealed)).toEqual(text(3));
    expect(bob.open(ALICE, messages[2_002] as Sealed)).toEqual(text(2_003));
  });

  function pingPong(turns: number): void {
    for (let turn = 0; turn < turns; turn += 1) {
      alice.decrypt(BOB, bob.encrypt(ALICE, text(7)));
      bob.decrypt(ALICE, alice.encrypt(BOB, text(7)));
    }
  }

  it('a message opens four chains later; five chains later chain and keys are gone', () => {
    const [late, later, last] = stream(3) as [Sealed, Sealed, Sealed];
    bob.decrypt(ALICE, last);
    pingPong(4);
    expect(session().receivers).toHaveLength(5);
    expect(bob.open(ALICE, late)).toEqual(text(1));
    expect(skippedCount()).toBe(1);
    pingPong(1);
    expect(session().receivers).toHaveLength(5);
    expect(skippedCount()).toBe(0);
    expect(bob.open(ALICE, later)).toBe('bad-mac');
  });

  it('of 42 sessions the first archived is gone, the 41 newest still open messages', () => {
    const held: Sealed[] = [alice.encrypt(BOB, text(100))];
    const bundle = bob.bundle(false);
    for (let index = 1; index < 42; index += 1) {
      alice.start(BOB, bundle);
      bob.decrypt(ALICE, alice.encrypt(BOB, text(index)));
      held.push(alice.encrypt(BOB, text(100 + index)));
    }
    const archive = `archived-session/${ALICE}`;
    expect(bob.store.collection(archive).size).toBe(40);
    expect(bob.open(ALICE, held[0] as Sealed)).toBe('bad-mac');
    expect(bob.open(ALICE, held[1] as Sealed)).toEqual(text(101));
    expect(bob.store.collection(archive).size).toBe(40);
    expect(bob.open(ALICE, held[41] as Sealed)).toEqual(text(141));
  });

  it('an evicted session takes its skipped keys along', () => {
    const [, second] = stream(2) as [Sealed, Sealed];
    bob.decrypt(ALICE, second);
    const collection = `skipped/${ALICE}/${session().sessionId}`;
    expect(bob.store.collection(collection).size).toBe(1);
    const bundle = bob.bundle(false);
    for (let index = 0; index < 41; index += 1) {
      alice.start(BOB, bundle);
      bob.decrypt(ALICE, alice.encrypt(BOB, text(index)));
    }
    expect(bob.store.collection(collection).size).toBe(0);
  });
});
