/**
 * Call media: what protection promises and refuses, and how packets find their rollover counter.
 */

import { describe, expect, test } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { InvariantError, isRejected } from '../errors.ts';
import { decodeRtpHeader, encodeRtp } from '../wire/rtp.ts';
import { masterKeysOf, streamNumberOf } from './call-keys.ts';
import { protectRtp, rolloverOf, srtpKeys, unprotectRtp } from './srtp.ts';

const provider = opensslProvider();
const callKey = new Uint8Array(32).fill(0x77);
const ALICE = '15551230001:2@s.whatsapp.net';
const BOB = '15551230002@s.whatsapp.net';
const payload = new Uint8Array(80).fill(0x42);
const header = {
  isMarked: true,
  payloadType: 120,
  sequence: 65_535,
  timestamp: 4_000_000_000,
  streamNumber: 3_735_928_559,
};
const packet = encodeRtp(header, payload);
const keysOf = (device: string) => srtpKeys(masterKeysOf(callKey, device, provider), provider);
const keys = keysOf(ALICE);

function codeOf(answer: unknown): string {
  return isRejected(answer) ? answer.code : 'opened';
}

describe('keys of a call', () => {
  test('differ by device, and all that hold the call key derive them', () => {
    expect(keysOf(BOB)).not.toEqual(keys);
    expect(keysOf(ALICE)).toEqual(keys);
    const other = new Uint8Array(32).fill(0x78);
    expect(masterKeysOf(other, ALICE, provider)).not.toEqual(
      masterKeysOf(callKey, ALICE, provider),
    );
  });

  test('are made of 32 bytes', () => {
    expect(() => masterKeysOf(callKey.slice(1), ALICE, provider)).toThrow(InvariantError);
  });

  test('stream numbers differ by call, stream and device, and take four bytes', () => {
    const id = '0123456789ABCDEF0123456789ABCDEF';
    const numbers = [
      streamNumberOf(id, 0, ALICE, provider),
      streamNumberOf(id, 1, ALICE, provider),
      streamNumberOf(id, 0, BOB, provider),
      streamNumberOf(`F${id.slice(1)}`, 0, ALICE, provider),
    ];
    expect(new Set(numbers).size).toBe(4);
    for (const number of numbers) expect(number >>> 0).toBe(number);
    expect(streamNumberOf(id, 0, ALICE, provider)).toBe(numbers[0]);
  });

  test('the counter enters the stream number with its low byte first', () => {
    const id = 'AA';
    const salt = Uint8Array.of(1, 0, 0, 0);
    const [bytes] = provider.hkdf(Uint8Array.of(0x41, 0x41), salt, ALICE, [4]);
    const [a = 0, b = 0, c = 0, d = 0] = bytes ?? [];
    expect(streamNumberOf(id, 1, ALICE, provider)).toBe(a + b * 256 + c * 65_536 + d * 16_777_216);
  });
});

describe('a protected packet', () => {
  test('leaves its header readable, hides its payload and is ten bytes longer', () => {
    const sealed = protectRtp(keys, packet, 7, provider);
    expect(sealed).toHaveLength(packet.length + 10);
    expect(sealed.slice(0, 12)).toEqual(packet.slice(0, 12));
    expect(sealed.slice(12, 92)).not.toEqual(payload);
    expect(unprotectRtp(keys, sealed, 7, provider)).toEqual(packet);
  });

  test('is refused after any altered bit', () => {
    const sealed = protectRtp(keys, packet, 7, provider);
    for (let at = 1; at < sealed.length; at += 1) {
      const altered = sealed.slice();
      altered[at] = (altered[at] as number) ^ 1;
      expect(codeOf(unprotectRtp(keys, altered, 7, provider)), `byte ${at}`).toBe('bad-mac');
    }
  });

  test('is refused under another rollover counter and under another device’s keys', () => {
    const sealed = protectRtp(keys, packet, 7, provider);
    expect(codeOf(unprotectRtp(keys, sealed, 6, provider))).toBe('bad-mac');
    expect(codeOf(unprotectRtp(keysOf(BOB), sealed, 7, provider))).toBe('bad-mac');
  });

  test('never repeats its key stream over streams, rollovers and sequence numbers', () => {
    const streams = [
      protectRtp(keys, packet, 7, provider),
      protectRtp(keys, packet, 8, provider),
      protectRtp(keys, encodeRtp({ ...header, sequence: 65_534 }, payload), 7, provider),
      protectRtp(keys, encodeRtp({ ...header, streamNumber: 1 }, payload), 7, provider),
    ];
    expect(new Set(streams.map((sealed) => sealed.slice(12, 92).join())).size).toBe(4);
  });

  test('is malformed when cut off', () => {
    const sealed = protectRtp(keys, packet, 0, provider);
    for (const length of [0, 9, 12, 21]) {
      expect(codeOf(unprotectRtp(keys, sealed.slice(0, length), 0, provider))).toBe('malformed');
    }
    expect(codeOf(unprotectRtp(keys, sealed.slice(0, 22), 0, provider))).toBe('bad-mac');
  });

  test('keeps contributing sources and an extension readable', () => {
    const long = new Uint8Array(12 + 8 + 4 + 4 + 5).fill(9);
    long[0] = 0x92; // two sources and an extension of one word
    long.set([0, 0, 0, 1], 20);
    const sealed = protectRtp(keys, long, 0, provider);
    expect(sealed.slice(0, 28)).toEqual(long.slice(0, 28));
    expect(unprotectRtp(keys, sealed, 0, provider)).toEqual(long);
  });
});

describe('a packet header', () => {
  test('reads as it was written', () => {
    expect(decodeRtpHeader(packet)).toEqual({ kind: 'rtp-header', ...header, headerBytes: 12 });
  });

  test('is refused when of another version or longer than its packet', () => {
    const other = packet.slice();
    other[0] = 0x40;
    const sources = packet.slice(0, 20);
    sources[0] = 0x83;
    const extension = packet.slice(0, 16);
    extension[0] = 0x90;
    const noWord = packet.slice(0, 14);
    noWord[0] = 0x90;
    for (const bytes of [other, sources, extension, noWord, packet.slice(0, 11)]) {
      expect(codeOf(decodeRtpHeader(bytes))).toBe('malformed');
    }
  });
});

describe('the rollover counter', () => {
  test('is 0 for the first packet', () => {
    expect(rolloverOf(undefined, 60_000)).toBe(0);
  });

  test.each([
    [3, 65_535, 0, 4],
    [3, 65_535, 65_534, 3],
    [4, 0, 65_535, 3],
    [4, 100, 32_000, 4],
    [4, 40_000, 7_232, 4],
    [4, 40_000, 7_231, 5],
    [4, 10, 32_778, 4],
    [4, 10, 32_779, 3],
  ])('after %i and %i, sequence %i has %i', (rollover, sequence, next, expected) => {
    expect(rolloverOf({ rollover, sequence }, next)).toBe(expected);
  });

  test('does not go below the first or beyond the last', () => {
    expect(rolloverOf({ rollover: 0, sequence: 5 }, 65_000)).toBeUndefined();
    expect(rolloverOf({ rollover: 2 ** 32 - 1, sequence: 65_000 }, 5)).toBeUndefined();
  });
});
