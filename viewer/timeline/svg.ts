/** The window as a drawing in lines and texts, for papers: the same choices as the picture. */

import type { LoadedRun } from '../loaded-run.ts';
import { firstAtLeast } from '../model/arrows.ts';
import { type LaneLayout, laneY, layoutLanes } from '../model/lanes.ts';
import type { Store } from '../store.ts';
import { positionOf, rowAtPosition, ticksOf, tickText } from './axis.ts';

const WIDTH = 1_200;
const LEFT = 140;
/** Things drawn at most: beyond it a drawing of lines serves nobody. */
const ITEMS_MAX = 4_000;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '');
}

/** What is drawn, and where. */
interface Drawing {
  readonly store: Store;
  readonly run: LoadedRun;
  readonly layout: LaneLayout;
  /** Rows of the window. */
  readonly first: number;
  readonly last: number;
  readonly xOf: (row: number) => string;
}

const DEFS =
  '<defs><marker id="head" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" ' +
  'markerHeight="6" orient="auto"><path d="M0 0L6 3L0 6z" fill="#0a5a9e"/></marker></defs>';

/** The drawing as text. */
export function svgOf(store: Store, run: LoadedRun): string {
  const axis = store.axis.value;
  const { from, until } = store.window.value;
  const { columns, header } = run.facts;
  const layout = layoutLanes(run.lanes, store.lanes.value);
  const xAt = (position: number): number =>
    LEFT + ((position - from) / (until - from)) * (WIDTH - LEFT - 10);
  const drawing: Drawing = {
    ...{ store, run, layout },
    first: rowAtPosition(columns, axis, from),
    last: rowAtPosition(columns, axis, until),
    xOf: (row) => xAt(positionOf(columns, axis, row)).toFixed(1),
  };
  const items = [...frames(drawing), ...marks(drawing)];
  const y = layout.height + 14;
  const cut = `<text x="${LEFT}" y="${y}">Only the first ${ITEMS_MAX} things are drawn.</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${layout.height + 20}"`,
    ' font-family="sans-serif" font-size="11" fill="none">',
    `<title>${escaped(`${header.scenario}, ${header.architecture}, seed ${header.seed}`)}</title>`,
    ...[DEFS, '<rect width="100%" height="100%" fill="#fff"/>', '<g fill="#333">'],
    ...ticksOf(store.window.value, axis, 9).flatMap((tick) => [
      `<path d="M${xAt(tick).toFixed(1)} 20V${layout.height}" stroke="#ddd"/>`,
      `<text x="${xAt(tick).toFixed(1)}" y="14">${tickText(tick, axis, { from, until })}</text>`,
    ]),
    ...lanes(drawing),
    ...items.slice(0, ITEMS_MAX),
    ...(items.length > ITEMS_MAX ? [cut] : []),
    '</g></svg>\n',
  ].join('\n');
}

function lanes({ run, layout }: Drawing): readonly string[] {
  return layout.rows.flatMap((row) => {
    const name = row.isCollapsed ? row.label : (run.lanes[row.lanes[0] ?? 0]?.name ?? '');
    return [
      `<text x="4" y="${row.y + 4}">${escaped(name)}</text>`,
      `<path d="M${LEFT} ${row.y}H${WIDTH}" stroke="#bbb"/>`,
    ];
  });
}

function frames({ store, run, layout, first, last, xOf }: Drawing): readonly string[] {
  const { arrows } = run;
  const { columns } = run.facts;
  const isShown = store.classes.value;
  const out: string[] = [];
  const until = firstAtLeast(arrows.sends, last);
  for (let at = firstAtLeast(arrows.sends, first); at < until && out.length <= ITEMS_MAX; at++) {
    const row = arrows.sends[at] as number;
    if (isShown[arrows.classOf[columns.detail[row] as number] as number] !== true) continue;
    const partner = columns.partner[row] as number;
    const y = laneY(layout, columns.lane[row] as number);
    const toY = laneY(layout, columns.peer[row] as number);
    if (partner < 0 || y < 0 || toY < 0 || y === toY) continue;
    const way = `M${xOf(row)} ${y}L${xOf(partner)} ${toY}`;
    out.push(`<path d="${way}" stroke="#0a5a9e" marker-end="url(#head)"/>`);
  }
  return out;
}

function marks({ run, layout, first, last, xOf }: Drawing): readonly string[] {
  const out: string[] = [];
  for (let row = first; row < last && out.length <= ITEMS_MAX; row++) {
    const mark = run.marks[run.markOf[row] as number];
    const y = laneY(layout, run.facts.columns.lane[row] as number);
    if (mark === undefined || mark.weight < 2 || y < 0) continue;
    if (mark.shape === 'dot') {
      out.push(`<circle cx="${xOf(row)}" cy="${y}" r="4" fill="#1a6a3c"/>`);
      continue;
    }
    const colour = mark.tone === 'bad' || mark.tone === 'alarm' ? '#a02438' : '#222';
    const way = `M${xOf(row)} ${y - 5}v10m-5 -5h10`;
    out.push(`<path d="${way}" stroke="${colour}" stroke-width="2"/>`);
  }
  return out;
}
