/**
 * Known answers of specification A.3 (made with Baileys' configureSuccessfulPairing, signatures
 * with 64 zero bytes as randomness) and A.6 (participant hash).
 */

import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { nobleProvider } from '../crypto/noble.ts';
import { acceptPairing, signCompanion } from './linking.ts';
import { participantHash } from './participant-hash.ts';

const PHONE = '28a393e86f23d2725cc39c25dd6d51d5d28716d65a4fafd00b8dee348cc8fe65';
const COMPANION = '809ab12e8b27314344b0527754d41e8041d5e7f3ca3674b555fcd24451208f51';
const SECRET = '1aa07722ca523fd47833fc3748492dcd1f7ae50beb3ede615a377d2e005ce19d';
const DEVICE_SIGNATURE =
  'f222570df07596e6084b04d350c172d0b5b351df80de289f5fda75537a03dbce' +
  '752c25798cfa4bf760ef7f64349bb93016e16246b9620255d843583356f6d282';
const IDENTITY_HMAC =
  '0a740a0e08f8acd191011080d2b88706180112208db6413271e84ca01a197dc2' +
  '25bcc8f94c6c9febe09addf278ed06cc55c25e421a40cb5c0d3bcd9c6f9c8825' +
  '9bee43add94d488def24c930655d8bfd8493d9ddddd62976698ee38220418b9a' +
  'a623db3234b6afaeaa6eab993c578859410c776bf08f12205d70fb60405992a5' +
  '01d3670b7a289c1118203218ce517fae7184218eeea9a385';
const SIGNED_LIST =
  '0a1208f8acd191011080d2b887061801220200011240749b2b1b4c3a8dd670fd' +
  '9e9d9e88ff88b5ca20c6094452578cbe850c2ab62ed5d55b70f35e81374dcbbe' +
  '4daec9d7bfc7abcbd7427c6186d93f13db244aed918d';

const Z = new Uint8Array(64);
const provider = nobleProvider;
const phone = provider.keyPair(hexToBytes(PHONE));
const companion = provider.keyPair(hexToBytes(COMPANION));
const advSecret = hexToBytes(SECRET);

describe('vector A.3', () => {
  test('the phone writes the identity, its MAC and the signed list', () => {
    const fresh = { rawId: 305_419_896, timestampS: 0, currentIndex: 0, validIndexes: [0] };
    const vouching = signCompanion(
      phone,
      fresh,
      { identityKey: companion.publicKey, advSecret },
      1_626_220_800,
      { account: Z, list: Z },
      provider,
    );
    expect(bytesToHex(vouching.deviceIdentity)).toBe(IDENTITY_HMAC);
    expect(bytesToHex(vouching.keyIndexList)).toBe(SIGNED_LIST);
    expect(vouching.keyIndex).toBe(1);
    expect(vouching.list.validIndexes).toEqual([0, 1]);
  });

  test('the companion accepts it and signs', () => {
    const outcome = acceptPairing(companion, advSecret, hexToBytes(IDENTITY_HMAC), Z, provider);
    if (outcome.kind !== 'pairing-accepted') throw new Error(outcome.problem);
    const inner = IDENTITY_HMAC.slice(4, 4 + 2 * 0x74);
    expect(bytesToHex(outcome.signedIdentity)).toBe(`${inner}2240${DEVICE_SIGNATURE}`);
    // The reply is the same without field 2, the account's key.
    const withoutKey = inner.slice(0, 32) + inner.slice(32 + 68);
    expect(bytesToHex(outcome.reply)).toBe(`${withoutKey}2240${DEVICE_SIGNATURE}`);
    expect(outcome).toMatchObject({ keyIndex: 1, rawId: 305_419_896, timestampS: 1_626_220_800 });
    expect(outcome.primaryKey).toEqual(phone.publicKey);
  });
});

test('vector A.6: the participant hash of three devices, in any order', () => {
  const devices = [
    '447700900123@s.whatsapp.net',
    '15551234567:1@s.whatsapp.net',
    '15551234567@s.whatsapp.net',
  ];
  expect(participantHash(devices, provider)).toBe('2:WbWKyPIQ');
  expect(participantHash([...devices].reverse(), provider)).toBe('2:WbWKyPIQ');
});
