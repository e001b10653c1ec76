/**
 * A schema-driven protobuf codec: a schema is an ordered list of fields, and the type of its values
 * follows from it. Written here instead of generated code because the protocol has a dozen small
 * messages. Present fields are written in schema order, zeros included; nothing has a default.
 * It does not do groups, maps, oneofs, zigzag or fixed numbers. Source: protobuf encoding guide,
 * specification 2.3 (zeros are written) and 5.4.
 */

import { assert, type Rejection, reject } from '../errors.ts';
import { PROTOBUF_BYTES_MAX } from '../limits.ts';
import { readUtf8, utf8Length, writeUtf8 } from './utf8.ts';

/**
 * Types of fields without a schema of their own. `uint64` and `int64` are safe integers; others
 * are refused. A negative `int64` takes ten bytes.
 */
export type ScalarType =
  | 'uint32'
  | 'uint64'
  | 'int64'
  | 'bool'
  | 'bytes'
  | 'string'
  | 'packedUint32';

/**
 * One field: `number` is 1..536,870,911; `messages` is a repeated message, a list. No field may be
 * called `kind` (rejections carry that name).
 */
export type Field =
  | { readonly name: string; readonly number: number; readonly type: ScalarType }
  | {
      readonly name: string;
      readonly number: number;
      readonly type: 'message' | 'messages';
      readonly schema: Schema;
    };

/** Fields in the order in which they are written. Declare with `as const satisfies Schema`. */
export type Schema = readonly Field[];

type FieldValue<F extends Field> = F extends { readonly schema: infer S extends Schema }
  ? F extends { readonly type: 'messages' }
    ? readonly Value<S>[]
    : Value<S>
  : F extends { readonly type: 'uint32' | 'uint64' | 'int64' }
    ? number
    : F extends { readonly type: 'bool' }
      ? boolean
      : F extends { readonly type: 'bytes' }
        ? Uint8Array
        : F extends { readonly type: 'string' }
          ? string
          : readonly number[];

/** What a schema describes: every field may be absent. */
export type Value<S extends Schema> = {
  readonly [F in S[number] as F['name']]?: FieldValue<F> | undefined;
};

type AnyValue = Readonly<Record<string, unknown>>;

const UINT32_MAX = 0xffff_ffff;
const VARINT_BYTES_MAX = 10;

// ---------------------------------------------------------------- encoding

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}

/** A negative number as the 64 bits of its two's complement, ten bytes. */
function writeNegative(value: number, target: Uint8Array, offset: number): number {
  let rest = BigInt.asUintN(64, BigInt(value));
  for (let at = offset; at < offset + VARINT_BYTES_MAX - 1; at += 1) {
    target[at] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  target[offset + VARINT_BYTES_MAX - 1] = 1;
  return offset + VARINT_BYTES_MAX;
}

function writeVarint(value: number, target: Uint8Array, offset: number): number {
  let at = offset;
  let rest = value;
  while (rest >= 0x80) {
    target[at++] = (rest % 0x80) | 0x80;
    rest = rest > UINT32_MAX ? Math.floor(rest / 0x80) : rest >>> 7;
  }
  target[at++] = rest;
  return at;
}

function wireTypeOf(field: Field): number {
  switch (field.type) {
    case 'uint32':
    case 'uint64':
    case 'int64':
    case 'bool':
      return 0;
    default:
      return 2;
  }
}

/** Length of the part after the tag, without a length prefix. */
function bodyLength(field: Field, value: unknown): number {
  switch (field.type) {
    case 'bytes':
      return (value as Uint8Array).length;
    case 'string':
      return utf8Length(value as string);
    case 'message':
    case 'messages':
      return valueLength(field.schema, value as AnyValue);
    case 'bool':
      return 1;
    case 'int64': {
      const number = value as number;
      assert(Number.isSafeInteger(number), `${field.name} in range`);
      return number < 0 ? VARINT_BYTES_MAX : varintLength(number);
    }
    case 'packedUint32':
      return (value as readonly number[]).reduce((sum, item) => sum + varintLength(item), 0);
    default: {
      const number = value as number;
      const max = field.type === 'uint32' ? UINT32_MAX : Number.MAX_SAFE_INTEGER;
      assert(Number.isInteger(number) && number >= 0 && number <= max, `${field.name} in range`);
      return varintLength(number);
    }
  }
}

function valueLength(schema: Schema, value: AnyValue): number {
  let length = 0;
  for (const field of schema) {
    const item = value[field.name];
    if (item === undefined) continue;
    if (field.type === 'messages') {
      for (const each of item as readonly AnyValue[]) length += fieldLength(field, each);
    } else length += fieldLength(field, item);
  }
  return length;
}

function fieldLength(field: Field, item: unknown): number {
  const body = bodyLength(field, item);
  const prefix = wireTypeOf(field) === 2 ? varintLength(body) : 0;
  return varintLength(field.number * 8) + prefix + body;
}

function writeBody(field: Field, value: unknown, target: Uint8Array, offset: number): number {
  switch (field.type) {
    case 'bytes':
      target.set(value as Uint8Array, offset);
      return offset + (value as Uint8Array).length;
    case 'string':
      return writeUtf8(value as string, target, offset);
    case 'message':
    case 'messages':
      return writeValue(field.schema, value as AnyValue, target, offset);
    case 'bool':
      return writeVarint(value === true ? 1 : 0, target, offset);
    case 'packedUint32': {
      let at = offset;
      for (const item of value as readonly number[]) at = writeVarint(item, target, at);
      return at;
    }
    case 'int64':
      if ((value as number) < 0) return writeNegative(value as number, target, offset);
      return writeVarint(value as number, target, offset);
    default:
      return writeVarint(value as number, target, offset);
  }
}

function writeValue(schema: Schema, value: AnyValue, target: Uint8Array, offset: number): number {
  let at = offset;
  for (const field of schema) {
    const item = value[field.name];
    if (item === undefined) continue;
    if (field.type === 'messages') {
      for (const each of item as readonly AnyValue[]) at = writeField(field, each, target, at);
    } else at = writeField(field, item, target, at);
  }
  return at;
}

function writeField(field: Field, item: unknown, target: Uint8Array, offset: number): number {
  const wireType = wireTypeOf(field);
  let at = writeVarint(field.number * 8 + wireType, target, offset);
  if (wireType === 2) at = writeVarint(bodyLength(field, item), target, at);
  return writeBody(field, item, target, at);
}

/**
 * Encodes the present fields of `value` in schema order (0 and empty are written, `undefined` is
 * not).
 */
export function encode<S extends Schema>(schema: S, value: Value<S>): Uint8Array {
  const target = new Uint8Array(valueLength(schema, value as AnyValue));
  const end = writeValue(schema, value as AnyValue, target, 0);
  assert(end === target.length, 'both passes see the same value');
  return target;
}

// ---------------------------------------------------------------- decoding

/** A reading position that remembers the first reason for which it could not go on. */
class Cursor {
  readonly bytes: Uint8Array;
  position = 0;
  problem: string | undefined = undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  fail(problem: string): void {
    this.problem ??= problem;
  }

  /** An unsigned varint up to 2^53 - 1 that ends before `end`; 0 after a failure. */
  varint(end: number): number {
    let value = this.position < end ? (this.bytes[this.position] as number) : 0x80;
    if (value < 0x80) {
      this.position += 1;
      return value;
    }
    value = 0;
    let scale = 1;
    for (let index = 0; index < VARINT_BYTES_MAX; index += 1) {
      if (this.position >= end) {
        this.fail('a varint is cut off');
        return 0;
      }
      const byte = this.bytes[this.position++] as number;
      const part = byte & 0x7f;
      if (index > 7 ? part !== 0 : index === 7 && part > 0x0f) {
        this.fail('a number is larger than 2^53 - 1');
        return 0;
      }
      value += part * scale;
      scale *= 0x80;
      if (byte < 0x80) return value;
    }
    this.fail('a varint is longer than 10 bytes');
    return 0;
  }

  /** A varint of two's complement between -(2^53 - 1) and 2^53 - 1; 0 after a failure. */
  int64(end: number): number {
    const start = this.position;
    const last = start + VARINT_BYTES_MAX - 1;
    if (last >= end || this.bytes[last] !== 1) return this.varint(end);
    let bits = 0n;
    for (let at = last; at >= start; at -= 1) {
      const byte = this.bytes[at] as number;
      if (at < last && byte < 0x80) return this.varint(end);
      bits = (bits << 7n) | BigInt(byte & 0x7f);
    }
    this.position = last + 1;
    const value = Number(BigInt.asIntN(64, bits));
    if (!Number.isSafeInteger(value)) this.fail('a number is smaller than -(2^53 - 1)');
    return value;
  }

  uint32(end: number): number {
    const value = this.varint(end);
    if (value > UINT32_MAX) this.fail('a number is larger than 2^32 - 1');
    return value;
  }

  /** The end of a length-delimited body, or `end` after a failure. */
  bodyEnd(end: number): number {
    const length = this.varint(end);
    if (length > end - this.position) {
      this.fail('a field is cut off');
      return end;
    }
    return this.position + length;
  }

  /** Steps over an unknown field. */
  skip(wireType: number, end: number): void {
    if (wireType === 0) {
      for (let index = 0; index < VARINT_BYTES_MAX && this.position < end; index += 1) {
        if ((this.bytes[this.position++] as number) < 0x80) return;
      }
      this.fail('a varint is cut off or too long');
    } else if (wireType === 2) {
      this.position = this.bodyEnd(end);
    } else if (wireType === 1 || wireType === 5) {
      this.position += wireType === 1 ? 8 : 4;
      if (this.position > end) this.fail('a field is cut off');
    } else {
      this.fail(`wire type ${wireType} is not supported`);
    }
  }
}

type MutableValue = Record<string, unknown>;

function readDelimited(field: Field, cursor: Cursor, end: number, into: MutableValue): void {
  const bodyEnd = cursor.bodyEnd(end);
  if (cursor.problem !== undefined) return;
  const start = cursor.position;
  if (field.type === 'bytes') {
    into[field.name] = cursor.bytes.slice(start, bodyEnd);
  } else if (field.type === 'string') {
    const text = readUtf8(cursor.bytes, start, bodyEnd);
    if (text === undefined) cursor.fail(`${field.name} is not UTF-8`);
    into[field.name] = text;
  } else if (field.type === 'message') {
    const inner = (into[field.name] ?? {}) as MutableValue;
    readValue(field.schema, cursor, bodyEnd, inner);
    into[field.name] = inner;
  } else if (field.type === 'messages') {
    const inner: MutableValue = {};
    readValue(field.schema, cursor, bodyEnd, inner);
    const items = (into[field.name] ?? []) as MutableValue[];
    items.push(inner);
    into[field.name] = items;
  } else {
    const items = (into[field.name] ?? []) as number[];
    while (cursor.position < bodyEnd && cursor.problem === undefined) {
      items.push(cursor.uint32(bodyEnd));
    }
    into[field.name] = items;
  }
  cursor.position = bodyEnd;
}

function readScalar(field: Field, cursor: Cursor, end: number, into: MutableValue): void {
  if (field.type === 'uint32') into[field.name] = cursor.uint32(end);
  else if (field.type === 'uint64') into[field.name] = cursor.varint(end);
  else if (field.type === 'int64') into[field.name] = cursor.int64(end);
  else if (field.type === 'bool') into[field.name] = cursor.varint(end) !== 0;
  else if (field.type === 'packedUint32') {
    const items = (into[field.name] ?? []) as number[];
    items.push(cursor.uint32(end));
    into[field.name] = items;
  } else cursor.fail(`${field.name} has the wrong wire type`);
}

function readValue(schema: Schema, cursor: Cursor, end: number, into: MutableValue): void {
  let expected = 0;
  while (cursor.position < end && cursor.problem === undefined) {
    const tag = cursor.uint32(end);
    if (cursor.problem !== undefined) return;
    const wireType = tag & 7;
    const number = tag >>> 3;
    let field = schema[expected];
    if (field?.number !== number) field = schema.find((candidate) => candidate.number === number);
    expected += 1;
    if (number === 0) cursor.fail('field number 0');
    else if (field === undefined) cursor.skip(wireType, end);
    else if (wireType === 0) readScalar(field, cursor, end, into);
    else if (wireType === 2 && wireTypeOf(field) === 2) readDelimited(field, cursor, end, into);
    else cursor.fail(`${field.name} has the wrong wire type`);
  }
}

/**
 * Decodes one message of at most `limitBytes`. Unknown fields are stepped over, the last of
 * repeated scalars wins, a repeated `message` merges, `messages` and packed numbers add up. Bytes
 * are copies.
 * `malformed` when cut off, oversized, of a wrong wire type, with groups, with numbers out of range
 * or text not UTF-8.
 */
export function decode<S extends Schema>(
  schema: S,
  bytes: Uint8Array,
  limitBytes: number = PROTOBUF_BYTES_MAX,
): Value<S> | Rejection {
  if (bytes.length > limitBytes) {
    return reject('malformed', `Protobuf message of ${bytes.length} bytes is too large.`, {
      sizeBytes: bytes.length,
      limitBytes,
    });
  }
  const cursor = new Cursor(bytes);
  const value: MutableValue = {};
  readValue(schema, cursor, bytes.length, value);
  if (cursor.problem === undefined) return value as Value<S>;
  return reject('malformed', `Protobuf message does not decode: ${cursor.problem}.`, {
    sizeBytes: bytes.length,
    position: Math.min(cursor.position, bytes.length),
  });
}
