/** What a security code and a scanned code tell, and what they refuse. */

import { describe, expect, test } from 'vitest';
import { opensslProvider } from '../crypto/openssl.ts';
import { isRejected } from '../errors.ts';
import { decodeFingerprints } from '../wire/fingerprints.ts';
import { compareQr, securityCode, verificationQr } from './safety-number.ts';

const provider = opensslProvider();
const key = (byte: number) => provider.keyPair(new Uint8Array(32).fill(byte)).publicKey;
const alice = { identifier: '15551230001', identityKeys: [key(1), key(2)] };
const bob = { identifier: '15551230002', identityKeys: [key(3)] };
const mallory = { ...bob, identityKeys: [key(9)] };
const bobWithGhost = { ...bob, identityKeys: [key(3), key(9)] };

function codeOf(answer: unknown): string {
  return isRejected(answer) ? answer.code : 'compared';
}

describe('a security code', () => {
  const code = securityCode(alice, bob, provider);

  test('is sixty digits', () => {
    expect(code).toMatch(/^[0-9]{60}$/);
  });

  test('changes with every device that is linked, removed or exchanged on either side', () => {
    const codes = [
      code,
      securityCode(alice, mallory, provider),
      securityCode(alice, bobWithGhost, provider),
      securityCode({ ...alice, identityKeys: [key(1)] }, bob, provider),
      securityCode({ ...alice, identifier: '15551230003' }, bob, provider),
    ];
    expect(new Set(codes).size).toBe(5);
  });
});

describe.each([0, 1] as const)('a scanned code of version %i', (version) => {
  const shown = verificationQr(version, bob, alice, provider);

  test('verifies two people who see each other’s true keys', () => {
    expect(compareQr(alice, bob, shown, provider)).toEqual({
      kind: 'qr-comparison',
      isRemoteSame: true,
      isLocalSame: true,
    });
  });

  test('shows which side is seen falsely', () => {
    expect(compareQr(alice, mallory, shown, provider)).toMatchObject({
      isRemoteSame: false,
      isLocalSame: true,
    });
    const misled = verificationQr(version, bob, { ...alice, identityKeys: [key(9)] }, provider);
    expect(compareQr(alice, bob, misled, provider)).toMatchObject({
      isRemoteSame: true,
      isLocalSame: false,
    });
    expect(compareQr(alice, bobWithGhost, shown, provider)).toMatchObject({ isRemoteSame: false });
  });

  test('verifies nobody when it is one’s own, or another number’s', () => {
    const own = verificationQr(version, alice, bob, provider);
    const answer = { isRemoteSame: false, isLocalSame: false };
    expect(compareQr(alice, bob, own, provider)).toMatchObject(answer);
    const renamed = { ...bob, identifier: '15551230009' };
    expect(compareQr(alice, renamed, shown, provider)).toMatchObject({ isRemoteSame: false });
  });
});

test('version 0 carries the keys, version 1 their hash', () => {
  const [plain, hashed] = ([0, 1] as const).map((version) =>
    decodeFingerprints(verificationQr(version, alice, bob, provider)),
  );
  expect(plain).toMatchObject({ version: 0, local: { keys: { length: 66 } } });
  expect(hashed).toMatchObject({ version: 1, local: { keys: { length: 64 } } });
});

test('other versions and codes without both accounts are refused', () => {
  const refused = (bytes: readonly number[]) =>
    codeOf(compareQr(alice, bob, Uint8Array.from(bytes), provider));
  expect(refused([0x08, 2])).toBe('unknown-version');
  expect(refused([])).toBe('malformed');
  expect(refused([0x08, 0, 0x12, 5, 0x0a, 1, 7, 0x12, 0])).toBe('malformed');
  expect(refused([0x08, 0, 0x12])).toBe('malformed');
});
