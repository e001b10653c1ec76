/**
 * The thread in which a run happens. It answers with one message: done, interrupted, or a defect.
 * What reads and writes trace files is loaded only for a run that has one: it brings the loader of
 * scenarios with it, more than a quarter of the time this thread took to load.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { allProperties } from '../../sim/properties/index.ts';
import { runScenario } from '../../sim/run/run.ts';
import type { Observer } from '../../sim/trace/observer.ts';
import { UsageError } from '../usage-error.ts';
import type { RunJob, RunOutcome, Shared } from './job.ts';
import { architectureOf, cryptoOf } from './providers.ts';
import { Interrupted, RunWatch } from './watch.ts';

/** The files of a job: the trace it writes, and the one it is compared with. */
async function openFiles(job: RunJob) {
  const { traceFile, compareFile } = job;
  if (traceFile === undefined && compareFile === undefined) return {};
  const { openComparison, openTraceFile } = await import('../trace-file.ts');
  return {
    trace: traceFile === undefined ? undefined : openTraceFile(traceFile, job),
    comparison: compareFile === undefined ? undefined : openComparison(compareFile, job),
  };
}

async function perform(job: RunJob, shared: Shared): Promise<RunOutcome> {
  const watch = new RunWatch(shared);
  const { trace, comparison } = await openFiles(job);
  const observers: Observer[] = [
    ...(trace === undefined ? [] : [trace.observer]),
    ...(comparison === undefined ? [] : comparison.observers),
    watch,
  ];
  try {
    const result = runScenario({
      scenario: job.scenario,
      seed: job.seed,
      architecture: architectureOf(job.architecture),
      crypto: cryptoOf(job.crypto),
      properties: allProperties.map((property) => watch.listenTo(property)),
      observers,
      overrides: job.overrides,
      ...(job.maxEvents === undefined ? {} : { maxEvents: job.maxEvents }),
      ...(job.maxVirtualUs === undefined ? {} : { maxVirtualUs: job.maxVirtualUs }),
      ...(job.wantsDecisionLog === undefined ? {} : { wantsDecisionLog: job.wantsDecisionLog }),
    });
    trace?.finish(result);
    return comparison === undefined
      ? { kind: 'done', result }
      : { kind: 'done', result, comparison: comparison.end(result) };
  } catch (error) {
    if (error instanceof UsageError) {
      trace?.discard();
      throw error;
    }
    trace?.abandon();
    if (error instanceof Interrupted) return { kind: 'interrupted', ...watch.found() };
    const story = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const { events, virtualUs } = watch.found();
    return { kind: 'defect', story: `${story}\nafter ${events} events, at ${virtualUs} µs` };
  }
}

const { job, shared } = workerData as { readonly job: RunJob; readonly shared: Shared };

async function outcome(): Promise<RunOutcome> {
  try {
    return await perform(job, shared);
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'refused', sentence: error.message };
    throw error;
  }
}

parentPort?.postMessage(await outcome());
