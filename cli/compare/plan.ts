/**
 * What a comparison will run: which scenarios, with which seeds, and which sweeps; in an order in
 * which whatever Ctrl-C leaves is as balanced as it can be.
 */

import { shellWord } from '../../reports/shell-word.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { PAIR_SIDES, type PairBatch } from '../../sim/explore/paired.ts';
import { type SweepDesign, sweepsOf } from '../../sim/explore/sweeps/index.ts';
import { requireArchitecture, scenarioSource } from '../scenario-source.ts';
import { UsageError } from '../usage-error.ts';
import type { NamedFile } from '../write-out.ts';
import type { CompareFlags, SweepFlag } from './flags.ts';

/** What is compared when no scenario is named: days that both architectures were made for. */
export const SCENARIOS_DEFAULT: readonly string[] = [
  'phone-offline',
  'no-phones-at-all',
  'asleep-in-the-pocket',
  'subway',
  'written-offline',
  'five-devices-each',
  'read-on-one-device',
  'one-file-many-devices',
  'group-of-friends',
  'link-mid-conversation',
  'unlink-mid-conversation',
  'stolen-companion',
];

const SEEDS_DEFAULT = 20;
const EVENTS_MAX = 5_000_000;

/** Where the samples of a batch belong. */
export type BatchPlace =
  | { readonly kind: 'scenario'; readonly scenario: number }
  | { readonly kind: 'sweep'; readonly sweep: number; readonly story: number };

/** The plan of a comparison. */
export interface ComparePlan {
  readonly scenarios: readonly Scenario[];
  /** What was read for them. */
  readonly files: readonly NamedFile[];
  readonly sweeps: readonly SweepDesign[];
  readonly seeds: readonly string[];
  readonly batches: readonly PairBatch[];
  /** One for each batch. */
  readonly places: readonly BatchPlace[];
  readonly reproduce: string;
}

/**
 * Refuses a scenario that is pinned to one architecture: what it tells was found there, and
 * overrides name choices that the other side does not have.
 */
function requireUnpinned({ name, architecture }: Scenario): void {
  if (architecture === undefined) return;
  const story = `${name} is a counterexample of ${architecture}`;
  throw new UsageError(`${story}: a comparison needs a scenario without "architecture"`);
}

/** Plans a comparison; refuses what cannot be compared. */
export function planComparison(typed: readonly string[], flags: CompareFlags): ComparePlan {
  const names = typed.length === 0 ? SCENARIOS_DEFAULT : typed;
  const sources = names.map(scenarioSource);
  const scenarios = sources.map(({ scenario }) => scenario);
  for (const scenario of scenarios) {
    requireUnpinned(scenario);
    for (const side of PAIR_SIDES) requireArchitecture(scenario, side);
  }
  const base = flags.seed ?? '1';
  const count = flags.seeds ?? SEEDS_DEFAULT;
  const seeds = Array.from({ length: count }, (_, at) => `${base}/${at + 1}`);
  const extent: SweepFlag = flags.sweeps ?? (typed.length === 0 ? 'full' : 'none');
  const sweeps = extent === 'none' ? [] : sweepsOf(extent);
  const common = { crypto: flags.crypto, maxEvents: flags.maxEvents ?? EVENTS_MAX };
  const batches: PairBatch[] = [];
  const places: BatchPlace[] = [];
  for (const seed of seeds) {
    for (const [at, scenario] of scenarios.entries()) {
      batches.push({ ...common, scenario, seeds: [seed], isJudged: true });
      places.push({ kind: 'scenario', scenario: at });
    }
  }
  for (const [sweep, { stories, seedsMax }] of sweeps.entries()) {
    for (const seed of seeds.slice(0, seedsMax)) {
      for (const [story, { scenario }] of stories.entries()) {
        batches.push({ ...common, scenario, seeds: [seed], isJudged: false });
        places.push({ kind: 'sweep', sweep, story });
      }
    }
  }
  const reproduce = reproduceLine(typed, flags, count);
  const files = sources.flatMap((source) => source.files);
  return { scenarios, files, sweeps, seeds, batches, places, reproduce };
}

/** Neither jobs nor folder belong to it: the document is the same with any of them. */
function reproduceLine(typed: readonly string[], flags: CompareFlags, seeds: number): string {
  const parts = ['npx lockstep compare', ...typed.map(shellWord), `--seeds ${seeds}`];
  if (flags.seed !== undefined) parts.push(`--seed ${shellWord(flags.seed)}`);
  if (flags.sweeps !== undefined) parts.push(`--sweeps ${flags.sweeps}`);
  if (flags.crypto !== 'openssl') parts.push(`--crypto ${flags.crypto}`);
  if (flags.maxEvents !== undefined) parts.push(`--max-events ${flags.maxEvents}`);
  return parts.join(' ');
}
