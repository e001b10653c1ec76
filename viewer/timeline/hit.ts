/** What is under a pointer: the nearest mark of the lane, or else the nearest frame. */

import { firstAtLeast } from '../model/arrows.ts';
import { laneY } from '../model/lanes.ts';
import { positionOf, rowAtPosition } from './axis.ts';
import type { Picture } from './picture.ts';

const REACH = 9;
/** Frames looked at for one click. */
const LOOKED_MAX = 20_000;

/** The row at a point of the picture (CSS pixels from its corner, scrolled); -1 for nothing. */
export function rowUnder(picture: Picture, x: number, y: number): number {
  const { columns, axis, window, width } = picture;
  const perPixel = (window.until - window.from) / width;
  const at = window.from + x * perPixel;
  const first = rowAtPosition(columns, axis, at - REACH * perPixel);
  const last = rowAtPosition(columns, axis, at + REACH * perPixel);
  let best = -1;
  let bestScore = Number.POSITIVE_INFINITY;
  for (let row = first; row < last; row++) {
    const mark = picture.marks[picture.markOf[row] as number];
    if (mark === undefined || mark.weight === 0) continue;
    const laneAt = laneY(picture.layout, columns.lane[row] as number);
    if (laneAt < 0 || Math.abs(laneAt - y) > REACH) continue;
    const distance = Math.abs(positionOf(columns, axis, row) - at) / perPixel;
    const score = distance - mark.weight * 2;
    if (score < bestScore) {
      best = row;
      bestScore = score;
    }
  }
  return best >= 0 ? best : frameUnder(picture, x, y, at);
}

function frameUnder(picture: Picture, x: number, y: number, at: number): number {
  const { arrows, columns, axis, window, width } = picture;
  const xOf = (row: number): number =>
    ((positionOf(columns, axis, row) - window.from) / (window.until - window.from)) * width;
  const last = firstAtLeast(arrows.sends, rowAtPosition(columns, axis, at) + 1);
  let best = -1;
  let bestDistance = REACH;
  for (let index = last; index >= Math.max(0, last - LOOKED_MAX); index--) {
    const row = arrows.sends[index];
    if (row === undefined) continue;
    if (picture.isClassShown[arrows.classOf[columns.detail[row] as number] as number] !== true)
      continue;
    const arrived = columns.partner[row] as number;
    const fromY = laneY(picture.layout, columns.lane[row] as number);
    const toY = laneY(picture.layout, columns.peer[row] as number);
    if (fromY < 0 || toY < 0) continue;
    const endX = arrived < 0 ? xOf(row) : xOf(arrived);
    const endY = arrived < 0 ? fromY + Math.sign(toY - fromY) * 16 : toY;
    const distance = distanceToSegment(x, y, xOf(row), fromY, endX, endY);
    if (distance < bestDistance) {
      best = row;
      bestDistance = distance;
    }
  }
  return best;
}

function distanceToSegment(
  x: number,
  y: number,
  ax: number,
  ay: number,
  bx: number,
  by: number,
): number {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / length;
  const kept = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - kept * dx, y - ay - kept * dy);
}
