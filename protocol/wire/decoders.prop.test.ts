/**
 * Every decoder of outside bytes against truncated, oversized, bit-flipped and random input: it
 * answers with a value or a typed rejection, and never throws. The number of cases comes from
 * LOCKSTEP_FUZZ_CASES (5,000 by default), shared out evenly.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nobleProvider } from '../crypto/noble.ts';
import { checkAdv } from '../devices/adv-check.ts';
import { acceptPairing, parseQr, qrText } from '../devices/linking.ts';
import { isRejected } from '../errors.ts';
import { readAck } from '../messages/acks.ts';
import { readContent } from '../messages/content.ts';
import { readIncomingMessage } from '../messages/message-stanza.ts';
import { unpad } from '../messages/padding.ts';
import { readReceipt } from '../messages/receipts.ts';
import { readRetry } from '../messages/retry-receipt.ts';
import { parseDistribution, parseGroupMessage } from '../signal/sender-key-layout.ts';
import * as adv from './adv.ts';
import { decodeClientPayload, encodeClientPayload } from './client-payload.ts';
import { decodeFrame } from './decode-node.ts';
import { encodeFrame } from './encode-node.ts';
import { parseDeviceJid } from './jid.ts';
import { decodeMessage, encodeMessage } from './message.ts';
import type { WireNode } from './node.ts';
import * as senderKeys from './sender-key-messages.ts';
import * as signal from './signal-messages.ts';
import { wireNode } from './testing/arbitrary-nodes.ts';
import { damage, damaged, expectTyped } from './testing/damage.ts';

// biome-ignore lint/complexity/useLiteralKeys: index signatures are read with brackets here
const CASES = Number(process.env['LOCKSTEP_FUZZ_CASES'] ?? 5_000);

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const uint32 = fc.nat({ max: 0xffff_ffff });
const seconds = fc.maxSafeNat();

interface Decoder {
  readonly name: string;
  /** Well-formed input, the ground for damage. */
  readonly valid: fc.Arbitrary<Uint8Array>;
  readonly decode: (input: Uint8Array) => unknown;
}

const companion = nobleProvider.keyPair(new Uint8Array(32).fill(7));
const signedIdentity = fc
  .record({
    details: fc.record({ rawId: uint32, timestampS: seconds, keyIndex: uint32 }),
    accountSignatureKey: bytes(32),
    accountSignature: bytes(64),
    deviceSignature: fc.option(bytes(64), { nil: undefined }),
  })
  .map((item) =>
    adv.encodeSignedDeviceIdentity({ ...item, details: adv.encodeDeviceIdentity(item.details) }),
  );

const protobufs: readonly Decoder[] = [
  {
    name: 'SignalMessage',
    valid: fc
      .record({
        ratchetKey: bytes(33),
        counter: uint32,
        previousCounter: uint32,
        ciphertext: bytes(48),
      })
      .map(signal.encodeSignalMessage),
    decode: signal.decodeSignalMessage,
  },
  {
    name: 'PreKeySignalMessage',
    valid: fc
      .record({
        preKeyId: fc.option(uint32, { nil: undefined }),
        baseKey: bytes(33),
        identityKey: bytes(33),
        message: fc.uint8Array({ maxLength: 90 }),
        registrationId: uint32,
        signedPreKeyId: uint32,
      })
      .map(signal.encodePreKeySignalMessage),
    decode: signal.decodePreKeySignalMessage,
  },
  {
    name: 'SenderKeyDistributionMessage',
    valid: fc
      .record({ id: uint32, iteration: uint32, chainKey: bytes(32), signingKey: bytes(33) })
      .map((fields) => Uint8Array.of(0x33, ...senderKeys.encodeSenderKeyDistribution(fields))),
    decode: (input) => [
      senderKeys.decodeSenderKeyDistribution(input.subarray(1)),
      parseDistribution(input),
    ],
  },
  {
    name: 'SenderKeyMessage',
    valid: fc
      .tuple(fc.record({ id: uint32, iteration: uint32, ciphertext: bytes(48) }), bytes(64))
      .map(([fields, signature]) =>
        Uint8Array.of(0x33, ...senderKeys.encodeSenderKeyMessage(fields), ...signature),
      ),
    decode: (input) => [
      senderKeys.decodeSenderKeyMessage(input.subarray(1, input.length - 64)),
      parseGroupMessage(input),
    ],
  },
  {
    name: 'Message',
    valid: fc.tuple(fc.string({ unit: 'grapheme' }), fc.boolean()).map(([text, isCopy]) =>
      isCopy
        ? encodeMessage({
            deviceSentMessage: {
              destinationJid: '15551230001@s.whatsapp.net',
              message: encodeMessage({ conversation: text }),
            },
          })
        : encodeMessage({ conversation: text }),
    ),
    decode: (input) => [decodeMessage(input), readContent(input), unpad(input)],
  },
  {
    name: 'ClientPayload',
    valid: fc
      .record({
        username: seconds,
        passive: fc.boolean(),
        device: uint32,
        devicePairingData: fc.record({ eRegid: bytes(4), eIdent: bytes(32), eSkeySig: bytes(64) }),
      })
      .map(encodeClientPayload),
    decode: decodeClientPayload,
  },
  {
    name: 'ADVSignedDeviceIdentity',
    valid: signedIdentity,
    decode: (input) => [
      adv.decodeSignedDeviceIdentity(input),
      adv.decodeDeviceIdentity(input),
      // A pinned key that never matches keeps this off the slow signature checks.
      checkAdv(
        {
          device: '15551230001:1@s.whatsapp.net',
          deviceIdentity: input,
          identityKey: companion.publicKey,
          primaryIdentity: companion.publicKey,
          knownIdentity: undefined,
          list: undefined,
        },
        nobleProvider,
      ),
    ],
  },
  {
    name: 'ADVSignedDeviceIdentityHMAC',
    valid: fc
      .tuple(signedIdentity, bytes(32))
      .map(([details, hmac]) => adv.encodeSignedDeviceIdentityHmac({ details, hmac })),
    decode: (input) => [
      adv.decodeSignedDeviceIdentityHmac(input),
      acceptPairing(companion, new Uint8Array(32), input, new Uint8Array(64), nobleProvider),
    ],
  },
  {
    name: 'ADVSignedKeyIndexList',
    valid: fc
      .record({
        rawId: uint32,
        timestampS: seconds,
        currentIndex: uint32,
        validIndexes: fc.array(uint32, { maxLength: 6 }),
      })
      .chain((list) =>
        bytes(64).map((accountSignature) =>
          adv.encodeSignedKeyIndexList({ details: adv.encodeKeyIndexList(list), accountSignature }),
        ),
      ),
    decode: (input) => [adv.decodeSignedKeyIndexList(input), adv.decodeKeyIndexList(input)],
  },
];

/** Words that stanza readers look for, so that arbitrary stanzas get past their first checks. */
const word = fc.constantFrom(
  ...[
    'message',
    'receipt',
    'ack',
    'enc',
    'retry',
    'read',
    'sender',
    'pkmsg',
    'msg',
    'text',
    '2',
    '1',
  ],
  ...['3EB0AA', '1626220800000000', '15551230001@s.whatsapp.net', '15551230001:2@s.whatsapp.net'],
);
const attributeName = fc.constantFrom(
  ...['id', 'from', 'to', 't', 'type', 'class', 'count', 'error', 'recipient', 'participant', 'v'],
);
const childTag = fc.constantFrom(
  ...['enc', 'unavailable', 'device-identity', 'retry', 'registration', 'keys', 'list', 'item'],
  ...['type', 'identity', 'skey', 'key', 'id', 'value', 'signature'],
);
const plausible: fc.Arbitrary<WireNode> = fc.letrec<{ node: WireNode }>((tie) => ({
  node: fc.record({
    tag: childTag,
    attributes: fc.array(fc.tuple(attributeName, word), { maxLength: 8 }),
    content: fc.oneof(
      { maxDepth: 3 },
      fc.constant(undefined),
      word,
      fc.constantFrom(1, 3, 4, 32, 64).chain(bytes),
      fc.array(tie('node'), { maxLength: 5 }),
    ),
  }),
})).node;
const stanza = fc
  .tuple(fc.constantFrom('message', 'receipt', 'ack', 'iq'), plausible)
  .map(([tag, element]) => ({ ...element, tag }));

function readStanza(element: WireNode): readonly unknown[] {
  return [readIncomingMessage, readReceipt, readRetry, readAck].map((read) => read(element));
}

const frames: Decoder = {
  name: 'frame',
  valid: fc.oneof(wireNode, stanza).map(encodeFrame),
  decode: (input) => {
    const root = decodeFrame(input);
    return isRejected(root) ? root : readStanza(root);
  },
};

const decoders = [...protobufs, frames, frames, frames];
const numRuns = Math.max(1, Math.ceil(CASES / (decoders.length + 2)));

describe('decoders', () => {
  test.each(decoders.map((decoder, index) => [decoder.name, index, decoder] as const))(
    '%s (%i) answers damaged bytes with a value or a typed rejection',
    (_, index, decoder) => {
      fc.assert(
        fc.property(decoder.valid, damage, (input, how) => {
          const bytesIn = damaged(input, how);
          const before = bytesIn.slice();
          expectTyped(decoder.decode(bytesIn));
          expect(Buffer.compare(bytesIn, before)).toBe(0);
        }),
        { seed: 100 + index, numRuns },
      );
    },
  );

  test('stanza readers answer any tree with a value or a typed rejection', () => {
    fc.assert(
      fc.property(fc.oneof(stanza, plausible, wireNode), (element) => {
        expectTyped(readStanza(element));
      }),
      { seed: 200, numRuns },
    );
  });

  test('readers of text answer any text with a value or a typed rejection', () => {
    const key = new Uint8Array(32);
    const qr = qrText({ reference: 'ref', transportKey: key, identityKey: key, advSecret: key });
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[0-9]{0,4}:?[0-9]{0,6}@s\.whatsapp\.net$/),
      fc.nat({ max: qr.length }).map((at) => qr.slice(0, at)),
      fc.tuple(fc.nat({ max: qr.length - 1 }), fc.string({ maxLength: 2 })).map(([at, other]) => {
        return qr.slice(0, at) + other + qr.slice(at + 1);
      }),
    );
    fc.assert(
      fc.property(text, (item) => {
        expectTyped([parseQr(item), parseDeviceJid(item)]);
      }),
      { seed: 201, numRuns },
    );
  });

  test('oversized input of every kind is refused', () => {
    const large = new Uint8Array(1024 * 1024 + 1);
    for (const { decode } of protobufs) {
      const answers = [decode(large)].flat();
      expect(isRejected(answers[0])).toBe(true);
    }
    expect(isRejected(decodeFrame(new Uint8Array(16 * 1024 * 1024 + 1)))).toBe(true);
  });

  test('a fifth of the frames decode, and stanza readers accept some of the trees', () => {
    const sample = fc.sample(fc.tuple(frames.valid, damage), { seed: 300, numRuns: 500 });
    const decoded = sample.filter(([input, how]) => !isRejected(decodeFrame(damaged(input, how))));
    expect(decoded.length).toBeGreaterThan(100);
    const messages = fc
      .sample(stanza, { seed: 301, numRuns: 3_000 })
      .flatMap(readStanza)
      .filter((answer) => !isRejected(answer));
    expect(messages.length).toBeGreaterThan(10);
  });
});
