/**
 * A search as a whole: hands out tasks until the runs or the time are used up, adds up what was
 * checked and how often every lever fired, and passes findings on as they come. It knows no clock:
 * the caller says when it is enough.
 */

import { whyWithoutOccasion } from '../properties/occasions.ts';
import type { PairBatch, Sample } from './paired.ts';
import type { Performer } from './pool.ts';
import type { ArchitectureName, Batch, Finding, Task, TaskReport } from './task.ts';

/** What a campaign is asked for. */
export interface CampaignPlan {
  /** Everything of a batch but its tasks. */
  readonly template: Omit<Batch, 'tasks'>;
  /** Performed first, always all of them: the corpus, or an enumeration. */
  readonly first: readonly Task[];
  /** The task of a place after those; undefined when there are no more. */
  next(index: number): Task | undefined;
  /** Asked before each batch is handed out. */
  isEnough(started: number): boolean;
  /** Asked before each task of `first`: true leaves the rest out. */
  isStopped(): boolean;
  /** Called for every task, in order. */
  onReport(report: TaskReport, sum: CampaignSum): void;
  /** Asked after each report: true ends the campaign with it, whatever else is under way. */
  isFinished?(): boolean;
}

/** The sum over all runs so far. */
export interface CampaignSum {
  readonly architecture: ArchitectureName;
  runs: number;
  repeated: number;
  events: number;
  undecided: number;
  /** Runs in which expectations of a scenario were judged. */
  expected: number;
  /** Expected displays not counted, since a crash of ours made them impossible. */
  waived: number;
  readonly findings: Finding[];
  readonly checks: Map<string, number>;
  readonly levers: Map<string, number>;
}

const BATCH_TASKS = 4;

function add(into: Map<string, number>, counts: readonly (readonly [string, number])[]): void {
  for (const [name, times] of counts) into.set(name, (into.get(name) ?? 0) + times);
}

function count(sum: CampaignSum, report: TaskReport): void {
  sum.runs += 1;
  sum.events += report.events;
  sum.waived += report.waived;
  if (report.wasRepeated) sum.repeated += 1;
  if (report.hadExpectations) sum.expected += 1;
  if (report.verdict === 'undecided') sum.undecided += 1;
  add(sum.checks, report.checks);
  add(sum.levers, report.levers);
  if (report.finding !== undefined) sum.findings.push(report.finding);
}

/** Judged only where a device is robbed, and of C3 in one theft of three. */
const OF_THEFTS: readonly string[] = ['C3', 'C5'];
/** Thefts among which both had an occasion but for bad luck (1 in 100). */
const THEFTS_ENOUGH = 12;

/** The mark of an account that joins the multi-device beta. */
const JOINED = 'app-upgraded';
/** The lever of a device that is robbed. */
const ROBBED = 'stolen';

/** Properties that no run of the campaign ever checked, though one could have. */
export function neverChecked(sum: CampaignSum): readonly string[] {
  const isMixed = (sum.levers.get(JOINED) ?? 0) > 0;
  const occasion = { name: sum.architecture, isMixed };
  const has = (id: string) => whyWithoutOccasion(occasion, id) === undefined;
  const never = [...sum.checks].filter(([, times]) => times === 0).map(([id]) => id);
  const isRobbed = (sum.levers.get(ROBBED) ?? 0) >= THEFTS_ENOUGH;
  return never.filter((id) => (isRobbed || !OF_THEFTS.includes(id)) && has(id));
}

/**
 * Runs a campaign to its end; `sum` is filled as it goes, so that an interrupted one keeps what it
 * found.
 */
export async function runCampaign(
  plan: CampaignPlan,
  performer: Performer,
  sum: CampaignSum,
): Promise<void> {
  let index = 0;
  let started = 0;
  const take = (): Task[] => {
    const tasks: Task[] = [];
    const size = performer.width === 1 ? 1 : BATCH_TASKS;
    while (tasks.length < size) {
      if (plan.isStopped()) break;
      const isFirst = index < plan.first.length;
      if (!isFirst && plan.isEnough(index)) break;
      const task = isFirst ? plan.first[index] : plan.next(index - plan.first.length);
      if (task === undefined) break;
      tasks.push(task);
      index += 1;
    }
    return tasks;
  };
  const underWay: Promise<readonly TaskReport[]>[] = [];
  for (;;) {
    while (underWay.length < performer.width) {
      const tasks = take();
      if (tasks.length === 0) break;
      underWay.push(performer.perform({ ...plan.template, tasks }, started));
      started += tasks.length;
    }
    const oldest = underWay.shift();
    if (oldest === undefined) return;
    for (const report of await oldest) {
      count(sum, report);
      plan.onReport(report, sum);
      if (plan.isFinished?.() !== true) continue;
      await Promise.allSettled(underWay);
      return;
    }
  }
}

/** An empty sum of runs on an architecture. */
export function emptySum(architecture: ArchitectureName = 'fanout'): CampaignSum {
  return {
    architecture,
    runs: 0,
    repeated: 0,
    events: 0,
    undecided: 0,
    expected: 0,
    waived: 0,
    findings: [],
    checks: new Map(),
    levers: new Map(),
  };
}

/** What is to be run of a comparison. */
export interface PairPlan {
  readonly batches: readonly PairBatch[];
  /** Asked before each batch is handed out. */
  isStopped(): boolean;
  /** Called for every batch, in order. */
  onSamples(batch: number, samples: readonly Sample[]): void;
}

/** Runs a comparison to its end, or until it is stopped; what was begun is waited for. */
export async function runPairs(
  plan: PairPlan,
  performer: Pick<Performer, 'width' | 'measure'>,
): Promise<void> {
  const underWay: { readonly at: number; readonly samples: Promise<readonly Sample[]> }[] = [];
  let next = 0;
  for (;;) {
    while (underWay.length < performer.width && !plan.isStopped()) {
      const batch = plan.batches[next];
      if (batch === undefined) break;
      underWay.push({ at: next, samples: performer.measure(batch) });
      next += 1;
    }
    const oldest = underWay.shift();
    if (oldest === undefined) return;
    plan.onSamples(oldest.at, await oldest.samples);
  }
}
