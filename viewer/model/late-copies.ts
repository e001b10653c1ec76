/** The copies that took longest to be shown, and why: what a newcomer asks first. */

import type { RunFacts } from '../reader/reader-messages.ts';
import { type Band, whyAway } from './bands.ts';

export interface LateCopy {
  readonly message: number;
  readonly lane: number;
  readonly lateUs: number;
  /** After the first other device that showed it; -1 when it was the first. */
  readonly afterFirstUs: number;
  /** `was switched off`; empty when the device was there all the time. */
  readonly why: string;
}

/** Shorter waits are nobody's question. */
const LATE_US_MIN = 60_000_000;

/** Copies shown late, the latest first. */
export function lateCopies(
  facts: RunFacts,
  bands: readonly (readonly Band[])[],
  most: number,
): readonly LateCopy[] {
  const all: LateCopy[] = [];
  for (const [index, message] of facts.messages.entries()) {
    if (message.saidUs < 0 || message.inputId.startsWith('probe/')) continue;
    const shown = message.copies.filter((copy) => copy.shownUs >= 0 && copy.lane !== message.lane);
    const firstUs = Math.min(...shown.map(({ shownUs }) => shownUs));
    for (const { lane, shownUs } of shown) {
      const lateUs = shownUs - message.saidUs;
      if (lateUs < LATE_US_MIN) continue;
      const why = whyAway(bands[lane] ?? [], message.saidUs, shownUs);
      const afterFirstUs = shownUs === firstUs ? -1 : shownUs - firstUs;
      all.push({ message: index, lane, lateUs, afterFirstUs, why });
    }
  }
  return all.sort((left, right) => right.lateUs - left.lateUs).slice(0, most);
}
