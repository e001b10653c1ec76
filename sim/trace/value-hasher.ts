/**
 * Feeds plain values (records, notices, commands) to a hash in canonical form, without building
 * text. Equal values give equal words whatever order their fields were written in.
 *
 * What it does not do: accept anything that is not plain data; a function or symbol is a broken
 * invariant.
 */

import { assert } from '../kernel/assert.ts';
import type { Hash128 } from './hash128.ts';

/** What precedes a value, so that `1`, `"1"` and `[1]` differ. Part of the format. */
const TAG = {
  absent: 1,
  null: 2,
  false: 3,
  true: 4,
  small: 5,
  integer: 6,
  float: 7,
  text: 8,
  bytes: 9,
  list: 10,
  fields: 11,
  map: 12,
  big: 13,
} as const;

interface Layout {
  /** Field names as objects of this layout list them, and the same in code unit order. */
  readonly listed: readonly string[];
  readonly sorted: readonly string[];
}

/** Absorbs values; keeps the field orders it has met, since sorting them again would cost most. */
export class ValueHasher {
  readonly #layouts = new Map<string, Layout>();
  readonly #float = new DataView(new ArrayBuffer(8));

  /** Absorbs tag, then content. Fields that are undefined count as absent. */
  absorb(hash: Hash128, value: unknown): void {
    switch (typeof value) {
      case 'string':
        hash.word(TAG.text);
        hash.text(value);
        return;
      case 'number':
        this.#number(hash, value);
        return;
      case 'boolean':
        hash.word(value ? TAG.true : TAG.false);
        return;
      case 'undefined':
        hash.word(TAG.absent);
        return;
      case 'bigint':
        hash.word(TAG.big);
        hash.text(value.toString(16));
        return;
      default:
        assert(typeof value === 'object', 'records hold plain data');
        this.#object(hash, value);
        return;
    }
  }

  #number(hash: Hash128, value: number): void {
    if ((value | 0) === value) {
      hash.word(TAG.small);
      hash.word(value);
      return;
    }
    if (Number.isSafeInteger(value)) {
      hash.word(TAG.integer);
      hash.integer(value);
      return;
    }
    this.#float.setFloat64(0, value, true);
    hash.word(TAG.float);
    hash.word(this.#float.getInt32(0, true));
    hash.word(this.#float.getInt32(4, true));
  }

  #object(hash: Hash128, value: object | null): void {
    if (value === null) {
      hash.word(TAG.null);
      return;
    }
    if (value instanceof Uint8Array) {
      hash.word(TAG.bytes);
      hash.bytes(value);
      return;
    }
    if (Array.isArray(value)) {
      hash.word(TAG.list);
      hash.word(value.length);
      for (const item of value) this.absorb(hash, item);
      return;
    }
    if (value instanceof Map) {
      hash.word(TAG.map);
      hash.word(value.size);
      for (const [key, item] of value) {
        this.absorb(hash, key);
        this.absorb(hash, item);
      }
      return;
    }
    this.#fields(hash, value as Readonly<Record<string, unknown>>);
  }

  #fields(hash: Hash128, value: Readonly<Record<string, unknown>>): void {
    hash.word(TAG.fields);
    for (const name of this.#sortedNames(value)) {
      const item = value[name];
      if (item === undefined) continue;
      hash.text(name);
      this.absorb(hash, item);
    }
    hash.word(TAG.absent);
  }

  #sortedNames(value: Readonly<Record<string, unknown>>): readonly string[] {
    const listed = Object.keys(value);
    const kind = value.kind;
    const layout = typeof kind === 'string' ? this.#layouts.get(kind) : undefined;
    if (layout !== undefined && isSameList(layout.listed, listed)) return layout.sorted;
    const sorted = [...listed].sort();
    if (typeof kind === 'string') this.#layouts.set(kind, { listed, sorted });
    return sorted;
  }
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return true;
}
