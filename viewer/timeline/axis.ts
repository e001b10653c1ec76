/**
 * The horizontal axis: true time, or the order of events where each takes the same room. A window
 * is a stretch of the axis in its own unit, microseconds or rows.
 */

import { type RunColumns, rowAt, rowAtPlace } from '../reader/run-columns.ts';

export type AxisKind = 'time' | 'order';

export interface AxisWindow {
  readonly from: number;
  readonly until: number;
}

/** The narrowest window: a millisecond, or eight events. */
const NARROWEST: Readonly<Record<AxisKind, number>> = { time: 1_000, order: 8 };

/** Where a row is on the axis. */
export function positionOf(columns: RunColumns, axis: AxisKind, row: number): number {
  if (axis === 'time') return columns.timeUs[row] as number;
  return columns.place === undefined ? row : placeOf(columns, row);
}

/** The place of a row; behind the last row for one beyond it. */
function placeOf({ place, count }: RunColumns, row: number): number {
  if (place === undefined) return row;
  return row < count ? (place[row] as number) : (place[count - 1] ?? 0) + 1;
}

/** The end of the axis. */
export function axisEnd(columns: RunColumns, axis: AxisKind): number {
  if (columns.count === 0) return 1;
  const { timeUs, count } = columns;
  const last = axis === 'time' ? (timeUs[count - 1] as number) : placeOf(columns, count);
  return Math.max(last, NARROWEST[axis]);
}

/** The first row at or after a place on the axis. */
export function rowAtPosition(columns: RunColumns, axis: AxisKind, position: number): number {
  if (axis === 'time') return rowAt(columns, position);
  return rowAtPlace(columns, position);
}

/** Where a virtual time is on the axis. */
export function positionOfTime(columns: RunColumns, axis: AxisKind, timeUs: number): number {
  return axis === 'time' ? timeUs : placeOf(columns, rowAt(columns, timeUs));
}

/** The virtual time of a place on the axis. */
export function timeAtPosition(columns: RunColumns, axis: AxisKind, position: number): number {
  if (axis === 'time') return position;
  const row = columns.place === undefined ? Math.floor(position) : rowAtPlace(columns, position);
  return columns.timeUs[Math.min(columns.count - 1, Math.max(0, row))] ?? 0;
}

/** A window kept inside the axis and not too narrow. */
export function clamped(window: AxisWindow, axis: AxisKind, end: number): AxisWindow {
  const margin = end * 0.01;
  const widest = end + 2 * margin;
  const width = Math.min(Math.max(window.until - window.from, NARROWEST[axis]), widest);
  const from = Math.min(Math.max(window.from, -margin), end + margin - width);
  return { from, until: from + width };
}

/** The window zoomed by a factor about a place that stays where it is; below 1 zooms in. */
export function zoomed(window: AxisWindow, about: number, factor: number): AxisWindow {
  return {
    from: about - (about - window.from) * factor,
    until: about + (window.until - about) * factor,
  };
}

/** The same stretch in the other axis' unit. */
export function translated(columns: RunColumns, window: AxisWindow, to: AxisKind): AxisWindow {
  if (columns.count === 0) return { from: 0, until: 1 };
  const across = (position: number): number =>
    to === 'order'
      ? positionOfTime(columns, to, position)
      : timeAtPosition(columns, 'order', position);
  return { from: across(window.from), until: across(window.until) };
}

const STEPS_US = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((one) => one * 1_000),
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800].map((one) => one * 1_000_000),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((one) => one * 3_600_000_000),
];

/** Places for ticks, about `most` of them. */
export function ticksOf(window: AxisWindow, axis: AxisKind, most: number): readonly number[] {
  const width = window.until - window.from;
  const step =
    axis === 'time'
      ? (STEPS_US.find((one) => width / one <= most) ?? width / most)
      : niceStep(width / most);
  const ticks: number[] = [];
  for (let at = Math.ceil(window.from / step) * step; at <= window.until; at += step) {
    if (at >= 0) ticks.push(at);
  }
  return ticks;
}

function niceStep(least: number): number {
  let step = 1;
  while (step < least) step *= step.toString().startsWith('2') ? 2.5 : 2;
  return Math.ceil(step);
}

/** A tick's words: as short as the step allows. */
export function tickText(position: number, axis: AxisKind, window: AxisWindow): string {
  if (axis === 'order') return `#${Math.round(position)}`;
  const seconds = Math.floor(position / 1_000_000);
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor((seconds % 86_400) / 3_600), Math.floor(seconds / 60) % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const day = days > 0 ? `${days}d ` : '';
  const width = window.until - window.from;
  if (width > 900_000_000) return `${day}${clock}`;
  const second = String(seconds % 60).padStart(2, '0');
  if (width > 5_000_000) return `${day}${clock}:${second}`;
  const thousandth = String(Math.floor((position % 1_000_000) / 1_000)).padStart(3, '0');
  return `${day}${clock}:${second}.${thousandth}`;
}
