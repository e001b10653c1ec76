/**
 * The limits of specification 4.2 at their exact boundaries. Numbers are typed again, not imported.
 */

import { beforeEach, describe, expect, it } from 'vitest';
import { isRejected } from '../errors.ts';
import {
  createSenderKey,
  decryptFromGroup,
  distributionMessage,
  encryptForGroup,
  leaveGroupGap,
  processDistribution,
} from './sender-keys.ts';
import { PROVIDERS, SignalDevice } from './testing/device.ts';

const GROUP = '15551230001-1626220800@g.us';
const ALICE = '15551230001@s.whatsapp.net';
const BOB = '15551230002@s.whatsapp.net';

describe.each(PROVIDERS)('with $name', (provider) => {
  let alice: SignalDevice;
  let bob: SignalDevice;

  const announce = () => alice.read((tx) => distributionMessage(tx, GROUP));
  const give = () => {
    const bytes = announce();
    bob.act((tx) => processDistribution(tx, GROUP, ALICE, bytes));
  };
  const say = () => alice.act((tx, ctx) => encryptForGroup(tx, GROUP, Uint8Array.of(7), ctx));
  const skip = (keys: number) => alice.act((tx, ctx) => leaveGroupGap(tx, GROUP, keys, ctx));
  const rotate = () =>
    alice.act((tx, ctx) => {
      createSenderKey(tx, GROUP, ctx);
    });
  const open = (bytes: Uint8Array): string => {
    const opened = bob.act((tx, ctx) => decryptFromGroup(tx, GROUP, ALICE, bytes, ctx));
    return isRejected(opened) ? opened.code : 'opened';
  };
  const skipped = (): number => {
    let count = 0;
    for (const name of bob.store.collectionNames()) {
      if (name.startsWith('skipped-sender-key/')) count += bob.store.collection(name).size;
    }
    return count;
  };

  beforeEach(() => {
    alice = new SignalDevice(ALICE, provider);
    bob = new SignalDevice(BOB, provider);
    rotate();
    give();
  });

  it('a jump of 2000 opens and keeps 2000 keys, one of 2001 is refused', () => {
    const first = say();
    skip(1_999);
    const at2000 = say();
    const at2001 = say();
    expect(open(at2001)).toBe('too-far-ahead');
    expect(open(at2000)).toBe('opened');
    expect(skipped()).toBe(2_000);
    expect(open(first)).toBe('opened');
    expect(skipped()).toBe(1_999);
    expect(open(at2001)).toBe('opened');
  });

  it('the 2001st skipped key of a state pushes out the oldest', () => {
    const oldest = say();
    const second = say();
    skip(1_998);
    open(say());
    expect(skipped()).toBe(2_000);
    const third = say();
    open(say());
    expect(skipped()).toBe(2_000);
    expect(open(oldest)).toBe('duplicate-message');
    expect(open(second)).toBe('opened');
    expect(open(third)).toBe('opened');
    expect(skipped()).toBe(1_998);
  });

  it('a chain too far ahead goes on from where it is announced, and only then', () => {
    const early = say();
    skip(1_999);
    give();
    expect(open(early)).toBe('opened');
    skip(1);
    const behind = say();
    give();
    expect(open(behind)).toBe('no-session');
    expect(open(say())).toBe('opened');
  });

  it('five states are kept per sender and group; the sixth pushes out the oldest', () => {
    const messages = [say()];
    for (let rotation = 1; rotation < 5; rotation += 1) {
      rotate();
      give();
      messages.push(say());
    }
    open(messages[4] as Uint8Array);
    rotate();
    give();
    const codes = messages.map(open);
    expect(codes).toEqual(['no-session', 'opened', 'opened', 'opened', 'duplicate-message']);
    expect(open(say())).toBe('opened');
    expect(bob.store.collection(`sender-key/${ALICE}`).size).toBe(5);
  });

  it('a state pushed out takes its skipped keys along', () => {
    say();
    open(say());
    expect(skipped()).toBe(1);
    for (let rotation = 0; rotation < 5; rotation += 1) {
      rotate();
      give();
    }
    expect(skipped()).toBe(0);
  });
});
