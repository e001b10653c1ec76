/**
 * The search of `check`: corpus first, then generated or varied runs, on worker threads; findings
 * are written the moment they are made, so that Ctrl-C loses nothing.
 */

import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { availableParallelism } from 'node:os';
import { shellWord } from '../../reports/shell-word.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { type CampaignSum, emptySum, runCampaign } from '../../sim/explore/campaign.ts';
import { openPerformer, type Performer } from '../../sim/explore/pool.ts';
import type { Finding, TaskReport } from '../../sim/explore/task.ts';
import { allProperties } from '../../sim/properties/index.ts';
import { onInterrupt } from '../engine/execute.ts';
import type { RunJob } from '../engine/job.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { perform } from '../perform.ts';
import { ProgressLine } from '../progress.ts';
import { tookText } from '../run-summary.ts';
import { requireArchitecture, type ScenarioSource } from '../scenario-source.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import { cannotWrite, makeFolder, type NamedFile, requireApart, writeOut } from '../write-out.ts';
import { type CountedFinding, likenessOf, writeFinding } from './finding-file.ts';
import type { CheckFlags } from './flags.ts';
import { junitXml } from './junit.ts';
import { onlyScenario, planCrashes, planSearch, type SearchPlan, shareOf } from './plan.ts';
import { checkDocument, checkSummary, findingDocument, findingText, verdictOf } from './report.ts';

/** Where findings go when nothing else is said. */
const FOLDER_DEFAULT = 'out/check';

function findingsFolder(flags: CheckFlags): string {
  return flags.out ?? flags.corpus ?? FOLDER_DEFAULT;
}

/**
 * Proves before the search that what it finds can be kept; throws `UsageError` when it cannot. A
 * JUnit file of an earlier search is emptied, so that it does not speak for one that was killed.
 */
function prepareFiles(flags: CheckFlags, read: readonly NamedFile[]): void {
  const folder = findingsFolder(flags);
  makeFolder(folder);
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw cannotWrite(folder, error);
  }
  if (flags.junit === undefined) return;
  requireApart(read, [{ what: 'JUnit report', path: flags.junit }]);
  writeOut(flags.junit, '');
}

/** The plan of `--every-crash`: from the decision log of one run without crashes of ours. */
async function crashPlan(
  session: Session,
  source: ScenarioSource,
  flags: CheckFlags,
  seed: string,
): Promise<SearchPlan | undefined> {
  const { scenario } = source;
  const job: RunJob = {
    scenario,
    seed,
    architecture: architectureOf(scenario, flags),
    crypto: flags.crypto,
    overrides: [],
    build: session.facts.build,
    wantsDecisionLog: true,
  };
  const performed = await perform(session, job);
  if (performed === undefined) return undefined;
  return planCrashes(source, performed.result.decisions ?? [], flags, seed);
}

/** The architecture asked for, else the scenario's own. */
function architectureOf(scenario: Scenario, flags: CheckFlags): RunJob['architecture'] {
  return flags.architecture ?? scenario.architecture ?? 'fanout';
}

/** The scenario of `--every-crash`; refuses what does not go with it. */
function crashScenario(typed: readonly string[], flags: CheckFlags): ScenarioSource | undefined {
  if (flags.everyCrash !== true) return undefined;
  if (flags.time !== undefined) throw new UsageError('--every-crash ends by itself: no --time');
  const source = onlyScenario(typed);
  requireArchitecture(source.scenario, flags.architecture);
  return source;
}

function reproduceCheck(typed: readonly string[], flags: CheckFlags, seed: string): string {
  const parts = ['npx lockstep check', ...typed.map(shellWord), `--seed ${shellWord(seed)}`];
  if (flags.runs !== undefined) parts.push(`--runs ${flags.runs}`);
  if (flags.corpus !== undefined) parts.push(`--corpus ${shellWord(flags.corpus)}`);
  if (flags.everyCrash === true) parts.push('--every-crash');
  if (flags.failFast === true) parts.push('--fail-fast');
  if (flags.shard !== undefined) parts.push(`--shard ${flags.shard.place + 1}/${flags.shard.of}`);
  if (flags.architecture !== undefined) parts.push(`--architecture ${flags.architecture}`);
  if (flags.crypto !== 'openssl') parts.push(`--crypto ${flags.crypto}`);
  if (flags.maxEvents !== undefined) parts.push(`--max-events ${flags.maxEvents}`);
  return parts.join(' ');
}

function exitCode(sum: CampaignSum, isInterrupted: boolean, isUndecided: boolean): ExitCode {
  if (isInterrupted) return EXIT.interrupted;
  const kinds = new Set(sum.findings.map(({ kind }) => kind));
  if (kinds.has('defect')) return EXIT.defect;
  if (kinds.has('not-deterministic')) return EXIT.notDeterministic;
  if (kinds.has('violated')) return EXIT.violated;
  return isUndecided ? EXIT.undecided : EXIT.held;
}

/** One search under way: what it found, what it shows, when it stops. */
class Search {
  readonly sum: CampaignSum;
  readonly #written = new Map<string, CountedFinding>();
  isInterrupted = false;
  readonly #session: Session;
  readonly #plan: SearchPlan;
  readonly #flags: CheckFlags;
  readonly #progress: ProgressLine;
  readonly #beganMs = performance.now();

  constructor(session: Session, plan: SearchPlan, flags: CheckFlags) {
    this.sum = emptySum(flags.architecture);
    this.#session = session;
    this.#plan = plan;
    this.#flags = flags;
    this.#progress = new ProgressLine(session.terminal);
    for (const { id } of allProperties) this.sum.checks.set(id, 0);
  }

  /** One for each file, in order of finding. */
  get written(): readonly CountedFinding[] {
    return [...this.#written.values()];
  }

  get seconds(): number {
    return (performance.now() - this.#beganMs) / 1000;
  }

  async run(performer: Performer): Promise<void> {
    const unlisten = onInterrupt(() => {
      this.isInterrupted = true;
    });
    const timeUs = this.#flags.time;
    const isOver = (): boolean => timeUs !== undefined && this.seconds * 1_000_000 >= timeUs;
    try {
      await runCampaign(
        {
          template: this.#plan.template,
          first: this.#plan.first,
          next: (index) => (this.isInterrupted ? undefined : this.#plan.next(index)),
          isEnough: () => this.isInterrupted || isOver(),
          isStopped: () => this.isInterrupted,
          isFinished: () => this.#flags.failFast === true && this.sum.findings.length > 0,
          onReport: (report) => this.#onReport(report),
        },
        performer,
        this.sum,
      );
    } finally {
      unlisten();
      this.#progress.stop();
    }
  }

  #onReport(report: TaskReport): void {
    if (report.finding !== undefined) this.#keep(report.finding);
    this.#progress.update({
      done: this.sum.runs,
      ...(this.#plan.total === undefined ? {} : { total: this.#plan.total }),
      failures: this.sum.findings.length,
      unit: 'runs',
    });
  }

  /** Writes a finding and tells of it, unless one before was the same but for its seed. */
  #keep(finding: Finding): void {
    const { terminal } = this.#session;
    const name = likenessOf(finding);
    const before = this.#written.get(name);
    if (before !== undefined) {
      const seeds = [...before.seeds, finding.counterexample.seed ?? ''];
      this.#written.set(name, { ...before, more: before.more + 1, seeds });
      return;
    }
    const written = writeFinding(findingsFolder(this.#flags), finding, this.#flags.crypto);
    this.#written.set(name, { ...written, more: 0, seeds: [] });
    this.#progress.stop();
    const isJson = this.#flags.json === true;
    terminal.print(isJson ? findingDocument(written) : findingText(terminal, written));
  }
}

/** Runs `check` to its end and sets the exit code. */
export async function check(
  session: Session,
  typed: readonly string[],
  flags: CheckFlags,
): Promise<void> {
  const { terminal } = session;
  const crashed = crashScenario(typed, flags);
  const seed =
    flags.seed ?? crashed?.scenario.seed ?? (crashed ? '1' : randomBytes(6).toString('hex'));
  const searched = crashed === undefined ? planSearch(typed, flags, seed) : undefined;
  prepareFiles(flags, searched?.files ?? crashed?.files ?? []);
  const reproduce = reproduceCheck(typed, flags, seed);
  session.reproduce = reproduce;
  const speak = flags.json === true ? terminal.say : terminal.print;
  speak(`${reproduce}\n\n`);
  const whole = crashed === undefined ? searched : await crashPlan(session, crashed, flags, seed);
  if (whole === undefined) return;
  const plan = shareOf(whole, flags.shard);
  for (const refusal of plan.refusals) terminal.complain(`left out of the corpus: ${refusal}\n`);
  const performer = openPerformer(flags.jobs ?? availableParallelism());
  const search = new Search(session, plan, flags);
  try {
    await search.run(performer);
  } finally {
    await performer.close();
  }
  const { sum, written, seconds, isInterrupted } = search;
  const { total, refusals } = plan;
  const isTotal = total === undefined ? {} : { total };
  const unread = refusals.length;
  const verdict = verdictOf(sum, typed.length === 0, isInterrupted);
  const end = { sum, written, seed, seconds, verdict, unread, isInterrupted, ...isTotal };
  if (flags.junit !== undefined) writeOut(flags.junit, junitXml(end));
  terminal.say(tookText(seconds * 1000));
  terminal.print(flags.json === true ? checkDocument(end) : checkSummary(terminal, end));
  session.exitCode = exitCode(sum, isInterrupted, verdict === 'undecided');
  speak(`\n${reproduce}\n`);
}
