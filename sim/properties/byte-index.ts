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
 * bitmap of fixed size made the search dearer with every device of the run.
 */

const WINDOW = 8;
/** Bits of the first bitmap, as a power of two. */
const BITMAP_BITS_LEAST = 16;
/** Bits of the largest bitmap (8 MiB), as a power of two; beyond it the search gets slower. */
const BITMAP_BITS_MOST = 26;
/** Bits kept for each block filed. */
const BITS_PER_BLOCK = 32;

/** Where a needle was found. */
export interface Finding {
  readonly name: string;
  readonly offset: number;
}

function hashOf(high: number, low: number): number {
  return Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b);
}

interface Entry {
  readonly high: number;
  readonly low: number;
  readonly name: string;
  /** The whole needle when all of it must match, else undefined: the block alone is a find. */
  readonly whole: Uint8Array | undefined;
  /** The next one filed under the same key, in order of filing. */
  next: Entry | undefined;
}

/** An index of secrets. */
export class ByteIndex {
  #bits = BITMAP_BITS_LEAST;
  #bitmap = new Uint8Array(1 << (BITMAP_BITS_LEAST - 3));
  /** By `hashOf` their block. */
  readonly #entries = new Map<number, Entry>();

  /**
   * Files a text: found only where all its bytes follow each other (8 bytes or more). Filed under
   * its last block: texts of one generator begin alike, and equal blocks make a list to walk (a
   * month of 5,900 messages spent 4 % of its time there).
   */
  addWhole(name: string, needle: Uint8Array): void {
    if (needle.length >= WINDOW) this.#add(name, needle, needle.length - WINDOW, needle);
  }

  /**
   * Files a key: each aligned block of 8 bytes is a find of its own; blocks of one repeated byte
   * are left out.
   */
  addBlocks(name: string, needle: Uint8Array): void {
    for (let at = 0; at + WINDOW <= needle.length; at += WINDOW) {
      if (!isUniform(needle, at)) this.#add(name, needle, at, undefined);
    }
  }

  #add(name: string, needle: Uint8Array, at: number, whole: Uint8Array | undefined): void {
    const high = word(needle, at);
    const low = word(needle, at + 4);
    const key = hashOf(high, low);
    const entry: Entry = { high, low, name, whole, next: undefined };
    let last = this.#entries.get(key);
    if (last === undefined) {
      this.#entries.set(key, entry);
      if (this.#entries.size * BITS_PER_BLOCK > 2 ** this.#bits) this.#grow();
      this.#mark(high, low);
      return;
    }
    for (; ; last = last.next) {
      if (last.low === low && last.high === high && last.name === name) return;
      if (last.next === undefined) break;
    }
    last.next = entry;
    this.#mark(high, low);
  }

  #mark(high: number, low: number): void {
    const slot = hashOf(high, low) >>> (32 - this.#bits);
    this.#bitmap[slot >>> 3] = (this.#bitmap[slot >>> 3] as number) | (1 << (slot & 7));
  }

  #grow(): void {
    if (this.#bits === BITMAP_BITS_MOST) return;
    this.#bits += 1;
    this.#bitmap = new Uint8Array(1 << (this.#bits - 3));
    for (const first of this.#entries.values()) {
      for (let at: Entry | undefined = first; at !== undefined; at = at.next) {
        this.#mark(at.high, at.low);
      }
    }
  }

  /** The first find, if there is one. */
  find(haystack: Uint8Array): Finding | undefined {
    const bitmap = this.#bitmap;
    const shift = 32 - this.#bits;
    let high = 0;
    let low = 0;
    for (let at = 0; at < haystack.length; at += 1) {
      high = (high << 8) | (low >>> 24);
      low = (low << 8) | (haystack[at] as number);
      if (at < WINDOW - 1) continue;
      const slot = hashOf(high, low) >>> shift;
      if (((bitmap[slot >>> 3] as number) & (1 << (slot & 7))) === 0) continue;
      const finding = this.#lookUp(haystack, at - WINDOW + 1, high, low);
      if (finding !== undefined) return finding;
    }
    return undefined;
  }

  #lookUp(haystack: Uint8Array, offset: number, high: number, low: number): Finding | undefined {
    let entry = this.#entries.get(hashOf(high, low));
    for (; entry !== undefined; entry = entry.next) {
      if (entry.low !== low || entry.high !== high) continue;
      const { name, whole } = entry;
      if (whole === undefined) return { name, offset };
      const start = offset + WINDOW - whole.length;
      if (start >= 0 && startsWith(haystack, start, whole)) return { name, offset: start };
    }
    return undefined;
  }
}

function word(bytes: Uint8Array, at: number): number {
  const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as number[];
  return ((a as number) << 24) | ((b as number) << 16) | ((c as number) << 8) | (d as number);
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
