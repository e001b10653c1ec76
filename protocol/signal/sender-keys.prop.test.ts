/**
 * Any schedule of messages, rotations, gaps, announcements and deliveries, with copies and damage:
 * a message opens exactly once and exactly where its key was given, and a refusal writes nothing.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { isRejected } from '../errors.ts';
import { keysInSenderKeyRecord, type SenderKeyRecord } from './sender-key-records.ts';
import {
  createSenderKey,
  decryptFromGroup,
  distributionMessage,
  encryptForGroup,
  leaveGroupGap,
  processDistribution,
} from './sender-keys.ts';
import { SignalDevice } from './testing/device.ts';

const GROUP = '15551230001-1626220800@g.us';
const ALICE = '15551230001@s.whatsapp.net';
const BOB = '15551230002@s.whatsapp.net';
const provider = opensslProvider();

type Act =
  | { readonly kind: 'say' }
  | { readonly kind: 'rotate' }
  | { readonly kind: 'gap'; readonly keys: number }
  | { readonly kind: 'announce' }
  | { readonly kind: 'deliver'; readonly which: number; readonly flip: number | undefined };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('say' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rotate' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('gap' as const), keys: fc.nat({ max: 20 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('announce' as const) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      which: fc.nat({ max: 999 }),
      flip: fc.oneof(
        { weight: 5, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.nat({ max: 9_999 }) },
      ),
    }),
  },
);

interface Said {
  readonly bytes: Uint8Array;
  readonly text: Uint8Array;
  /** Number of the rotation, and place within it. */
  readonly rotation: number;
  readonly place: number;
  isRead: boolean;
}

/** What should happen, kept beside two devices to which it does happen. */
class World {
  readonly alice = new SignalDevice(ALICE, provider);
  readonly bob = new SignalDevice(BOB, provider);
  readonly said: Said[] = [];
  /** Rotation to the place from which Bob has the key; the last five he was given. */
  readonly given = new Map<number, number>();
  rotation = -1;
  place = 0;
  opened = 0;
  refused = 0;

  rotate(): void {
    this.alice.act((tx, ctx) => {
      createSenderKey(tx, GROUP, ctx);
    });
    this.rotation += 1;
    this.place = 0;
  }

  say(): void {
    const text = Uint8Array.of(this.said.length & 0xff, this.said.length >> 8);
    const bytes = this.alice.act((tx, ctx) => encryptForGroup(tx, GROUP, text, ctx));
    const { rotation, place } = this;
    this.said.push({ bytes, text, rotation, place, isRead: false });
    this.place += 1;
  }

  gap(keys: number): void {
    this.alice.act((tx, ctx) => leaveGroupGap(tx, GROUP, keys, ctx));
    this.place += keys;
  }

  announce(): void {
    const bytes = this.alice.read((tx) => distributionMessage(tx, GROUP));
    expect(this.bob.act((tx) => processDistribution(tx, GROUP, ALICE, bytes))).toBeUndefined();
    if (this.given.has(this.rotation)) return;
    this.given.set(this.rotation, this.place);
    if (this.given.size > 5) this.given.delete([...this.given.keys()][0] as number);
  }

  deliver(message: Said, flip: number | undefined): void {
    const bytes = message.bytes.slice();
    if (flip !== undefined) {
      const at = flip % (bytes.length * 8);
      bytes[at >> 3] = (bytes[at >> 3] as number) ^ (1 << (at & 7));
    }
    // `act` asserts that a refusal wrote nothing.
    const answer = this.bob.act((tx, ctx) => decryptFromGroup(tx, GROUP, ALICE, bytes, ctx));
    const expected = flip === undefined ? this.expected(message) : 'damaged';
    if (isRejected(answer)) {
      this.refused += 1;
      if (expected !== 'damaged') expect(answer.code).toBe(expected);
      return;
    }
    expect(expected).toBe('opened');
    expect(answer.plaintext).toEqual(message.text);
    message.isRead = true;
    this.opened += 1;
  }

  expected(message: Said): string {
    const from = this.given.get(message.rotation);
    if (from === undefined || message.place < from) return 'no-session';
    return message.isRead ? 'duplicate-message' : 'opened';
  }
}

function run(acts: readonly Act[]): World {
  const world = new World();
  world.rotate();
  world.announce();
  for (const one of acts) {
    if (one.kind === 'say') world.say();
    else if (one.kind === 'rotate') world.rotate();
    else if (one.kind === 'gap') world.gap(one.keys);
    else if (one.kind === 'announce') world.announce();
    else if (world.said.length > 0) {
      world.deliver(world.said[one.which % world.said.length] as Said, one.flip);
    }
  }
  return world;
}

const schedule = fc.array(act, { minLength: 30, maxLength: 60 });

test('a message opens once, where its key was given, and never when damaged', () => {
  let opened = 0;
  let refused = 0;
  fc.assert(
    fc.property(schedule, (acts) => {
      const world = run(acts);
      opened += world.opened;
      refused += world.refused;
    }),
    { seed: 4, numRuns: 50 },
  );
  expect(opened).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(300);
});

test('at most five states are kept, and as many skipped keys as they count', () => {
  fc.assert(
    fc.property(schedule, (acts) => {
      const { store } = run(acts).bob;
      const states = [...store.collection(`sender-key/${ALICE}`).values()] as SenderKeyRecord[];
      expect(states.length).toBeLessThanOrEqual(5);
      for (const state of states) {
        const skipped = store.collection(`skipped-sender-key/${ALICE}/${GROUP}/${state.chainId}`);
        expect(skipped.size).toBe(state.skippedCount);
        expect(keysInSenderKeyRecord(state)).toEqual([state.chainKey]);
      }
    }),
    { seed: 5, numRuns: 25 },
  );
});
