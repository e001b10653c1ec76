/**
 * Finds any of many secrets in a stream of bytes (C2, K8). Each needle is filed under its 8-byte
 * blocks; a window of 8 bytes rolls over the haystack, and only a hit in a small bitmap is looked
 * up. The cost per byte does not depend on how many needles there are. Contract 9.
 *
 * A block of 8 bytes found is a find: half a key leaked is a leak, and 8 equal random bytes do not
 * happen by chance. It does not find needles shorter than 8 bytes, nor encodings other than the
 * bytes themselves.
 */

const WINDOW = 8;
const BITMAP_BITS = 20;

/** Where a needle was found. */
export interface Finding {
  readonly name: string;
  readonly offset: number;
}

function slotOf(high: number, low: number): number {
  return Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b) >>> (32 - BITMAP_BITS);
}

function blockKey(high: number, low: number): number {
  return (high >>> 0) * 0x10_0000 + ((low >>> 0) & 0xf_ffff);
}

interface Entry {
  readonly low: number;
  readonly name: string;
  /** The whole needle when all of it must match, else undefined: the block alone is a find. */
  readonly whole: Uint8Array | undefined;
}

/** An index of secrets. */
export class ByteIndex {
  readonly #bitmap = new Uint8Array(1 << (BITMAP_BITS - 3));
  readonly #entries = new Map<number, Entry[]>();

  /** Files a text: found only where all its bytes follow each other (8 bytes or more). */
  addWhole(name: string, needle: Uint8Array): void {
    if (needle.length >= WINDOW) this.#add(name, needle, 0, needle);
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
    const slot = slotOf(high, low);
    this.#bitmap[slot >>> 3] = (this.#bitmap[slot >>> 3] as number) | (1 << (slot & 7));
    const key = blockKey(high, low);
    const entries = this.#entries.get(key);
    const entry: Entry = { low, name, whole };
    if (entries === undefined) this.#entries.set(key, [entry]);
    else if (!entries.some((known) => known.low === low && known.name === name))
      entries.push(entry);
  }

  /** The first find, if there is one. */
  find(haystack: Uint8Array): Finding | undefined {
    const bitmap = this.#bitmap;
    let high = 0;
    let low = 0;
    for (let at = 0; at < haystack.length; at += 1) {
      high = (high << 8) | (low >>> 24);
      low = (low << 8) | (haystack[at] as number);
      if (at < WINDOW - 1) continue;
      const slot = slotOf(high, low);
      if (((bitmap[slot >>> 3] as number) & (1 << (slot & 7))) === 0) continue;
      const name = this.#lookUp(haystack, at - WINDOW + 1, high, low);
      if (name !== undefined) return { name, offset: at - WINDOW + 1 };
    }
    return undefined;
  }

  #lookUp(haystack: Uint8Array, offset: number, high: number, low: number): string | undefined {
    for (const entry of this.#entries.get(blockKey(high, low)) ?? []) {
      if (entry.low !== low) continue;
      if (entry.whole === undefined || startsWith(haystack, offset, entry.whole)) return entry.name;
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
