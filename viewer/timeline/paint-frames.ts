/** Draws the frames of a window: arrows from lane to lane, bundled where there are too many. */

import { firstAtLeast } from '../model/arrows.ts';
import { laneY } from '../model/lanes.ts';
import { FRAME_CLASSES } from '../model/marks.ts';
import { positionOf, rowAtPosition, timeAtPosition } from './axis.ts';
import type { Palette } from './palette.ts';
import { type Picture, xAt, xOfRow } from './picture.ts';

type Context = CanvasRenderingContext2D;

const ARROWS_MAX = 3_000;

/** What became of the frames of a window. */
export interface FramesDrawn {
  readonly frames: number;
  readonly isBundled: boolean;
}

/** Draws the frames that cross the window, class by class, then those that never arrived. */
export function paintArrows(context: Context, picture: Picture, palette: Palette): FramesDrawn {
  const { arrows, columns, axis, window } = picture;
  const fromUs = timeAtPosition(columns, axis, window.from);
  const first = firstAtLeast(arrows.latestUs, fromUs);
  const last = firstAtLeast(arrows.sends, rowAtPosition(columns, axis, window.until));
  const isBundled = last - first > ARROWS_MAX;
  let frames = 0;
  for (const [index, name] of FRAME_CLASSES.entries()) {
    if (picture.isClassShown[index] !== true || (arrows.counts[index] ?? 0) === 0) continue;
    frames += paintClass(context, picture, index, first, last, palette[name], isBundled);
  }
  paintLost(context, picture, palette, first, last);
  return { frames, isBundled };
}

/** Frames of one class, as one path. Answers how many there were. */
function paintClass(
  context: Context,
  picture: Picture,
  wanted: number,
  first: number,
  last: number,
  colour: string,
  isBundled: boolean,
): number {
  const { arrows, columns, layout, axis, bright, width } = picture;
  const step = isBundled ? Math.max(2, (layout.rows.length * 2 * width) / ARROWS_MAX) : 0;
  const lastX = new Float64Array(isBundled ? layout.yOf.length * 2 : 0).fill(-1e9);
  let frames = 0;
  const faint = new Path2D();
  const strong = new Path2D();
  for (let at = first; at < last; at++) {
    const row = arrows.sends[at] as number;
    if (arrows.classOf[columns.detail[row] as number] !== wanted) continue;
    const arrived = columns.partner[row] as number;
    if (arrived < 0) continue;
    frames++;
    const lane = columns.lane[row] as number;
    const peer = columns.peer[row] as number;
    const fromY = laneY(layout, lane);
    const toY = laneY(layout, peer);
    if (fromY < 0 || toY < 0 || fromY === toY) continue;
    const x = xAt(picture, positionOf(columns, axis, row));
    if (isBundled) {
      const slot = fromY < toY ? lane * 2 : peer * 2 + 1;
      if (x - (lastX[slot] as number) < step) continue;
      lastX[slot] = x;
    }
    const end = xAt(picture, positionOf(columns, axis, arrived));
    arrow(
      bright === undefined || bright[row] === 1 ? strong : faint,
      x,
      fromY,
      end,
      toY,
      !isBundled,
    );
  }
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.globalAlpha = 0.15;
  context.stroke(faint);
  context.globalAlpha = isBundled ? 0.35 : 0.8;
  context.stroke(strong);
  context.globalAlpha = 1;
  return frames;
}

/** A line from lane to lane with a head, kept off the lanes themselves. */
export function arrow(
  path: Path2D,
  x: number,
  y: number,
  endX: number,
  endY: number,
  hasHead: boolean,
): void {
  const down = endY > y ? 1 : -1;
  const startY = y + down * 5;
  const tipY = endY - down * 5;
  path.moveTo(x, startY);
  path.lineTo(endX, tipY);
  if (!hasHead) return;
  const length = Math.hypot(endX - x, tipY - startY) || 1;
  const ux = (endX - x) / length;
  const uy = (tipY - startY) / length;
  path.moveTo(endX - ux * 6 - uy * 3, tipY - uy * 6 + ux * 3);
  path.lineTo(endX, tipY);
  path.lineTo(endX - ux * 6 + uy * 3, tipY - uy * 6 - ux * 3);
}

/** Frames that never arrived: a stub with a cross. */
function paintLost(
  context: Context,
  picture: Picture,
  palette: Palette,
  first: number,
  last: number,
): void {
  const { arrows, columns, layout } = picture;
  context.strokeStyle = palette.bad;
  context.lineWidth = 1.5;
  context.beginPath();
  let drawn = 0;
  for (let at = first; at < last && drawn < ARROWS_MAX; at++) {
    const row = arrows.sends[at] as number;
    if (columns.partner[row] !== -1) continue;
    if (picture.isClassShown[arrows.classOf[columns.detail[row] as number] as number] !== true)
      continue;
    const y = laneY(layout, columns.lane[row] as number);
    const toY = laneY(layout, columns.peer[row] as number);
    if (y < 0 || toY < 0) continue;
    const x = xOfRow(picture, row);
    if (x < -10 || x > picture.width + 10) continue;
    const tipY = y + (toY > y ? 14 : -14);
    context.moveTo(x, y + (toY > y ? 5 : -5));
    context.lineTo(x, tipY);
    context.moveTo(x - 3, tipY - 3);
    context.lineTo(x + 3, tipY + 3);
    context.moveTo(x - 3, tipY + 3);
    context.lineTo(x + 3, tipY - 3);
    drawn++;
  }
  context.stroke();
}
