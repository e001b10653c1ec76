/** The JSON documents of `run --json` as the command prints them, and that of a run cut short. */

import { type ProgramFacts, type RunDocument, runDocument } from '../reports/run-document.ts';
import type { RunResult } from '../sim/run/run.ts';
import { scenarioHash } from '../sim/trace/run-facts.ts';
import type { InterruptedRun, RunJob } from './engine/job.ts';

/** The document of a job that came to its end. */
export function documentOf(
  reproduce: string,
  job: RunJob,
  result: RunResult,
  program: ProgramFacts,
): RunDocument {
  const overrides = job.scenario.overrides.length + job.overrides.length;
  const facts = { program, reproduce, scenarioHash: scenarioHash(job.scenario), overrides };
  return runDocument(facts, result);
}

/**
 * The document of a run that Ctrl-C stopped: how far it came and what was judged by then. Messages,
 * metrics and hashes are those of whole runs, so its schema is another one.
 */
export function interruptedDocument(
  reproduce: string,
  job: RunJob,
  found: InterruptedRun,
  facts: ProgramFacts,
) {
  return {
    schema: 'lockstep.interrupted/1',
    reproduce,
    lockstep: facts.version,
    build: facts.build,
    commit: facts.commit,
    scenario: job.scenario.name,
    scenarioHash: scenarioHash(job.scenario),
    seed: job.seed,
    architecture: job.architecture,
    crypto: job.crypto,
    verdict: 'undecided',
    reasons: ['interrupted'],
    virtualMs: Math.floor(found.virtualUs / 1000),
    events: found.events,
    properties: found.properties.map(({ id, name, checked, violations }) => ({
      id,
      name,
      verdict: violations.length > 0 ? 'violated' : 'undecided',
      checked,
      violations,
    })),
  };
}

/** The document as text: two-space JSON and a line end. */
export function printDocument(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
