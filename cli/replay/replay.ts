/**
 * Runs a recorded run again. A trace is compared event by event; a counterexample, which records no
 * hashes, is run twice and the two are compared. "Not deterministic" is only said when the build is
 * the same; by another build the run is judged, and the first difference shown.
 */

import { reproduceRun } from '../../reports/reproduce.ts';
import { shellWord } from '../../reports/shell-word.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { visible } from '../../scenarios/visible.ts';
import type { RunResult } from '../../sim/run/run.ts';
import { traceFactsOf } from '../../sim/trace/run-facts.ts';
import type { Trace } from '../../sim/trace/trace.ts';
import type { TraceFacts } from '../../sim/trace/writer.ts';
import type { RunJob } from '../engine/job.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import { ARCHITECTURES, CRYPTO_NAMES, type RunFlags } from '../options.ts';
import { type Performed, perform } from '../perform.ts';
import { type ScenarioSource, scenarioFile } from '../scenario-source.ts';
import type { Session } from '../session.ts';
import { isTraceFile } from '../trace-file.ts';
import { detailOf, scenarioOfTrace, traceFile } from '../trace-input.ts';
import { requireWord } from '../usage-error.ts';
import { clock, count, counted } from '../words.ts';
import { claimText, type FalseClaim, falseHeaderClaims } from './claims.ts';
import type { Comparison, Difference } from './compare.ts';

/** The flags of `replay`. */
export type ReplayFlags = Pick<RunFlags, 'architecture' | 'crypto' | 'json'>;

/** What a replay came to. */
interface Replayed {
  readonly reproduce: string;
  readonly result: RunResult;
  readonly compared: number;
  /** Same events, and nothing false claimed of them. */
  readonly isSame: boolean;
  readonly isSameBuild: boolean;
  /** Whether the recording has an end; only what was recorded is compared. */
  readonly isWhole: boolean;
  readonly recordedBuild: string;
  readonly difference?: Difference;
  readonly falseClaims: readonly FalseClaim[];
  /** Of a counterexample there is no recording: all events of two runs are compared. */
  readonly isRecorded: boolean;
}

function describeEvent(line: string | undefined): string {
  if (line === undefined) return '(the run had ended)';
  const event = JSON.parse(line) as {
    readonly sequence: number;
    readonly timeUs: number;
    readonly node: string;
    readonly kind: string;
  };
  const rest = visible(line.length > 400 ? `${line.slice(0, 400)}…` : line);
  return `${clock(event.timeUs)}  #${event.sequence}  ${event.node}  ${event.kind}\n    ${rest}`;
}

/** How many events were compared, and why a run counts more than its trace has. */
function comparedText({ compared, result, isWhole, isRecorded }: Replayed): string {
  if (!isRecorded) return `two runs of ${counted(compared, 'event')}`;
  if (!isWhole) return `${counted(compared, 'event')}; the recording ended there`;
  const steps = result.events - compared;
  const events = `${counted(compared, 'event')} of the trace`;
  if (steps === 0) return events;
  const rest = `a trace leaves out its ${counted(steps, 'step')}`;
  return `${events} (the run counts ${count(result.events)}: ${rest})`;
}

function headline(replayed: Replayed): string {
  const { isSame, isSameBuild, difference, falseClaims } = replayed;
  if (isSame) return `same to the last bit: ${comparedText(replayed)}`;
  const isHeaderFalse = falseClaims.some(({ where }) => where === 'header');
  if (difference === undefined && falseClaims.length > 0) {
    const same = `the same events (${comparedText(replayed)})`;
    if (!isSameBuild) return `${same}, by another build; but`;
    return isHeaderFalse
      ? `the trace contradicts itself: ${same}, but`
      : `not the same: ${same}, but`;
  }
  return isSameBuild
    ? 'not deterministic: same build, scenario, seed and overrides, another run'
    : 'another run, by another build';
}

function summary(replayed: Replayed): string {
  const { result, difference, falseClaims } = replayed;
  const lines = [headline(replayed), ...falseClaims.map((one) => `  ${visible(claimText(one))}`)];
  if (difference !== undefined) {
    lines.push(
      `first difference at event ${count(difference.index)}`,
      `  recorded  ${describeEvent(difference.recorded)}`,
      `  now       ${describeEvent(difference.replayed)}`,
    );
  }
  for (const { choice } of result.unusedOverrides) {
    lines.push(`found no place: override ${choice}`);
  }
  lines.push(`verdict: ${result.verdict}`, ...result.reasons.map((reason) => `  ${reason}`));
  return `${lines.join('\n')}\n`;
}

function document(replayed: Replayed): string {
  const { reproduce, result, compared, isSame, isSameBuild, recordedBuild } = replayed;
  const { difference, falseClaims } = replayed;
  const value = {
    schema: 'lockstep.replay/1',
    reproduce,
    isSame,
    isSameBuild,
    recordedBuild,
    compared,
    runEvents: result.events,
    difference: difference ?? null,
    falseClaims,
    verdict: result.verdict,
    reasons: result.reasons,
    unusedOverrides: result.unusedOverrides,
    hashes: result.hashes,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The line that repeats a replay. */
function reproduceReplay(path: string, { crypto }: ReplayFlags): string {
  const flag = crypto === 'openssl' ? '' : ` --crypto ${crypto}`;
  return `npx lockstep replay ${shellWord(path)}${flag}`;
}

function compared(performed: Performed): Comparison {
  return performed.comparison ?? { compared: 0, difference: undefined, falseClaims: [] };
}

/**
 * What the header says that its own scenario does not give; nothing is known of a header that
 * another build wrote, which may have understood the scenario otherwise.
 */
function headerClaims(
  { header }: Trace,
  scenario: Scenario,
  job: RunJob,
  { facts }: Session,
): readonly FalseClaim[] {
  if (header.build !== facts.build) return [];
  const own = scenario.overrides.length;
  const overrides = header.overrides.slice(own);
  const actual = traceFactsOf({ ...job, scenario, overrides, program: facts.version });
  const names = ['scenario', 'scenarioHash', 'overrides', 'epochUs', 'hosts', 'document'] as const;
  return falseHeaderClaims<TraceFacts>(header, actual, names);
}

async function replayTrace(
  session: Session,
  path: string,
  flags: ReplayFlags,
  trace: Trace,
): Promise<Replayed | undefined> {
  const { header } = trace;
  const scenario = scenarioOfTrace(trace, path);
  const architecture = requireWord('architecture', header.architecture, ARCHITECTURES);
  const crypto = requireWord('crypto back end', header.crypto, CRYPTO_NAMES);
  const job: RunJob = {
    scenario: { ...scenario, overrides: [] },
    seed: header.seed,
    architecture,
    crypto: flags.crypto ?? crypto,
    overrides: header.overrides,
    build: session.facts.build,
    compareFile: path,
    detail: detailOf(trace),
    // A trace that was cut short is only compared as far as it goes.
    ...(trace.isComplete ? {} : { maxEvents: (trace.events.at(-1)?.sequence ?? 0) + 1 }),
  };
  const performed = await perform(session, job);
  if (performed === undefined) return undefined;
  const { compared: events, difference, falseClaims } = compared(performed);
  const claims = [...headerClaims(trace, scenario, job, session), ...falseClaims];
  return {
    reproduce: reproduceReplay(path, flags),
    result: performed.result,
    compared: events,
    isSame: difference === undefined && claims.length === 0,
    isSameBuild: header.build === session.facts.build,
    isWhole: trace.isComplete,
    recordedBuild: header.build,
    falseClaims: claims,
    isRecorded: true,
    ...(difference === undefined ? {} : { difference }),
  };
}

async function replayCounterexample(
  session: Session,
  flags: ReplayFlags,
  source: ScenarioSource,
): Promise<Replayed | undefined> {
  const { jobOf } = await import('../commands/run.ts');
  const job = jobOf(source, { ...flags, crypto: flags.crypto ?? 'openssl' }, session.facts.build);
  const first = await perform(session, job);
  const second = first === undefined ? undefined : await perform(session, job);
  if (first === undefined || second === undefined) return undefined;
  const { hashes } = second.result;
  return {
    reproduce: reproduceRun(source.word, job),
    result: second.result,
    compared: second.result.events,
    isSame: JSON.stringify(first.result.hashes) === JSON.stringify(hashes),
    isSameBuild: true,
    isWhole: true,
    recordedBuild: session.facts.build,
    falseClaims: [],
    isRecorded: false,
  };
}

/**
 * A header that contradicts its own scenario makes a bad file; any other difference from a run of
 * the same build is one of determinism. Another build is only judged.
 */
function exitCode({ isSame, isSameBuild, difference, falseClaims, result }: Replayed): ExitCode {
  if (isSame || !isSameBuild) return exitCodeOf(result.verdict);
  const isHeaderFalse = falseClaims.some(({ where }) => where === 'header');
  return difference === undefined && isHeaderFalse ? EXIT.usage : EXIT.notDeterministic;
}

/** Replays a file, prints what it came to, and sets the exit code. */
export async function replay(session: Session, path: string, flags: ReplayFlags): Promise<void> {
  const { terminal } = session;
  const reproduce = reproduceReplay(path, flags);
  session.reproduce = reproduce;
  const trace = isTraceFile(path) ? traceFile(path, terminal) : undefined;
  const source = trace === undefined ? scenarioFile(path) : undefined;
  const speak = flags.json === true ? terminal.say : terminal.print;
  speak(`${reproduce}\n\n`);
  let replayed: Replayed | undefined;
  if (trace !== undefined) replayed = await replayTrace(session, path, flags, trace);
  if (source !== undefined) replayed = await replayCounterexample(session, flags, source);
  if (replayed !== undefined) {
    terminal.print(flags.json === true ? document(replayed) : summary(replayed));
    session.exitCode = exitCode(replayed);
  }
  speak(`\n${reproduce}\n`);
}
