/** Film and sound opened in parts, before all of it is there. */

import { describe, expect, test } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { isRejected } from '../errors.ts';
import { encryptMedia } from './media-crypto.ts';
import { chunkCount, chunkRange, openMediaChunk } from './media-stream.ts';

const provider = opensslProvider();
const key = new Uint8Array(32).fill(0x21);
const CHUNK = 65_536;

function film(length: number) {
  const text = Uint8Array.from({ length }, (_, index) => (index * 7) % 251);
  const { file, sidecar } = encryptMedia('video', key, text, provider);
  if (sidecar === undefined) throw new Error('a film has a sidecar');
  const open = (index: number, bytes?: Uint8Array) => {
    const { start, end } = chunkRange(index, file.length);
    const chunk = { index, fileBytes: file.length, bytes: bytes ?? file.slice(start, end) };
    return openMediaChunk('video', key, chunk, sidecar, provider);
  };
  return { text, file, sidecar, open };
}

function codeOf(answer: unknown): string {
  return isRejected(answer) ? answer.code : 'opened';
}

describe('a chunk', () => {
  test.each([0, 1, 1_000, CHUNK - 17, CHUNK - 16, CHUNK - 1, CHUNK, 2 * CHUNK - 16, 150_000])(
    'of a film of %i bytes opens alone, and all of them joined are the film',
    (length) => {
      const { text, file, open } = film(length);
      const parts: Uint8Array[] = [];
      // Backwards: no chunk needs the one before it.
      for (let index = chunkCount(file.length) - 1; index >= 0; index -= 1) {
        const part = open(index);
        if (isRejected(part)) throw new Error(part.sentence);
        parts.unshift(part);
      }
      expect(Buffer.concat(parts).equals(text)).toBe(true);
    },
  );

  test('has ten bytes in the sidecar, one more when only the MAC crosses into it', () => {
    for (const [length, count] of [
      [0, 1],
      [CHUNK - 17, 1],
      [CHUNK - 16, 2],
      [150_000, 3],
    ] as const) {
      const { file, sidecar } = film(length);
      expect(chunkCount(file.length)).toBe(count);
      expect(sidecar).toHaveLength(count * 10);
    }
  });

  test('is refused when a bit of it or of the sixteen bytes before it is altered', () => {
    const { file, open } = film(150_000);
    const { start, end } = chunkRange(1, file.length);
    expect([start, end]).toEqual([CHUNK - 16, 2 * CHUNK]);
    for (const at of [0, 15, 16, 40_000, CHUNK + 15]) {
      const bytes = file.slice(start, end);
      bytes[at] = (bytes[at] as number) ^ 4;
      expect(codeOf(open(1, bytes))).toBe('bad-mac');
    }
  });

  test('is refused in the place of another', () => {
    const { file, open } = film(3 * CHUNK);
    const { start, end } = chunkRange(1, file.length);
    expect(codeOf(open(2, file.slice(start, end)))).toBe('bad-mac');
  });

  test('is malformed when lengths, index and sidecar do not fit together', () => {
    const { file, sidecar } = film(150_000);
    const whole = { index: 0, fileBytes: file.length, bytes: file.slice(0, CHUNK) };
    const broken = [
      { ...whole, index: 3 },
      { ...whole, index: -1 },
      { ...whole, index: 0.5 },
      { ...whole, fileBytes: file.length - 1 },
      { ...whole, fileBytes: 10 },
      { ...whole, bytes: file.slice(0, CHUNK - 1) },
    ];
    for (const chunk of broken) {
      expect(codeOf(openMediaChunk('video', key, chunk, sidecar, provider))).toBe('malformed');
    }
    const short = sidecar.slice(0, 20);
    expect(codeOf(openMediaChunk('video', key, whole, short, provider))).toBe('malformed');
    expect(codeOf(openMediaChunk('video', key, whole, sidecar, provider))).toBe('opened');
    expect(codeOf(openMediaChunk('audio', key, whole, sidecar, provider))).toBe('bad-mac');
  });
});
