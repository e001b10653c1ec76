import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeDeviceIdentity, encodeKeyIndexList } from './adv.ts';
import { decode, encode, type Schema } from './protobuf.ts';
import { decodePreKeySignalMessage, encodePreKeySignalMessage } from './signal-messages.ts';

const SCHEMA = [
  { name: 'small', number: 1, type: 'uint32' },
  { name: 'large', number: 2, type: 'uint64' },
  { name: 'isSet', number: 3, type: 'bool' },
  { name: 'bytes', number: 20, type: 'bytes' },
  { name: 'text', number: 300, type: 'string' },
  { name: 'list', number: 70_000, type: 'packedUint32' },
  {
    name: 'inner',
    number: 536_870_911,
    type: 'message',
    schema: [{ name: 'text', number: 1, type: 'string' }],
  },
  { name: 'signed', number: 4, type: 'int64' },
  {
    name: 'many',
    number: 5,
    type: 'messages',
    schema: [{ name: 'signed', number: 1, type: 'int64' }],
  },
] as const satisfies Schema;

const uint32 = fc.nat({ max: 0xffff_ffff });
const value = fc.record(
  {
    small: uint32,
    large: fc.maxSafeNat(),
    isSet: fc.boolean(),
    bytes: fc.uint8Array({ maxLength: 300 }),
    text: fc.string({ unit: 'grapheme', maxLength: 50 }),
    list: fc.array(uint32, { maxLength: 5 }),
    inner: fc.record({ text: fc.string({ unit: 'grapheme' }) }, { requiredKeys: [] }),
    signed: fc.maxSafeInteger(),
    many: fc.array(fc.record({ signed: fc.maxSafeInteger() }, { requiredKeys: [] }), {
      minLength: 1,
      maxLength: 4,
    }),
  },
  { requiredKeys: [] },
);

/** The same value by @bufbuild/protobuf's writer, which is the reference here. */
function reference(item: ReturnType<typeof fc.sample<object>>[number]): Uint8Array {
  const { small, large, isSet, bytes, text, list, inner, signed, many } = item as {
    small?: number;
    large?: number;
    isSet?: boolean;
    bytes?: Uint8Array;
    text?: string;
    list?: number[];
    inner?: { text?: string };
    signed?: number;
    many?: { signed?: number }[];
  };
  const writer = new BinaryWriter();
  if (small !== undefined) writer.tag(1, 0).uint32(small);
  if (large !== undefined) writer.tag(2, 0).uint64(large);
  if (isSet !== undefined) writer.tag(3, 0).bool(isSet);
  if (bytes !== undefined) writer.tag(20, 2).bytes(bytes);
  if (text !== undefined) writer.tag(300, 2).string(text);
  if (list !== undefined) {
    writer.tag(70_000, 2).fork();
    for (const number of list) writer.uint32(number);
    writer.join();
  }
  if (inner !== undefined) {
    writer.tag(536_870_911, 2).fork();
    if (inner.text !== undefined) writer.tag(1, 2).string(inner.text);
    writer.join();
  }
  if (signed !== undefined) writer.tag(4, 0).int64(signed);
  for (const each of many ?? []) {
    writer.tag(5, 2).fork();
    if (each.signed !== undefined) writer.tag(1, 0).int64(each.signed);
    writer.join();
  }
  return writer.finish();
}

describe('protobuf against @bufbuild/protobuf', () => {
  test('writes the same bytes and reads its own back', () => {
    fc.assert(
      fc.property(value, (item) => {
        const bytes = encode(SCHEMA, item);
        expect([...bytes]).toEqual([...reference(item)]);
        expect(decode(SCHEMA, bytes)).toEqual(item);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test('the reference reads a PreKeySignalMessage field by field', () => {
    const fields = {
      preKeyId: 0,
      baseKey: new Uint8Array(33).fill(5),
      identityKey: new Uint8Array(33).fill(6),
      message: new Uint8Array(100).fill(7),
      registrationId: 16_380,
      signedPreKeyId: 0xff_ff_fe,
    };
    const bytes = encodePreKeySignalMessage(fields);
    const reader = new BinaryReader(bytes);
    const seen: [number, number, unknown][] = [];
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      seen.push([number, wireType, wireType === 0 ? reader.uint32() : reader.bytes()]);
    }
    expect(seen).toEqual([
      [1, 0, 0],
      [2, 2, fields.baseKey],
      [3, 2, fields.identityKey],
      [4, 2, fields.message],
      [5, 0, 16_380],
      [6, 0, 16_777_214],
    ]);
    expect(decodePreKeySignalMessage(bytes)).toEqual(fields);
  });
});

describe('ADV structures', () => {
  test('write the details bytes of vector A.3', () => {
    const details = { rawId: 305_419_896, timestampS: 1_626_220_800, keyIndex: 1 };
    expect(Buffer.from(encodeDeviceIdentity(details)).toString('hex')).toBe(
      '08f8acd191011080d2b887061801',
    );
    const list = { ...details, currentIndex: 1, validIndexes: [0, 1] };
    expect(Buffer.from(encodeKeyIndexList(list)).toString('hex')).toBe(
      '08f8acd191011080d2b88706180122020001',
    );
  });
});
