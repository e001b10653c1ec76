/**
 * The fast road for a SignalMessage written as every implementation writes it: four fields in
 * order, the shortest varints. Sizes, offsets, no intermediate arrays. Whatever looks different is
 * left to the schema decoder, which defines what is accepted; a test holds both to the same
 * answers. Measured: 3 of 40 us per message of a one-way stream. Source: specification 2.3.
 */

import { KEY_TYPE } from './keys.ts';

const RATCHET_KEY_TAG = 0x0a;
const COUNTER_TAG = 0x10;
const PREVIOUS_COUNTER_TAG = 0x18;
const CIPHERTEXT_TAG = 0x22;
const KEY_BYTES = 33;
/** Counters up to here take at most four varint bytes; larger ones take the other road. */
const COUNTER_END = 1 << 28;

/** Where the parts of a canonical body lie. Offsets count from the start of the array. */
export interface CanonicalBody {
  readonly counter: number;
  readonly ratchetKeyAt: number;
  readonly ciphertextAt: number;
}

function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
}

function writeVarint(target: Uint8Array, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  while (rest >= 0x80) {
    target[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[at++] = rest;
  return at;
}

/** Size in bytes of the body `writeBody` writes; all three numbers below 2^28. */
export function bodySize(
  counter: number,
  previousCounter: number,
  ciphertextBytes: number,
): number {
  const varints =
    varintBytes(counter) + varintBytes(previousCounter) + varintBytes(ciphertextBytes);
  return 2 + KEY_BYTES + 3 + varints + ciphertextBytes;
}

/** Whether numbers of this size may take this road. */
export function isSmallCounter(value: number): boolean {
  return value < COUNTER_END;
}

/** Writes the protobuf body at `offset`; returns its end. `ratchetKey`: 32 raw bytes. */
export function writeBody(
  target: Uint8Array,
  offset: number,
  ratchetKey: Uint8Array,
  counter: number,
  previousCounter: number,
  ciphertext: Uint8Array,
): number {
  target[offset] = RATCHET_KEY_TAG;
  target[offset + 1] = KEY_BYTES;
  target[offset + 2] = KEY_TYPE;
  target.set(ratchetKey, offset + 3);
  let at = offset + 2 + KEY_BYTES;
  target[at++] = COUNTER_TAG;
  at = writeVarint(target, at, counter);
  target[at++] = PREVIOUS_COUNTER_TAG;
  at = writeVarint(target, at, previousCounter);
  target[at++] = CIPHERTEXT_TAG;
  at = writeVarint(target, at, ciphertext.length);
  target.set(ciphertext, at);
  return at + ciphertext.length;
}

/** Finds the parts of the body in `bytes[start..end)`, or `undefined` when it is not canonical. */
export function readBody(bytes: Uint8Array, start: number, end: number): CanonicalBody | undefined {
  // The shortest body: a key, three one-byte numbers. So every fixed offset below is inside.
  if (end - start < 2 + KEY_BYTES + 6) return undefined;
  if (bytes[start] !== RATCHET_KEY_TAG || bytes[start + 1] !== KEY_BYTES) return undefined;
  if (bytes[start + 2] !== KEY_TYPE) return undefined;
  let at = start + 2 + KEY_BYTES;
  const counter = readVarint(bytes, at, end, COUNTER_TAG);
  if (counter < 0) return undefined;
  at += 1 + varintBytes(counter);
  const previous = readVarint(bytes, at, end, PREVIOUS_COUNTER_TAG);
  if (previous < 0) return undefined;
  at += 1 + varintBytes(previous);
  const size = readVarint(bytes, at, end, CIPHERTEXT_TAG);
  if (size < 0) return undefined;
  at += 1 + varintBytes(size);
  return at + size === end ? { counter, ratchetKeyAt: start + 3, ciphertextAt: at } : undefined;
}

/** The shortest-form varint of at most four bytes after `tag`; -1 for anything else. */
function readVarint(bytes: Uint8Array, offset: number, end: number, tag: number): number {
  if (bytes[offset] !== tag) return -1;
  let value = 0;
  for (let index = 0; index < 4; index += 1) {
    const at = offset + 1 + index;
    if (at >= end) return -1;
    const byte = bytes[at] as number;
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return index > 0 && byte === 0 ? -1 : value;
  }
  return -1;
}
