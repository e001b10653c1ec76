/** The app-state vectors of specification A.4: one mute, set and overwritten, in two patches. */

import { describe, expect, test } from 'vitest';
import { backEnds, bytes, hexOf } from '../../crypto/testing/back-ends.ts';
import { encodeMutation } from './action-codec.ts';
import { indexOf, mutationOf } from './actions.ts';
import { emptyHead, patchMacOf, snapshotMacOf } from './collection.ts';
import { mutationKeys } from './keys.ts';
import { changeLtHash } from './lt-hash.ts';
import { indexMacOf, openMutation, sealMutation, valueMacOf } from './mutation.ts';

const KEY_DATA = '6393ccfc3460da3d18870a7c757d2c0bcd8044ce307302da9d594b821260d34d';
const KEY_ID = '000000000001';
const IV = 'da6ee33b5467c8074e03fe98a5467c28';
const OVERWRITE_IV = '0a3eb1c8bc5728ba4386e514249d5dad';
const INDEX = '["mute","15551234567@s.whatsapp.net"]';
const DATA =
  '0a255b226d757465222c22313535353132333435363740732e77686174736170702e6e6574225d' +
  '12120880d0c092aa2f22090801108088dabbaa2f1a002002';
const INDEX_MAC = '193419f9167e6f4e580771049abacedbd1d84ed85b6a66820141dc13b531c81e';
const VALUE_MAC = '96da3a4e669179e79c9e8cc73c778106fac865be91b74e0be44ea1e97d4dcfe1';
const VALUE_BLOB =
  'da6ee33b5467c8074e03fe98a5467c286f6a0738c21d305389308ca54f83267bd79fdff141b202c5' +
  '669b7abfcf1bab651a65461ff32563f5da311cd3547619e8e12197f387cb9ed462d88e8a071f42a2' +
  '96da3a4e669179e79c9e8cc73c778106fac865be91b74e0be44ea1e97d4dcfe1';
const LT_HASH_1 =
  'b649ebaa4e194543d2e21ed2511315cef42766c35c264d9a37a96cca5b29271a7d8dd48dab36a48a' +
  '513ca4fbe75be8249e19857e0c0daecf91cbd5abd2f6e00d84b504752d6d9a9a69b2101195f24b49' +
  '3037a8494ed64b116220468cec2a92ffe5b55ab0fb510426148cfe46697a42dc1ee0d234bcd2a512' +
  '6ff51e426a730133';
const SNAPSHOT_MAC_1 = '79ee10e01881cf7b5aa103aa00a772dc5d800576c18fe37e626f0807f2f54f20';
const PATCH_MAC_1 = '429bcb8979a40d5a7f9e36d4e940f69303aceda3710114491c2bdafdc5331f07';
const VALUE_MAC_2 = '15c5f7ebc547ef4d2583ae36039ce555396e54451e296125d26595e7c7dcbf02';
const LT_HASH_2 =
  'fa84469e5b9cd2d39789a6ac113ceced3964265f2458f837f7f855de37dd81bc8ebab0331e1014d7' +
  '15632486202a30eac99564a45921fcb72ca416331b28c8b48cdf84553d12a5215325990f67eec0a2' +
  'ad6e130bc5194db469af8ef9f99c3f668961cea53ff1b18434fc8cd9b6265922c4a23571212d5aea' +
  '567702d32a88917e';
const SNAPSHOT_MAC_2 = 'f1eede934fd2d9f473cf759a4aa3e635e5a0a3e80861e512bd20d7929e1beff1';

const mute = mutationOf(
  'set',
  { kind: 'mute', chat: '15551234567@s.whatsapp.net', isMuted: true, endMs: 1_626_307_200_000 },
  1_626_220_800_000,
);

test('the index and the action data of A.4', () => {
  expect(indexOf(mute.action)).toBe(INDEX);
  expect(hexOf(encodeMutation(mute))).toBe(DATA);
});

describe.each(backEnds)('$name gives the values of A.4', (provider) => {
  const keys = mutationKeys(bytes(KEY_DATA), provider);
  const keyId = bytes(KEY_ID);

  test('one mutation, sealed and opened', () => {
    const sealed = sealMutation(mute, { keyId, keys }, bytes(IV), provider);
    expect(hexOf(sealed.indexMac)).toBe(INDEX_MAC);
    expect(hexOf(indexMacOf(INDEX, keys, provider))).toBe(INDEX_MAC);
    expect(hexOf(valueMacOf(sealed.valueBlob))).toBe(VALUE_MAC);
    expect(hexOf(sealed.valueBlob)).toBe(VALUE_BLOB);
    expect(openMutation(sealed, keys, provider)).toMatchObject({ version: 2 });
  });

  test('the hash and both MACs of version 1', () => {
    const ltHash = changeLtHash(emptyHead().ltHash, [], [bytes(VALUE_MAC)], provider);
    expect(hexOf(ltHash)).toBe(LT_HASH_1);
    const mac = snapshotMacOf('regular_high', { version: 1, ltHash }, keys, provider);
    expect(hexOf(mac)).toBe(SNAPSHOT_MAC_1);
    const patchMac = patchMacOf('regular_high', 1, mac, [bytes(VALUE_MAC)], keys, provider);
    expect(hexOf(patchMac)).toBe(PATCH_MAC_1);
  });

  test('the hash and the snapshot MAC of version 2, an overwrite', () => {
    const ltHash = changeLtHash(
      bytes(LT_HASH_1),
      [bytes(VALUE_MAC)],
      [bytes(VALUE_MAC_2)],
      provider,
    );
    expect(hexOf(ltHash)).toBe(LT_HASH_2);
    const mac = snapshotMacOf('regular_high', { version: 2, ltHash }, keys, provider);
    expect(hexOf(mac)).toBe(SNAPSHOT_MAC_2);
  });

  test('the overwriting value: the same action under another vector, the same index MAC', () => {
    const sealed = sealMutation(mute, { keyId, keys }, bytes(OVERWRITE_IV), provider);
    expect(hexOf(sealed.indexMac)).toBe(INDEX_MAC);
    expect(hexOf(valueMacOf(sealed.valueBlob))).toBe(VALUE_MAC_2);
  });
});
