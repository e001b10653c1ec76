/**
 * The decoders of media, calls, verification codes and consistency metadata against damaged bytes:
 * a value or a typed rejection, never an exception, and the input as it was. The number of cases
 * comes from LOCKSTEP_FUZZ_CASES (5,000 by default), shared out evenly.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { compareHashes } from '../devices/consistency.ts';
import { isRejected } from '../errors.ts';
import { decryptMedia, encryptMedia } from '../messages/media-crypto.ts';
import type { MediaKind } from '../messages/media-keys.ts';
import { openMediaAnswer, openMediaRequest, sealMediaAnswer } from '../messages/media-retry.ts';
import { chunkCount, chunkRange, openMediaChunk } from '../messages/media-stream.ts';
import { protectRtp, srtpKeys, unprotectRtp } from '../messages/srtp.ts';
import { compareQr, verificationQr } from '../signal/safety-number.ts';
import { decodeContextInfo, encodeContextInfo } from './consistency.ts';
import { decodeFingerprints } from './fingerprints.ts';
import * as media from './media-messages.ts';
import { encodeRtp } from './rtp.ts';
import { damage, damaged, expectTyped } from './testing/damage.ts';

// biome-ignore lint/complexity/useLiteralKeys: index signatures are read with brackets here
const CASES = Number(process.env['LOCKSTEP_FUZZ_CASES'] ?? 5_000);

const provider = opensslProvider();
const key = new Uint8Array(32).fill(0x41);
const iv = new Uint8Array(12).fill(0x42);
const SALT = new Uint8Array(14).fill(0x43);
const ID = '3EB0AA';
const KINDS: readonly MediaKind[] = ['image', 'video', 'audio', 'document'];

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const TEXT = new Uint8Array(40).fill(0x44);
const FILM = encryptMedia('video', key, TEXT, provider);

const some = (maxLength: number) => fc.uint8Array({ maxLength });
const uint32 = fc.nat({ max: 0xffff_ffff });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const view = {
  timestampS: 7,
  validIndexes: [0, 1],
  devices: [
    { keyIndex: 0, identityKey: key },
    { keyIndex: 1, identityKey: key },
  ],
};
const half = fc.record({
  keyHash: maybe(fc.oneof(bytes(10), bytes(8), some(40))),
  timestampS: maybe(fc.oneof(fc.constant(7), fc.maxSafeNat())),
  keyIndexes: maybe(fc.array(fc.nat({ max: 3 }), { maxLength: 6 })),
});

interface Decoder {
  readonly name: string;
  readonly valid: fc.Arbitrary<Uint8Array>;
  readonly decode: (input: Uint8Array) => unknown;
  /** What `decode` accepts at least of undamaged input, of 100. */
  readonly opensMin: number;
}

const reference = fc.record({
  mimetype: fc.string(),
  fileSha256: bytes(32),
  fileLength: fc.maxSafeNat(),
  mediaKey: bytes(32),
  fileEncSha256: bytes(32),
  directPath: fc.string(),
});

const srtp = srtpKeys({ masterKey: key.slice(16), masterSalt: SALT }, provider);
const verified = { identifier: '15551230001', identityKeys: [key] };

const decoders: readonly Decoder[] = [
  ...(['image', 'document', 'audio', 'video'] as const).map(
    (kind): Decoder => ({
      name: `${kind} message`,
      valid: reference.map((fields) => media.encodeMediaMessage(kind, fields)),
      decode: (input) => {
        const fields = media.decodeMediaMessage(kind, input);
        return isRejected(fields) ? fields : media.mediaReference(fields);
      },
      opensMin: 100,
    }),
  ),
  {
    name: 'MediaRetryNotification',
    valid: fc
      .record({ directPath: fc.string(), result: fc.constantFrom(...media.MEDIA_RETRY_RESULTS) })
      .map((answer) => media.encodeMediaRetryNotification({ stanzaId: ID, ...answer })),
    decode: (input) => [
      media.decodeMediaRetryNotification(input),
      media.decodeServerErrorReceipt(input),
    ],
    opensMin: 100,
  },
  {
    name: 'sealed media retry',
    valid: fc.string().map((directPath) => {
      const answer = { stanzaId: ID, directPath, result: 'success' as const };
      return sealMediaAnswer(key, answer, iv, provider).ciphertext;
    }),
    decode: (input) => [
      openMediaAnswer(key, ID, { ciphertext: input, iv }, provider),
      openMediaRequest(key, ID, { ciphertext: input, iv: input.slice(0, 12) }, provider),
    ],
    opensMin: 100,
  },
  {
    name: 'encrypted file',
    valid: fc.constant(FILM.file),
    decode: (input) =>
      KINDS.map((kind) => {
        // A message that promises just this file leaves the refusal to MAC and padding.
        const hashes = { fileSha256: FILM.fileSha256, fileEncSha256: provider.sha256(input) };
        return decryptMedia(kind, key, input, hashes, provider);
      }),
    opensMin: 100,
  },
  {
    name: 'chunk of a film',
    valid: fc.constant(FILM.file),
    decode: (input) => {
      const chunk = { index: 0, fileBytes: input.length, bytes: input };
      return openMediaChunk('video', key, chunk, FILM.sidecar ?? key, provider);
    },
    opensMin: 100,
  },
  {
    name: 'protected media packet',
    valid: fc
      .record({
        isMarked: fc.boolean(),
        payloadType: fc.nat({ max: 127 }),
        sequence: fc.nat({ max: 65_535 }),
        timestamp: uint32,
        streamNumber: uint32,
      })
      .chain((header) => some(60).map((payload) => encodeRtp(header, payload)))
      .map((packet) => protectRtp(srtp, packet, 3, provider)),
    decode: (input) => unprotectRtp(srtp, input, 3, provider),
    opensMin: 100,
  },
  {
    name: 'MessageContextInfo',
    valid: fc.record({ sender: maybe(half), recipient: maybe(half) }).map(encodeContextInfo),
    decode: (input) => {
      const metadata = decodeContextInfo(input);
      if (metadata === undefined) return 'none';
      return isRejected(metadata) ? metadata : compareHashes(metadata.sender, view, provider);
    },
    opensMin: 40,
  },
  {
    name: 'CombinedFingerprint',
    valid: fc.constant(verificationQr(0, verified, verified, provider)),
    decode: (input) => {
      const code = decodeFingerprints(input);
      // The hash of version 1 takes milliseconds: the decoder alone is under test there.
      if (isRejected(code) || code.version === 1) return code;
      return compareQr(verified, verified, input, provider);
    },
    opensMin: 100,
  },
];

const numRuns = Math.max(1, Math.ceil(CASES / decoders.length));
const cases = decoders.map((decoder, index) => [decoder.name, index, decoder] as const);

describe('decoders of media, calls and codes', () => {
  test.each(cases)('%s (%i) answers damaged bytes with a value or a rejection', (_, index, it) => {
    fc.assert(
      fc.property(it.valid, damage, (input, how) => {
        const given = damaged(input, how);
        const before = given.slice();
        expectTyped(it.decode(given));
        expect(Buffer.compare(given, before)).toBe(0);
      }),
      { seed: 400 + index, numRuns },
    );
  });

  test.each(cases)('%s (%i) accepts what is well formed', (_, index, it) => {
    const opened = fc
      .sample(it.valid, { seed: 500 + index, numRuns: 100 })
      .filter((input) => [it.decode(input)].flat().some((answer) => !isRejected(answer)));
    expect(opened.length).toBeGreaterThanOrEqual(it.opensMin);
  });

  test('a chunk number from outside never reaches bytes beyond the file', () => {
    const { file, sidecar = key } = encryptMedia('video', key, new Uint8Array(70_000), provider);
    const places = fc.record({ index: fc.integer(), fileBytes: fc.nat({ max: 200_000 }) });
    fc.assert(
      fc.property(places, ({ index, fileBytes }) => {
        const within = index >= 0 && index < chunkCount(fileBytes);
        const { start, end } = within ? chunkRange(index, fileBytes) : { start: 0, end: 10 };
        const chunk = { index, fileBytes, bytes: file.slice(start, end) };
        expectTyped(openMediaChunk('video', key, chunk, sidecar, provider));
      }),
      { seed: 600, numRuns: 300 },
    );
  });
});
