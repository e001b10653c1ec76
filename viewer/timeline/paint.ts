/**
 * Draws the timeline on a canvas. Where a window holds more than a person could tell apart, frames
 * of the same lane and instant become one line and events become density; the picture says so.
 */

import { firstAtLeast } from '../model/arrows.ts';
import { laneY } from '../model/lanes.ts';
import type { Mark } from '../model/marks.ts';
import { NO_LANE } from '../reader/event-kinds.ts';
import { positionOf, positionOfTime, rowAtPosition, ticksOf, tickText } from './axis.ts';
import { drawMark } from './draw-mark.ts';
import { paintBands } from './paint-bands.ts';
import { paintDifferences } from './paint-differences.ts';
import { arrow, paintArrows } from './paint-frames.ts';
import type { Palette } from './palette.ts';
import { type Picture, xAt, xOfRow } from './picture.ts';

/** What a picture left out, to be told. */
export interface Summary {
  readonly events: number;
  readonly frames: number;
  /** Whether frames were drawn together. */
  readonly isBundled: boolean;
  /** Whether events were drawn as density. */
  readonly isDense: boolean;
}

/** Events and frames in a window that are still drawn one by one. */
const MARKS_MAX = 6_000;
const IMPORTANT_MAX = 4_000;

type Context = CanvasRenderingContext2D;

/** Draws one picture. */
export function paint(context: Context, picture: Picture, palette: Palette): Summary {
  const { width, height, columns, axis, window } = picture;
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, width, height);
  const firstRow = rowAtPosition(columns, axis, window.from);
  const lastRow = rowAtPosition(columns, axis, window.until);
  context.save();
  context.translate(0, -picture.scrollTop);
  paintGrid(context, picture, palette);
  paintBands(context, picture, palette);
  const isDense = lastRow - firstRow > MARKS_MAX * 4;
  if (isDense) paintDensity(context, picture, palette, firstRow, lastRow);
  const frames = paintArrows(context, picture, palette);
  if (isDense) paintImportant(context, picture, palette);
  else paintMarks(context, picture, palette, firstRow, lastRow);
  paintViolations(context, picture, palette);
  paintSelected(context, picture, palette);
  context.restore();
  paintAxis(context, picture, palette);
  paintCursor(context, picture, palette);
  paintDifferences(context, picture, palette);
  return { events: lastRow - firstRow, ...frames, isDense };
}

const AXIS_HEIGHT = 22;

function paintAxis(context: Context, picture: Picture, palette: Palette): void {
  const { width, window, axis } = picture;
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, width, AXIS_HEIGHT);
  context.fillStyle = palette.muted;
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const tick of ticksOf(window, axis, Math.max(2, width / 110))) {
    context.fillText(tickText(tick, axis, window), Math.round(xAt(picture, tick)) + 4, 11);
  }
}

function paintGrid(context: Context, picture: Picture, palette: Palette): void {
  const { width, layout, window, axis } = picture;
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const tick of ticksOf(window, axis, Math.max(2, width / 110))) {
    const x = Math.round(xAt(picture, tick)) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, layout.height);
  }
  context.stroke();
}

function paintMarks(
  context: Context,
  picture: Picture,
  palette: Palette,
  firstRow: number,
  lastRow: number,
): void {
  const isFull = lastRow - firstRow > MARKS_MAX;
  for (const weight of [1, 2, 3]) {
    if (isFull && weight === 1) continue;
    for (let row = firstRow; row < lastRow; row++) {
      const mark = picture.marks[picture.markOf[row] as number] as Mark;
      if (mark.weight === weight) paintMark(context, picture, palette, row, mark);
    }
  }
}

function paintImportant(context: Context, picture: Picture, palette: Palette): void {
  const { important, columns, axis, window } = picture;
  const first = firstAtLeast(important, rowAtPosition(columns, axis, window.from));
  const last = firstAtLeast(important, rowAtPosition(columns, axis, window.until));
  for (let at = first; at < Math.min(last, first + IMPORTANT_MAX); at++) {
    const row = important[at] as number;
    paintMark(context, picture, palette, row, picture.marks[picture.markOf[row] as number] as Mark);
  }
}

function paintMark(
  context: Context,
  picture: Picture,
  palette: Palette,
  row: number,
  mark: Mark,
): void {
  const y = laneY(picture.layout, picture.columns.lane[row] as number);
  if (y < 0) return;
  context.globalAlpha = picture.bright === undefined || picture.bright[row] === 1 ? 1 : 0.15;
  drawMark(context, mark, xOfRow(picture, row), y, palette);
  context.globalAlpha = 1;
}

/** How much happens in a lane at a place: a bar whose height grows with the number of events. */
function paintDensity(
  context: Context,
  picture: Picture,
  palette: Palette,
  firstRow: number,
  lastRow: number,
): void {
  const { columns, layout, width, window, axis } = picture;
  const bins = Math.ceil(width / 2);
  const lanes = layout.yOf.length;
  const counts = new Uint32Array(bins * lanes);
  const { lane } = columns;
  const scale = bins / (window.until - window.from);
  for (let row = firstRow; row < lastRow; row++) {
    const at = positionOf(columns, axis, row);
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((at - window.from) * scale)));
    const slot = (lane[row] as number) * bins + bin;
    counts[slot] = (counts[slot] as number) + 1;
  }
  const full = Math.max(8, ((lastRow - firstRow) / bins) * 0.5);
  context.fillStyle = palette.receipt;
  context.globalAlpha = 0.45;
  for (let one = 0; one < lanes; one++) {
    const y = layout.yOf[one] as number;
    if (y < 0) continue;
    for (let bin = 0; bin < bins; bin++) {
      const count = counts[one * bins + bin] as number;
      if (count === 0) continue;
      const height = Math.min(22, 2 + 20 * Math.sqrt(count / full));
      context.fillRect(bin * 2, y - height / 2, 2, height);
    }
  }
  context.globalAlpha = 1;
}

function paintViolations(context: Context, picture: Picture, palette: Palette): void {
  context.strokeStyle = palette.bad;
  context.lineWidth = 2;
  context.setLineDash([6, 3]);
  for (const row of picture.violations) {
    const x = xOfRow(picture, row);
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, picture.layout.height);
    context.stroke();
  }
  context.setLineDash([]);
}

function paintSelected(context: Context, picture: Picture, palette: Palette): void {
  const { selected, columns, layout } = picture;
  if (selected < 0 || selected >= columns.count) return;
  const y = laneY(layout, columns.lane[selected] as number);
  const x = xOfRow(picture, selected);
  context.strokeStyle = palette.selected;
  context.lineWidth = 2.5;
  if (y >= 0) {
    context.beginPath();
    context.arc(x, y, 9, 0, Math.PI * 2);
    context.stroke();
  }
  const partner = columns.partner[selected] as number;
  const peer = columns.peer[selected] as number;
  if (partner < 0 || peer === NO_LANE) return;
  const otherY = laneY(layout, peer);
  if (y < 0 || otherY < 0) return;
  const path = new Path2D();
  const other = xOfRow(picture, partner);
  if (partner > selected) arrow(path, x, y, other, otherY, true);
  else arrow(path, other, otherY, x, y, true);
  context.stroke(path);
}

function paintCursor(context: Context, picture: Picture, palette: Palette): void {
  if (picture.cursorUs < 0) return;
  const { axis, columns } = picture;
  const at = positionOfTime(columns, axis, picture.cursorUs);
  const x = Math.round(xAt(picture, at)) + 0.5;
  context.strokeStyle = palette.selected;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, picture.height);
  context.stroke();
}
