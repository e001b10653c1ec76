/**
 * From the samples of a sweep to its curves: an estimate at each point, the closed formula beside
 * it, and whether the two agree.
 */

import type { SweepCurve, SweepDesign } from '../../sim/explore/sweeps/index.ts';
import { estimateOf } from './estimate.ts';
import type { Sweep, SweepPoint, SweepSeries } from './model.ts';
import { type PairedRuns, valuesOfSide } from './rows.ts';

/** The runs of one sweep, in order of its stories; a story nobody ran yet has no pairs. */
export interface SweptRuns {
  readonly design: SweepDesign;
  readonly runs: readonly PairedRuns[];
}

/** Draws nothing: points, formulas, agreement. */
export function sweepOf({ design, runs }: SweptRuns): Sweep {
  const { id, title, axis, isLogarithmic, curves, stories } = design;
  const series = curves.map((curve) => {
    const points = stories.map(({ at }, index) => pointOf(id, curve, at, runs[index]));
    return seriesOf(curve, points);
  });
  return { id, title, axis, isLogarithmic, series };
}

function pointOf(
  id: string,
  { side, measure, formula }: SweepCurve,
  at: number,
  runs: PairedRuns | undefined,
): SweepPoint {
  const values = runs === undefined ? [] : valuesOfSide(runs, side, measure);
  const measured = estimateOf(values, `${id}/${at}/${measure}/${side}`);
  return formula === undefined ? { at, measured } : { at, measured, formula: formula.at(at) };
}

function seriesOf(curve: SweepCurve, points: readonly SweepPoint[]): SweepSeries {
  const { side, measure, formula } = curve;
  if (formula === undefined) return { side, measure, points };
  const { words, tolerance } = formula;
  const agrees = points.every((point) => agreesAt(point, tolerance));
  return { side, measure, points, formula: words, tolerance, agrees };
}

/** A point that was not measured agrees with nothing. */
function agreesAt({ measured, formula }: SweepPoint, tolerance: number): boolean {
  if (measured.mean === null || formula === undefined) return false;
  const allowed = tolerance * Math.max(1, Math.abs(formula));
  // What is left of the allowance is for sums of fractions that binary numbers do not have.
  return Math.abs(measured.mean - formula) <= allowed + 1e-9;
}
