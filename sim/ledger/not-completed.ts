/** How many intents came to nothing, and why. */

import type { WhyNotCompleted } from '../trace/events.ts';
import type { CopyTotals, IntentFate } from './said.ts';

/** Counts fates; of those that came to nothing, the most frequent reason first. */
export function notCompletedOf(
  fates: Iterable<IntentFate>,
): Pick<CopyTotals, 'notCompleted' | 'notCompletedBy'> {
  let notCompleted = 0;
  const by = new Map<WhyNotCompleted, number>();
  for (const { state, why } of fates) {
    if (state !== 'not-completed') continue;
    notCompleted += 1;
    if (why !== undefined) by.set(why, (by.get(why) ?? 0) + 1);
  }
  const notCompletedBy = [...by].sort(
    ([left, many], [right, more]) => more - many || (left < right ? -1 : 1),
  );
  return { notCompleted, notCompletedBy };
}
