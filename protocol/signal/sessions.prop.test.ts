/**
 * The ratchet under any interleaving: whatever is sent, lost, repeated, reordered, damaged or
 * restarted, each delivery opens exactly when it may, and a refusal changes nothing (the device of
 * the tests asserts it). The model knows of sessions and chains only what specification 3.2 says
 * about when keys go.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRejected } from '../errors.ts';
import { PROVIDERS, type Sealed, SignalDevice } from './testing/device.ts';

const ALICE = '15551230001@s.whatsapp.net';
const BOB = '15551230002@s.whatsapp.net';

type Move =
  | { readonly kind: 'send'; readonly fromAlice: boolean }
  /**
   * Delivers the pick-th message under way, from the oldest; `keep` leaves it there for a repeat.
   */
  | { readonly kind: 'deliver'; readonly pick: number; readonly keep: boolean }
  | { readonly kind: 'drop'; readonly pick: number }
  | { readonly kind: 'damage'; readonly pick: number; readonly at: number; readonly bit: number };

const pick = fc.nat({ max: 1_000 });
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('send'), fromAlice: fc.boolean() }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('deliver'), pick, keep: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop'), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('damage'),
      pick,
      at: pick,
      bit: fc.integer({ min: 0, max: 7 }),
    }),
  },
) as fc.Arbitrary<Move>;

interface UnderWay {
  readonly toAlice: boolean;
  readonly number: number;
  readonly sealed: Sealed;
}

/** Two devices, the messages between them, and which were opened. */
class Conversation {
  readonly alice: SignalDevice;
  readonly bob: SignalDevice;
  readonly underWay: UnderWay[] = [];
  readonly opened = new Set<number>();
  sent = 0;

  constructor(provider: (typeof PROVIDERS)[number]) {
    this.alice = new SignalDevice(ALICE, provider).install();
    this.bob = new SignalDevice(BOB, provider).install();
  }

  send(fromAlice: boolean): void {
    const number = this.sent;
    const body = Uint8Array.of(number & 0xff, number >> 8);
    const sealed = fromAlice ? this.alice.encrypt(BOB, body) : this.bob.encrypt(ALICE, body);
    this.underWay.push({ toAlice: !fromAlice, number, sealed });
    this.sent += 1;
  }

  deliver(message: UnderWay): Uint8Array | string {
    return message.toAlice
      ? this.alice.open(BOB, message.sealed)
      : this.bob.open(ALICE, message.sealed);
  }
}

/** Carries out one move and judges what it gave. */
function play(talk: Conversation, one: Move): void {
  if (one.kind === 'send') {
    talk.send(one.fromAlice);
    return;
  }
  const index = talk.underWay.length === 0 ? -1 : one.pick % talk.underWay.length;
  const message = talk.underWay[index];
  if (message === undefined) return;
  if (one.kind === 'drop') {
    talk.underWay.splice(index, 1);
  } else if (one.kind === 'deliver') {
    const expected = talk.opened.has(message.number)
      ? 'duplicate-message'
      : Uint8Array.of(message.number & 0xff, message.number >> 8);
    expect(talk.deliver(message)).toEqual(expected);
    talk.opened.add(message.number);
    if (!one.keep) talk.underWay.splice(index, 1);
  } else {
    damage(talk, message, one.at, one.bit);
  }
}

/**
 * A flipped bit never opens as something else. Registration and prekey ids carry no MAC of their
 * own.
 */
function damage(talk: Conversation, message: UnderWay, at: number, bit: number): void {
  const bytes = message.sealed.bytes.slice();
  const index = at % bytes.length;
  bytes[index] = (bytes[index] as number) ^ (1 << bit);
  const result = talk.deliver({ ...message, sealed: { type: message.sealed.type, bytes } });
  if (typeof result === 'string') return;
  expect(message.sealed.type).toBe('pkmsg');
  expect(result).toEqual(Uint8Array.of(message.number & 0xff, message.number >> 8));
  expect(talk.opened.has(message.number)).toBe(false);
  talk.opened.add(message.number);
}

const RUNS = { noble: 15, openssl: 60 } as const;

describe.each(PROVIDERS)('with $name', (provider) => {
  const options = { numRuns: RUNS[provider.name as keyof typeof RUNS], seed: 20_210_714 };

  it('after one start every delivery opens once, in any order, and repeats are duplicates', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 40 }), (moves) => {
        const talk = new Conversation(provider);
        talk.alice.start(BOB, talk.bob.bundle(true));
        const greeting = talk.alice.encrypt(BOB, new Uint8Array(1));
        expect(talk.bob.open(ALICE, greeting)).toEqual(new Uint8Array(1));
        for (const one of withinChains(moves)) play(talk, one);
      }),
      options,
    );
  });

  it('after crossing starts the same holds, and both sides end on one session', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 30 }), (moves) => {
        const talk = new Conversation(provider);
        talk.alice.start(BOB, talk.bob.bundle(true));
        talk.bob.start(ALICE, talk.alice.bundle(false));
        for (const one of withinChains(moves)) play(talk, one);
        for (let turn = 0; turn < 2; turn += 1) {
          talk.send(true);
          talk.deliver(talk.underWay.pop() as UnderWay);
          talk.send(false);
          talk.deliver(talk.underWay.pop() as UnderWay);
        }
        const ofAlice = talk.alice.store.get('session', BOB) as { sessionId?: string };
        const ofBob = talk.bob.store.get('session', ALICE) as { sessionId?: string };
        expect(ofAlice.sessionId).toBe(ofBob.sessionId);
      }),
      options,
    );
  });

  it('random bytes are refused as a value and change nothing', () => {
    const bob = new SignalDevice(BOB, provider).install(2);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, isFirst) => {
        bytes[0] = 0x33;
        const type = isFirst ? 'pkmsg' : 'msg';
        expect(isRejected(bob.decrypt(ALICE, { type, bytes }))).toBe(true);
      }),
      { numRuns: 500, seed: 20_210_714 },
    );
  });
});

/**
 * Moves cut so that no receiving chain is pushed out while messages of it are under way: at most
 * eight changes of the sending side in one run, which make at most five chains at either end.
 */
function withinChains(moves: readonly Move[]): Move[] {
  const out: Move[] = [];
  let changes = 0;
  let lastFromAlice: boolean | undefined;
  for (const one of moves) {
    if (one.kind === 'send' && one.fromAlice !== lastFromAlice) {
      changes += 1;
      lastFromAlice = one.fromAlice;
    }
    if (one.kind === 'send' && changes > 8) continue;
    out.push(one);
  }
  return out;
}
