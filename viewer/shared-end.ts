/** The end of the axis that a run shares with the one beside it, if there is one. */

import { type Store, shownRun } from './store.ts';
import { axisEnd } from './timeline/axis.ts';

/** The later end of both; 1 when nothing is shown. */
export function sharedEnd(store: Store): number {
  const axis = store.axis.value;
  const runs = [shownRun(store), store.twin.value && shownRun(store.twin.value.store)];
  return runs.reduce((end, run) => {
    return run === undefined ? end : Math.max(end, axisEnd(run.facts.columns, axis));
  }, 1);
}
