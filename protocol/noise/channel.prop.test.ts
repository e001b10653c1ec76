/**
 * Hostile bytes at every door of the channel: each answers with a rejection, throws nothing, and
 * leaves its end as it was.
 */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nobleProvider as provider } from '../crypto/noble.ts';
import { isRejected } from '../errors.ts';
import { accept, answer, call, confirm, openFrame, sealFrame } from './channel.ts';
import { openChannel, seeded } from './testing/open-channel.ts';

const device = { fixed: seeded(provider, 1), ephemeral: seeded(provider, 2) };
const server = { fixed: seeded(provider, 3), ephemeral: seeded(provider, 4) };
const { ends, hello, reply, last } = openChannel(provider, device, server);
const { calling } = call(provider, device, server.fixed.publicKey);
const answered = answer(provider, server, hello);
if (isRejected(answered)) throw new Error(answered.sentence);
const { frame } = sealFrame(provider, ends[0], new Uint8Array(40).fill(7));

/** Each door with bytes it takes and the state behind it. */
const DOORS = [
  ['answer', hello, server, (bytes: Uint8Array) => answer(provider, server, bytes)],
  ['confirm', reply, calling, (bytes: Uint8Array) => confirm(provider, calling, bytes)],
  [
    'accept',
    last,
    answered.handshake,
    (bytes: Uint8Array) => accept(provider, answered.handshake, bytes),
  ],
  ['openFrame', frame, ends[1], (bytes: Uint8Array) => openFrame(provider, ends[1], bytes)],
] as const;

/** What a tampering hand makes of good bytes: cut, grown, changed, or anything at all. */
function tampered(good: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.integer({ min: 0, max: good.length - 1 });
  return fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    at.map((length) => good.slice(0, length)),
    fc
      .uint8Array({ minLength: 1, maxLength: 40 })
      .map((more) => Uint8Array.from([...good, ...more])),
    fc
      .tuple(at, fc.integer({ min: 1, max: 255 }))
      .map(([index, mask]) => good.map((byte, place) => (place === index ? byte ^ mask : byte))),
  );
}

test.each(DOORS)(
  '%s takes what it should, and refuses everything else',
  (name, good, state, door) => {
    expect(isRejected(door(good))).toBe(false);
    const before = JSON.stringify(state);
    fc.assert(
      fc.property(tampered(good), (bytes) => {
        const outcome = door(bytes);
        // A changed first key is a key like any other: the server answers it, and nobody can go on.
        if (name === 'answer' && !isRejected(outcome)) return bytes.length === good.length;
        return isRejected(outcome);
      }),
      { seed: 6_10, numRuns: 60 },
    );
    expect(JSON.stringify(state)).toBe(before);
  },
);
