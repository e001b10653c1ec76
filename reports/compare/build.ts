/**
 * Builds the document of a comparison from what the runs gave. Pure: equal samples give equal
 * documents, to the byte.
 */

import type { PairSide, Sample } from '../../sim/explore/paired.ts';
import { COST_SOURCE, OPERATION_COSTS } from '../../sim/run/measures/costs.ts';
import { MEASURES } from '../../sim/run/measures/measure-list.ts';
import { RADIO_MODELS, RADIO_SOURCE } from '../../sim/run/measures/radio.ts';
import { type SweptRuns, sweepOf } from './curves.ts';
import { SEEDS_FOR_INTERVAL } from './estimate.ts';
import { LIMITS } from './limits.ts';
import type {
  ComparisonDocument,
  CrossCheck,
  DeclaredException,
  ModelConstant,
  ScenarioSection,
  Verdicts,
} from './model.ts';
import { overallRows, type PairedRuns, rowsOf } from './rows.ts';
import { exposureRows } from './thefts.ts';

/** The pairs of one scenario, with what its section says of it. */
export interface ComparedScenario extends PairedRuns {
  readonly summary: string;
}

/** Everything a document is built from. */
export interface ComparisonParts {
  readonly reproduce: string;
  readonly lockstep: string;
  readonly build: string;
  readonly crypto: string;
  readonly seeds: readonly string[];
  readonly scenarios: readonly ComparedScenario[];
  readonly sweeps: readonly SweptRuns[];
  /** Why there is less here than was asked for; one sentence. */
  readonly unfinished?: string;
}

const REASONS_MAX = 20;
const SEEDS_NAMED = 5;

/** The document without its headlines, which are made from it. */
export function buildComparison(parts: ComparisonParts): Omit<ComparisonDocument, 'headlines'> {
  const { reproduce, lockstep, build, crypto, seeds, scenarios, sweeps } = parts;
  return {
    schema: 'lockstep.compare/1',
    reproduce,
    lockstep,
    build,
    crypto,
    seeds,
    seedsForInterval: SEEDS_FOR_INTERVAL,
    measures: MEASURES,
    overall: overallRows(scenarios),
    scenarios: scenarios.map(sectionOf),
    sweeps: sweeps.map(sweepOf),
    exposure: exposureRows(scenarios),
    costs: costs(),
    battery: battery(),
    crossChecks: sumOfChecks([...scenarios, ...sweeps.flatMap(({ runs }) => runs)]),
    limits: parts.unfinished === undefined ? LIMITS : [parts.unfinished, ...LIMITS],
  };
}

function sectionOf(compared: ComparedScenario): ScenarioSection {
  const { scenario, summary } = compared;
  const relay = samplesOf(compared, 'relay');
  const fanout = samplesOf(compared, 'fanout');
  return {
    scenario,
    summary,
    verdicts: { relay: verdictsOf(relay), fanout: verdictsOf(fanout) },
    exceptions: [...exceptionsOf('relay', relay), ...exceptionsOf('fanout', fanout)],
    rows: rowsOf(compared),
  };
}

function samplesOf({ pairs }: PairedRuns, side: PairSide): readonly Sample[] {
  return pairs.map((pair) => pair[side]);
}

function verdictsOf(samples: readonly Sample[]): Verdicts {
  const counts = { held: 0, violated: 0, undecided: 0 };
  const seedsOf = new Map<string, string[]>();
  for (const { verdict, reasons, seed } of samples) {
    counts[verdict]++;
    for (const reason of reasons) {
      const known = seedsOf.get(reason);
      if (known === undefined) seedsOf.set(reason, [seed]);
      else known.push(seed);
    }
  }
  const reasons = [...seedsOf].map(([reason, seeds]) => `${reason} (${seedsText(seeds)})`);
  return { ...counts, reasons: reasons.slice(0, REASONS_MAX) };
}

function seedsText(seeds: readonly string[]): string {
  const named = seeds.slice(0, SEEDS_NAMED).join(', ');
  const more = seeds.length - SEEDS_NAMED;
  return `${seeds.length === 1 ? 'seed' : 'seeds'} ${named}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Every sample of a side declares the same, in the same order. */
function exceptionsOf(side: PairSide, samples: readonly Sample[]): readonly DeclaredException[] {
  const declared = samples.find(({ defect }) => defect === undefined)?.excused ?? [];
  return declared.map(({ subject, why }, at) => {
    const seen = samples.reduce((sum, { excused }) => sum + (excused[at]?.seen ?? 0), 0);
    return { side, subject, why, seen };
  });
}

function costs(): readonly ModelConstant[] {
  return [...OPERATION_COSTS].map(([name, value]) => {
    return { name, value, unit: 'microseconds a call', source: COST_SOURCE };
  });
}

function battery(): readonly ModelConstant[] {
  return RADIO_MODELS.flatMap((model) => {
    const constant = (name: string, value: number, unit: string): ModelConstant => {
      return { name: `${model.name}: ${name}`, value, unit, source: RADIO_SOURCE };
    };
    return [
      constant('promotion', model.promotionUs / 1_000_000, 'seconds'),
      constant('power while promoted', model.promotionWatts, 'watts'),
      constant('tail', model.tailUs / 1_000_000, 'seconds'),
      constant('power in the tail', model.tailWatts, 'watts'),
      constant('a byte up', model.upJoulesPerByte, 'joules'),
      constant('a byte down', model.downJoulesPerByte, 'joules'),
    ];
  });
}

/** Over all runs, in the order of the first. */
function sumOfChecks(all: readonly PairedRuns[]): readonly CrossCheck[] {
  const sums = new Map<string, { checked: number; differing: number }>();
  for (const { pairs } of all) {
    for (const sample of pairs.flatMap(({ relay, fanout }) => [relay, fanout])) {
      for (const { what, checked, differing } of sample.measures?.crossChecks ?? []) {
        const sum = sums.get(what) ?? { checked: 0, differing: 0 };
        sums.set(what, sum);
        sum.checked += checked;
        sum.differing += differing;
      }
    }
  }
  return [...sums].map(([what, sum]) => ({ what, ...sum }));
}
