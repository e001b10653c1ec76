/**
 * Draws the timeline on a canvas. Where a window holds more than a person could tell apart, frames
 * of the same lane and instant become one line and events become density; the picture says so.
 */

import { type Arrows, firstAtLeast } from '../model/arrows.ts';
import type { Band } from '../model/bands.ts';
import { type LaneLayout, laneY } from '../model/lanes.ts';
import { FRAME_CLASSES, type Mark } from '../model/marks.ts';
import { NO_LANE } from '../reader/event-kinds.ts';
import type { RunColumns } from '../reader/run-columns.ts';
import {
  type AxisKind,
  type AxisWindow,
  positionOf,
  rowAtPosition,
  ticksOf,
  tickText,
} from './axis.ts';
import { drawMark } from './draw-mark.ts';
import type { Palette } from './palette.ts';

/** Everything a picture depends on. */
export interface Picture {
  readonly columns: RunColumns;
  readonly arrows: Arrows;
  readonly bands: readonly (readonly Band[])[];
  readonly layout: LaneLayout;
  readonly marks: readonly Mark[];
  /** Mark of each row: an index of `marks`. */
  readonly markOf: Uint8Array;
  /** Rows whose marks have weight 3, rising. */
  readonly important: Uint32Array;
  readonly axis: AxisKind;
  readonly window: AxisWindow;
  readonly width: number;
  readonly height: number;
  /** Vertical scroll in CSS pixels. */
  readonly scrollTop: number;
  /** By index of `FRAME_CLASSES`. */
  readonly isClassShown: readonly boolean[];
  readonly selected: number;
  /** Rows to keep bright while the rest fades; none when absent. */
  readonly bright: Uint8Array | undefined;
  /** A moment that is looked at, in microseconds; -1 for none. */
  readonly cursorUs: number;
  /** Rows where a property was violated. */
  readonly violations: readonly number[];
}

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
const ARROWS_MAX = 3_000;
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
  return { events: lastRow - firstRow, ...frames, isDense };
}

/** The x of a place on the axis. */
function xAt({ window, width }: Picture, position: number): number {
  return ((position - window.from) / (window.until - window.from)) * width;
}

function xOfRow(picture: Picture, row: number): number {
  return xAt(picture, positionOf(picture.columns, picture.axis, row));
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

/** A thick line where connected, a thin one where on, dashes in sleep, nothing where off. */
function paintBands(context: Context, picture: Picture, palette: Palette): void {
  const { layout, bands, columns, axis, window, width } = picture;
  for (const row of layout.rows) {
    for (const lane of row.lanes) {
      const isDevice = row.role === 'phone' || row.role === 'companion';
      if (!isDevice) {
        stroke(context, palette.strongLine, 1, 0, width, row.y);
        continue;
      }
      const list = bands[lane] ?? [];
      const fromUs = axis === 'time' ? window.from : timeOfRow(columns, window.from);
      for (let at = firstBand(list, fromUs); at < list.length; at++) {
        const band = list[at] as Band;
        const from = xAt(
          picture,
          axis === 'time' ? band.fromUs : rowAtPosition(columns, 'time', band.fromUs),
        );
        if (from > width) break;
        const until = xAt(
          picture,
          axis === 'time' ? band.untilUs : rowAtPosition(columns, 'time', band.untilUs),
        );
        paintBand(context, palette, band.state, Math.max(0, from), Math.min(width, until), row.y);
      }
    }
  }
}

function timeOfRow(columns: RunColumns, row: number): number {
  const at = Math.min(columns.count - 1, Math.max(0, Math.floor(row)));
  return columns.timeUs[at] ?? 0;
}

function firstBand(bands: readonly Band[], fromUs: number): number {
  let low = 0;
  let high = bands.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bands[middle] as Band).untilUs <= fromUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function paintBand(
  context: Context,
  palette: Palette,
  state: Band['state'],
  from: number,
  until: number,
  y: number,
): void {
  switch (state) {
    case 'connected':
      stroke(context, palette.strongLine, 4, from, until, y);
      break;
    case 'unconnected':
      stroke(context, palette.strongLine, 1, from, until, y);
      break;
    case 'doze':
      context.setLineDash([2, 5]);
      stroke(context, palette.muted, 2, from, until, y);
      context.setLineDash([]);
      break;
    case 'off':
      hatch(context, palette, from, until, y);
      break;
  }
}

function stroke(
  context: Context,
  colour: string,
  lineWidth: number,
  from: number,
  until: number,
  y: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = lineWidth;
  context.beginPath();
  context.moveTo(from, y);
  context.lineTo(until, y);
  context.stroke();
}

/** Off: slanted strokes, told apart from everything else without colour. */
function hatch(context: Context, palette: Palette, from: number, until: number, y: number): void {
  context.strokeStyle = palette.strongLine;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = Math.floor(from / 6) * 6; x < until; x += 6) {
    if (x < from || x + 4 > until) continue;
    context.moveTo(x, y + 5);
    context.lineTo(x + 4, y - 5);
  }
  context.stroke();
}

interface FramesDrawn {
  readonly frames: number;
  readonly isBundled: boolean;
}

function paintArrows(context: Context, picture: Picture, palette: Palette): FramesDrawn {
  const { arrows, columns, axis, window } = picture;
  const fromUs = axis === 'time' ? window.from : timeOfRow(columns, window.from);
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
function arrow(
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
  const { lane, timeUs } = columns;
  const scale = bins / (window.until - window.from);
  for (let row = firstRow; row < lastRow; row++) {
    const at = axis === 'time' ? (timeUs[row] as number) : row;
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
  const at = axis === 'time' ? picture.cursorUs : rowAtPosition(columns, 'time', picture.cursorUs);
  const x = Math.round(xAt(picture, at)) + 0.5;
  context.strokeStyle = palette.selected;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, picture.height);
  context.stroke();
}
