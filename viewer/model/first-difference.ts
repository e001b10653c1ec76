/** Where two runs part: the first event that is not the same in both. */

import type { RunFacts } from '../reader/reader-messages.ts';

type Compared = Pick<RunFacts, 'columns' | 'lanes' | 'details'>;

/**
 * The first row at which time, host, kind or what happened differ, or that only one run has; -1
 * when every event is the same. Contents are not compared: the hashes of the runs say whether those
 * differ.
 */
export function firstDifference(first: Compared, second: Compared): number {
  const count = Math.min(first.columns.count, second.columns.count);
  for (let row = 0; row < count; row++) if (!isSame(first, second, row)) return row;
  return first.columns.count === second.columns.count ? -1 : count;
}

function isSame(first: Compared, second: Compared, row: number): boolean {
  const left = first.columns;
  const right = second.columns;
  return (
    left.timeUs[row] === right.timeUs[row] &&
    left.kind[row] === right.kind[row] &&
    first.lanes[left.lane[row] as number] === second.lanes[right.lane[row] as number] &&
    first.details[left.detail[row] as number] === second.details[right.detail[row] as number] &&
    first.lanes[left.peer[row] as number] === second.lanes[right.peer[row] as number]
  );
}
