/** One value varied: a picture, its table, and whether the closed formula agrees. */

import { figure, type Scale } from '../figures.ts';
import type { ComparisonDocument, Measure, Side, Sweep, SweepSeries } from '../model.ts';
import { measuresOf, pictureId, picturesOf, placeText, sweepScale } from '../pictures.ts';
import { SIDE_TITLES } from '../readings.ts';
import { type Hole, type Html, html } from './markup.ts';
import {
  type Column,
  estimateCell,
  picture,
  section,
  seedsCell,
  table,
  tableRow,
  verdict,
} from './parts.ts';

function curvesOf(sweep: Sweep, measure: Measure): readonly SweepSeries[] {
  return sweep.series.filter((series) => series.measure === measure.id);
}

function placesOf(curves: readonly SweepSeries[]): readonly number[] {
  const places = new Set(curves.flatMap(({ points }) => points.map(({ at }) => at)));
  return [...places].sort((left, right) => left - right);
}

function cellsAt(curve: SweepSeries, at: number, scale: Scale): readonly Hole[] {
  const point = curve.points.find((one) => one.at === at);
  const measured =
    point === undefined
      ? html`<span class="none">not run</span>`
      : estimateCell(point.measured, scale);
  if (curve.formula === undefined) return [measured];
  return [measured, point?.formula === undefined ? '' : figure(point.formula, scale)];
}

function seedsAt({ points }: SweepSeries, at: number): number {
  return points.find((point) => point.at === at)?.measured.seeds ?? 0;
}

/** The numbers of one picture. */
export function sweepTable(sweep: Sweep, measure: Measure): Html {
  const curves = curvesOf(sweep, measure);
  const scale = sweepScale(sweep, measure);
  const columns: readonly Column[] = [
    { head: sweep.axis },
    ...curves.flatMap(({ side, formula }) => [
      { head: SIDE_TITLES[side], side, isNumber: true },
      ...(formula === undefined ? [] : [{ head: 'Formula', isNumber: true }]),
    ]),
    { head: 'Seeds', isNumber: true },
  ];
  const rows = placesOf(curves).map((at) =>
    tableRow(columns, [
      placeText(sweep, at),
      ...curves.flatMap((curve) => cellsAt(curve, at, scale)),
      seedsCell(curves.map((curve) => [SIDE_TITLES[curve.side], seedsAt(curve, at)])),
    ]),
  );
  return table(`${measure.name} by ${sweep.axis}`, columns, rows, 'slim');
}

function agreement({ side, formula, tolerance = 0, agrees }: SweepSeries): Html {
  if (formula === undefined || agrees === undefined) {
    return html`<li><strong>${SIDE_TITLES[side]}</strong>: no closed formula is claimed.</li>\n`;
  }
  const within = `${Number((tolerance * 100).toPrecision(3))}\u00a0%`;
  const words = verdict(agrees, agrees ? 'agrees' : 'disagrees');
  const points = agrees ? 'every point is' : 'not every point is';
  return html`<li><strong>${SIDE_TITLES[side]}</strong>: <code>${formula}</code>
${words} (${points} within ${within}).</li>
`;
}

function sweepPart(sweep: Sweep, measure: Measure, sentence: string): Html {
  const curves = curvesOf(sweep, measure);
  const sides = [...new Set(curves.map(({ side }): Side => side))];
  const hasFormula = curves.some(({ formula }) => formula !== undefined);
  const key = hasFormula ? html`<span class="side formula">┄┄ closed formula</span>` : '';
  return html`<h4>${measure.name}</h4>
<ul class="agreements">${curves.map(agreement)}</ul>
${picture(pictureId(sweep, measure), sentence, sides, sweepTable(sweep, measure), key)}`;
}

/** The section of all sweeps; nothing when there are none. */
export function sweepSection(document: ComparisonDocument): Html {
  const { sweeps, measures } = document;
  if (sweeps.length === 0) return html``;
  const sentences = new Map(picturesOf(document).map(({ id, sentence }) => [id, sentence]));
  const parts = sweeps.map(
    (sweep) => html`<article class="sweep"><h3>${sweep.title}</h3>
${measuresOf(sweep, measures).map((measure) =>
  sweepPart(sweep, measure, sentences.get(pictureId(sweep, measure)) ?? ''),
)}</article>
`,
  );
  return section(
    'scaling',
    'How it scales',
    html`<p>One value is varied and everything else held. Where a closed formula is claimed it is
drawn beside the simulated points, and the words say whether they agree.</p>
`,
    parts,
  );
}
