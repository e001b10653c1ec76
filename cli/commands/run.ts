/** `run SCENARIO`: one scenario, one seed, one verdict. */

import { Command } from 'commander';
import type { RunJob, TraceDetail } from '../engine/job.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { type RunFlags, withBounds, withEngine, withSeed, withTalk } from '../options.ts';
import type { ScenarioSource } from '../scenario-source.ts';
import type { Session } from '../session.ts';

/** A trace that tells all there is. */
export const EVERY_DETAIL: TraceDetail = { hasViews: true, hasKeys: true };

/**
 * The job that flags and scenario describe; a counterexample's own seed and architecture come
 * first.
 */
export function jobOf(source: ScenarioSource, flags: RunFlags, build: string): RunJob {
  const { scenario } = source;
  return {
    scenario,
    seed: flags.seed ?? scenario.seed ?? '1',
    architecture: flags.architecture ?? scenario.architecture ?? 'fanout',
    crypto: flags.crypto,
    overrides: [],
    build,
    ...(flags.maxEvents === undefined ? {} : { maxEvents: flags.maxEvents }),
    ...(flags.maxVirtualTime === undefined ? {} : { maxVirtualUs: flags.maxVirtualTime }),
    ...(flags.trace === undefined ? {} : { traceFile: flags.trace }),
    ...(flags.detail === true ? { detail: EVERY_DETAIL } : {}),
  };
}

async function run(session: Session, typed: string, flags: RunFlags): Promise<void> {
  const { requireArchitecture, scenarioSource } = await import('../scenario-source.ts');
  const { perform } = await import('../perform.ts');
  const { reproduceRun } = await import('../../reports/reproduce.ts');
  const { runSummary, tookText } = await import('../run-summary.ts');
  const source = scenarioSource(typed);
  requireArchitecture(source.scenario, flags.architecture);
  if (flags.trace !== undefined) (await import('../trace-file.ts')).checkTraceFile(flags.trace);
  const { terminal, facts } = session;
  const job = jobOf(source, flags, facts.build);
  const reproduce = reproduceRun(source.word, job);
  session.reproduce = reproduce;
  const speak = flags.json === true ? terminal.say : terminal.print;
  speak(`${reproduce}\n\n`);
  const { documentOf, interruptedDocument, printDocument } = await import('../documents.ts');
  const performed = await perform(session, job, (found) => {
    if (flags.json !== true) return;
    terminal.print(printDocument(interruptedDocument(reproduce, job, found, facts)));
  });
  if (performed !== undefined) {
    const { result, realMs } = performed;
    if (flags.json === true) {
      terminal.print(printDocument(documentOf(reproduce, job, result, facts)));
    } else {
      terminal.print(runSummary(terminal, result, source.scenario.summary));
    }
    terminal.say(tookText(realMs));
    if (flags.trace !== undefined) terminal.say(`trace in ${flags.trace}\n`);
    session.exitCode = exitCodeOf(result.verdict);
  }
  speak(`\n${reproduce}\n`);
}

/** The command. */
export function runCommand(session: Session): Command {
  const command = new Command('run')
    .description('run one scenario with one seed')
    .argument('<scenario>', 'a name from "list scenarios", or a file')
    .option('--json', 'print one JSON document instead of the summary')
    .option('--trace <file>', 'write the whole trace (*.trace.ndjson.gz)')
    .option('--detail', 'the trace also tells what records say and which keys were used')
    .option('--html <file>', 'write the run as one page that opens from disk')
    .action((typed: string, flags: RunFlags) => run(session, typed, flags));
  return withTalk(withBounds(withEngine(withSeed(command, 'default: the scenario’s, or 1'))));
}
