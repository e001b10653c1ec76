/**
 * Which pictures a document has, as plain data: scaled points, words of the axes, and one sentence
 * that says what is to be seen. The page draws them; the tables beside them hold the same numbers.
 */

import { count, figure, intervalOf, type Scale, scaleFor } from './figures.ts';
import { OFFLINE_SWEEP, pairOf } from './headlines.ts';
import type {
  ComparisonDocument,
  Estimate,
  Measure,
  Side,
  Sweep,
  SweepPoint,
  SweepSeries,
} from './model.ts';
import { SIDE_TITLES } from './readings.ts';

/** A point in the units of its axes. */
export interface PicturePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** One line: points that were measured, or a formula. */
export interface PictureLine {
  readonly side: Side;
  readonly label: string;
  readonly isFormula: boolean;
  readonly points: readonly PicturePoint[];
}

/** Curves over a varied value. */
export interface LinePicture {
  readonly kind: 'lines';
  readonly id: string;
  /** What is to be seen, in a sentence. */
  readonly sentence: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly isLogarithmic: boolean;
  /** Highest value the vertical axis can have; absent where there is none. */
  readonly yMax?: number;
  readonly lines: readonly PictureLine[];
}

/** One bar: what a theft opened, in messages. */
export interface PictureBar {
  readonly side: Side;
  readonly label: string;
  readonly past: number;
  readonly future: number;
  readonly afterLogOut: number;
}

/** Bars of what thefts opened. */
export interface BarPicture {
  readonly kind: 'bars';
  readonly id: 'exposure';
  readonly sentence: string;
  readonly xTitle: string;
  readonly bars: readonly PictureBar[];
}

/** Any picture of a document. */
export type Picture = LinePicture | BarPicture;

/** The id of the picture of one measure over one sweep. */
export function pictureId(sweep: Sweep, measure: Measure): string {
  return `${sweep.id}/${measure.id}`;
}

/** Measures a sweep has curves of, in the order of its curves. */
export function measuresOf(sweep: Sweep, measures: readonly Measure[]): readonly Measure[] {
  const ids = new Set(sweep.series.map(({ measure }) => measure));
  return [...ids].flatMap((id) => measures.find((measure) => measure.id === id) ?? []);
}

/** A varied value is a share when its sweep says so in its id: it is then shown in percent. */
export function isShareSweep(sweep: Sweep): boolean {
  return sweep.id.endsWith('-share');
}

/** The varied value in words: `50 %`, `1,024`. */
export function placeText(sweep: Sweep, at: number): string {
  const unit = isShareSweep(sweep) ? 'share' : 'count';
  return figure(at, scaleFor(unit, [at]));
}

/** The scale of all numbers of one measure in one sweep. */
export function sweepScale(sweep: Sweep, measure: Measure): Scale {
  const points = sweep.series
    .filter((series) => series.measure === measure.id)
    .flatMap((series) => series.points);
  return scaleFor(
    measure.unit,
    points.flatMap(({ measured, formula }) => [measured.mean, formula]),
  );
}

function scaledPoint(x: number, estimate: Estimate, scale: Scale): PicturePoint[] {
  if (estimate.mean === null) return [];
  const interval = intervalOf(estimate);
  const y = estimate.mean / scale.divisor;
  if (interval === undefined) return [{ x, y }];
  return [{ x, y, low: interval.low / scale.divisor, high: interval.high / scale.divisor }];
}

function linesOf(sweep: Sweep, series: SweepSeries, scale: Scale): PictureLine[] {
  const place = ({ at }: SweepPoint): number => (isShareSweep(sweep) ? at * 100 : at);
  const { side, points } = series;
  const measured: PictureLine = {
    side,
    label: SIDE_TITLES[side],
    isFormula: false,
    points: points.flatMap((point) => scaledPoint(place(point), point.measured, scale)),
  };
  if (series.formula === undefined) return [measured];
  const formula: PictureLine = {
    side,
    label: `${SIDE_TITLES[side]}, formula ${series.formula}`,
    isFormula: true,
    points: points.flatMap((point) =>
      point.formula === undefined ? [] : [{ x: place(point), y: point.formula / scale.divisor }],
    ),
  };
  return [measured, formula];
}

function seen(sweep: Sweep, series: readonly SweepSeries[], scale: Scale): string {
  return series
    .map(({ side, points }) => {
      const known = points.filter(({ measured }) => measured.mean !== null);
      const [first, last] = [known[0], known.at(-1)];
      if (first === undefined || last === undefined) return `${SIDE_TITLES[side]}: no numbers.`;
      const [from, to] = [first, last].map(({ measured }) => figure(measured.mean ?? 0, scale));
      const [start, end] = [placeText(sweep, first.at), placeText(sweep, last.at)];
      return `${SIDE_TITLES[side]}: from ${from} at ${start} to ${to} at ${end}.`;
    })
    .join(' ');
}

/** What stands before the first comma: an axis has little room, and the heading says all. */
function shortName({ name }: Measure): string {
  return name.split(',')[0] ?? name;
}

function linePicture(sweep: Sweep, measure: Measure): LinePicture {
  const series = sweep.series.filter((one) => one.measure === measure.id);
  const scale = sweepScale(sweep, measure);
  const unit = scale.suffix.trim();
  return {
    kind: 'lines',
    id: pictureId(sweep, measure),
    sentence: seen(sweep, series, scale),
    xTitle: isShareSweep(sweep) ? `${sweep.axis}, %` : sweep.axis,
    yTitle: unit === '' ? shortName(measure) : `${shortName(measure)}, ${unit}`,
    isLogarithmic: sweep.isLogarithmic,
    ...(measure.unit === 'share' ? { yMax: 100 } : {}),
    lines: series.flatMap((one) => linesOf(sweep, one, scale)),
  };
}

function barPicture({ exposure }: ComparisonDocument): BarPicture {
  const bars = exposure.map(({ side, theft, past, future, afterLogOut }) => ({
    side,
    label: `${SIDE_TITLES[side]}: ${theft}`,
    past: past.mean ?? 0,
    future: future.mean ?? 0,
    afterLogOut: afterLogOut.mean ?? 0,
  }));
  const whole = (value: number): string => count(Math.round(value));
  const told = bars.map(
    (bar) =>
      `${bar.label}: ${whole(bar.past)} from before, ${whole(bar.future)} until the log-out, ` +
      `${whole(bar.afterLogOut)} after it.`,
  );
  return {
    kind: 'bars',
    id: 'exposure',
    sentence: told.join(' '),
    xTitle: 'messages opened (mean over seeds)',
    bars,
  };
}

/** The picture of the first screen; undefined when the document has no such sweep. */
export function firstPicture(document: ComparisonDocument): LinePicture | undefined {
  const sweep = document.sweeps.find(({ id }) => id === OFFLINE_SWEEP);
  const pair = sweep === undefined ? undefined : pairOf(sweep, document.measures);
  if (sweep === undefined || pair === undefined) return undefined;
  return linePicture(sweep, pair.measure);
}

/** Every picture of a document, in the order of the page. */
export function picturesOf(document: ComparisonDocument): readonly Picture[] {
  const lines = document.sweeps.flatMap((sweep) =>
    measuresOf(sweep, document.measures).map((measure) => linePicture(sweep, measure)),
  );
  return document.exposure.length === 0 ? lines : [...lines, barPicture(document)];
}
