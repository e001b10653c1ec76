/**
 * A sweep: one value varied, everything else held, and for some measures a closed formula that the
 * simulated points must meet.
 */

import type { Scenario } from '../../../scenarios/scenario.ts';
import type { PairSide } from '../paired.ts';

/** One value and the story told with it. */
export interface SweepStory {
  readonly at: number;
  readonly scenario: Scenario;
}

/** One curve to be drawn. */
export interface SweepCurve {
  readonly side: PairSide;
  readonly measure: string;
  readonly formula?: {
    /** As people write it, `d + d − 1`. */
    readonly words: string;
    at(value: number): number;
    /**
     * Difference that is still agreement, relative to the formula's value or to 1, whichever is
     * greater.
     */
    readonly tolerance: number;
  };
}

/** The whole sweep. */
export interface SweepDesign {
  readonly id: string;
  readonly title: string;
  readonly axis: string;
  readonly isLogarithmic: boolean;
  readonly stories: readonly SweepStory[];
  readonly curves: readonly SweepCurve[];
  /** At most so many seeds: what hardly varies needs few, what is large gets few. */
  readonly seedsMax: number;
}
