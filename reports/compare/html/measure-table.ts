/** Rows of measures, both sides and their difference, as tables. */

import { change, rowScales } from '../figures.ts';
import type { Measure, MeasureRow } from '../model.ts';
import { READING_MARKS, READING_WORDS, readingOf } from '../readings.ts';
import { anchor, type Html, html } from './markup.ts';
import { type Column, estimateCell, section, seedsCell, table, tableRow } from './parts.ts';

const COLUMNS: readonly Column[] = [
  { head: 'Measure' },
  { head: 'Phone relay', side: 'relay', isNumber: true },
  { head: 'Client fanout', side: 'fanout', isNumber: true },
  { head: 'Difference', isNumber: true },
  { head: 'Seeds', isNumber: true },
];

/** Groups of measures in the order of their first measure. */
export function groupsOf(measures: readonly Measure[]): readonly string[] {
  return [...new Set(measures.map(({ group }) => group))];
}

function measureRow(row: MeasureRow, measure: Measure, isOverall: boolean): Html {
  const scales = rowScales(row, measure.unit);
  const reading = readingOf(row, measure.better);
  const name = isOverall
    ? html`<span class="name">${measure.name}</span>
<span class="what">${measure.explanation}</span>`
    : html`${measure.name}`;
  const sign = html`<span aria-hidden="true">${READING_MARKS[reading]}</span>`;
  const difference = html`${estimateCell(row.difference, scales.difference, change)}
<span class="reading ${reading}">${sign} ${READING_WORDS[reading]}</span>`;
  const seeds = seedsCell([
    ['relay', row.relay.seeds],
    ['fanout', row.fanout.seeds],
    ['pairs', row.difference.seeds],
  ]);
  return tableRow(
    COLUMNS,
    [
      name,
      estimateCell(row.relay, scales.relay),
      estimateCell(row.fanout, scales.fanout),
      difference,
      seeds,
    ],
    isOverall ? anchor('measure', measure.id) : undefined,
  );
}

function rowsOf(
  group: string,
  rows: readonly MeasureRow[],
  measures: readonly Measure[],
  isOverall: boolean,
): readonly Html[] {
  const known = new Map(rows.map((row) => [row.measure, row]));
  return measures
    .filter((measure) => measure.group === group)
    .flatMap((measure) => {
      const row = known.get(measure.id);
      return row === undefined ? [] : [measureRow(row, measure, isOverall)];
    });
}

function measureTable(caption: string, rows: readonly Html[]): Html {
  return table(caption, COLUMNS, rows, 'wide measures');
}

/** The tables of all scenarios together, a section for each group. */
export function overallSections(
  rows: readonly MeasureRow[],
  measures: readonly Measure[],
): readonly Html[] {
  return groupsOf(measures).flatMap((group) => {
    const made = rowsOf(group, rows, measures, true);
    if (made.length === 0) return [];
    return [section(anchor('group', group), group, measureTable(`${group}, all stories`, made))];
  });
}

/** The tables of one scenario. */
export function scenarioTables(
  rows: readonly MeasureRow[],
  measures: readonly Measure[],
): readonly Html[] {
  return groupsOf(measures).flatMap((group) => {
    const made = rowsOf(group, rows, measures, false);
    return made.length === 0 ? [] : [html`<h4>${group}</h4>${measureTable(group, made)}`];
  });
}
