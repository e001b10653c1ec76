/**
 * Every decoder of app state against damaged bytes: a value or a typed rejection, never a throw.
 * What the server hands out is also damaged above the bytes: fields swapped between good records.
 */

import { utf8ToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nobleProvider as provider } from '../../crypto/noble.ts';
import { isRejected, REJECTION_CODES } from '../../errors.ts';
import { decodeData, encodeMutation, readMutation } from './action-codec.ts';
import { indexOf, parseIndex } from './actions.ts';
import { emptyHead } from './collection.ts';
import {
  decodeKeyRequest,
  decodeKeyShare,
  encodeKeyRequest,
  encodeKeyShare,
} from './key-messages.ts';
import { openMutation, type SealedMutation, sealMutation } from './mutation.ts';
import { applyPatch, buildPatch } from './patch.ts';
import {
  decodeBlobReference,
  decodeMutations,
  decodePatch,
  decodeSnapshot,
  encodeBlobReference,
  encodeMutations,
  encodePatch,
  encodeSnapshot,
} from './patch-codec.ts';
import { applySnapshot, foldedRecords, snapshotAfter } from './snapshot.ts';
import { anyMutation } from './testing/arbitrary-actions.ts';
import { keyOf, liveRecords, testKey } from './testing/replica.ts';

// biome-ignore lint/complexity/useLiteralKeys: index signatures are read with brackets here
const CASES = Number(process.env['LOCKSTEP_FUZZ_CASES'] ?? 3_000);
const KEY = testKey(1);
const STATE = { name: 'regular', head: emptyHead(), records: liveRecords(new Map()) } as const;

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const uint32 = fc.nat({ max: 0xffff_ffff });

const reference = fc.record({
  mediaKey: bytes(32),
  directPath: fc.string(),
  handle: fc.string(),
  sizeBytes: uint32,
  sha256: bytes(32),
  encryptedSha256: bytes(32),
});
const patch = fc.array(anyMutation, { minLength: 1, maxLength: 3 }).map((mutations) => {
  const sets = mutations.map((mutation) => ({ ...mutation, operation: 'set' as const }));
  const iv = () => new Uint8Array(16);
  const built = buildPatch(STATE, sets, KEY, keyOf, iv, provider);
  if (built?.kind !== 'patch-built') throw new Error('a patch was expected');
  return { ...built.patch, version: 1 };
});
const snapshot = patch.map((item) => snapshotAfter(foldedRecords(new Map(), item.mutations), item));
const syncKey = fc.record({
  keyId: bytes(6),
  keyData: bytes(32),
  fingerprint: fc.record({
    rawId: uint32,
    currentIndex: uint32,
    deviceIndexes: fc.array(uint32, { maxLength: 4 }),
  }),
  timestampMs: fc.maxSafeNat(),
});

interface Decoder {
  readonly name: string;
  readonly valid: fc.Arbitrary<Uint8Array>;
  readonly decode: (input: Uint8Array) => unknown;
}

const decoders: readonly Decoder[] = [
  {
    name: 'SyncActionData',
    valid: anyMutation.map(encodeMutation),
    decode: (input) => {
      const data = decodeData(input);
      return isRejected(data) ? data : [readMutation('set', data), readMutation('remove', data)];
    },
  },
  {
    name: 'SyncdPatch',
    valid: patch.map(encodePatch),
    decode: (input) => {
      const item = decodePatch(input);
      return isRejected(item) ? item : applyPatch(STATE, item, item.mutations, keyOf, provider);
    },
  },
  {
    name: 'SyncdSnapshot',
    valid: snapshot.map(encodeSnapshot),
    decode: (input) => {
      const item = decodeSnapshot(input);
      return isRejected(item) ? item : applySnapshot('regular', item, keyOf, provider);
    },
  },
  {
    name: 'SyncdMutations',
    valid: patch.map(({ mutations }) => encodeMutations(mutations)),
    decode: decodeMutations,
  },
  {
    name: 'ExternalBlobReference',
    valid: reference.map(encodeBlobReference),
    decode: decodeBlobReference,
  },
  {
    name: 'AppStateSyncKeyShare',
    valid: fc
      .record({ keys: fc.array(syncKey, { maxLength: 3 }), missing: fc.array(bytes(6)) })
      .map(encodeKeyShare),
    decode: decodeKeyShare,
  },
  {
    name: 'AppStateSyncKeyRequest',
    valid: fc.array(bytes(6), { maxLength: 4 }).map(encodeKeyRequest),
    decode: decodeKeyRequest,
  },
];

const place = fc.nat({ max: 1_000_000 });

/** Bytes that are cut, flipped, spliced or of pure chance. */
const damage: fc.Arbitrary<(input: Uint8Array) => Uint8Array> = fc.oneof(
  place.map((at) => (input: Uint8Array) => input.slice(0, at % (input.length + 1))),
  fc.array(place, { maxLength: 4 }).map((bits) => (input: Uint8Array) => {
    const copy = input.slice();
    for (const bit of copy.length === 0 ? [] : bits) {
      const at = bit % (copy.length * 8);
      copy[at >> 3] = (copy[at >> 3] as number) ^ (1 << (at & 7));
    }
    return copy;
  }),
  fc.tuple(place, fc.uint8Array({ maxLength: 40 })).map(([at, extra]) => (input: Uint8Array) => {
    const cut = at % (input.length + 1);
    return Uint8Array.from([...input.subarray(0, cut), ...extra, ...input.subarray(cut)]);
  }),
  fc.uint8Array({ maxLength: 200 }).map((random) => () => random),
);

const CODES = new Set<string>(REJECTION_CODES);
const numRuns = Math.max(1, Math.ceil(CASES / decoders.length));

function expectTyped(answer: unknown): void {
  for (const item of Array.isArray(answer) ? answer : [answer]) {
    expect(item).toBeDefined();
    if (!isRejected(item)) continue;
    expect(CODES.has(item.code)).toBe(true);
    expect(item.sentence.length).toBeGreaterThan(0);
  }
}

describe('decoders of app state', () => {
  test.each(decoders)(
    '$name answers damaged bytes with a value or a typed rejection',
    (decoder) => {
      fc.assert(
        fc.property(decoder.valid, damage, (input, harm) => {
          const harmed = harm(input);
          const before = harmed.slice();
          expectTyped(decoder.decode(harmed));
          expect(harmed).toEqual(before);
        }),
        { seed: 51, numRuns },
      );
    },
  );

  test.each(decoders)('$name reads what is whole', (decoder) => {
    fc.assert(
      fc.property(decoder.valid, (input) => {
        for (const item of [decoder.decode(input)].flat()) expect(isRejected(item)).toBe(false);
      }),
      { seed: 52, numRuns: 40 },
    );
  });

  test.each(decoders)('$name refuses what is oversized', (decoder) => {
    expect(isRejected([decoder.decode(new Uint8Array(16 * 1024 * 1024 + 1))].flat()[0])).toBe(true);
  });

  test('no bit of a patch can be changed without notice', () => {
    fc.assert(
      fc.property(patch, place, (item, bit) => {
        const encoded = encodePatch(item);
        const before = applyPatch(STATE, item, item.mutations, keyOf, provider);
        const harmed = encoded.slice();
        const at = bit % (harmed.length * 8);
        harmed[at >> 3] = (harmed[at >> 3] as number) ^ (1 << (at & 7));
        const read = decodePatch(harmed);
        if (isRejected(read)) return;
        const after = applyPatch(STATE, read, read.mutations, keyOf, provider);
        if (after.kind === 'collection-applied') expect(after).toEqual(before);
      }),
      { seed: 53, numRuns: 300 },
    );
  });

  test('a value under another operation, key or index does not open', () => {
    const sealed = fc.tuple(anyMutation, bytes(16)).map(([mutation, iv]) => {
      return [sealMutation(mutation, KEY, iv, provider), mutation] as const;
    });
    fc.assert(
      fc.property(sealed, bytes(32), ([item, mutation], other) => {
        const opposite = item.operation === 'set' ? ('remove' as const) : ('set' as const);
        const altered: SealedMutation[] = [
          { ...item, operation: opposite },
          { ...item, keyId: testKey(2).keyId },
          { ...item, indexMac: other },
        ];
        for (const each of altered) {
          expect(openMutation(each, KEY.keys, provider)).toMatchObject({ code: 'bad-mac' });
        }
        const data = openMutation(item, KEY.keys, provider);
        expect(data).toMatchObject({ index: utf8ToBytes(indexOf(mutation.action)) });
      }),
      { seed: 54, numRuns: 100 },
    );
  });

  test('any text as an index is an index or none', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.json(),
      fc.array(fc.string()).map((parts) => JSON.stringify(['pin_v1', ...parts])),
    );
    fc.assert(
      fc.property(text, (index) => {
        const parsed = parseIndex(index);
        if (parsed !== undefined) expect(typeof parsed.kind).toBe('string');
      }),
      { seed: 55, numRuns: 300 },
    );
  });
});
