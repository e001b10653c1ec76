/** The whole run in a strip: how much happened when, and where the window is. */

import { useEffect, useRef } from 'preact/hooks';
import { sharedEnd } from '../shared-end.ts';
import { positionOf } from '../timeline/axis.ts';
import type { Palette } from '../timeline/palette.ts';
import type { RunProps } from './props.ts';

const HEIGHT = 36;
const BINS = 600;

interface MinimapProps extends RunProps {
  readonly palette: Palette;
}

export function Minimap({ actions, run, palette }: MinimapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { axis, window } = actions.store;
  const kind = axis.value;
  const end = sharedEnd(actions.store);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context !== null && context !== undefined) paintStrip(context, run, kind, end, palette);
  }, [run, kind, end, palette]);
  const { from, until } = window.value;
  const left = Math.max(0, from / end);
  const width = Math.min(1, until / end) - left;
  const lookAt = (event: PointerEvent): void => {
    if (event.buttons !== 1) return;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const middle = ((event.clientX - box.left) / box.width) * end;
    const half = (until - from) / 2;
    actions.look({ from: middle - half, until: middle + half });
  };
  return (
    <div class="minimap" onPointerDown={lookAt} onPointerMove={lookAt} aria-hidden="true">
      <canvas ref={canvas} width={BINS * 2} height={HEIGHT * 2} />
      <div
        class="minimap-window"
        style={{ left: `${left * 100}%`, width: `${Math.max(width, 0.003) * 100}%` }}
      />
    </div>
  );
}

function paintStrip(
  context: CanvasRenderingContext2D,
  run: RunProps['run'],
  axis: 'time' | 'order',
  end: number,
  palette: Palette,
): void {
  const { columns } = run.facts;
  const counts = new Uint32Array(BINS);
  const binOf = (row: number): number =>
    Math.min(BINS - 1, Math.floor((positionOf(columns, axis, row) / end) * BINS));
  for (let row = 0; row < columns.count; row++) {
    const bin = binOf(row);
    counts[bin] = (counts[bin] as number) + 1;
  }
  const most = counts.reduce((left, right) => Math.max(left, right), 1);
  context.clearRect(0, 0, BINS * 2, HEIGHT * 2);
  context.fillStyle = palette.receipt;
  for (const [bin, count] of counts.entries()) {
    if (count === 0) continue;
    const height = 3 + (HEIGHT * 2 - 8) * Math.sqrt(count / most);
    context.fillRect(bin * 2, HEIGHT * 2 - height, 2, height);
  }
  context.fillStyle = palette.bad;
  for (const { row } of run.witnesses) {
    if (row >= 0) context.fillRect(binOf(row) * 2 - 1, 0, 4, HEIGHT * 2);
  }
}
