/**
 * One axis of order for two runs: what a person did in both stands at the same place, and between
 * two such places the run with more events sets the width. Time needs nothing of the sort, since
 * the time of both is virtual.
 */

import { KIND_CODES } from '../reader/event-kinds.ts';
import type { RunFacts } from '../reader/reader-messages.ts';

/** Rows of the two runs that mean the same. */
export interface Anchor {
  readonly first: number;
  readonly second: number;
}

export interface Places {
  readonly first: Float64Array<ArrayBuffer>;
  readonly second: Float64Array<ArrayBuffer>;
}

type Aligned = Pick<RunFacts, 'columns' | 'intents' | 'details'>;

/** Where both runs stand on their common axis. */
export function placesOf(first: Aligned, second: Aligned): Places {
  const { count } = first.columns;
  const otherCount = second.columns.count;
  const anchors = [...rising(anchorsOf(first, second)), { first: count, second: otherCount }];
  const out = { first: new Float64Array(count), second: new Float64Array(otherCount) };
  let before: Anchor = { first: 0, second: 0 };
  let place = 0;
  for (const anchor of anchors) {
    const width = Math.max(anchor.first - before.first, anchor.second - before.second);
    spread(out.first, before.first, anchor.first, place, width);
    spread(out.second, before.second, anchor.second, place, width);
    place += width;
    before = anchor;
  }
  return out;
}

function spread(
  places: Float64Array,
  from: number,
  until: number,
  place: number,
  width: number,
): void {
  const step = width / Math.max(1, until - from);
  for (let row = from; row < until; row++) places[row] = place + (row - from) * step;
}

/** What both runs have: the same intents given, the same phases begun; by rows of the first. */
function anchorsOf(first: Aligned, second: Aligned): readonly Anchor[] {
  const known = namedRows(second);
  const out: Anchor[] = [];
  for (const [name, row] of namedRows(first)) {
    const other = known.get(name);
    if (other !== undefined) out.push({ first: row, second: other });
  }
  return out.sort((left, right) => left.first - right.first);
}

function namedRows({ columns, intents, details }: Aligned): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const { id, row, failure } of intents) {
    if (failure === '' && !out.has(`intent ${id}`)) out.set(`intent ${id}`, row);
  }
  for (let row = 0; row < columns.count; row++) {
    if (columns.kind[row] !== KIND_CODES.phase) continue;
    const name = `phase ${details[columns.detail[row] as number] ?? ''}`;
    if (!out.has(name)) out.set(name, row);
  }
  return out;
}

/**
 * The longest choice of anchors that rises on both sides: where two runs do things in another
 * order, both orders cannot be kept.
 */
export function rising(anchors: readonly Anchor[]): readonly Anchor[] {
  /** Per length of a chain the anchor that ends it lowest, and what stands before each anchor. */
  const ends: number[] = [];
  const before = new Int32Array(anchors.length).fill(-1);
  for (const [at, { second }] of anchors.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((anchors[ends[middle] as number] as Anchor).second < second) low = middle + 1;
      else high = middle;
    }
    before[at] = low === 0 ? -1 : (ends[low - 1] as number);
    ends[low] = at;
  }
  const out: Anchor[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] as number) {
    out.push(anchors[at] as Anchor);
  }
  return out.reverse();
}
