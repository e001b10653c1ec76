import { describe, expect, test } from 'vitest';
import { nobleProvider } from '../crypto/noble.ts';
import { assert, isRejected } from '../errors.ts';
import * as adv from '../wire/adv.ts';
import { base64, fromBase64 } from './base64.ts';
import { acceptPairing, nextListTimestampS, parseQr, qrText, signCompanion } from './linking.ts';

const provider = nobleProvider;
const seed = (byte: number) => new Uint8Array(32).fill(byte);
const phone = provider.keyPair(seed(1));
const companion = provider.keyPair(seed(2));
const other = provider.keyPair(seed(3));
const advSecret = seed(4);
const Z = new Uint8Array(64).fill(9);
const LIST = { rawId: 77, timestampS: 1_000, currentIndex: 2, validIndexes: [0, 2] };

function vouch(target = companion, secret = advSecret) {
  return signCompanion(
    phone,
    LIST,
    { identityKey: target.publicKey, advSecret: secret },
    1_001,
    { account: Z, list: Z },
    provider,
  );
}

const accept = (bytes: Uint8Array) => acceptPairing(companion, advSecret, bytes, Z, provider);

/** The vouching with its inner structure changed and a right HMAC over the change. */
function altered(
  change: (inner: adv.SignedDeviceIdentity) => adv.SignedDeviceIdentity,
): Uint8Array {
  const outer = adv.decodeSignedDeviceIdentityHmac(vouch().deviceIdentity);
  assert(!isRejected(outer), 'our own structure decodes');
  const inner = adv.decodeSignedDeviceIdentity(outer.details);
  assert(!isRejected(inner), 'our own structure decodes');
  const details = adv.encodeSignedDeviceIdentity(change(inner));
  return adv.encodeSignedDeviceIdentityHmac({
    details,
    hmac: provider.mac(advSecret, details, 32),
  });
}

describe('the linking code', () => {
  const content = { reference: '2@ref', transportKey: seed(5), identityKey: seed(6), advSecret };

  test('comes back from its text', () => {
    expect(parseQr(qrText(content))).toEqual({ kind: 'qr-content', ...content });
  });

  test.each([
    ['nothing', ''],
    ['too few parts', 'ref,AAAA'],
    ['too many parts', `${qrText(content)},x`],
    ['a short key', `ref,${base64(seed(5).subarray(1))},${base64(seed(6))},${base64(seed(7))}`],
    ['no reference', qrText({ ...content, reference: '' })],
    ['base64 with stray bits', qrText(content).replace(/.=$/, 'F=')],
  ])('is refused with %s', (_, text) => {
    expect(parseQr(text)).toMatchObject({ kind: 'rejected', code: 'malformed' });
  });

  test('base64 is that of the platform', () => {
    for (let length = 0; length < 40; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 73 + length) & 255);
      expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(fromBase64(base64(bytes))).toEqual(bytes);
    }
    expect(fromBase64('AB=C')).toBeUndefined();
    expect(fromBase64('====')).toBeUndefined();
  });
});

describe('vouching', () => {
  test('gives the next key index and a list with it', () => {
    expect(vouch()).toMatchObject({
      keyIndex: 3,
      list: { rawId: 77, timestampS: 1_001, currentIndex: 3, validIndexes: [0, 2, 3] },
    });
  });

  test('time stamps of lists grow even when the clock does not', () => {
    expect(nextListTimestampS(1_000, 2_000_999_999)).toBe(2_000);
    expect(nextListTimestampS(1_000, 1_000_000_000)).toBe(1_001);
    expect(nextListTimestampS(1_000, 5)).toBe(1_001);
  });
});

describe('the companion', () => {
  test('accepts what its own code led to', () => {
    expect(accept(vouch().deviceIdentity)).toMatchObject({
      kind: 'pairing-accepted',
      keyIndex: 3,
      rawId: 77,
      primaryKey: phone.publicKey,
    });
  });

  test('refuses a vouching from somebody who did not see the code', () => {
    const outcome = accept(vouch(companion, seed(8)).deviceIdentity);
    expect(outcome).toMatchObject({ problem: 'hmac-mismatch', code: 401 });
  });

  test('checks the HMAC before anything inside is read', () => {
    const nonsense = adv.encodeSignedDeviceIdentityHmac({ details: seed(1), hmac: seed(2) });
    expect(accept(nonsense)).toMatchObject({ problem: 'hmac-mismatch' });
  });

  test('refuses a signature for another companion, or by another key', () => {
    expect(accept(vouch(other).deviceIdentity)).toMatchObject({
      problem: 'signature-mismatch',
      code: 401,
    });
    const swapped = altered((inner) => ({ ...inner, accountSignatureKey: other.publicKey }));
    expect(accept(swapped)).toMatchObject({ problem: 'signature-mismatch' });
  });

  test('refuses structures that lack a part', () => {
    expect(accept(new Uint8Array([1]))).toMatchObject({ problem: 'malformed', code: 500 });
    const keyless = altered((inner) => ({ ...inner, accountSignatureKey: undefined }));
    expect(accept(keyless)).toMatchObject({ problem: 'malformed' });
  });
});
