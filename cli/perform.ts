/**
 * The run that `run`, `start` and `replay` share: print how to repeat it, do it, and say what an
 * interruption or a defect left behind.
 */

import { existsSync } from 'node:fs';
import type { RunResult } from '../sim/run/run.ts';
import { execute, ignoreInterrupts } from './engine/execute.ts';
import type { InterruptedRun, RunJob } from './engine/job.ts';
import { EXIT } from './exit-codes.ts';
import { fragmentOf } from './output-file.ts';
import type { Comparison } from './replay/compare.ts';
import type { Session } from './session.ts';
import { UsageError } from './usage-error.ts';
import { clock, counted } from './words.ts';

/** A run that came to its end, and how long it took here. */
export interface Performed {
  readonly result: RunResult;
  readonly realMs: number;
  readonly comparison?: Comparison;
}

function tellInterrupted(session: Session, job: RunJob, outcome: InterruptedRun): void {
  const { terminal } = session;
  const { events, virtualUs, properties } = outcome;
  terminal.complain(`\ninterrupted at ${clock(virtualUs)} after ${counted(events, 'event')}\n`);
  const broken = properties.filter(({ violations }) => violations.length > 0);
  const checked = properties.reduce((sum, one) => sum + one.checked, 0);
  terminal.complain(
    `${counted(checked, 'check')} so far, ` +
      `${counted(broken.length, 'property', 'properties')} violated\n`,
  );
  for (const { id, name, violations } of broken) {
    terminal.complain(`  ${id} ${name}\n`);
    for (const sentence of violations) terminal.complain(`      ${sentence}\n`);
  }
  tellFragment(session, job);
}

/** Where the trace of a run is that did not come to its end. */
function tellFragment({ terminal }: Session, { traceFile, isTraceScratch }: RunJob): void {
  if (traceFile === undefined || isTraceScratch === true) return;
  const fragment = fragmentOf(traceFile);
  if (existsSync(fragment)) {
    terminal.complain(`the trace so far is in ${fragment} (incomplete, readable)\n`);
  }
}

/**
 * Performs a job. Answers undefined when there is no result; the session's exit code then says why
 * (130 after Ctrl-C, 70 after a defect). `onInterrupted` hears of what was found before Ctrl-C.
 */
export async function perform(
  session: Session,
  job: RunJob,
  onInterrupted?: (found: InterruptedRun) => void,
): Promise<Performed | undefined> {
  const beganMs = performance.now();
  const outcome = await execute(job, session.terminal);
  const realMs = performance.now() - beganMs;
  switch (outcome.kind) {
    case 'done':
      // What is left is to say it: a Ctrl-C now comes too late to undo the run.
      ignoreInterrupts();
      return outcome.comparison === undefined
        ? { result: outcome.result, realMs }
        : { result: outcome.result, realMs, comparison: outcome.comparison };
    case 'interrupted':
      onInterrupted?.(outcome);
      tellInterrupted(session, job, outcome);
      session.exitCode = EXIT.interrupted;
      return undefined;
    case 'refused':
      throw new UsageError(outcome.sentence);
    case 'defect':
      session.terminal.complain(
        `This is a defect of Lockstep itself, please report it with this line:\n` +
          `  ${session.reproduce}\n${outcome.story}\n`,
      );
      tellFragment(session, job);
      session.exitCode = EXIT.defect;
      return undefined;
  }
}
