/**
 * A rolling 128-bit hash of words, integers, strings and bytes: what traces are compared by.
 *
 * Construction (described for re-implementation in FORMAT.md): four 32-bit lanes form a shift
 * register. A word w turns (s0, s1, s2, s3) into (s1, s2, s3, n) with
 *   n = rotl(s0 ^ w * 0xa3b195c5, 13) * 0x7c9a60b3 + rotl(s1, 9) ^ s3   (mod 2^32, `+` before `^`).
 * For a fixed word this is a bijection of the state, for a fixed state one of the word, so one
 * differing word can never be lost at once; it takes several more chosen words to bring all four
 * lanes together. A digest runs twelve rounds over a copy (words: count, then constants) and mixes
 * each lane.
 *
 * What it does not do: resist somebody who looks for collisions. It finds differences between
 * honest runs. One word costs two multiplications that do not wait for the previous word's.
 */

const TWO_32 = 2 ** 32;
const FINAL_ROUNDS = 12;
const FINAL_STEP = 0x61c88647;
const START = [0x6c6f636b, 0x73746570, 0x74726163, 0x65763031] as const;

/** The hash; feed it, ask for a digest at any moment, go on feeding. */
export class Hash128 {
  #s0: number = START[0];
  #s1: number = START[1];
  #s2: number = START[2];
  #s3: number = START[3];
  /** Words absorbed, modulo 2^32. */
  #count = 0;

  /** Back to the state of a new object. */
  reset(): void {
    this.#s0 = START[0];
    this.#s1 = START[1];
    this.#s2 = START[2];
    this.#s3 = START[3];
    this.#count = 0;
  }

  /** Absorbs the low 32 bits of `value`. */
  word(value: number): void {
    const next = absorb(this.#s0, this.#s1, this.#s3, value);
    this.#s0 = this.#s1;
    this.#s1 = this.#s2;
    this.#s2 = this.#s3;
    this.#s3 = next;
    this.#count = (this.#count + 1) | 0;
  }

  /** Absorbs four words. */
  words(first: number, second: number, third: number, fourth: number): void {
    const n0 = absorb(this.#s0, this.#s1, this.#s3, first);
    const n1 = absorb(this.#s1, this.#s2, n0, second);
    const n2 = absorb(this.#s2, this.#s3, n1, third);
    const n3 = absorb(this.#s3, n0, n2, fourth);
    this.#s0 = n0;
    this.#s1 = n1;
    this.#s2 = n2;
    this.#s3 = n3;
    this.#count = (this.#count + 4) | 0;
  }

  /** Absorbs a safe integer: low word, then high word (floor(value / 2^32)). */
  integer(value: number): void {
    this.word(value | 0);
    this.word(Math.floor(value / TWO_32) | 0);
  }

  /** Absorbs the length and the UTF-16 code units, two a word, the first in the low half. */
  text(value: string): void {
    const length = value.length;
    this.word(length);
    const even = length & ~1;
    const fours = length & ~7;
    let at = 0;
    for (; at < fours; at += 8) {
      this.words(
        value.charCodeAt(at) | (value.charCodeAt(at + 1) << 16),
        value.charCodeAt(at + 2) | (value.charCodeAt(at + 3) << 16),
        value.charCodeAt(at + 4) | (value.charCodeAt(at + 5) << 16),
        value.charCodeAt(at + 6) | (value.charCodeAt(at + 7) << 16),
      );
    }
    for (; at < even; at += 2) {
      this.word(value.charCodeAt(at) | (value.charCodeAt(at + 1) << 16));
    }
    if (even < length) this.word(value.charCodeAt(even));
  }

  /**
   * Absorbs the length and the bytes, four a word, little endian, the last word filled with zeros.
   */
  bytes(value: Uint8Array): void {
    const length = value.length;
    this.word(length);
    const fours = length & ~15;
    let at = 0;
    for (; at < fours; at += 16) {
      this.words(
        wordAt(value, at),
        wordAt(value, at + 4),
        wordAt(value, at + 8),
        wordAt(value, at + 12),
      );
    }
    for (; at + 4 <= length; at += 4) this.word(wordAt(value, at));
    if (at === length) return;
    let last = 0;
    for (let part = 0; at + part < length; part++) {
      last |= (value[at + part] as number) << (8 * part);
    }
    this.word(last);
  }

  /** 32 hex digits of everything absorbed so far; the hash itself is left as it is. */
  digest(): string {
    let s0 = this.#s0;
    let s1 = this.#s1;
    let s2 = this.#s2;
    let s3 = this.#s3;
    let value = this.#count;
    for (let round = 0; round < FINAL_ROUNDS; round++) {
      const next = absorb(s0, s1, s3, value);
      s0 = s1;
      s1 = s2;
      s2 = s3;
      s3 = next;
      value = (value + FINAL_STEP) | 0;
    }
    return hexWords(finish(s0), finish(s1), finish(s2), finish(s3));
  }
}

/** Absorbs one text into two hashes, as `text` of each would, and reads it once. */
export function absorbText(one: Hash128, other: Hash128, text: string): void {
  const length = text.length;
  one.word(length);
  other.word(length);
  const fours = length & ~7;
  let at = 0;
  for (; at < fours; at += 8) {
    const first = text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
    const second = text.charCodeAt(at + 2) | (text.charCodeAt(at + 3) << 16);
    const third = text.charCodeAt(at + 4) | (text.charCodeAt(at + 5) << 16);
    const fourth = text.charCodeAt(at + 6) | (text.charCodeAt(at + 7) << 16);
    one.words(first, second, third, fourth);
    other.words(first, second, third, fourth);
  }
  for (; at < length; at += 2) {
    const last = at + 1 < length ? text.charCodeAt(at + 1) << 16 : 0;
    const word = text.charCodeAt(at) | last;
    one.word(word);
    other.word(word);
  }
}

function absorb(s0: number, s1: number, s3: number, value: number): number {
  const x = s0 ^ Math.imul(value, 0xa3b195c5);
  const turned = (x << 13) | (x >>> 19);
  return ((Math.imul(turned, 0x7c9a60b3) + ((s1 << 9) | (s1 >>> 23))) | 0) ^ s3;
}

function wordAt(value: Uint8Array, at: number): number {
  return (
    (value[at] as number) |
    ((value[at + 1] as number) << 8) |
    ((value[at + 2] as number) << 16) |
    ((value[at + 3] as number) << 24)
  );
}

/** Bijective mixing of one lane (a published two-round xorshift-multiply finaliser). */
function finish(lane: number): number {
  let x = lane ^ (lane >>> 15);
  x = Math.imul(x, 0x2c1b3c6d);
  x ^= x >>> 12;
  x = Math.imul(x, 0x297a2d39);
  return x ^ (x >>> 15);
}

/**
 * Thirty-two hex digits, made as one string: four strings of eight, joined, took 1.4 times as long,
 * a table of four digits each 1.9 times, and padding `toString(16)` ten times.
 */
function hexWords(first: number, second: number, third: number, fourth: number): string {
  return String.fromCharCode(
    hexDigit(first >>> 28),
    hexDigit((first >>> 24) & 15),
    hexDigit((first >>> 20) & 15),
    hexDigit((first >>> 16) & 15),
    hexDigit((first >>> 12) & 15),
    hexDigit((first >>> 8) & 15),
    hexDigit((first >>> 4) & 15),
    hexDigit(first & 15),
    hexDigit(second >>> 28),
    hexDigit((second >>> 24) & 15),
    hexDigit((second >>> 20) & 15),
    hexDigit((second >>> 16) & 15),
    hexDigit((second >>> 12) & 15),
    hexDigit((second >>> 8) & 15),
    hexDigit((second >>> 4) & 15),
    hexDigit(second & 15),
    hexDigit(third >>> 28),
    hexDigit((third >>> 24) & 15),
    hexDigit((third >>> 20) & 15),
    hexDigit((third >>> 16) & 15),
    hexDigit((third >>> 12) & 15),
    hexDigit((third >>> 8) & 15),
    hexDigit((third >>> 4) & 15),
    hexDigit(third & 15),
    hexDigit(fourth >>> 28),
    hexDigit((fourth >>> 24) & 15),
    hexDigit((fourth >>> 20) & 15),
    hexDigit((fourth >>> 16) & 15),
    hexDigit((fourth >>> 12) & 15),
    hexDigit((fourth >>> 8) & 15),
    hexDigit((fourth >>> 4) & 15),
    hexDigit(fourth & 15),
  );
}

/** The character code of a digit from 0 to 15. */
function hexDigit(digit: number): number {
  return digit < 10 ? 48 + digit : 87 + digit;
}
