/** A mark of the timeline, small, for the legend. */

import { useEffect, useRef } from 'preact/hooks';
import type { Mark } from '../model/marks.ts';
import { drawMark } from '../timeline/draw-mark.ts';
import type { Palette } from '../timeline/palette.ts';

const SIZE = 20;

export function MarkSample({ mark, palette }: { readonly mark: Mark; readonly palette: Palette }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context === null || context === undefined) return;
    element.width = SIZE * 2;
    element.height = SIZE * 2;
    context.setTransform(2, 0, 0, 2, 0, 0);
    context.clearRect(0, 0, SIZE, SIZE);
    drawMark(context, mark, SIZE / 2, SIZE / 2, palette);
  }, [mark, palette]);
  return <canvas ref={canvas} class="mark-sample" />;
}
