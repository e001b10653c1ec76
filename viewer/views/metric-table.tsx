/** The figures of two runs beside each other, with a bar each and the difference in words. */

import { durationText } from '../../reports/time-text.ts';
import type { LoadedRun } from '../loaded-run.ts';
import { type MetricRow, metricRows } from '../model/metric-rows.ts';

interface MetricTableProps {
  readonly first: LoadedRun;
  readonly second: LoadedRun;
  readonly names: readonly [first: string, second: string];
}

export function MetricTable({ first, second, names }: MetricTableProps) {
  if (first.result === null || second.result === null) {
    return (
      <p>
        A trace that came without its document has no figures. Run its scenario here to have them.
      </p>
    );
  }
  return (
    <table class="metrics">
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">{names[0]}</th>
          <th scope="col">{names[1]}</th>
          <th scope="col">Difference</th>
        </tr>
      </thead>
      <tbody>
        {metricRows(first.result, second.result).map((row) => (
          <tr key={row.name} class={row.first === row.second ? '' : 'differs'}>
            <th scope="row">{row.name}</th>
            <Figure row={row} value={row.first} />
            <Figure row={row} value={row.second} />
            <td>{differenceText(row)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Figure({ row, value }: { readonly row: MetricRow; readonly value: number }) {
  const most = Math.max(row.first, row.second, 1);
  return (
    <td>
      {valueText(row, value)}
      <span class="figure-bar" style={{ width: `${(value / most) * 100}%` }} />
    </td>
  );
}

function valueText({ unit }: MetricRow, value: number): string {
  switch (unit) {
    case 'microseconds':
      return durationText(Math.max(0, value));
    case 'bytes':
      return bytesText(value);
    case 'count':
      return value.toLocaleString('en');
  }
}

function bytesText(value: number): string {
  if (value < 10_000) return `${value.toLocaleString('en')} B`;
  return value < 10_000_000
    ? `${(value / 1000).toFixed(1)} kB`
    : `${(value / 1_000_000).toFixed(1)} MB`;
}

function differenceText(row: MetricRow): string {
  const { first, second } = row;
  if (first === second) return 'the same';
  const way = second > first ? 'more' : 'less';
  const by = valueText(row, Math.abs(second - first));
  const times = first > 0 && second > 0 ? Math.max(first / second, second / first) : 0;
  const factor = times >= 100 ? Math.round(times).toLocaleString('en') : times.toFixed(1);
  return times >= 1.05 ? `${by} ${way}, ${factor} times` : `${by} ${way}`;
}
