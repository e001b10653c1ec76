/** What a theft opens, by two judges. */

import { count, counted, figure, intervalOf, range, scaleFor } from '../figures.ts';
import type { ComparisonDocument, Estimate, ExposureRow } from '../model.ts';
import { picturesOf } from '../pictures.ts';
import { SIDE_TITLES } from '../readings.ts';
import { type Html, html } from './markup.ts';
import { type Column, estimateCell, picture, section, table, tableRow, verdict } from './parts.ts';

const COLUMNS: readonly Column[] = [
  { head: 'What was stolen' },
  { head: 'Messages in all', isNumber: true },
  { head: 'Opened, from before', isNumber: true },
  { head: 'Until the log-out', isNumber: true },
  { head: 'After it', isNumber: true },
  { head: 'Seeds', isNumber: true },
  { head: 'Two judges' },
];

function causes({ pastByCause }: ExposureRow): Html {
  const items = pastByCause.map(({ cause, messages }) => {
    const scale = scaleFor('count', [messages.mean]);
    const interval = intervalOf(messages);
    const spread = interval === undefined ? '' : ` (${range(interval, scale)})`;
    const mean = messages.mean === null ? 'no occasion' : figure(messages.mean, scale);
    return html`<li>${cause}: ${mean}${spread}</li>`;
  });
  return items.length === 0 ? html`` : html`<ul class="causes">${items}</ul>`;
}

function theftRow(row: ExposureRow): Html {
  const { messages, past, future, afterLogOut, agreeing, seeds } = row;
  const cell = (one: Estimate): Html => estimateCell(one, scaleFor('count', [one.mean]));
  const isAgreed = agreeing === seeds;
  const where = isAgreed ? `all ${count(seeds)}` : `${count(agreeing)} of ${counted(seeds, 'run')}`;
  const judges = verdict(isAgreed, `agree in ${where}`);
  return tableRow(COLUMNS, [
    html`<span class="name">${SIDE_TITLES[row.side]}</span><span class="what">${row.theft}</span>`,
    cell(messages),
    html`${cell(past)}${causes(row)}`,
    cell(future),
    cell(afterLogOut),
    count(seeds),
    judges,
  ]);
}

const FRAME = html`<rect x=".5" y=".5" width="15" height="11" fill="none" stroke="currentColor"/>`;

/** The patterns of the bars, as the page fills them. */
const KEY: readonly (readonly [fill: Html, words: string])[] = [
  [html`<rect width="16" height="12" fill="currentColor"/>`, 'from before the theft'],
  [
    html`<path d="M-2 10 10 -2M2 14 14 2M8 14 18 4" stroke="currentColor"
stroke-width="2"/>${FRAME}`,
    'until the log-out',
  ],
  [
    html`<path d="M3 3h2v2h-2zM10 3h2v2h-2zM3 8h2v2h-2zM10 8h2v2h-2z"
fill="currentColor"/>${FRAME}`,
    'after the log-out',
  ],
];

function key(): readonly Html[] {
  return KEY.map(
    ([fill, words]) =>
      html`<span class="pattern"><svg width="16" height="12" aria-hidden="true">${fill}</svg>
${words}</span> `,
  );
}

/** The section; nothing when no theft was told. */
export function exposureSection(document: ComparisonDocument): Html {
  const { exposure } = document;
  if (exposure.length === 0) return html``;
  const sentence = picturesOf(document).find(({ kind }) => kind === 'bars')?.sentence ?? '';
  const numbers = table('Messages opened by a theft', COLUMNS, exposure.map(theftRow));
  return section(
    'thefts',
    'What a stolen companion opens',
    html`<p>A message counts as opened only when two judges name it: an adversary that really
decrypts with what it holds and recorded, and a graph of which key leads to which. Runs in which
they differ are shown, not left out.</p>
`,
    picture('exposure', sentence, [], numbers, key()),
  );
}
