/**
 * A comparison's runs as a whole: hands batches out, keeps their order, and passes samples on as
 * they come. It knows no clock: the caller says when to stop.
 */

import type { PairBatch, Sample } from './paired.ts';

/** Something that performs batches, here or in worker threads. */
export interface PairPerformer {
  /** Batches worth giving out at the same time. */
  readonly width: number;
  measure(batch: PairBatch): Promise<readonly Sample[]>;
}

/** What is to be run. */
export interface PairPlan {
  readonly batches: readonly PairBatch[];
  /** Asked before each batch is handed out. */
  isStopped(): boolean;
  /** Called for every batch, in order. */
  onSamples(batch: number, samples: readonly Sample[]): void;
}

/** Runs a plan to its end, or until it is stopped; what was begun is waited for. */
export async function runPairs(plan: PairPlan, performer: PairPerformer): Promise<void> {
  const underWay: { readonly at: number; readonly samples: Promise<readonly Sample[]> }[] = [];
  let next = 0;
  for (;;) {
    while (underWay.length < performer.width && !plan.isStopped()) {
      const batch = plan.batches[next];
      if (batch === undefined) break;
      underWay.push({ at: next, samples: performer.measure(batch) });
      next += 1;
    }
    const oldest = underWay.shift();
    if (oldest === undefined) return;
    plan.onSamples(oldest.at, await oldest.samples);
  }
}
