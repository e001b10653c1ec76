/** The figures of two runs beside each other, from their documents. */

import type { RunDocument } from '../../reports/run-document.ts';

/** One figure of both runs. */
export interface MetricRow {
  readonly name: string;
  readonly unit: 'count' | 'microseconds' | 'bytes';
  readonly first: number;
  readonly second: number;
}

type Picked = readonly [
  name: string,
  unit: MetricRow['unit'],
  pick: (document: RunDocument) => number,
];

const PICKED: readonly Picked[] = [
  ['messages written', 'count', ({ messages }) => messages.sent],
  ['copies due', 'count', ({ messages }) => messages.copiesDue],
  ['copies shown', 'count', ({ messages }) => messages.copiesShown],
  ['copies lost', 'count', ({ messages }) => messages.copiesLost],
  ['things people could not do', 'count', ({ messages }) => messages.notCompleted],
  ['half of the copies shown within', 'microseconds', ({ metrics }) => metrics.copyLatency.p50Us],
  ['95 of 100 within', 'microseconds', ({ metrics }) => metrics.copyLatency.p95Us],
  ['99 of 100 within', 'microseconds', ({ metrics }) => metrics.copyLatency.p99Us],
  ['the latest after', 'microseconds', ({ metrics }) => metrics.copyLatency.maxUs],
  ['bytes up, all devices', 'bytes', ({ metrics }) => metrics.bytesUp],
  ['bytes down, all devices', 'bytes', ({ metrics }) => metrics.bytesDown],
  ['stanzas', 'count', ({ metrics }) => metrics.stanzas],
  ['wake-ups', 'count', ({ metrics }) => metrics.wakeUps],
  ['crypto operations', 'count', ({ metrics }) => sumOf(metrics.cryptoOperations)],
  ['events', 'count', ({ events }) => events],
];

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** All figures, in the order people ask for them. */
export function metricRows(first: RunDocument, second: RunDocument): readonly MetricRow[] {
  return PICKED.map(([name, unit, pick]) => {
    return { name, unit, first: pick(first), second: pick(second) };
  });
}

/** How the verdicts of two runs differ, as a sentence. */
export function verdictChange(first: RunDocument, second: RunDocument): string {
  const verdicts =
    first.verdict === second.verdict
      ? `Both runs are judged ${first.verdict}.`
      : `The verdict is ${first.verdict} above and ${second.verdict} below.`;
  const before = new Map(first.properties.map(({ id, verdict }) => [id, verdict]));
  const changed = second.properties
    .filter(({ id, verdict }) => before.get(id) !== verdict)
    .map(
      ({ id, name, verdict }) =>
        `${id} (${name}) ${before.get(id) ?? 'absent'} above, ${verdict} below`,
    );
  const unmet = metChange(first, second);
  if (changed.length === 0 && unmet === '') return `${verdicts} No property is judged otherwise.`;
  const judged = changed.length === 0 ? '' : ` Judged otherwise: ${changed.join('; ')}.`;
  return `${verdicts}${judged}${unmet}`;
}

/** Expectations of the scenario that only one of the runs meets. */
function metChange(first: RunDocument, second: RunDocument): string {
  const nameOf = (one: RunDocument['expectations'][number]): string =>
    `"${one.expected} ${one.subject} on ${one.on.join(', ')}"`;
  const before = new Map(first.expectations.map((one) => [nameOf(one), one.verdict]));
  const other = second.expectations.filter((one) => before.get(nameOf(one)) !== one.verdict);
  if (other.length === 0) return '';
  const words = other.map((one) => {
    return `${nameOf(one)} ${before.get(nameOf(one)) ?? 'absent'} above, ${one.verdict} below`;
  });
  return ` Expectations met otherwise: ${words.join('; ')}.`;
}
