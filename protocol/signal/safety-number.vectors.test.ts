/**
 * Known answers of security codes: specification A.6 (several devices), A.7 (libsignal's own, with
 * the keys of its fingerprint.rs), and libsignal itself for random single keys.
 */

import { Fingerprint, PublicKey } from '@signalapp/libsignal-client';
import { describe, expect, test } from 'vitest';
import { backEnds, bytes } from '../crypto/testing/back-ends.ts';
import { serialiseKey } from './keys.ts';
import { securityCode } from './safety-number.ts';

const ALICE_KEY = bytes('9457bab53c506f66a28de9a9cd9ef2185a895aa30bb9c1cff58ca2da5c07c337');
const BOB_KEY = bytes('e13f8244f481a791ec818342cd2f806f36f0742ec0140b5c090c4e1d1816e232');
const COMPANION_PRIVATE = '809ab12e8b27314344b0527754d41e8041d5e7f3ca3674b555fcd24451208f51';

describe.each(backEnds)('$name', (provider) => {
  const companion = provider.keyPair(bytes(COMPANION_PRIVATE)).publicKey;
  const alice = { identifier: '14152222222', identityKeys: [ALICE_KEY] };
  const bob = { identifier: '14153333333', identityKeys: [BOB_KEY] };

  test('A.6: one device each, the same on both sides', () => {
    const code = '660262757016348929684709292816983693707742866567696870719486';
    expect(securityCode(alice, bob, provider)).toBe(code);
    expect(securityCode(bob, alice, provider)).toBe(code);
  });

  test('A.6: a companion changes its account’s half, in any order of keys', () => {
    const code = '660262757016348929684709292816667249689000691794443791914392';
    for (const identityKeys of [
      [BOB_KEY, companion],
      [companion, BOB_KEY],
    ]) {
      expect(securityCode(alice, { ...bob, identityKeys }, provider)).toBe(code);
    }
  });

  test("A.7: libsignal's own", () => {
    const one = {
      identifier: '+14152222222',
      identityKeys: [bytes('06863bc66d02b40d27b8d49ca7c09e9239236f9d7d25d6fcca5ce13c7064d868')],
    };
    const other = {
      identifier: '+14153333333',
      identityKeys: [bytes('f781b6fb32fed9ba1cf2de978d4d5da28dc34046ae814402b5c0dbd96fda907b')],
    };
    expect(securityCode(one, other, provider)).toBe(
      '300354477692869396892869876765458257569162576843440918079131',
    );
  });

  test('libsignal shows the same for other keys and numbers', () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const sides = ['4917000000', '15551230'].map((prefix, index) => ({
        identifier: `${prefix}${seed}`,
        identityKeys: [provider.keyPair(new Uint8Array(32).fill(seed * 2 + index)).publicKey],
      }));
      const [local, remote] = sides as [typeof alice, typeof bob];
      const native = ({ identityKeys: [key = new Uint8Array(0)] }: typeof alice) =>
        PublicKey.deserialize(Buffer.from(serialiseKey(key)));
      const theirs = Fingerprint.new(
        5_200,
        2,
        Buffer.from(local.identifier),
        native(local),
        Buffer.from(remote.identifier),
        native(remote),
      );
      const code = theirs.displayableFingerprint().toString();
      expect(securityCode(local, remote, provider)).toBe(code);
    }
  });
});
