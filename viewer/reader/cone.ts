/**
 * The causal cone of an event: all that led to it, or all that came of it. An event has one cause;
 * a step moreover depends on what its device committed before, which would make everything a cause
 * of everything: that is left out, and the page says so.
 */

import type { RunColumns } from './run-columns.ts';

/** `before`: causes; `after`: effects. */
export type ConeWay = 'before' | 'after';

/** Rows of the cone in order, the event itself among them. */
export function cone(columns: RunColumns, row: number, way: ConeWay): Uint32Array<ArrayBuffer> {
  return way === 'before' ? causes(columns, row) : effects(columns, row);
}

function causes({ cause }: RunColumns, row: number): Uint32Array<ArrayBuffer> {
  const rows: number[] = [];
  for (let at = row; at >= 0; ) {
    rows.push(at);
    const before = cause[at] as number;
    if (before >= at) break;
    at = before;
  }
  return Uint32Array.from(rows.reverse());
}

/** Effects come later than their cause, so that one pass finds them all. */
function effects({ cause, count }: RunColumns, row: number): Uint32Array<ArrayBuffer> {
  const isIn = new Uint8Array(count);
  isIn[row] = 1;
  let found = 1;
  for (let at = row + 1; at < count; at++) {
    const before = cause[at] as number;
    if (before < row || isIn[before] !== 1) continue;
    isIn[at] = 1;
    found++;
  }
  const rows = new Uint32Array(found);
  let next = 0;
  for (let at = row; at < count; at++) if (isIn[at] === 1) rows[next++] = at;
  return rows;
}
