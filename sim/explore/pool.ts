/**
 * Where batches run: in the caller's thread with one job (easy to debug, no threads), else in a
 * pool of worker threads. The answers are the same either way and come in the order of the tasks.
 */

import { Tinypool } from 'tinypool';
import type { PairBatch, Sample } from './paired.ts';
import type { Batch, TaskReport } from './task.ts';
import { measureInWorker, performInWorker } from './worker.ts';

/** Something that performs batches: of a search, and of a comparison. */
export interface Performer {
  /** Batches worth giving out at the same time. */
  readonly width: number;
  perform(batch: Batch, firstOrdinal: number): Promise<readonly TaskReport[]>;
  measure(batch: PairBatch): Promise<readonly Sample[]>;
  close(): Promise<void>;
}

/** Calls in a moment, giving way to signals. */
function soon<Answer>(call: () => Answer | Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(call());
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Performs in this thread, giving way to signals between batches. */
function inThread(): Performer {
  return {
    width: 1,
    perform: (batch, firstOrdinal) => soon(() => performInWorker({ batch, firstOrdinal })),
    measure: (batch) => soon(() => measureInWorker(batch)),
    close: () => Promise.resolve(),
  };
}

/** A performer for so many jobs; needs the compiled program when there is more than one. */
export function openPerformer(jobs: number): Performer {
  if (jobs === 1) return inThread();
  const pool = new Tinypool({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: jobs,
    maxThreads: jobs,
  });
  return {
    width: jobs * 2,
    perform: (batch, firstOrdinal) =>
      pool.run({ batch, firstOrdinal }, { name: 'performInWorker' }),
    measure: (batch) => pool.run(batch, { name: 'measureInWorker' }),
    close: () => pool.destroy(),
  };
}
