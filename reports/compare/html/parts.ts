/**
 * What the sections share: the two marks, tables that fold where they are narrow, numbers in cells.
 */

import {
  type change,
  counted,
  figure,
  intervalOf,
  meanText,
  range,
  type Scale,
} from '../figures.ts';
import type { Estimate, Side } from '../model.ts';
import { SIDE_TITLES } from '../readings.ts';
import { type Hole, type Html, html } from './markup.ts';

/** The mark of a side as its lines have it: dashes and squares, or a full line and discs. */
export function mark(side: Side): Html {
  return side === 'relay'
    ? html`<svg class="mark relay" width="34" height="12" aria-hidden="true"><path
d="M0 6h34" stroke="currentColor" stroke-width="2" stroke-dasharray="6 4"/><rect
x="12.5" y="1.5" width="9" height="9" fill="currentColor"/></svg>`
    : html`<svg class="mark fanout" width="34" height="12" aria-hidden="true"><path
d="M0 6h34" stroke="currentColor" stroke-width="2"/><circle
cx="17" cy="6" r="5" fill="currentColor"/></svg>`;
}

/** The side's name behind its mark. */
export function sideTitle(side: Side): Html {
  return html`<span class="side ${side}">${mark(side)} ${SIDE_TITLES[side]}</span>`;
}

/** A column: its head, and whether its cells are numbers. */
export interface Column {
  readonly head: string;
  readonly side?: Side;
  readonly isNumber?: boolean;
}

const NUMBER = html` class="number"`;

/** The head of a table whose rows are made with `tableRow`. */
export function tableHead(columns: readonly Column[]): Html {
  const cells = columns.map(
    ({ head, side, isNumber }) =>
      html`<th role="columnheader" scope="col"${isNumber ? NUMBER : ''}>${
        side === undefined ? head : sideTitle(side)
      }</th>`,
  );
  return html`<thead role="rowgroup"><tr role="row">${cells}</tr></thead>`;
}

/** A row: the first cell heads it, the others carry the column's head for narrow screens. */
export function tableRow(columns: readonly Column[], cells: readonly Hole[], id?: string): Html {
  const [first, ...rest] = cells;
  const others = rest.map((cell, index) => {
    const column = columns[index + 1];
    const number = column?.isNumber ? NUMBER : '';
    return html`<td role="cell" data-head="${column?.head}"${number}>${cell}</td>`;
  });
  const place = id === undefined ? '' : html` id="${id}"`;
  return html`<tr role="row"${place}><th role="rowheader" scope="row">${first}</th>${others}</tr>
`;
}

/** A table of rows; `caption` is for those who cannot see what stands above it. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly Html[],
  width: 'wide' | 'slim' | 'wide measures' = 'wide',
): Html {
  return html`<div class="${width}"><table role="table"><caption>${caption}</caption>
${tableHead(columns)}<tbody role="rowgroup">
${rows}</tbody></table></div>
`;
}

/** A mean, and below it its interval or why there is none. */
export function estimateCell(
  estimate: Estimate,
  scale: Scale,
  write: typeof figure | typeof change = figure,
): Html {
  if (estimate.mean === null) return html`<span class="none">no occasion</span>`;
  const interval = intervalOf(estimate);
  const below =
    interval === undefined
      ? `no interval: ${counted(estimate.seeds, 'seed')}`
      : range(interval, scale);
  const mean = meanText(estimate, scale, write);
  return html`<span class="mean">${mean}</span><span class="range">${below}</span>`;
}

/** Whether something came out as it should: a sign, a colour and words. */
export function verdict(isGood: boolean, words: string): Html {
  const sign = html`<span aria-hidden="true">${isGood ? '✓' : '✕'}</span>`;
  return html`<span class="verdict ${isGood ? 'agrees' : 'disagrees'}">${sign} ${words}</span>`;
}

/** The seeds behind the numbers of a row: one count when all have the same. */
export function seedsCell(counts: readonly (readonly [name: string, seeds: number])[]): Hole {
  const all = new Set(counts.map(([, seeds]) => seeds));
  if (all.size === 1) return String(counts[0]?.[1]);
  return counts.map(
    ([name, seeds]) => html`<span class="range">${name}${'\u00a0'}${seeds}</span> `,
  );
}

/** A section with its heading and an anchor. */
export function section(id: string, title: string, ...content: readonly Hole[]): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${content}</section>
`;
}

/** A picture the page draws, with its key, and the table of its numbers folded below it. */
export function picture(
  id: string,
  sentence: string,
  sides: readonly Side[],
  numbers: Hole,
  key: Hole = '',
): Html {
  const shown = sides.map((side) => html`${sideTitle(side)} `);
  const legend = sides.length === 0 && key === '' ? '' : html`<p class="key">${shown}${key}</p>\n`;
  return html`<figure class="picture" data-picture="${id}">
${legend}<div class="canvas"><canvas role="img" aria-label="${sentence}"></canvas></div>
<p class="undrawn">The picture needs JavaScript; its numbers are in the table below.</p>
<details><summary>The numbers of this picture</summary>
${numbers}</details>
</figure>
`;
}
