/**
 * One run: scenario and seed in, verdict and measurements out. Pure: no clock, no files, no global state.
 */

import { assert } from '../../protocol/errors.ts';
import type { RunOptions, RunResult } from './result.ts';

export * from './result.ts';

/** Runs one scenario with one seed to its end, or to a bound. Throws only on broken invariants (exit 70). */
export function runScenario(options: RunOptions): RunResult {
  assert(options.seed.length > 0, 'a run needs a seed');
  throw new Error('not built yet');
}
