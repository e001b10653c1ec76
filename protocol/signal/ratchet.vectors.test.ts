/**
 * Known answers: a first message with and without one-time prekey, every key on the way
 * (specification A.1, made with libsignal 0.22 and libsignal-node), and libsignal's own chain key
 * vector (A.7).
 */

import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import type { StepContext } from '../contract.ts';
import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';
import { isRejected } from '../errors.ts';
import { Store, Transaction } from '../store.ts';
import { messageKeysOf, messageSeedOf, nextChainKey, rootStep } from './ratchet.ts';
import type { SessionRecord } from './records.ts';
import {
  decryptFrom,
  encryptFor,
  type PrekeyBundle,
  readPrekeyMessage,
  startSession,
} from './sessions.ts';
import { PROVIDERS } from './testing/device.ts';
import { answerX3dh, startX3dh } from './x3dh.ts';

const ALICE_IK = '28dd76916e50696b964d6849ec3991f353d33eebc7d0cd65d8b284eddf4a716c';
const ALICE_EK = '006bc667cdec7e523d5f19a96c0186e9613a4facfafaeeb7b94687674f93867e';
const ALICE_R1 = '383c0d7ef8d333e10e1ad5788e6dd5090d78d9a5ddace237131f163f75d71466';
const BOB_IK = '68b743ad867f533bc9fdcfba54dc5ea8a0c25089f1f7ebbb7f1b2e123971d978';
const BOB_SPK = 'e00f6e165dd5da140666f4a60ba6db7927a2a0c4feaef4e8492091c50d960072';
const BOB_OPK = 'c0c3ccaf1d99b5126ade4183f79043db04ab4529410af9fe151f94e39d573d51';
const SPK_SIGNATURE =
  '81d242b629f58f54208935ee42254346c947b45d9df5206365dd7b42ddcf0867' +
  'f969a669cad360c8f6c60ba315b31c00c7d7522ad7651acdd3afa34e56090485';
const SIGNAL_MESSAGE =
  '330a21053e76e9281ac31b428d9af840c85b271093582b42f1ef07912dc17d51' +
  '06c21d32100018002210c7b77cd046fe45e240b60129a506583e2a24cfbef4ead897';
const PREKEY_MESSAGE =
  '33081f1221056b9fee7ad650590094a9726faf25a958b26f03727169b65f5c9f' +
  'e8635531dc281a21059457bab53c506f66a28de9a9cd9ef2185a895aa30bb9c1' +
  `cff58ca2da5c07c3372242${SIGNAL_MESSAGE}28b4243007`;
const PREKEY_MESSAGE_WITHOUT =
  '331221056b9fee7ad650590094a9726faf25a958b26f03727169b65f5c9fe863' +
  '5531dc281a21059457bab53c506f66a28de9a9cd9ef2185a895aa30bb9c1cff5' +
  '8ca2da5c07c3372242330a21053e76e9281ac31b428d9af840c85b271093582b' +
  '42f1ef07912dc17d5106c21d32100018002210b23449f32a1eef9a42c85255ab' +
  '0c1aa9aeaf9d4596c10d3228b4243007';

const BOB = '15551230002@s.whatsapp.net';
const ALICE = '15551230001@s.whatsapp.net';

/** Secrets typed by the vector instead of drawn, by purpose. */
function contextWith(provider: CryptoProvider, secrets: Record<string, string>): StepContext {
  return {
    wallUs: 0,
    crypto: provider,
    secrets: {
      bytes: (purpose, length) => hexToBytes(secrets[purpose] ?? '07'.repeat(length)),
    },
    numbers: { below: () => 0, bytes: (_purpose, length) => new Uint8Array(length) },
  };
}

function pairsOf(provider: CryptoProvider) {
  const pair = (hex: string): KeyPair => provider.keyPair(hexToBytes(hex));
  return {
    aliceIk: pair(ALICE_IK),
    aliceEk: pair(ALICE_EK),
    aliceR1: pair(ALICE_R1),
    bobIk: pair(BOB_IK),
    bobSpk: pair(BOB_SPK),
    bobOpk: pair(BOB_OPK),
  };
}

function bundleOf(provider: CryptoProvider, withPrekey: boolean): PrekeyBundle {
  const { bobIk, bobSpk, bobOpk } = pairsOf(provider);
  return {
    registrationId: 4661,
    identityKey: bobIk.publicKey,
    signedPrekey: { id: 7, publicKey: bobSpk.publicKey, signature: hexToBytes(SPK_SIGNATURE) },
    prekey: withPrekey ? { id: 31, publicKey: bobOpk.publicKey } : undefined,
  };
}

function aliceStore(provider: CryptoProvider): Store {
  const store = new Store();
  const record = { kind: 'identity', keyPair: pairsOf(provider).aliceIk, registrationId: 4660 };
  store.apply([{ collection: 'identity', key: 'self', record }]);
  return store;
}

function bobStore(provider: CryptoProvider): Store {
  const { bobIk, bobSpk, bobOpk } = pairsOf(provider);
  const store = new Store();
  const identity = { kind: 'identity', keyPair: bobIk, registrationId: 4661 };
  const signed = { kind: 'signed-prekey', id: 7, keyPair: bobSpk, createdUs: 0, retiredUs: 0 };
  const prekey = { kind: 'prekey', id: 31, keyPair: bobOpk, state: 'uploaded' };
  store.apply([
    { collection: 'identity', key: 'self', record: identity },
    { collection: 'signed-prekey', key: '7', record: signed },
    { collection: 'prekey', key: '31', record: prekey },
  ]);
  return store;
}

const hex = (bytes: Uint8Array | undefined): string => bytesToHex(bytes ?? new Uint8Array());

describe.each(PROVIDERS)('with $name', (provider) => {
  it('every key from X3DH to the first message is the published one', () => {
    const { aliceIk, aliceEk, aliceR1, bobIk, bobSpk, bobOpk } = pairsOf(provider);
    const starter = {
      identity: aliceIk,
      base: aliceEk,
      theirIdentity: bobIk.publicKey,
      theirSignedPrekey: bobSpk.publicKey,
      theirPrekey: bobOpk.publicKey,
    };
    const first = startX3dh(provider, starter);
    expect(hex(first?.rootKey)).toBe(
      '3acd539376c5788719f05ee59c67b3b9c632808b2ec5c3c06b6fd70e40855ac8',
    );
    expect(hex(first?.chainKey)).toBe(
      '4c9b22137f5d8731f935ce0509c8ab281c9046da1b549a3f2f5aa21674001cb7',
    );
    const agreement = provider.agree(aliceR1.privateKey, bobSpk.publicKey) as Uint8Array;
    const [root1, senderChain] = rootStep(provider, first?.rootKey as Uint8Array, agreement);
    expect(hex(root1)).toBe('f0d7d0b89fb6a53ddc24aa4e97e6e08d117d722ea2053afb197f1d5f196de6d3');
    expect(hex(senderChain)).toBe(
      '630d69e343ef5a63ef88744dcb36870e6185c4bda6275af038a542fec5d02609',
    );
    const keys = messageKeysOf(provider, messageSeedOf(provider, senderChain));
    expect(hex(keys.cipherKey)).toBe(
      '0fc14e4f870b2271469fc7026c88b3279b00a2ded8e02bb27dc22ca0de696d6a',
    );
    expect(hex(keys.macKey)).toBe(
      '8702c19970b5761af7d3f402b73296314fe9215cac0b5c8926493f3208cf20d5',
    );
    expect(hex(keys.iv)).toBe('f1f5c5d00d8064728c96ff4b6b9d17d8');
  });

  it('without one-time prekey both sides get the published keys', () => {
    const { aliceIk, aliceEk, aliceR1, bobIk, bobSpk } = pairsOf(provider);
    const first = startX3dh(provider, {
      identity: aliceIk,
      base: aliceEk,
      theirIdentity: bobIk.publicKey,
      theirSignedPrekey: bobSpk.publicKey,
      theirPrekey: undefined,
    });
    const answered = answerX3dh(provider, {
      identity: bobIk,
      signedPrekey: bobSpk,
      prekey: undefined,
      theirIdentity: aliceIk.publicKey,
      theirBase: aliceEk.publicKey,
    });
    expect(answered).toEqual(first);
    expect(hex(first?.rootKey)).toBe(
      '608d0dc29f8645645f884c15061b8175e74f7b046fd1a22024a6d4393978e56f',
    );
    const agreement = provider.agree(aliceR1.privateKey, bobSpk.publicKey) as Uint8Array;
    const [root1, senderChain] = rootStep(provider, first?.rootKey as Uint8Array, agreement);
    expect(hex(root1)).toBe('253d34358f329c1e5a3d04b6afa1cf6a9b8c47d4a4e0b4f39759bf5dde2677de');
    expect(hex(senderChain)).toBe(
      'a515f433ee299d9f26059e666bb36afe5118c981acf13a9038da6103835abcaa',
    );
  });

  it.each([
    ['with one-time prekey', true, PREKEY_MESSAGE],
    ['without one-time prekey', false, PREKEY_MESSAGE_WITHOUT],
  ])('%s the first message is the published bytes and Bob reads hello', (_name, with31, bytes) => {
    const alice = new Transaction(aliceStore(provider));
    const ctx = contextWith(provider, { 'base-key': ALICE_EK, ratchet: ALICE_R1 });
    expect(startSession(alice, BOB, bundleOf(provider, with31), ctx)).toBeUndefined();
    const sealed = encryptFor(alice, BOB, utf8ToBytes('hello'), ctx);
    if (isRejected(sealed)) throw new Error(sealed.sentence);
    expect(sealed.type).toBe('pkmsg');
    expect(hex(sealed.bytes)).toBe(bytes);

    const bob = new Transaction(bobStore(provider));
    const opened = decryptFrom(bob, ALICE, 'pkmsg', sealed.bytes, contextWith(provider, {}));
    if (isRejected(opened)) throw new Error(opened.sentence);
    expect(opened.plaintext).toEqual(utf8ToBytes('hello'));
    expect(opened.isNewSession).toBe(true);
  });

  it('the head of the published prekey message reads as published', () => {
    const head = readPrekeyMessage(hexToBytes(PREKEY_MESSAGE));
    const { aliceIk, aliceEk } = pairsOf(provider);
    expect(head).toMatchObject({
      identityKey: aliceIk.publicKey,
      baseKey: aliceEk.publicKey,
      registrationId: 4660,
      preKeyId: 31,
      signedPreKeyId: 7,
    });
  });

  it('after the first message Alice keeps the published root and receiving chain', () => {
    const alice = new Transaction(aliceStore(provider));
    const ctx = contextWith(provider, { 'base-key': ALICE_EK, ratchet: ALICE_R1 });
    startSession(alice, BOB, bundleOf(provider, true), ctx);
    const session = alice.get('session', BOB) as SessionRecord;
    expect(hex(session.rootKey)).toBe(
      'f0d7d0b89fb6a53ddc24aa4e97e6e08d117d722ea2053afb197f1d5f196de6d3',
    );
    expect(hex(session.receivers[0]?.chainKey)).toBe(
      '4c9b22137f5d8731f935ce0509c8ab281c9046da1b549a3f2f5aa21674001cb7',
    );
  });

  it("libsignal's chain key gives its message keys and next chain key", () => {
    const chain = hexToBytes('8ab72d6f4cc5ac0d387eaf463378ddb28edd07385b1cb01250c715982e7ad48f');
    const keys = messageKeysOf(provider, messageSeedOf(provider, chain));
    expect(hex(keys.cipherKey)).toBe(
      'bf51e9d75e0e31031051f82a2491ffc084fa298b7793bd9db620056febf45217',
    );
    expect(hex(keys.macKey)).toBe(
      'c6c77d6a73a354337a56435e34607dfe48e3ace14e77314dc6abc172e7a7030b',
    );
    expect(hex(nextChainKey(provider, chain))).toBe(
      '28e8f8fee54b801eef7c5cfb2f17f32c7b334485bbb70fac6ec10342a246d15d',
    );
  });
});
