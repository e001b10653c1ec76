import { describe, expect, test } from 'vitest';
import { nobleProvider } from '../crypto/noble.ts';
import { type AdvQuestion, checkAdv } from './adv-check.ts';
import type { DeviceListRecord } from './device-list.ts';
import { acceptPairing, signCompanion } from './linking.ts';

const provider = nobleProvider;
const key = (byte: number) => provider.keyPair(new Uint8Array(32).fill(byte));
const phone = key(1);
const companion = key(2);
const mallory = key(3);
const USER = '15551230001@s.whatsapp.net';
const DEVICE = '15551230001:4@s.whatsapp.net';
const Z = new Uint8Array(64);

/** The proof a companion carries: key index 3, account 77, signed at second 1,001. */
function proofOf(by = phone, device = companion, rawId = 77): Uint8Array {
  const secret = new Uint8Array(32);
  const last = { rawId, timestampS: 1_000, currentIndex: 2, validIndexes: [0, 1, 2] };
  const target = { identityKey: device.publicKey, advSecret: secret };
  const vouching = signCompanion(by, last, target, 1_001, { account: Z, list: Z }, provider);
  const outcome = acceptPairing(device, secret, vouching.deviceIdentity, Z, provider);
  if (outcome.kind !== 'pairing-accepted') throw new Error(outcome.problem);
  return outcome.signedIdentity;
}

const list: DeviceListRecord = {
  kind: 'device-list',
  user: USER,
  rawId: 77,
  timestampS: 1_001,
  currentIndex: 3,
  validIndexes: [0, 1, 2, 3],
  devices: [
    { id: 0, keyIndex: 0 },
    { id: 4, keyIndex: 3 },
  ],
};
const question: AdvQuestion = {
  device: DEVICE,
  deviceIdentity: proofOf(),
  identityKey: companion.publicKey,
  primaryIdentity: phone.publicKey,
  knownIdentity: undefined,
  list,
};
const check = (change: Partial<AdvQuestion>) => checkAdv({ ...question, ...change }, provider);
const failure = { kind: 'refused', rejection: { code: 'adv-failure' } };

describe('the ADV check', () => {
  test('accepts a listed companion and changes nothing', () => {
    expect(check({})).toEqual({
      kind: 'accepted',
      pin: undefined,
      record: undefined,
      isReset: false,
      needsSync: false,
    });
  });

  test('accepts a known identity without looking at signatures', () => {
    const altered = proofOf().slice();
    altered[altered.length - 1] = (altered[altered.length - 1] as number) ^ 1;
    const { publicKey } = companion;
    expect(check({ deviceIdentity: altered, knownIdentity: publicKey }).kind).toBe('accepted');
    expect(check({ deviceIdentity: altered })).toMatchObject(failure);
  });

  test('pins the account key when none is pinned, after its signatures held', () => {
    expect(check({ primaryIdentity: undefined })).toMatchObject({ pin: phone.publicKey });
    const forged = check({ primaryIdentity: undefined, identityKey: mallory.publicKey });
    expect(forged).toMatchObject(failure);
  });

  test('refuses another account key than the pinned one', () => {
    expect(check({ deviceIdentity: proofOf(mallory) })).toMatchObject(failure);
    const known = { deviceIdentity: proofOf(mallory), knownIdentity: companion.publicKey };
    expect(check(known)).toMatchObject(failure);
  });

  test('refuses a proof made for another companion', () => {
    expect(check({ identityKey: mallory.publicKey })).toMatchObject(failure);
  });

  test('calls a missing or broken proof malformed', () => {
    const malformed = { kind: 'refused', rejection: { code: 'malformed' } };
    expect(check({ deviceIdentity: undefined })).toMatchObject(malformed);
    expect(check({ deviceIdentity: new Uint8Array([9]) })).toMatchObject(malformed);
  });

  test('adds a companion ahead of the list held', () => {
    const behind = {
      ...list,
      currentIndex: 2,
      validIndexes: [0, 1, 2],
      devices: list.devices.slice(0, 1),
    };
    expect(check({ list: behind })).toMatchObject({
      kind: 'accepted',
      record: { devices: list.devices, currentIndex: 2 },
    });
  });

  test('refuses an index that was taken out of the list, and asks for the list', () => {
    const without = { ...list, validIndexes: [0, 1, 2], devices: list.devices.slice(0, 1) };
    expect(check({ list: without })).toMatchObject({ ...failure, needsSync: true });
  });

  test('starts a record where none is held, and asks for the list', () => {
    expect(check({ list: undefined })).toMatchObject({
      kind: 'accepted',
      needsSync: true,
      isReset: false,
      record: { user: USER, rawId: 77, devices: list.devices, validIndexes: [0] },
    });
  });

  test('resets the record for a newer registration and refuses an older one', () => {
    const other = { ...list, rawId: 5, timestampS: 1_000 };
    expect(check({ list: other })).toMatchObject({ isReset: true, record: { rawId: 77 } });
    expect(check({ list: { ...other, timestampS: 1_001 } })).toMatchObject({
      ...failure,
      needsSync: true,
    });
  });
});
