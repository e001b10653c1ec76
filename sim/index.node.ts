/** The library's door on Node: everything of `index.ts`, and the provider on OpenSSL. */

import { opensslProvider } from '../protocol/crypto/openssl.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { RunResult } from './run/run.ts';
import { type SimpleOptions, simpleRun } from './run/simple-run.ts';

export { opensslProvider } from '../protocol/crypto/openssl.ts';
export * from './index.ts';

/** Runs a scenario, a library one by its name, with the fast crypto back end. */
export function run(story: Scenario | string, options: SimpleOptions = {}): RunResult {
  return simpleRun(story, options, opensslProvider);
}
