/** `run SCENARIO`: one scenario, one seed, one verdict. */

import { Command } from 'commander';
import type { InterruptedRun, RunJob } from '../engine/job.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { type RunFlags, withBounds, withEngine, withSeed, withTalk } from '../options.ts';
import type { Performed } from '../perform.ts';
import type { ScenarioSource } from '../scenario-source.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { checkOut, requireApart } from '../write-out.ts';

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
    ...(flags.detail === true ? { detail: { hasViews: true, hasKeys: true } } : {}),
  };
}

/** Refuses what cannot or must not be written, before the run instead of after it. */
function checkOutputs({ files }: ScenarioSource, { trace, html, detail }: RunFlags): void {
  if (detail === true && trace === undefined) {
    throw new UsageError('--detail says what a trace tells; it goes with --trace');
  }
  requireApart(files, [
    ...(trace === undefined ? [] : [{ what: 'trace', path: trace }]),
    ...(html === undefined ? [] : [{ what: 'page', path: html }]),
  ]);
  if (trace !== undefined) checkOut(trace, 'trace');
  if (html !== undefined) checkOut(html, 'page');
}

/** Performs the job; with `--html`, its page is written too. */
async function performed(
  session: Session,
  job: RunJob,
  reproduce: string,
  { html }: RunFlags,
  onInterrupted: (found: InterruptedRun) => void,
): Promise<Performed | undefined> {
  if (html === undefined) {
    const { perform } = await import('../perform.ts');
    return perform(session, job, onInterrupted);
  }
  const { performRecorded } = await import('../recorded-run.ts');
  const { writeRunPage } = await import('../view/run-page-file.ts');
  const recorded = await performRecorded(session, job, reproduce, onInterrupted);
  if (recorded !== undefined) writeRunPage(html, recorded);
  return recorded;
}

async function run(session: Session, typed: string, flags: RunFlags): Promise<void> {
  const { requireArchitecture, scenarioSource } = await import('../scenario-source.ts');
  const { reproduceRun } = await import('../../reports/reproduce.ts');
  const { runSummary, tookText } = await import('../run-summary.ts');
  const source = scenarioSource(typed);
  requireArchitecture(source.scenario, flags.architecture);
  checkOutputs(source, flags);
  const { terminal, facts } = session;
  const job = jobOf(source, flags, facts.build);
  const reproduce = reproduceRun(source.word, job);
  session.reproduce = reproduce;
  const speak = flags.json === true ? terminal.say : terminal.print;
  speak(`${reproduce}\n\n`);
  const { documentOf, interruptedDocument, printDocument } = await import('../documents.ts');
  const done = await performed(session, job, reproduce, flags, (found) => {
    if (flags.json !== true) return;
    terminal.print(printDocument(interruptedDocument(reproduce, job, found, facts)));
  });
  if (done !== undefined) {
    const { result, realMs } = done;
    if (flags.json === true) {
      terminal.print(printDocument(documentOf(reproduce, job, result, facts)));
    } else {
      terminal.print(runSummary(terminal, result, source.scenario.summary));
    }
    terminal.say(tookText(realMs));
    if (flags.trace !== undefined) terminal.say(`trace in ${flags.trace}\n`);
    if (flags.html !== undefined) terminal.say(`page in ${flags.html}\n`);
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
