/** Draws one mark: what a shape looks like, on the canvas and in the legend alike. */

import type { Mark, MarkTone } from '../model/marks.ts';
import type { Palette } from './palette.ts';

function colourOf(tone: MarkTone, palette: Palette): string {
  switch (tone) {
    case 'ink':
    case 'act':
      return palette.ink;
    case 'quiet':
      return palette.muted;
    default:
      return palette[tone];
  }
}

/** Draws a mark about a point. */
export function drawMark(
  context: CanvasRenderingContext2D,
  { shape, tone }: Mark,
  x: number,
  y: number,
  palette: Palette,
): void {
  const colour = colourOf(tone, palette);
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  switch (shape) {
    case 'dot':
      context.arc(x, y, 4, 0, Math.PI * 2);
      context.fill();
      return;
    case 'ring':
      context.arc(x, y, 3.5, 0, Math.PI * 2);
      context.stroke();
      return;
    case 'square':
      context.fillRect(x - 4, y - 4, 8, 8);
      return;
    case 'cross':
      context.moveTo(x - 5, y - 5);
      context.lineTo(x + 5, y + 5);
      context.moveTo(x + 5, y - 5);
      context.lineTo(x - 5, y + 5);
      context.stroke();
      return;
    case 'triangle':
      context.moveTo(x, y - 6);
      context.lineTo(x + 6, y + 5);
      context.lineTo(x - 6, y + 5);
      context.fill();
      return;
    case 'flag':
      context.moveTo(x, y + 7);
      context.lineTo(x, y - 8);
      context.lineTo(x + 7, y - 5);
      context.lineTo(x, y - 2);
      context.stroke();
      return;
    case 'bar':
      context.fillRect(x - 1, y - 7, 2, 14);
      return;
    case 'tick':
      context.lineWidth = 1;
      context.moveTo(x, y - 4);
      context.lineTo(x, y + 4);
      context.stroke();
      return;
    case 'none':
      return;
  }
}
