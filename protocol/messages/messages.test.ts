import { describe, expect, test } from 'vitest';
import type { PublicNumbers } from '../contract.ts';
import { nobleProvider } from '../crypto/noble.ts';
import { encodeMessage } from '../wire/message.ts';
import {
  deviceSentBytes,
  readContent,
  textBytesLength,
  textDigest,
  textMessageBytes,
} from './content.ts';
import { makeMessageId } from './message-id.ts';
import { pad, unpad } from './padding.ts';

const TEAM = '120363000000000001@g.us';
const BOB = '15551230002@s.whatsapp.net';

/** Numbers as a test wants them. */
function numbers(below: number, byte = 0): PublicNumbers {
  return { below: () => below, bytes: (_, length) => new Uint8Array(length).fill(byte) };
}

describe('padding', () => {
  test('adds 1 to 16 bytes of their own count, and comes off again', () => {
    const content = new Uint8Array([1, 2, 3]);
    expect([...pad(content, { numbers: numbers(0) })]).toEqual([1, 2, 3, 1]);
    expect([...pad(content, { numbers: numbers(3) })]).toEqual([1, 2, 3, 4, 4, 4, 4]);
    for (let drawn = 0; drawn < 16; drawn += 1) {
      const padded = pad(content, { numbers: numbers(drawn) });
      expect(padded).toHaveLength(4 + drawn);
      expect(unpad(padded)).toEqual(content);
    }
  });

  test('only the last byte of it is looked at', () => {
    expect(unpad(new Uint8Array([9, 7, 7, 3]))).toEqual(new Uint8Array([9]));
    expect(unpad(new Uint8Array([1]))).toEqual(new Uint8Array());
  });

  test.each([[[]], [[0]], [[5, 17, 17]], [[2, 3]], [[255]]])('%j is bad', (bytes) => {
    expect(unpad(Uint8Array.from(bytes))).toMatchObject({ code: 'bad-padding' });
  });
});

describe('message ids', () => {
  const context = {
    numbers: numbers(0, 0xab),
    wallUs: 1_626_220_800_999_999,
    crypto: nobleProvider,
  };

  test('of a phone are 32 hex digits', () => {
    expect(makeMessageId(BOB, context)).toBe('AB'.repeat(16));
  });

  test('of a companion are 3EB0 and a hash over seconds, account and random bytes', () => {
    const id = makeMessageId('15551230002:3@s.whatsapp.net', context);
    const hashed = Buffer.concat([
      Buffer.from('0000000060ee2900', 'hex'),
      Buffer.from('15551230002@c.us'),
      Buffer.alloc(16, 0xab),
    ]);
    const digest = Buffer.from(nobleProvider.sha256(Uint8Array.from(hashed))).toString('hex');
    expect(id).toBe(`3EB0${digest.slice(0, 18).toUpperCase()}`);
  });
});

describe('content', () => {
  test('a text and a copy of it come back', () => {
    const plain = { kind: 'content', distribution: undefined, contextInfo: undefined };
    expect(readContent(textMessageBytes('hi 😀'))).toEqual({
      ...plain,
      body: { kind: 'text', text: 'hi 😀' },
      sentTo: undefined,
    });
    expect(readContent(deviceSentBytes(BOB, ''))).toEqual({
      ...plain,
      body: { kind: 'text', text: '' },
      sentTo: BOB,
    });
  });

  test('a sender key comes alone or with a message', () => {
    const senderKeyDistribution = { groupId: TEAM, distribution: new Uint8Array([1]) };
    const distribution = { group: TEAM, bytes: new Uint8Array([1]) };
    expect(readContent(encodeMessage({ senderKeyDistribution }))).toMatchObject({
      body: { kind: 'none' },
      distribution,
    });
    expect(readContent(encodeMessage({ senderKeyDistribution, conversation: 'x' }))).toMatchObject({
      body: { kind: 'text', text: 'x' },
      distribution,
    });
  });

  test('everything else is bad content', () => {
    const copy = (message: Uint8Array | undefined, destinationJid: string | undefined = BOB) =>
      encodeMessage({ deviceSentMessage: { destinationJid, message } });
    const cases = [
      new Uint8Array(),
      new Uint8Array([0xff]),
      encodeMessage({ conversation: 'x', deviceSentMessage: { destinationJid: BOB } }),
      copy(undefined),
      copy(new Uint8Array([0xff])),
      copy(new Uint8Array()),
      copy(deviceSentBytes(BOB, 'twice')),
      copy(textMessageBytes('x'), 'nobody'),
      copy(textMessageBytes('x'), '15551230002:1@s.whatsapp.net'),
      textMessageBytes('x'.repeat(65_537)),
      encodeMessage({ conversation: 'x', image: new Uint8Array([1]) }),
      encodeMessage({ senderKeyDistribution: { groupId: TEAM } }),
    ];
    for (const bytes of cases) expect(readContent(bytes)).toMatchObject({ code: 'bad-content' });
    expect(readContent(textMessageBytes('x'.repeat(65_536)))).toMatchObject({
      kind: 'content',
    });
  });

  test('lengths and digests are over UTF-8', () => {
    expect(textBytesLength('é😀')).toBe(6);
    // The first half of SHA-256 of "abc" (FIPS 180-4).
    expect(textDigest('abc', nobleProvider)).toBe('ba7816bf8f01cfea414140de5dae2223');
  });
});
