/**
 * Runs a job in its thread while the main thread shows progress and listens for Ctrl-C: the first
 * one stops the run and brings back what was found, the second ends the program at once.
 */

import { Worker } from 'node:worker_threads';
import { EXIT } from '../exit-codes.ts';
import { keepFragment } from '../output-file.ts';
import { ProgressLine } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { clockMinutes } from '../words.ts';
import { makeShared, type RunJob, type RunOutcome, type Shared } from './job.ts';

const POLL_MS = 100;
/**
 * Room for young objects, three times V8's semi-space: 64 MB instead of 16. Most objects of a run
 * die within a round trip of its network; collected a third as often, fewer of them live to be
 * copied. Measured: a day of ten accounts with five devices each, 8 % less user time (five pairs,
 * 20 to 50 MB more memory); short stories, as the pool of a comparison runs them, no difference, so
 * it has V8's default.
 */
const LIMITS = { maxYoungGenerationSizeMb: 192 };

function showProgress(terminal: Terminal, shared: Shared): () => void {
  const line = new ProgressLine(terminal);
  const timer = setInterval(() => {
    const [events = 0, virtualUs = 0, failures = 0] = shared.progress;
    line.update({ done: events, failures, unit: 'events', note: `at ${clockMinutes(virtualUs)}` });
  }, POLL_MS);
  return () => {
    clearInterval(timer);
    line.stop();
  };
}

/**
 * Calls `first` on the first Ctrl-C; a second one ends the program. Returns the way to stop
 * listening.
 */
export function onInterrupt(first: () => void): () => void {
  let isAsked = false;
  const listen = (): void => {
    if (isAsked) process.exit(EXIT.interrupted);
    isAsked = true;
    first();
  };
  process.on('SIGINT', listen);
  process.on('SIGTERM', listen);
  return () => {
    process.off('SIGINT', listen);
    process.off('SIGTERM', listen);
  };
}

function ignore(): void {}

/** From now on a Ctrl-C no longer ends the program: its work is done and it is about to end. */
export function ignoreInterrupts(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    if (!process.listeners(signal).includes(ignore)) process.on(signal, ignore);
  }
}

/** Performs one run; resolves in every case, with a defect as a value. */
export async function execute(job: RunJob, terminal: Terminal): Promise<RunOutcome> {
  const shared = makeShared();
  const hideProgress = showProgress(terminal, shared);
  const unlisten = onInterrupt(() => Atomics.store(shared.stop, 0, 1));
  // A second Ctrl-C ends the program within the run; a thread out of memory ends without a word.
  const keep = (): void => {
    if (job.traceFile !== undefined) keepFragment(job.traceFile);
  };
  process.on('exit', keep);
  try {
    return await new Promise<RunOutcome>((resolve) => {
      const thread = new Worker(new URL('./thread.js', import.meta.url), {
        workerData: { job, shared },
        resourceLimits: LIMITS,
      });
      thread.once('message', resolve);
      thread.once('error', (error: Error) => {
        resolve({ kind: 'defect', story: error.stack ?? error.message });
      });
    });
  } finally {
    hideProgress();
    unlisten();
    keep();
    process.off('exit', keep);
  }
}
