/**
 * The comparison of `compare`: paired runs on worker threads, their document, and the files drawn
 * from it. Ctrl-C keeps the pairs that are complete.
 */

import { accessSync, constants, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildComparison } from '../../reports/compare/build.ts';
import { SEEDS_FOR_INTERVAL } from '../../reports/compare/estimate.ts';
import { headlinesOf } from '../../reports/compare/headlines.ts';
import type { ComparisonDocument } from '../../reports/compare/model.ts';
import { renderCsv, renderHtml, renderJson, renderMarkdown } from '../../reports/compare/render.ts';
import type { Pair } from '../../reports/compare/rows.ts';
import { runPairs } from '../../sim/explore/campaign.ts';
import type { Sample } from '../../sim/explore/paired.ts';
import { openPerformer, type Performer } from '../../sim/explore/pool.ts';
import { onInterrupt } from '../engine/execute.ts';
import { EXIT } from '../exit-codes.ts';
import { ProgressLine } from '../progress.ts';
import { tookText } from '../run-summary.ts';
import type { Session } from '../session.ts';
import { counted } from '../words.ts';
import { cannotWrite, makeFolder, requireApart, writeOut } from '../write-out.ts';
import { exitCodeOf, findingsOf, type PlacedPair } from './findings.ts';
import type { CompareFlags } from './flags.ts';
import { type ComparePlan, planComparison } from './plan.ts';
import { comparisonText } from './summary.ts';

/** Where the report goes when nothing else is said. */
const FOLDER_DEFAULT = 'out/compare';
/** Findings printed of each kind; the document has all of them. */
const FINDINGS_MAX = 10;

/** Pairs as they come in, by where they belong. */
class Gathered {
  readonly scenarios: Pair[][];
  readonly sweeps: Pair[][][];
  readonly placed: PlacedPair[] = [];
  readonly #plan: ComparePlan;

  constructor(plan: ComparePlan) {
    this.#plan = plan;
    this.scenarios = plan.scenarios.map(() => []);
    this.sweeps = plan.sweeps.map(({ stories }) => stories.map(() => []));
  }

  /** Samples come in the order in which the batch asked for them: side after side, by seed. */
  add(batch: number, samples: readonly Sample[]): void {
    const place = this.#plan.places[batch];
    const scenario = this.#plan.batches[batch]?.scenario.name ?? '';
    for (let at = 0; at + 1 < samples.length; at += 2) {
      const [relay, fanout] = [samples[at], samples[at + 1]] as [Sample, Sample];
      const pair: Pair = { seed: relay.seed, relay, fanout };
      this.placed.push({ scenario, ...pair });
      if (place?.kind === 'scenario') this.scenarios[place.scenario]?.push(pair);
      else if (place?.kind === 'sweep') this.sweeps[place.sweep]?.[place.story]?.push(pair);
    }
  }

  /** Runs so far: two for each pair. */
  get runs(): number {
    return this.placed.length * 2;
  }
}

/** The files of a report, drawn from one document. */
const FILES = ['report.html', 'report.md', 'report.json', 'report.csv'];

/**
 * Proves before the runs that the report can be kept, and is not written over what is compared;
 * throws `UsageError` when it cannot.
 */
function prepareFolder(folder: string, { files }: ComparePlan): void {
  makeFolder(folder);
  requireApart(
    files,
    FILES.map((name) => ({ what: 'report', path: join(folder, name) })),
  );
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

/** Runs the plan as far as it goes; true when it was interrupted. */
async function gather(
  session: Session,
  plan: ComparePlan,
  performer: Performer,
  gathered: Gathered,
): Promise<boolean> {
  const progress = new ProgressLine(session.terminal);
  const total = plan.batches.reduce((sum, { seeds }) => sum + seeds.length * 2, 0);
  let isInterrupted = false;
  const unlisten = onInterrupt(() => {
    isInterrupted = true;
  });
  try {
    await runPairs(
      {
        batches: plan.batches,
        isStopped: () => isInterrupted,
        onSamples: (batch, samples) => {
          gathered.add(batch, samples);
          const failures = gathered.placed.filter(isFailure).length;
          progress.update({ done: gathered.runs, total, failures, unit: 'runs' });
        },
      },
      performer,
    );
  } finally {
    unlisten();
    progress.stop();
  }
  return isInterrupted && gathered.runs < total;
}

function isFailure({ relay, fanout }: Pair): boolean {
  return [relay, fanout].some(({ verdict, defect }) => verdict === 'violated' || defect);
}

/** The document of what was gathered; of an interrupted one, what is complete. */
function documentOf(
  session: Session,
  plan: ComparePlan,
  gathered: Gathered,
  flags: CompareFlags,
  isInterrupted: boolean,
): ComparisonDocument {
  const { facts } = session;
  const isFull = (sweep: number): boolean =>
    !isInterrupted || gathered.sweeps[sweep]?.every((pairs) => pairs.length > 0) === true;
  const source = buildComparison({
    reproduce: plan.reproduce,
    lockstep: facts.version,
    build: facts.build,
    crypto: flags.crypto,
    seeds: plan.seeds.filter((one) => gathered.placed.some(({ seed }) => seed === one)),
    scenarios: plan.scenarios.flatMap(({ name, summary }, at) => {
      const pairs = gathered.scenarios[at] ?? [];
      return pairs.length === 0 ? [] : [{ scenario: name, summary, pairs }];
    }),
    sweeps: plan.sweeps.flatMap((design, sweep) => {
      if (!isFull(sweep)) return [];
      const runs = design.stories.map(({ scenario }, story) => {
        return { scenario: scenario.name, pairs: gathered.sweeps[sweep]?.[story] ?? [] };
      });
      return [{ design, runs }];
    }),
    ...(isInterrupted ? { unfinished: unfinishedText(plan, gathered) } : {}),
  });
  return { ...source, headlines: headlinesOf(source) };
}

function unfinishedText(plan: ComparePlan, gathered: Gathered): string {
  const total = plan.batches.length * 2;
  return (
    `The comparison was interrupted after ${counted(gathered.runs, 'run')} of ${total}; what is ` +
    'here is complete pairs, and the command above makes all of it.'
  );
}

function tellFindings(session: Session, title: string, sentences: readonly string[]): void {
  const { terminal } = session;
  if (sentences.length === 0) return;
  terminal.complain(`\n${title}\n`);
  for (const sentence of sentences.slice(0, FINDINGS_MAX)) terminal.complain(`  ${sentence}\n`);
  const more = sentences.length - FINDINGS_MAX;
  if (more > 0) terminal.complain(`  and ${more} more\n`);
}

/** Runs `compare` to its end and sets the exit code. */
export async function compare(
  session: Session,
  typed: readonly string[],
  flags: CompareFlags,
): Promise<void> {
  const { terminal } = session;
  const beganMs = performance.now();
  const plan = planComparison(typed, flags);
  const folder = flags.out ?? (flags.json === true ? undefined : FOLDER_DEFAULT);
  if (folder !== undefined) prepareFolder(folder, plan);
  session.reproduce = plan.reproduce;
  const speak = flags.json === true ? terminal.say : terminal.print;
  speak(`${plan.reproduce}\n\n`);
  if (plan.seeds.length < SEEDS_FOR_INTERVAL) {
    terminal.say(`fewer than ${SEEDS_FOR_INTERVAL} seeds: means without intervals\n`);
  }
  const gathered = new Gathered(plan);
  const performer = openPerformer(flags.jobs ?? availableParallelism());
  let isInterrupted: boolean;
  try {
    isInterrupted = await gather(session, plan, performer, gathered);
  } finally {
    await performer.close();
  }
  const document = documentOf(session, plan, gathered, flags, isInterrupted);
  if (folder !== undefined) writeFiles(document, folder);
  const { user, system } = process.cpuUsage();
  const cpu = ((user + system) / 1_000_000).toFixed(1);
  const took = tookText(performance.now() - beganMs);
  terminal.say(`${counted(gathered.runs, 'run')}, ${cpu} s of processor time; ${took}`);
  const findings = findingsOf(document, gathered.placed);
  tellFindings(session, 'defects of Lockstep itself', findings.defects);
  tellFindings(session, 'failures', findings.violations);
  tellFindings(session, 'undecided', findings.open);
  terminal.print(
    flags.json === true ? renderJson(document) : comparisonText(terminal, document, folder),
  );
  if (isInterrupted) terminal.complain(`\n${unfinishedText(plan, gathered)}\n`);
  session.exitCode = isInterrupted ? EXIT.interrupted : exitCodeOf(findings);
  speak(`\n${plan.reproduce}\n`);
}

/** The page of the report, which the build puts beside the compiled modules. */
const PAGE = new URL('../../reports/compare/page.html', import.meta.url);

/** Everything that is drawn from the document. */
function writeFiles(document: ComparisonDocument, folder: string): void {
  writeOut(join(folder, 'report.html'), renderHtml(document, readFileSync(PAGE, 'utf8')));
  writeOut(join(folder, 'report.md'), renderMarkdown(document));
  writeOut(join(folder, 'report.json'), renderJson(document));
  writeOut(join(folder, 'report.csv'), renderCsv(document));
}
