/** The frames of a run as arrows from send to delivery, ready to be drawn in any window. */

import { KIND_CODES, NO_LANE } from '../reader/event-kinds.ts';
import type { RunFacts } from '../reader/reader-messages.ts';
import { FRAME_CLASSES, frameClassOf } from './marks.ts';

export interface Arrows {
  /** Rows of sends, rising. */
  readonly sends: Uint32Array<ArrayBuffer>;
  /** Per send: when its first delivery happened; its own time when it never arrived. */
  readonly arrivalUs: Float64Array<ArrayBuffer>;
  /** Latest arrival among this send and all before it: where a window's arrows begin. */
  readonly latestUs: Float64Array<ArrayBuffer>;
  /** Index of `FRAME_CLASSES`, by index of `details`. */
  readonly classOf: Uint8Array<ArrayBuffer>;
  /** How many there are of each class. */
  readonly counts: readonly number[];
}

/** Collects the arrows of a run. */
export function arrowsOf({ columns, details }: RunFacts): Arrows {
  const classOf = Uint8Array.from(details, (word) => FRAME_CLASSES.indexOf(frameClassOf(word)));
  const { kind, peer, partner, timeUs, detail, count } = columns;
  let frames = 0;
  for (let row = 0; row < count; row++) {
    if (kind[row] === KIND_CODES.send && peer[row] !== NO_LANE) frames++;
  }
  const sends = new Uint32Array(frames);
  const arrivalUs = new Float64Array(frames);
  const latestUs = new Float64Array(frames);
  const counts = FRAME_CLASSES.map(() => 0);
  let at = 0;
  let latest = 0;
  for (let row = 0; row < count; row++) {
    if (kind[row] !== KIND_CODES.send || peer[row] === NO_LANE) continue;
    const arrived = partner[row] as number;
    const us = (arrived < 0 ? timeUs[row] : timeUs[arrived]) as number;
    latest = Math.max(latest, us);
    sends[at] = row;
    arrivalUs[at] = us;
    latestUs[at] = latest;
    const frameClass = classOf[detail[row] as number] as number;
    counts[frameClass] = (counts[frameClass] ?? 0) + 1;
    at++;
  }
  return { sends, arrivalUs, latestUs, classOf, counts };
}

/** The first index whose value is at least `wanted`, in a rising list. */
export function firstAtLeast(list: ArrayLike<number>, wanted: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
