/**
 * Runs a recorded run again. A trace is compared event by event; a counterexample, which records no
 * hashes, is run twice and the two are compared. "Not deterministic" is only said when the build is
 * the same; by another build the run is judged, and the first difference shown.
 */

import { reproduceRun } from '../../reports/reproduce.ts';
import { shellWord } from '../../reports/shell-word.ts';
import { visible } from '../../scenarios/visible.ts';
import type { RunResult } from '../../sim/run/run.ts';
import type { Trace } from '../../sim/trace/trace.ts';
import type { RunJob } from '../engine/job.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { ARCHITECTURES, CRYPTO_NAMES, type RunFlags } from '../options.ts';
import { type Performed, perform } from '../perform.ts';
import { type ScenarioSource, scenarioFile } from '../scenario-source.ts';
import type { Session } from '../session.ts';
import { isTraceFile } from '../trace-file.ts';
import { detailOf, scenarioOfTrace, traceFile } from '../trace-input.ts';
import { requireWord } from '../usage-error.ts';
import { clock, count } from '../words.ts';
import type { Comparison, Difference } from './compare.ts';

/** The flags of `replay`. */
export type ReplayFlags = Pick<RunFlags, 'architecture' | 'crypto' | 'json'>;

/** What a replay came to. */
interface Replayed {
  readonly reproduce: string;
  readonly result: RunResult;
  readonly compared: number;
  readonly isSame: boolean;
  readonly isSameBuild: boolean;
  /** Whether the recording has an end; only what was recorded is compared. */
  readonly isWhole: boolean;
  readonly recordedBuild: string;
  readonly difference?: Difference;
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

function summary(replayed: Replayed): string {
  const { result, compared, isSame, isSameBuild, isWhole, difference } = replayed;
  const lines: string[] = [];
  if (isSame) {
    const end = isWhole ? '' : '; the recording ended there';
    lines.push(`same: ${count(compared)} events, to the last bit${end}`);
  } else {
    const because = isSameBuild
      ? 'not deterministic: same build, scenario, seed and overrides, another run'
      : 'another run, by another build';
    lines.push(because);
  }
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
  const { reproduce, result, compared, isSame, isSameBuild, recordedBuild, difference } = replayed;
  const value = {
    schema: 'lockstep.replay/1',
    reproduce,
    isSame,
    isSameBuild,
    recordedBuild,
    compared,
    difference: difference ?? null,
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
  return performed.comparison ?? { compared: 0, difference: undefined };
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
  const { compared: events, difference } = compared(performed);
  return {
    reproduce: reproduceReplay(path, flags),
    result: performed.result,
    compared: events,
    isSame: difference === undefined,
    isSameBuild: header.build === session.facts.build,
    isWhole: trace.isComplete,
    recordedBuild: header.build,
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
  };
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
    const isBroken = !replayed.isSame && replayed.isSameBuild;
    session.exitCode = isBroken ? EXIT.notDeterministic : exitCodeOf(replayed.result.verdict);
  }
  speak(`\n${reproduce}\n`);
}
