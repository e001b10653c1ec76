/**
 * What a search will do, from flags and scenarios: which tasks first, which then, and when it ends.
 */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Override, Scenario } from '../../scenarios/scenario.ts';
import type { Batch, Task } from '../../sim/explore/task.ts';
import type { Shard } from '../options.ts';
import {
  requireArchitecture,
  type ScenarioSource,
  scenarioFile,
  scenarioSource,
} from '../scenario-source.ts';
import { UsageError } from '../usage-error.ts';
import type { NamedFile } from '../write-out.ts';
import type { CheckFlags } from './flags.ts';

/** The plan of a search. */
export interface SearchPlan {
  readonly template: Omit<Batch, 'tasks'>;
  readonly first: readonly Task[];
  next(index: number): Task | undefined;
  /** Runs that are known to come; undefined when only time ends the search. */
  readonly total?: number;
  /** What was read for it. */
  readonly files: readonly NamedFile[];
  /** Why files of the corpus could not be read; the others are run all the same. */
  readonly refusals: readonly string[];
}

const RUNS_DEFAULT = 100;
const EVENTS_MAX = 2_000_000;
const REPEAT_EVERY = 10;
const SHRINK_RUNS = 300;

interface Corpus {
  readonly scenarios: readonly Scenario[];
  readonly files: readonly NamedFile[];
  readonly refusals: readonly string[];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new UsageError(`cannot read ${folder} (${code})`);
  }
}

/**
 * Scenario files of a folder, in order of name; none when the folder is not there yet. A bad file
 * does not keep the others from running, unless all are bad: then it throws `UsageError`.
 */
function corpusOf(folder: string | undefined): Corpus {
  const scenarios: Scenario[] = [];
  const files: NamedFile[] = [];
  const refusals: string[] = [];
  if (folder === undefined || !existsSync(folder)) return { scenarios, files, refusals };
  const names = namesIn(folder).filter((name) => /\.(ya?ml|json)$/.test(name));
  for (const name of [...names].sort()) {
    files.push({ what: 'scenario', path: join(folder, name) });
    try {
      scenarios.push(scenarioFile(join(folder, name)).scenario);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      refusals.push(error.message);
    }
  }
  if (scenarios.length > 0 || refusals.length === 0) return { scenarios, files, refusals };
  const message = `no file of ${folder} can be read as a scenario\n${refusals.join('\n')}`;
  throw new UsageError(message);
}

function templateOf(scenarios: readonly Scenario[], flags: CheckFlags): Omit<Batch, 'tasks'> {
  return {
    scenarios,
    ...(flags.architecture === undefined ? {} : { architecture: flags.architecture }),
    crypto: flags.crypto,
    maxEvents: flags.maxEvents ?? EVENTS_MAX,
    repeatEvery: REPEAT_EVERY,
    shrinkRuns: SHRINK_RUNS,
  };
}

/**
 * Plans the enumeration of every crash of one scenario from the decision log of a run without them.
 */
export function planCrashes(
  { scenario, files }: ScenarioSource,
  decisions: readonly Override[],
  flags: CheckFlags,
  seed: string,
): SearchPlan {
  const all = decisions
    .filter(({ choice, value }) => choice.startsWith('crash/') && value === 0)
    .map(({ choice }): Task => ({ kind: 'crash', scenario: 0, seed, choice }));
  const first = flags.runs === undefined ? all : all.slice(0, flags.runs);
  return {
    template: templateOf([scenario], flags),
    first,
    next: () => undefined,
    total: first.length,
    files,
    refusals: [],
  };
}

/**
 * Plans a search over generated scenarios, or over the given ones: first each as it stands, then in
 * turns with trouble added, and as it stands with another seed.
 */
export function planSearch(typed: readonly string[], flags: CheckFlags, seed: string): SearchPlan {
  const { scenarios: corpus, files, refusals } = corpusOf(flags.corpus);
  const sources = typed.map(scenarioSource);
  const given = sources.map(({ scenario }) => scenario);
  for (const scenario of [...corpus, ...given]) requireArchitecture(scenario, flags.architecture);
  const runs = flags.runs ?? (flags.time === undefined ? RUNS_DEFAULT : undefined);
  const first = corpus.map(
    (scenario, index): Task => ({ kind: 'given', scenario: index, seed: scenario.seed ?? '1' }),
  );
  const next = (index: number): Task | undefined => {
    if (runs !== undefined && index >= runs) return undefined;
    if (given.length === 0) return { kind: 'generated', seed, index };
    const scenario = corpus.length + (index % given.length);
    const round = Math.floor(index / given.length);
    if (round === 0) return { kind: 'given', scenario, seed: `${seed}/${index}` };
    // Trouble that is added breaks promises such as "within 30 s": with it properties alone judge.
    if (round % 2 === 1) return { kind: 'varied', scenario, seed, index };
    return { kind: 'reseeded', scenario, seed: `${seed}/${index}` };
  };
  return {
    template: templateOf([...corpus, ...given], flags),
    first,
    next,
    files: [...files, ...sources.flatMap((source) => source.files)],
    refusals,
    ...(runs === undefined ? {} : { total: first.length + runs }),
  };
}

/** The share of a plan that `--shard` asks for; all of it without. */
export function shareOf(plan: SearchPlan, shard: Shard | undefined): SearchPlan {
  if (shard === undefined) return plan;
  const { place, of } = shard;
  const first = plan.first.filter((_, at) => at % of === place);
  // What stands behind `first` is counted on, so that no share is longer than another by two.
  const offset = (place - (plan.first.length % of) + of) % of;
  const share = { ...plan, first, next: (index: number) => plan.next(index * of + offset) };
  const { total } = plan;
  if (total === undefined) return share;
  return { ...share, total: Math.floor((total - 1 - place) / of) + 1 };
}

/** The one scenario that `--every-crash` asks for. */
export function onlyScenario(typed: readonly string[]): ScenarioSource {
  const [word] = typed;
  if (word === undefined || typed.length > 1) {
    throw new UsageError('--every-crash takes exactly one scenario');
  }
  return scenarioSource(word);
}
