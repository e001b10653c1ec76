/** Draws under every lane whether its device was connected, on, asleep or off. */

import type { Band } from '../model/bands.ts';
import { positionOfTime, timeAtPosition } from './axis.ts';
import type { Palette } from './palette.ts';
import { type Picture, xAt } from './picture.ts';

type Context = CanvasRenderingContext2D;

/** A thick line where connected, a thin one where on, dashes in sleep, nothing where off. */
export function paintBands(context: Context, picture: Picture, palette: Palette): void {
  const { layout, bands, columns, axis, window, width } = picture;
  for (const row of layout.rows) {
    for (const lane of row.lanes) {
      const isDevice = row.role === 'phone' || row.role === 'companion';
      if (!isDevice) {
        stroke(context, palette.strongLine, 1, 0, width, row.y);
        continue;
      }
      const list = bands[lane] ?? [];
      const fromUs = timeAtPosition(columns, axis, window.from);
      for (let at = firstBand(list, fromUs); at < list.length; at++) {
        const band = list[at] as Band;
        const from = xAt(picture, positionOfTime(columns, axis, band.fromUs));
        if (from > width) break;
        const until = xAt(picture, positionOfTime(columns, axis, band.untilUs));
        paintBand(context, palette, band.state, Math.max(0, from), Math.min(width, until), row.y);
      }
    }
  }
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
