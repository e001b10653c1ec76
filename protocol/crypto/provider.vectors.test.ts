/**
 * Known answers of specification appendix A (A.1 keys and signature, A.3 ADV, A.7 libsignal's own,
 * A.8 the secret of the old relay, by the formula of 11.3) and of the RFCs.
 */

import { describe, expect, test } from 'vitest';
import { ascii, backEnds, bytes, hexOf } from './testing/back-ends.ts';

/**
 * A.1: name, private key, public key; the private key is the clamped SHA-256 of `wa-sim:` and the
 * name.
 */
const KEYS = [
  [
    'alice-ik',
    '28dd76916e50696b964d6849ec3991f353d33eebc7d0cd65d8b284eddf4a716c',
    '9457bab53c506f66a28de9a9cd9ef2185a895aa30bb9c1cff58ca2da5c07c337',
  ],
  [
    'alice-ek',
    '006bc667cdec7e523d5f19a96c0186e9613a4facfafaeeb7b94687674f93867e',
    '6b9fee7ad650590094a9726faf25a958b26f03727169b65f5c9fe8635531dc28',
  ],
  [
    'alice-r1',
    '383c0d7ef8d333e10e1ad5788e6dd5090d78d9a5ddace237131f163f75d71466',
    '3e76e9281ac31b428d9af840c85b271093582b42f1ef07912dc17d5106c21d32',
  ],
  [
    'bob-ik',
    '68b743ad867f533bc9fdcfba54dc5ea8a0c25089f1f7ebbb7f1b2e123971d978',
    'e13f8244f481a791ec818342cd2f806f36f0742ec0140b5c090c4e1d1816e232',
  ],
  [
    'bob-spk',
    'e00f6e165dd5da140666f4a60ba6db7927a2a0c4feaef4e8492091c50d960072',
    '7ebd9824b77ec8da17e25f3ab16c78698764c038f94fae8a239a3c5b90345376',
  ],
  [
    'bob-opk',
    'c0c3ccaf1d99b5126ade4183f79043db04ab4529410af9fe151f94e39d573d51',
    'e8ac5168075ebdaa249c856fe914e77ba7e9812cfccd5747b489bd7c13e3b761',
  ],
] as const;

const PHONE = '28a393e86f23d2725cc39c25dd6d51d5d28716d65a4fafd00b8dee348cc8fe65';
const COMPANION = '809ab12e8b27314344b0527754d41e8041d5e7f3ca3674b555fcd24451208f51';
const DETAILS = '08f8acd191011080d2b887061801';
const NO_RANDOMNESS = new Uint8Array(64);

describe.each(backEnds)('$name', (provider) => {
  test.each(KEYS)('A.1: %s follows from its name', (name, privateKey, publicKey) => {
    const pair = provider.keyPair(provider.sha256(ascii(`wa-sim:${name}`)));
    expect([hexOf(pair.privateKey), hexOf(pair.publicKey)]).toEqual([privateKey, publicKey]);
  });

  test('A.8: the old relay hands its two keys to the browser', () => {
    const webPrivate = bytes('00f297857403e53e79a0d617fcdccd04d18a69f13d9f39aa084ec0d6e49cff4c');
    const phone = provider.keyPair(
      bytes('3067a812ea7ac72fde49e63546cf606ada62496f1a95d19814e62ca3f556fa68'),
    );
    const secret = Uint8Array.from(
      Buffer.from(
        'jHNbm/4ppHmSgNF3QDvCb4iPfT3jprttw5bf/hKMLExg4rLw/DpKVvKCfenEKfHcbc82k1lZo0AxSE1x3WiyBYNr' +
          'vxyztsgYgM1f/ha/bAaVoj5YQY66K6ijKmWRj5FmzMtvd0fochLUK6OVDey3/xRRM8cRv2GxrI5kvHFJVZ4FfdLN' +
          'Y/xHq5Erj5lJha8L',
        'base64',
      ),
    );
    expect(secret.length).toBe(144);
    const [sent, mac, sealed] = [secret.slice(0, 32), secret.slice(32, 64), secret.slice(64)];
    expect(hexOf(phone.publicKey)).toBe(hexOf(sent));
    const shared = provider.agree(webPrivate, sent) as Uint8Array;
    const lengths = [32, 32, 16];
    const [key, macKey, iv] = provider.hkdf(shared, undefined, '', lengths) as Uint8Array[];
    const covered = Uint8Array.from([...sent, ...sealed]);
    expect(provider.macHolds(macKey as Uint8Array, covered, mac)).toBe(true);
    const opened = provider.cbcDecrypt(key as Uint8Array, iv as Uint8Array, sealed);
    expect(hexOf(opened as Uint8Array)).toBe(
      '398d0cb16b269e0dfe0e1375796c44be164124936218a900a171d49e5bd96f2b' +
        '048e0c4afd069df40a976b57b45f15a914b3eeda8117cd066cac8840f70ed97c',
    );
  });

  test("A.1: Bob's identity key signs his signed prekey", () => {
    const message = bytes(`05${KEYS[4][2]}`);
    const signature = provider.sign(bytes(KEYS[3][1]), message, NO_RANDOMNESS);
    expect(hexOf(signature)).toBe(
      '81d242b629f58f54208935ee42254346c947b45d9df5206365dd7b42ddcf0867' +
        'f969a669cad360c8f6c60ba315b31c00c7d7522ad7651acdd3afa34e56090485',
    );
    expect(provider.verify(bytes(KEYS[3][2]), message, signature)).toBe(true);
  });

  test('A.1: X3DH with a one-time prekey gives root and chain', () => {
    const secret = (index: number) => bytes((KEYS[index] as readonly string[])[1] as string);
    const point = (index: number) => bytes((KEYS[index] as readonly string[])[2] as string);
    const material = bytes(
      'ff'.repeat(32) +
        [
          provider.agree(secret(0), point(4)),
          provider.agree(secret(1), point(3)),
          provider.agree(secret(1), point(4)),
          provider.agree(secret(1), point(5)),
        ]
          .map(hexOf)
          .join(''),
    );
    const keys = provider.hkdf(material, undefined, 'WhisperText', [32, 32]);
    expect(keys.map(hexOf)).toEqual([
      '3acd539376c5788719f05ee59c67b3b9c632808b2ec5c3c06b6fd70e40855ac8',
      '4c9b22137f5d8731f935ce0509c8ab281c9046da1b549a3f2f5aa21674001cb7',
    ]);
  });

  test.each([
    [
      'account',
      PHONE,
      ['0600', DETAILS, 'companion'],
      'cb5c0d3bcd9c6f9c88259bee43add94d488def24c930655d8bfd8493d9ddddd6' +
        '2976698ee38220418b9aa623db3234b6afaeaa6eab993c578859410c776bf08f',
    ],
    [
      'device',
      COMPANION,
      ['0601', DETAILS, 'companion', 'phone'],
      'f222570df07596e6084b04d350c172d0b5b351df80de289f5fda75537a03dbce' +
        '752c25798cfa4bf760ef7f64349bb93016e16246b9620255d843583356f6d282',
    ],
    [
      'key index list',
      PHONE,
      ['0602', '08f8acd191011080d2b88706180122020001'],
      '749b2b1b4c3a8dd670fd9e9d9e88ff88b5ca20c6094452578cbe850c2ab62ed5' +
        'd55b70f35e81374dcbbe4daec9d7bfc7abcbd7427c6186d93f13db244aed918d',
    ],
  ] as const)('A.3: the %s signature', (_, signer, layout, expected) => {
    const points: Record<string, string | undefined> = {
      phone: hexOf(provider.keyPair(bytes(PHONE)).publicKey),
      companion: hexOf(provider.keyPair(bytes(COMPANION)).publicKey),
    };
    const message = bytes(layout.map((part) => points[part] ?? part).join(''));
    const signature = provider.sign(bytes(signer), message, NO_RANDOMNESS);
    expect(hexOf(signature)).toBe(expected);
    expect(provider.verify(provider.keyPair(bytes(signer)).publicKey, message, signature)).toBe(
      true,
    );
  });

  test("A.7: libsignal's chain key gives its message keys and its successor", () => {
    const chain = bytes('8ab72d6f4cc5ac0d387eaf463378ddb28edd07385b1cb01250c715982e7ad48f');
    const seed = provider.derive(chain, bytes('01'));
    const keys = provider.hkdf(seed, undefined, 'WhisperMessageKeys', [32, 32, 16]);
    expect(keys.slice(0, 2).map(hexOf)).toEqual([
      'bf51e9d75e0e31031051f82a2491ffc084fa298b7793bd9db620056febf45217',
      'c6c77d6a73a354337a56435e34607dfe48e3ace14e77314dc6abc172e7a7030b',
    ]);
    expect(keys[2]).toHaveLength(16);
    expect(hexOf(provider.derive(chain, bytes('02')))).toBe(
      '28e8f8fee54b801eef7c5cfb2f17f32c7b334485bbb70fac6ec10342a246d15d',
    );
  });

  test("A.7: libsignal's signature holds", () => {
    const holds = provider.verify(
      bytes('ab7e717d4a163b7d9a1d8071dfe9dcf8cdcd1cea3339b6356be84d887e322c64'),
      bytes('05edce9d9c415ca78cb7252e72c2c4a554d3eb29485a0e1d503118d1a82d99fb4a'),
      bytes(
        '5de88ca9a89b4a115da79109c67c9c7464a3e4180274f1cb8c63c2984e286dfb' +
          'ede82deb9dcd9fae0bfbb821569b3d9001bd8130cd11d486cef047bd60b86e88',
      ),
    );
    expect(holds).toBe(true);
  });

  test.each([
    ['md5', '900150983cd24fb0d6963f7d28e17f72'],
    ['sha1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'sha512',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
        '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
  ] as const)('%s of "abc" is the published one', (operation, expected) => {
    expect(hexOf(provider[operation](ascii('abc')))).toBe(expected);
  });

  test.each([
    [
      1,
      '0b'.repeat(20),
      '4869205468657265',
      '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde' +
        'daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
    ],
    [
      2,
      '4a656665',
      '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
        '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    ],
  ])('HMAC-SHA-512 gives case %i of RFC 4231', (_, key, text, expected) => {
    expect(hexOf(provider.mac512(bytes(key), bytes(text), 64))).toBe(expected);
  });

  test.each([
    [1, '0b'.repeat(20), '4869205468657265', 'b617318655057264e28bc0b6fb378c8ef146be00'],
    [
      2,
      '4a656665',
      '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
      'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    ],
    [3, 'aa'.repeat(20), 'dd'.repeat(50), '125d7342b9ac11cd91a39af48aa17b4f63f175d3'],
  ])('HMAC-SHA-1 gives case %i of RFC 2202', (_, key, text, expected) => {
    expect(hexOf(provider.macSha1(bytes(key), bytes(text), 20))).toBe(expected);
  });

  test('AES-CTR gives the first blocks of NIST SP 800-38A F.5 for both key sizes', () => {
    const counter = bytes('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff');
    const text = bytes('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51');
    const short = provider.ctr(bytes('2b7e151628aed2a6abf7158809cf4f3c'), counter, text);
    expect(hexOf(short)).toBe('874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff');
    const key = bytes('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4');
    const long = provider.ctr(key, counter, text);
    expect(hexOf(long)).toBe('601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5');
  });
});
