/**
 * Known answers of specification A.2: an announcement and two messages of one sender key, made with
 * another implementation and opened by two. Both directions, byte for byte.
 */

import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import type { StepContext } from '../contract.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { Store, Transaction } from '../store.ts';
import {
  createSenderKey,
  decryptFromGroup,
  distributionMessage,
  encryptForGroup,
  processDistribution,
} from './sender-keys.ts';
import { PROVIDERS } from './testing/device.ts';

const SIGNING = 'e8f1b7d8dce646371ef8cd5ecc2d4e2c586112cfe00e970c6235ed1a1b743164';
const CHAIN = '21d9c39487d8d41de28118ec3a4f586cf47e8726de4afb64b711ea8af77b0313';
const DISTRIBUTION =
  '330887ad4b10001a2021d9c39487d8d41de28118ec3a4f586cf47e8726de4afb64b711ea8af77b0313' +
  '2221051b416457d82ca575c3070c75668529608c1ca72c62ab9b3fa202f88b7e0e123a';
const FIRST =
  '330887ad4b10001a10435b3b32ba3f0db16537d4d5f4d82e385323c16f3fb1b911c0b44c005e595f0ad3978ec36f' +
  'e336eede4d190d8d55a1986c0705ee33192437e434b2ed0a09d9232200c9f5435843193c1ba90b59e0b084';
const SECOND =
  '330887ad4b10011a10b50a449f5e0949859ee84407c06e386b875b0ef6feaea3a4f49a41ae3baef35b7210f0350d' +
  '42d4b5ddab87f41efbc52f0ab2305c1958e04fc2d6ada5d9dbc08479a5e10af4deda5818fe94ee247f6281';

const GROUP = '15551230001-1626220800@g.us';
const ALICE = '15551230001@s.whatsapp.net';

/** Secrets typed by the vector instead of drawn; the signatures' own randomness is zero. */
function contextWith(provider: CryptoProvider): StepContext {
  const typed = new Map([
    ['sender-chain-key', CHAIN],
    ['sender-signing-key', SIGNING],
  ]);
  return {
    wallUs: 0,
    crypto: provider,
    secrets: {
      bytes: (purpose, length) => hexToBytes(typed.get(purpose) ?? '00'.repeat(length)),
    },
    numbers: { below: () => 1_234_566, bytes: (_purpose, length) => new Uint8Array(length) },
  };
}

describe.each(PROVIDERS)('with $name', (provider) => {
  const context = contextWith(provider);

  it('announcement and messages are written as in the vector', () => {
    const tx = new Transaction(new Store());
    createSenderKey(tx, GROUP, context);
    expect(bytesToHex(distributionMessage(tx, GROUP))).toBe(DISTRIBUTION);
    const say = (text: string): string =>
      bytesToHex(encryptForGroup(tx, GROUP, utf8ToBytes(text), context));
    expect(say('group hello')).toBe(FIRST);
    expect(say('second')).toBe(SECOND);
  });

  it.each([
    [
      [FIRST, SECOND],
      ['group hello', 'second'],
    ],
    [
      [SECOND, FIRST],
      ['second', 'group hello'],
    ],
  ])('the messages of the vector are read in any order', (messages, texts) => {
    const tx = new Transaction(new Store());
    expect(processDistribution(tx, GROUP, ALICE, hexToBytes(DISTRIBUTION))).toBeUndefined();
    const read = messages.map((message) =>
      decryptFromGroup(tx, GROUP, ALICE, hexToBytes(message), context),
    );
    expect(read).toMatchObject(texts.map((text) => ({ plaintext: utf8ToBytes(text) })));
  });
});
