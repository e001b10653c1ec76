/**
 * From the samples of paired runs to rows of estimates: for one scenario, and over all of them.
 */

import type { PairSide, Sample } from '../../sim/explore/paired.ts';
import { MEASURES } from '../../sim/run/measures/measure-list.ts';
import { estimateOf } from './estimate.ts';
import type { MeasureRow } from './model.ts';

/** Measured values of one run, by measure id. */
type Values = ReadonlyMap<string, number>;

/** Both sides of one seed of one scenario. */
export interface Pair {
  readonly seed: string;
  readonly relay: Sample;
  readonly fanout: Sample;
}

/** The pairs of one scenario. */
export interface PairedRuns {
  readonly scenario: string;
  readonly pairs: readonly Pair[];
}

interface ValuePair {
  readonly relay: Values;
  readonly fanout: Values;
  /** Measures whose number is a bound. */
  readonly bounds: Readonly<Record<PairSide, ReadonlySet<string>>>;
}

const VALUES = new WeakMap<Sample, Values>();

function valuesOf(sample: Sample): Values {
  const known = VALUES.get(sample);
  if (known !== undefined) return known;
  const values = new Map(sample.measures?.values ?? []);
  VALUES.set(sample, values);
  return values;
}

function valuePairs(runs: PairedRuns): readonly ValuePair[] {
  return runs.pairs.map(({ relay, fanout }) => {
    const bounds = {
      relay: new Set(relay.measures?.bounds),
      fanout: new Set(fanout.measures?.bounds),
    };
    return { relay: valuesOf(relay), fanout: valuesOf(fanout), bounds };
  });
}

/** How many groups of runs hold a bound of a measure. */
function boundsIn(groups: readonly (readonly ValuePair[])[], side: PairSide, id: string): number {
  return groups.filter((pairs) => pairs.some(({ bounds }) => bounds[side].has(id))).length;
}

function boundsOf(groups: readonly (readonly ValuePair[])[], id: string): RowValues['bounds'] {
  return { relay: boundsIn(groups, 'relay', id), fanout: boundsIn(groups, 'fanout', id) };
}

function present(values: readonly (number | undefined)[]): readonly number[] {
  return values.filter((value) => value !== undefined);
}

/** One number per seed of a side, in order of the seeds. */
export function valuesOfSide(runs: PairedRuns, side: PairSide, measure: string): readonly number[] {
  return present(runs.pairs.map((pair) => valuesOf(pair[side]).get(measure)));
}

/** The measures of one scenario that either side had an occasion for. */
export function rowsOf(runs: PairedRuns): readonly MeasureRow[] {
  const pairs = valuePairs(runs);
  return MEASURES.flatMap(({ id }) => {
    const relay = present(pairs.map((pair) => pair.relay.get(id)));
    const fanout = present(pairs.map((pair) => pair.fanout.get(id)));
    if (relay.length + fanout.length === 0) return [];
    const differences = present(pairs.map((pair) => difference(pair, id)));
    const bounds = boundsOf(
      pairs.map((pair) => [pair]),
      id,
    );
    return [rowOf(runs.scenario, id, { relay, fanout, differences, bounds })];
  });
}

/**
 * The measures over all scenarios: for each seed the mean over the scenarios in which both sides
 * had an occasion, every scenario the same weight, then the mean over seeds. So the sides are means
 * over the same runs, and their difference is the difference of the row. A measure that one side
 * never had an occasion for is the other side's alone.
 */
export function overallRows(all: readonly PairedRuns[]): readonly MeasureRow[] {
  const bySeed = new Map<string, ValuePair[]>();
  for (const runs of all) {
    const pairs = valuePairs(runs);
    for (const [at, { seed }] of runs.pairs.entries()) {
      const known = bySeed.get(seed) ?? [];
      bySeed.set(seed, known);
      known.push(pairs[at] as ValuePair);
    }
  }
  const seeds = [...bySeed.values()];
  return MEASURES.flatMap(({ id }) => {
    const shared = seeds.map((pairs) => pairs.filter((pair) => difference(pair, id) !== undefined));
    if (shared.some((pairs) => pairs.length > 0)) {
      const differences = present(
        shared.map((pairs) => meanOver(pairs, (one) => difference(one, id))),
      );
      const relay = present(shared.map((pairs) => meanOver(pairs, (one) => one.relay.get(id))));
      const fanout = present(shared.map((pairs) => meanOver(pairs, (one) => one.fanout.get(id))));
      const bounds = boundsOf(shared, id);
      return [rowOf('overall', id, { relay, fanout, differences, bounds })];
    }
    const relay = present(seeds.map((pairs) => meanOver(pairs, (one) => one.relay.get(id))));
    const fanout = present(seeds.map((pairs) => meanOver(pairs, (one) => one.fanout.get(id))));
    if (relay.length + fanout.length === 0) return [];
    const bounds = boundsOf(seeds, id);
    return [rowOf('overall', id, { relay, fanout, differences: [], bounds })];
  });
}

interface RowValues {
  readonly relay: readonly number[];
  readonly fanout: readonly number[];
  readonly differences: readonly number[];
  /** Of each side, how many of its numbers are bounds. */
  readonly bounds: Readonly<Record<PairSide, number>>;
}

function rowOf(where: string, measure: string, values: RowValues): MeasureRow {
  const label = `${where}/${measure}`;
  return {
    measure,
    relay: estimateOf(values.relay, `${label}/relay`, values.bounds.relay),
    fanout: estimateOf(values.fanout, `${label}/fanout`, values.bounds.fanout),
    difference: estimateOf(values.differences, `${label}/difference`),
  };
}

/** Fanout minus relay, where both had an occasion. */
function difference({ relay, fanout }: ValuePair, id: string): number | undefined {
  const [one, other] = [relay.get(id), fanout.get(id)];
  return one === undefined || other === undefined ? undefined : other - one;
}

function meanOver(
  pairs: readonly ValuePair[],
  value: (pair: ValuePair) => number | undefined,
): number | undefined {
  const values = present(pairs.map(value));
  if (values.length === 0) return undefined;
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}
