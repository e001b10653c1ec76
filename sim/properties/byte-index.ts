/**
 * Finds any of many secrets in a stream of bytes (C2, K8). Each needle is filed under its 8-byte
 * blocks; a window of 8 bytes rolls over the haystack, and only a hit in a small bitmap is looked
 * up. The cost per byte does not depend on how many needles there are. Contract 9.
 *
 * A block of 8 bytes found is a find: half a key leaked is a leak, and 8 equal random bytes do not
 * happen by chance. It does not find needles shorter than 8 bytes, nor encodings other than the
 * bytes themselves.
 *
 * The bitmap doubles with what is filed, so that one window in 32 at most is looked up in vain: a
 * bitmap of fixed size made the search dearer with every device of the run. What is filed stands in
 * columns of numbers, which a garbage collector need not walk through: a month files millions of
 * blocks. As objects in a `Map` they took 1.9 times as long to file.
 */

const WINDOW = 8;
/** Room for blocks at first, as a power of two. */
const ROOM_BITS_LEAST = 11;
/** Bits kept in the bitmap for each block there is room for, as a power of two. */
const BITS_PER_BLOCK_BITS = 5;
/** Bits of the largest bitmap (8 MiB), as a power of two; beyond it the search gets slower. */
const BITMAP_BITS_MOST = 26;

/** Where a needle was found. */
export interface Finding {
  readonly name: string;
  readonly offset: number;
  /** Whether all of the needle stands there, as a text must; else a block of it. */
  readonly isWhole: boolean;
}

const NOTHING: readonly Finding[] = [];

interface Needle {
  readonly name: string;
  /** The whole needle when all of it must match, else undefined: the block alone is a find. */
  readonly whole: Uint8Array | undefined;
}

function hashOf(high: number, low: number): number {
  return Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b);
}

/** An index of secrets. */
export class ByteIndex {
  #roomBits = ROOM_BITS_LEAST;
  #bitmapBits = ROOM_BITS_LEAST + BITS_PER_BLOCK_BITS;
  #bitmap = new Uint8Array(1 << (ROOM_BITS_LEAST + BITS_PER_BLOCK_BITS - 3));
  readonly #needles: Needle[] = [];
  /** Number of the needle of a key, by its name. */
  readonly #keys = new Map<string, number>();
  /** Blocks filed; each has a number from 1 and a place in these columns. */
  #count = 0;
  #high = new Int32Array(1 << ROOM_BITS_LEAST);
  #low = new Int32Array(1 << ROOM_BITS_LEAST);
  #needleOf = new Int32Array(1 << ROOM_BITS_LEAST);
  /** The next block filed under the same head, in order of filing; 0 when there is none. */
  #next = new Int32Array(1 << ROOM_BITS_LEAST);
  /** The first block filed under the leading bits of a hash; 0 when there is none. */
  #heads = new Int32Array(1 << ROOM_BITS_LEAST);

  /**
   * Files a text: found only where all its bytes follow each other (8 bytes or more). Filed under
   * its last block: texts of one generator begin alike, and equal blocks make a list to walk (a
   * month of 5,900 messages spent 4 % of its time there).
   */
  addWhole(name: string, needle: Uint8Array): void {
    if (needle.length < WINDOW) return;
    const at = needle.length - WINDOW;
    this.#needles.push({ name, whole: needle });
    this.#add(word(needle, at), word(needle, at + 4), this.#needles.length - 1);
  }

  /**
   * Files a key: each aligned block of 8 bytes is a find of its own; blocks of one repeated byte
   * are left out. A block that stands in several keys is found under the name of the first: both
   * ends of a session hold its keys, and that halves what is filed.
   */
  addBlocks(name: string, needle: Uint8Array): void {
    for (let at = 0; at + WINDOW <= needle.length; at += WINDOW) {
      if (isUniform(needle, at)) continue;
      const high = word(needle, at);
      const low = word(needle, at + 4);
      if (!this.#hasBlock(high, low)) this.#add(high, low, this.#keyNumber(name));
    }
  }

  /** All finds in order of their ends, and of filing where they end together. */
  find(haystack: Uint8Array): readonly Finding[] {
    const bitmap = this.#bitmap;
    const shift = 32 - this.#bitmapBits;
    let found = NOTHING;
    let high = 0;
    let low = 0;
    for (let at = 0; at < haystack.length; at += 1) {
      high = (high << 8) | (low >>> 24);
      low = (low << 8) | (haystack[at] as number);
      if (at < WINDOW - 1) continue;
      const slot = hashOf(high, low) >>> shift;
      if (((bitmap[slot >>> 3] as number) & (1 << (slot & 7))) === 0) continue;
      const here = this.#lookUp(haystack, at - WINDOW + 1, high, low);
      if (here.length > 0) found = [...found, ...here];
    }
    return found;
  }

  #keyNumber(name: string): number {
    let number = this.#keys.get(name);
    if (number === undefined) {
      number = this.#needles.length;
      this.#needles.push({ name, whole: undefined });
      this.#keys.set(name, number);
    }
    return number;
  }

  #add(high: number, low: number, needle: number): void {
    if (this.#count + 1 === this.#high.length) this.#grow();
    this.#count += 1;
    const block = this.#count;
    this.#high[block] = high;
    this.#low[block] = low;
    this.#needleOf[block] = needle;
    this.#mark(high, low);
    const head = hashOf(high, low) >>> (32 - this.#roomBits);
    let last = this.#heads[head] as number;
    if (last === 0) {
      this.#heads[head] = block;
      return;
    }
    while (this.#next[last] !== 0) last = this.#next[last] as number;
    this.#next[last] = block;
  }

  #hasBlock(high: number, low: number): boolean {
    let block = this.#first(high, low);
    for (; block !== 0; block = this.#next[block] as number) {
      if (this.#low[block] !== low || this.#high[block] !== high) continue;
      if ((this.#needles[this.#needleOf[block] as number] as Needle).whole === undefined)
        return true;
    }
    return false;
  }

  #first(high: number, low: number): number {
    return this.#heads[hashOf(high, low) >>> (32 - this.#roomBits)] as number;
  }

  #mark(high: number, low: number): void {
    const slot = hashOf(high, low) >>> (32 - this.#bitmapBits);
    this.#bitmap[slot >>> 3] = (this.#bitmap[slot >>> 3] as number) | (1 << (slot & 7));
  }

  /** Twice the room; the lists keep their order, since blocks are put in front from the last on. */
  #grow(): void {
    this.#roomBits += 1;
    const room = 1 << this.#roomBits;
    this.#high = longer(this.#high, room);
    this.#low = longer(this.#low, room);
    this.#needleOf = longer(this.#needleOf, room);
    this.#next = new Int32Array(room);
    this.#heads = new Int32Array(room);
    const isRoomy = this.#bitmapBits < BITMAP_BITS_MOST;
    if (isRoomy) {
      this.#bitmapBits += 1;
      this.#bitmap = new Uint8Array(1 << (this.#bitmapBits - 3));
    }
    for (let block = this.#count; block > 0; block -= 1) {
      const high = this.#high[block] as number;
      const low = this.#low[block] as number;
      const head = hashOf(high, low) >>> (32 - this.#roomBits);
      this.#next[block] = this.#heads[head] as number;
      this.#heads[head] = block;
      if (isRoomy) this.#mark(high, low);
    }
  }

  #lookUp(haystack: Uint8Array, offset: number, high: number, low: number): readonly Finding[] {
    const found: Finding[] = [];
    let block = this.#first(high, low);
    for (; block !== 0; block = this.#next[block] as number) {
      if (this.#low[block] !== low || this.#high[block] !== high) continue;
      const { name, whole } = this.#needles[this.#needleOf[block] as number] as Needle;
      if (whole === undefined) {
        found.push({ name, offset, isWhole: false });
        continue;
      }
      const start = offset + WINDOW - whole.length;
      if (start >= 0 && startsWith(haystack, start, whole)) {
        found.push({ name, offset: start, isWhole: true });
      }
    }
    return found;
  }
}

function longer(column: Int32Array, room: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(room);
  copy.set(column);
  return copy;
}

function word(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

function isUniform(bytes: Uint8Array, at: number): boolean {
  for (let index = at + 1; index < at + WINDOW; index += 1) {
    if (bytes[index] !== bytes[at]) return false;
  }
  return true;
}

function startsWith(haystack: Uint8Array, offset: number, needle: Uint8Array): boolean {
  if (offset + needle.length > haystack.length) return false;
  for (let index = 0; index < needle.length; index += 1) {
    if (haystack[offset + index] !== needle[index]) return false;
  }
  return true;
}
