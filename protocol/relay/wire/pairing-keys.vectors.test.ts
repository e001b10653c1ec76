/** Vector A.8 of the specification, both ways. It is consistent in itself; no other source. */

import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { nobleProvider } from '../../crypto/noble.ts';
import { opensslProvider } from '../../crypto/openssl.ts';
import { fromBase64 } from '../../devices/base64.ts';
import { isRejected } from '../../errors.ts';
import { unwrapKeys, wrapKeys } from './pairing-keys.ts';

const WEB_PRIVATE = '00f297857403e53e79a0d617fcdccd04d18a69f13d9f39aa084ec0d6e49cff4c';
const PHONE_PRIVATE = '3067a812ea7ac72fde49e63546cf606ada62496f1a95d19814e62ca3f556fa68';
const SECRET =
  'jHNbm/4ppHmSgNF3QDvCb4iPfT3jprttw5bf/hKMLExg4rLw/DpKVvKCfenEKfHcbc82k1lZo0AxSE1x3WiyBYNrvxyzts' +
  'gYgM1f/ha/bAaVoj5YQY66K6ijKmWRj5FmzMtvd0fochLUK6OVDey3/xRRM8cRv2GxrI5kvHFJVZ4FfdLNY/xHq5Erj5lJ' +
  'ha8L';
const ENC_KEY = '398d0cb16b269e0dfe0e1375796c44be164124936218a900a171d49e5bd96f2b';
const MAC_KEY = '048e0c4afd069df40a976b57b45f15a914b3eeda8117cd066cac8840f70ed97c';

describe.each([
  ['noble', nobleProvider],
  ['openssl', opensslProvider()],
] as const)('pairing keys with %s', (_name, provider) => {
  const secret = fromBase64(SECRET) as Uint8Array;

  test('the browser unwraps the keys of the vector', () => {
    const keys = unwrapKeys(hexToBytes(WEB_PRIVATE), secret, provider);
    if (isRejected(keys)) throw new Error(keys.sentence);
    expect([bytesToHex(keys.encKey), bytesToHex(keys.macKey)]).toEqual([ENC_KEY, MAC_KEY]);
  });

  test('the phone wraps them to the same bytes', () => {
    const [web, phone] = [WEB_PRIVATE, PHONE_PRIVATE].map((key) =>
      provider.keyPair(hexToBytes(key)),
    );
    const keys = { encKey: hexToBytes(ENC_KEY), macKey: hexToBytes(MAC_KEY) };
    const wrapped = wrapKeys(phone!, web!.publicKey, keys, provider);
    expect(wrapped && bytesToHex(wrapped)).toBe(bytesToHex(secret));
  });

  test.each([0, 31, 32, 63, 64, 143])('a secret changed at byte %i is refused', (at) => {
    const changed = secret.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(isRejected(unwrapKeys(hexToBytes(WEB_PRIVATE), changed, provider))).toBe(true);
  });
});
