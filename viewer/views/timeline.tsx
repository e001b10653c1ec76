/** The timeline: names of the lanes at the side, the picture, the minimap under it. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type LaneLayout, layoutLanes } from '../model/lanes.ts';
import { LEGEND } from '../model/marks.ts';
import { isOfMoment } from '../store.ts';
import { type Gestures, listenToGestures } from '../timeline/gestures.ts';
import { rowUnder } from '../timeline/hit.ts';
import { paint } from '../timeline/paint.ts';
import { type Palette, readPalette } from '../timeline/palette.ts';
import type { Picture } from '../timeline/picture.ts';
import { LaneNames } from './lane-names.tsx';
import { MarkSample } from './mark-sample.tsx';
import { Minimap } from './minimap.tsx';
import type { RunProps } from './props.ts';

const HEIGHT_MAX = 620;

interface TimelineProps extends RunProps {
  readonly heightMax?: number;
  /** Whose timeline it is; needed where there are two. */
  readonly name?: string;
  readonly hasLegend?: boolean;
}

export function Timeline({
  actions,
  run,
  heightMax = HEIGHT_MAX,
  name = 'Timeline',
  hasLegend = true,
}: TimelineProps) {
  const { store } = actions;
  const layout = useMemo(() => layoutLanes(run.lanes, store.lanes.value), [run, store.lanes.value]);
  const [width, setWidth] = useState(0);
  const [scrollTop, setScrollTop] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const palette = usePalette(store.theme.value);
  const height = Math.min(layout.height, heightMax);
  const picture = usePicture({ actions, run }, layout, { width, height, scrollTop });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <section class="timeline" aria-label={name}>
      <div class="lanes-and-picture" style={{ height: `${height}px` }}>
        <LaneNames {...{ actions, run, layout, scrollTop, onScroll: setScrollTop }} />
        <div class="picture" ref={frame}>
          {width > 0 && (
            <Canvas
              {...{ actions, run, picture, palette, onScroll: setScrollTop, layout, height }}
            />
          )}
        </div>
      </div>
      <Minimap actions={actions} run={run} palette={palette} />
      <Told actions={actions} />
      {hasLegend && <Legend palette={palette} />}
    </section>
  );
}

/** The sheet's colours, read anew when the theme changes, by a person or by the system. */
function usePalette(theme: string): Palette {
  const [palette, setPalette] = useState(readPalette);
  useEffect(() => {
    const read = (): void => setPalette(readPalette());
    read();
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', read);
    return () => dark.removeEventListener('change', read);
  }, [theme]);
  return palette;
}

function usePicture(
  { actions, run }: RunProps,
  layout: LaneLayout,
  size: Pick<Picture, 'width' | 'height' | 'scrollTop'>,
): Picture {
  const { store } = actions;
  const highlight = store.highlight.value ?? foundHighlight(actions);
  const bright = useMemo(() => {
    if (highlight === undefined) return undefined;
    const out = new Uint8Array(run.facts.columns.count);
    for (const row of highlight.rows) {
      out[row] = 1;
      const partner = run.facts.columns.partner[row] as number;
      if (partner >= 0) out[partner] = 1;
    }
    return out;
  }, [highlight, run]);
  const { facts, arrows, bands, marks, markOf, important } = run;
  return {
    ...{
      columns: facts.columns,
      arrows,
      bands,
      layout,
      marks,
      markOf,
      important,
      ...size,
    },
    ...{ axis: store.axis.value, window: store.window.value, bright },
    ...{ differing: store.differing.value, partsAt: store.partsAt.value },
    isClassShown: store.classes.value,
    selected: store.selected.value,
    cursorUs: isOfMoment(store.panel.value) ? store.cursorUs.value : -1,
    violations: run.witnesses.map(({ row }) => row).filter((row) => row >= 0),
  };
}

/** What was found stays bright as long as it is little enough to be looked at. */
function foundHighlight({
  store,
}: RunProps['actions']): { readonly rows: Uint32Array } | undefined {
  const rows = store.found.value;
  return rows === undefined || rows.length === 0 || rows.length > 50_000 ? undefined : { rows };
}

interface CanvasProps extends RunProps {
  readonly picture: Picture;
  readonly palette: Palette;
  readonly layout: LaneLayout;
  readonly height: number;
  readonly onScroll: (top: number) => void;
}

function Canvas({ actions, run, picture, palette, layout, height, onScroll }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef<Picture>(picture);
  const painted = useRef<Picture['columns'] | undefined>(undefined);
  latest.current = picture;
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    return listenToGestures(element, gesturesOf(actions, latest, onScroll, layout, height));
  }, [actions, layout, height, onScroll]);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const id = requestAnimationFrame(() => {
      const began = performance.now();
      const context = sized(element, picture);
      if (context === null) return;
      actions.store.summary.value = paint(context, picture, palette);
      // Once a run: marks are kept as long as the page.
      if (painted.current === picture.columns) return;
      painted.current = picture.columns;
      performance.measure('lockstep:paint', { start: began, end: performance.now() });
    });
    return () => cancelAnimationFrame(id);
  }, [actions, picture, palette]);
  const { columns } = run.facts;
  const label =
    `Timeline of ${run.lanes.length} lanes and ${columns.count} events. ` +
    'The table under it has the same events as text.';
  return <canvas ref={canvas} role="img" aria-label={label} />;
}

/** The canvas in the size of the picture, as sharp as the screen. */
function sized(
  element: HTMLCanvasElement,
  { width, height }: Picture,
): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  const pixelWidth = Math.round(width * ratio);
  const pixelHeight = Math.round(height * ratio);
  if (element.width !== pixelWidth || element.height !== pixelHeight) {
    element.width = pixelWidth;
    element.height = pixelHeight;
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
  }
  const context = element.getContext('2d', { alpha: false });
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

function gesturesOf(
  actions: RunProps['actions'],
  latest: { readonly current: Picture },
  onScroll: (top: number) => void,
  layout: LaneLayout,
  height: number,
): Gestures {
  const positionAt = (x: number): number => {
    const { window, width } = latest.current;
    return window.from + (x / width) * (window.until - window.from);
  };
  return {
    zoom: (factor, x) => actions.zoom(factor, positionAt(x)),
    pan: (byX, byY) => {
      actions.pan(-byX / latest.current.width);
      const most = Math.max(0, layout.height - height);
      if (byY !== 0 && most > 0) {
        onScroll(Math.min(most, Math.max(0, latest.current.scrollTop - byY)));
      }
    },
    tap: (x, y) => {
      const row = rowUnder(latest.current, x, y + latest.current.scrollTop);
      if (row >= 0) actions.select(row);
      else if (!isOfMoment(actions.store.panel.value)) actions.clearSelection();
      const { axis } = latest.current;
      if (axis === 'time' && isOfMoment(actions.store.panel.value)) actions.scrub(positionAt(x));
    },
  };
}

/** What the picture does not show one by one. */
function Told({ actions }: { readonly actions: RunProps['actions'] }) {
  const { summary, highlight, selected } = actions.store;
  const said = summary.value;
  if (said === undefined) return null;
  const parts = [`${said.events.toLocaleString('en')} events in view`];
  if (said.isDense) parts.push('drawn as bars of density: zoom in to see each');
  if (said.isBundled) {
    parts.push(`${said.frames.toLocaleString('en')} frames drawn as bundles: zoom in to see each`);
  }
  const cone = highlight.value;
  return (
    <p class="told" role="status">
      {parts.join('; ')}.
      {cone !== undefined && (
        <>
          {' '}
          <strong>{cone.words}.</strong>{' '}
          <button
            type="button"
            class="link"
            onClick={() => {
              highlight.value = undefined;
            }}
          >
            show all again
          </button>
        </>
      )}
      {selected.value < 0 && ' Wheel or pinch zooms, dragging moves, a click selects.'}
    </p>
  );
}

function Legend({ palette }: { readonly palette: Palette }) {
  return (
    <details class="legend">
      <summary>What the shapes mean</summary>
      <ul>
        {LEGEND.map(([mark, words]) => (
          <li key={words}>
            <MarkSample mark={mark} palette={palette} /> {words}
          </li>
        ))}
        <li>
          <span class="sample thick" /> connected, <span class="sample thin" /> on without
          connection, <span class="sample dashed" /> asleep, <span class="sample hatched" />{' '}
          switched off
        </li>
        <li>a stub with a cross is a frame that never arrived</li>
      </ul>
    </details>
  );
}
