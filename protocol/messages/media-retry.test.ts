/** Asking for a file again, and being answered, without anyone else being able to do either. */

import { describe, expect, test } from 'vitest';
import { backEnds } from '../crypto/testing/back-ends.ts';
import { InvariantError, isRejected } from '../errors.ts';
import { MEDIA_RETRY_RESULTS } from '../wire/media-messages.ts';
import {
  openMediaAnswer,
  openMediaRequest,
  sealMediaAnswer,
  sealMediaRequest,
} from './media-retry.ts';

const key = new Uint8Array(32).fill(0x31);
const other = new Uint8Array(32).fill(0x32);
const iv = new Uint8Array(12).fill(0x33);
const ID = '3EB0C0FFEE';
const PATH = '/v/t62.7118-24/file.enc';

function codeOf(answer: unknown): string {
  return isRejected(answer) ? answer.code : 'opened';
}

describe.each(backEnds)('over $name', (provider) => {
  const request = sealMediaRequest(key, ID, iv, provider);

  test('a request opens for its message and its key only', () => {
    expect(openMediaRequest(key, ID, request, provider)).toBe(ID);
    expect(codeOf(openMediaRequest(key, '3EB0C0FFEF', request, provider))).toBe('bad-mac');
    expect(codeOf(openMediaRequest(other, ID, request, provider))).toBe('bad-mac');
    // 12 bytes of plaintext: tag, length and ten characters; then the GCM tag.
    expect(request.ciphertext).toHaveLength(28);
  });

  test('an answer says where the file lies now, or why not', () => {
    for (const result of MEDIA_RETRY_RESULTS) {
      const directPath = result === 'success' ? PATH : undefined;
      const answer = { stanzaId: ID, directPath, result };
      const sealed = sealMediaAnswer(key, answer, iv, provider);
      expect(openMediaAnswer(key, ID, sealed, provider)).toEqual({
        kind: 'media-retry',
        ...answer,
      });
      expect(codeOf(openMediaAnswer(key, '3EB0C0FFEF', sealed, provider))).toBe('bad-mac');
    }
  });

  test('an answer under the key that names another message inside is refused', () => {
    const aad = new TextEncoder().encode(ID);
    const [retryKey] = provider.hkdf(key, undefined, 'WhatsApp Media Retry Notification', [32]);
    const seal = (plaintext: number[]) => ({
      ciphertext: provider.gcmEncrypt(retryKey as Uint8Array, iv, aad, Uint8Array.from(plaintext)),
      iv,
    });
    const elsewhere = seal([0x0a, 1, 0x41, 0x18, 2]);
    expect(codeOf(openMediaAnswer(key, ID, elsewhere, provider))).toBe('bad-content');
    expect(codeOf(openMediaRequest(key, ID, elsewhere, provider))).toBe('bad-content');
    const unknown = seal([0x0a, 1, 0x41, 0x18, 4]);
    const pathless = seal([0x0a, 1, 0x41, 0x18, 1]);
    const nameless = seal([0x18, 2]);
    for (const sealed of [unknown, pathless, nameless]) {
      expect(codeOf(openMediaAnswer(key, ID, sealed, provider))).toBe('malformed');
    }
  });

  test('a vector of a wrong length is malformed from outside and a bug inside', () => {
    const short = { ...request, iv: iv.slice(1) };
    expect(codeOf(openMediaRequest(key, ID, short, provider))).toBe('malformed');
    expect(() => sealMediaRequest(key, ID, iv.slice(1), provider)).toThrow(InvariantError);
    const cut = { ...request, ciphertext: request.ciphertext.slice(0, 15) };
    expect(codeOf(openMediaRequest(key, ID, cut, provider))).toBe('bad-mac');
  });
});
