/** The comparison as Markdown: the sentences, the main tables, and what must be known of both. */

import { cautionsOf } from './cautions.ts';
import {
  change,
  count,
  counted,
  figure,
  intervalOf,
  meanText,
  range,
  rowScales,
  type Scale,
  scaleFor,
} from './figures.ts';
import type {
  ComparisonDocument,
  Estimate,
  ExposureRow,
  Headline,
  Measure,
  MeasureRow,
  SweepSeries,
} from './model.ts';
import { READING_WORDS, readingOf, SIDE_NAMES, SIDE_TITLES } from './readings.ts';

const TITLES: readonly (readonly [Headline['kind'], string])[] = [
  ['bought', 'What fanout bought'],
  ['paid', 'What it cost'],
  ['same', 'What stayed the same'],
];

/** Text that Markdown reads as text, also in a table: one line, no markup. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, (space) => (/[\r\n]/.test(space) ? ' ' : space))
    .replace(/[\\`*_[\]<>|&#]/g, (sign) => `\\${sign}`);
}

/** A code span that holds back ticks too. */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line), ''];
}

function estimateText(
  estimate: Estimate,
  scale: Scale,
  write: typeof figure | typeof change = figure,
): string {
  if (estimate.mean === null) return 'no occasion';
  const interval = intervalOf(estimate);
  const spread = interval === undefined ? 'no interval' : range(interval, scale);
  return `${meanText(estimate, scale, write)} (${spread})`;
}

function seedsText({ relay, fanout, difference }: MeasureRow): string {
  const all = [relay.seeds, fanout.seeds, difference.seeds];
  return new Set(all).size === 1 ? String(all[0]) : all.join(' / ');
}

function measureLine(row: MeasureRow, measure: Measure): readonly string[] {
  const scales = rowScales(row, measure.unit);
  return [
    plain(measure.name),
    estimateText(row.relay, scales.relay),
    estimateText(row.fanout, scales.fanout),
    estimateText(row.difference, scales.difference, change),
    READING_WORDS[readingOf(row, measure.better)],
    seedsText(row),
  ];
}

function measureTables({ measures, overall }: ComparisonDocument): readonly string[] {
  const rows = new Map(overall.map((row) => [row.measure, row]));
  const head = ['', 'Phone relay', 'Client fanout', 'Difference', 'In words', 'Seeds'];
  return [...new Set(measures.map(({ group }) => group))].flatMap((group) => {
    const lines = measures
      .filter((measure) => measure.group === group)
      .flatMap((measure) => {
        const row = rows.get(measure.id);
        return row === undefined ? [] : [measureLine(row, measure)];
      });
    return lines.length === 0 ? [] : [`## ${plain(group)}`, '', ...table(head, lines)];
  });
}

function formulaWords({ formula, agrees, side, measure }: SweepSeries, names: Names): string {
  const words =
    formula === undefined
      ? 'no closed formula is claimed'
      : `${code(formula)} ${agrees ? 'agrees' : '**disagrees**'}`;
  return `- ${SIDE_TITLES[side]}, ${plain(names.get(measure) ?? measure)}: ${words}.`;
}

type Names = ReadonlyMap<string, string>;

function sweepLines({ sweeps, measures }: ComparisonDocument): readonly string[] {
  if (sweeps.length === 0) return [];
  const names: Names = new Map(measures.map(({ id, name }) => [id, name]));
  const parts = sweeps.flatMap(({ title, series }) => [
    `**${plain(title)}**`,
    '',
    ...series.map((one) => formulaWords(one, names)),
    '',
  ]);
  return ['## How it scales', '', ...parts];
}

function exposureLine(row: ExposureRow): readonly string[] {
  const { past, future, afterLogOut, agreeing, seeds } = row;
  const cell = (one: Estimate): string => estimateText(one, scaleFor('count', [one.mean]));
  return [
    `${SIDE_TITLES[row.side]}: ${plain(row.theft)}`,
    cell(row.messages),
    cell(past),
    cell(future),
    cell(afterLogOut),
    agreeing === seeds ? `agree in all ${seeds}` : `**agree in ${agreeing} of ${seeds}**`,
  ];
}

function exposureLines({ exposure }: ComparisonDocument): readonly string[] {
  if (exposure.length === 0) return [];
  const head = [
    'What was stolen',
    'Messages',
    'From before',
    'Until the log-out',
    'After it',
    'Judges',
  ];
  return ['## What a stolen companion opens', '', ...table(head, exposure.map(exposureLine))];
}

function exceptionLines({ scenarios }: ComparisonDocument): readonly string[] {
  const lines = scenarios.flatMap(({ scenario, exceptions }) =>
    exceptions.map(
      ({ side, subject, why, seen }) =>
        `- ${SIDE_TITLES[side]}, ${plain(scenario)}: ${plain(why)} (${plain(subject)}; seen ` +
        `${count(seen)} times)`,
    ),
  );
  return lines.length === 0 ? [] : ['## What an architecture cannot do', '', ...lines, ''];
}

function opening(document: ComparisonDocument): readonly string[] {
  const { seeds, seedsForInterval, scenarios, headlines } = document;
  const lists = TITLES.flatMap(([kind, title]) => {
    const said = headlines.filter((one) => one.kind === kind);
    const lines = said.map(({ sentence }) => `- ${plain(sentence)}`);
    return [`**${title}**`, '', ...(lines.length === 0 ? ['- nothing to say'] : lines), ''];
  });
  const ranges =
    seeds.length < seedsForInterval
      ? 'Too few seeds for intervals.'
      : 'Ranges are 95 % intervals over seeds; a difference is taken pair by pair.';
  const cautions = cautionsOf(document).map((one) => `- ${plain(one)}`);
  return [
    '# What client fanout changed',
    '',
    `The same people do the same things in the same network weather, once on the ${SIDE_NAMES.relay} ` +
      `and once with ${SIDE_NAMES.fanout}: ${counted(seeds.length, 'paired seed')} of ` +
      `${counted(scenarios.length, 'story', 'stories')}. ${ranges}`,
    '',
    ...lists,
    ...(cautions.length === 0 ? [] : ['**Read with care**', '', ...cautions, '']),
  ];
}

/** The whole text; it ends with a line feed. */
export function markdownOf(document: ComparisonDocument): string {
  const { crossChecks, limits, reproduce, lockstep, build } = document;
  const checks = crossChecks.map(({ what, checked, differing }) => [
    plain(what),
    count(checked),
    count(differing),
  ]);
  const lines = [
    ...opening(document),
    ...measureTables(document),
    ...sweepLines(document),
    ...exposureLines(document),
    ...exceptionLines(document),
    '## Checked twice',
    '',
    ...table(['', 'Checked', 'Differing'], checks),
    '## What the model leaves out',
    '',
    ...limits.map((limit) => `- ${plain(limit)}`),
    '',
    '## Build it again',
    '',
    '```sh',
    reproduce,
    '```',
    '',
    `Lockstep ${plain(lockstep)}, build ${code(build)}.`,
  ];
  return `${lines.join('\n')}\n`;
}
