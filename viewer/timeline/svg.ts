/** The window as a drawing in lines and texts, for papers: the same choices as the picture. */

import type { LoadedRun } from '../loaded-run.ts';
import { firstAtLeast } from '../model/arrows.ts';
import { laneY, layoutLanes } from '../model/lanes.ts';
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

/** The drawing as text. */
export function svgOf(store: Store, run: LoadedRun): string {
  const axis = store.axis.value;
  const window = store.window.value;
  const { columns } = run.facts;
  const layout = layoutLanes(run.lanes, store.lanes.value);
  const xOf = (position: number): number =>
    LEFT + ((position - window.from) / (window.until - window.from)) * (WIDTH - LEFT - 10);
  const out: string[] = [];
  for (const tick of ticksOf(window, axis, 9)) {
    const x = xOf(tick).toFixed(1);
    out.push(`<path d="M${x} 20V${layout.height}" stroke="#ddd"/>`);
    out.push(`<text x="${x}" y="14">${tickText(tick, axis, window)}</text>`);
  }
  for (const row of layout.rows) {
    const name = row.isCollapsed ? row.label : (run.lanes[row.lanes[0] ?? 0]?.name ?? '');
    out.push(`<text x="4" y="${row.y + 4}">${escaped(name)}</text>`);
    out.push(`<path d="M${LEFT} ${row.y}H${WIDTH}" stroke="#bbb"/>`);
  }
  const first = rowAtPosition(columns, axis, window.from);
  const last = rowAtPosition(columns, axis, window.until);
  const { arrows } = run;
  let items = 0;
  const from = firstAtLeast(arrows.sends, first);
  const until = firstAtLeast(arrows.sends, last);
  for (let at = from; at < until && items < ITEMS_MAX; at++) {
    const row = arrows.sends[at] as number;
    if (store.classes.value[arrows.classOf[columns.detail[row] as number] as number] !== true)
      continue;
    const partner = columns.partner[row] as number;
    const y = laneY(layout, columns.lane[row] as number);
    const toY = laneY(layout, columns.peer[row] as number);
    if (partner < 0 || y < 0 || toY < 0 || y === toY) continue;
    const x = xOf(positionOf(columns, axis, row)).toFixed(1);
    const toX = xOf(positionOf(columns, axis, partner)).toFixed(1);
    out.push(`<path d="M${x} ${y}L${toX} ${toY}" stroke="#0a5a9e" marker-end="url(#head)"/>`);
    items++;
  }
  for (let row = first; row < last && items < ITEMS_MAX; row++) {
    const mark = run.marks[run.markOf[row] as number];
    const y = laneY(layout, columns.lane[row] as number);
    if (mark === undefined || mark.weight < 2 || y < 0) continue;
    const x = xOf(positionOf(columns, axis, row)).toFixed(1);
    const isBad = mark.tone === 'bad' || mark.tone === 'alarm';
    const isDot = mark.shape === 'dot';
    const fill = isBad ? '#a02438' : isDot ? '#1a6a3c' : '#222';
    const size = isDot
      ? ''
      : `<path d="M${x} ${y - 5}v10m-5 -5h10" stroke="${fill}" stroke-width="2"/>`;
    out.push(isDot ? `<circle cx="${x}" cy="${y}" r="4" fill="${fill}"/>` : size);
    items++;
  }
  if (items >= ITEMS_MAX) {
    out.push(
      `<text x="${LEFT}" y="${layout.height + 14}">Only the first ${ITEMS_MAX} things are drawn.</text>`,
    );
  }
  const { scenario, architecture, seed } = run.facts.header;
  const title = escaped(`${scenario}, ${architecture}, seed ${seed}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${layout.height + 20}" font-family="sans-serif" font-size="11" fill="none">`,
    `<title>${title}</title>`,
    '<defs><marker id="head" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L6 3L0 6z" fill="#0a5a9e"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...out.map((line) =>
      line.startsWith('<text') ? line.replace('<text', '<text fill="#333"') : line,
    ),
    '</svg>',
    '',
  ].join('\n');
}
