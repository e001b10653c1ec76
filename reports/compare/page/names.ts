/**
 * The side's name written beside its own curve, where it covers least: a reader should not have to
 * carry a colour from a legend to a line.
 */

import type { Chart, Plugin } from 'chart.js';
import type { PictureLine } from '../pictures.ts';
import type { Inks } from './paint.ts';

interface Spot {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const HEIGHT = 16;
/** How densely a curve is looked at, in pixels. */
const STEP = 4;

const isIn = ({ x, y }: Spot, { left, top, width, height }: Box): boolean =>
  x > left && x < left + width && y > top && y < top + height;

/** Spots along a curve, and over its intervals. */
function inkOf(chart: Chart, { points }: PictureLine): readonly Spot[] {
  const { x: across, y: up } = chart.scales;
  if (across === undefined || up === undefined) return [];
  const places = points.map(({ x, y, low = y, high = y }) => ({
    x: across.getPixelForValue(x),
    y: up.getPixelForValue(y),
    low: up.getPixelForValue(low),
    high: up.getPixelForValue(high),
  }));
  return places.flatMap((here, index) => {
    const next = places[index + 1] ?? here;
    const count = Math.ceil(Math.hypot(next.x - here.x, next.y - here.y) / STEP) + 1;
    const along = Array.from({ length: count }, (_, step) => ({
      x: here.x + ((next.x - here.x) * step) / count,
      y: here.y + ((next.y - here.y) * step) / count,
    }));
    return [...along, { x: here.x, y: here.low }, { x: here.x, y: here.high }];
  });
}

/** Places a name may stand: above, below and at either side of every point, later points first. */
function candidates(chart: Chart, line: PictureLine, width: number): readonly Box[] {
  const { x: across, y: up } = chart.scales;
  if (across === undefined || up === undefined) return [];
  return [...line.points].reverse().flatMap((point) => {
    const [x, y] = [across.getPixelForValue(point.x), up.getPixelForValue(point.y)];
    const tops = [y - HEIGHT - 9, y + 9];
    const lefts = [x - width / 2, x + 9, x - width - 9];
    return tops.flatMap((top) => lefts.map((left) => ({ left, top, width, height: HEIGHT })));
  });
}

function isInside({ left, top, width, height }: Box, { chartArea }: Chart): boolean {
  return (
    left >= chartArea.left + 4 &&
    left + width <= chartArea.right - 2 &&
    top >= chartArea.top &&
    top + height <= chartArea.bottom - 2
  );
}

/** The first place that covers least. */
function bestOf(chart: Chart, boxes: readonly Box[], ink: readonly Spot[]): Box | undefined {
  const covered = boxes
    .filter((box) => isInside(box, chart))
    .map((box) => ({ box, spots: ink.filter((spot) => isIn(spot, box)).length }));
  return covered.reduce<(typeof covered)[number] | undefined>(
    (best, one) => (best === undefined || one.spots < best.spots ? one : best),
    undefined,
  )?.box;
}

/** Spots of a name that was placed, so that the next one keeps away from it. */
function inkOfBox({ left, top, width, height }: Box): readonly Spot[] {
  return Array.from({ length: Math.ceil(width / STEP) }, (_, index) => [
    { x: left + index * STEP, y: top + 1 },
    { x: left + index * STEP, y: top + height / 2 },
    { x: left + index * STEP, y: top + height - 1 },
  ]).flat();
}

/** The plug-in that writes the names of the measured curves. */
export function names(lines: readonly PictureLine[], inks: Inks): Plugin<'line'> {
  return {
    id: 'names',
    afterDatasetsDraw: (chart) => {
      const { ctx: pen } = chart;
      const ink = lines.flatMap((line) => inkOf(chart as Chart, line));
      pen.save();
      pen.font = `600 12.5px ${inks.font}`;
      pen.textBaseline = 'middle';
      pen.lineJoin = 'round';
      for (const line of lines.filter(({ isFormula }) => !isFormula)) {
        const width = pen.measureText(line.label).width + 4;
        const box = bestOf(chart as Chart, candidates(chart as Chart, line, width), ink);
        if (box === undefined) continue;
        ink.push(...inkOfBox(box));
        pen.lineWidth = 4;
        pen.strokeStyle = inks.card;
        pen.strokeText(line.label, box.left + 2, box.top + HEIGHT / 2);
        pen.fillStyle = inks[line.side];
        pen.fillText(line.label, box.left + 2, box.top + HEIGHT / 2);
      }
      pen.restore();
    },
  };
}
