/** Marks over the lanes where a run differs from the one beside it. */

import type { Palette } from './palette.ts';
import { type Picture, xOfRow } from './picture.ts';

/** Closer marks than this are drawn as one. */
const APART = 9;
const Y = 25;

/** A sign over what came out differently, and a line where the two runs part. */
export function paintDifferences(
  context: CanvasRenderingContext2D,
  picture: Picture,
  palette: Palette,
): void {
  const { differing, partsAt, width, height } = picture;
  context.fillStyle = palette.alarm;
  context.strokeStyle = palette.alarm;
  context.textAlign = 'center';
  context.font = 'bold 13px sans-serif';
  const places = differing.map((row) => xOfRow(picture, row)).sort((left, right) => left - right);
  let last = Number.NEGATIVE_INFINITY;
  for (const x of places) {
    if (x < 0 || x > width || x - last < APART) continue;
    context.fillText('≠', x, Y);
    last = x;
  }
  context.textAlign = 'left';
  if (partsAt < 0) return;
  const x = Math.round(xOfRow(picture, partsAt)) + 0.5;
  context.lineWidth = 2;
  context.setLineDash([2, 3]);
  context.beginPath();
  context.moveTo(x, Y + 4);
  context.lineTo(x, height);
  context.stroke();
  context.setLineDash([]);
}
