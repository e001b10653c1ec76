/** What people wanted to do, and what came of it on either side: the most different first. */

import { useMemo, useState } from 'preact/hooks';
import { durationText, timeText } from '../../reports/time-text.ts';
import type { LoadedRun } from '../loaded-run.ts';
import {
  type ActionDifference,
  type ActionRow,
  type ActionSide,
  actionRows,
} from '../model/user-actions.ts';

const ROWS_SHOWN = 60;

const WORDS: Readonly<Record<Exclude<ActionDifference, 'time'>, string>> = {
  'one-side': 'done on one side only',
  lost: 'copies lost',
  copies: 'shown on other devices',
};

function differenceText({ differences, furthest }: ActionRow): string {
  const words = differences.flatMap((one) => (one === 'time' ? [] : WORDS[one]));
  if (furthest !== undefined && differences.includes('time')) {
    const way = furthest.laterUs > 0 ? 'later' : 'earlier';
    const by = durationText(Math.abs(furthest.laterUs));
    words.push(`${furthest.device} ${by} ${way} below`);
  }
  return `≠ ${words.join('; ')}`;
}

interface ActionTableProps {
  readonly first: LoadedRun;
  readonly second: LoadedRun;
  readonly names: readonly [first: string, second: string];
  readonly see: (row: ActionRow) => void;
}

export function ActionTable({ first, second, names, see }: ActionTableProps) {
  const rows = useMemo(() => actionRows(first.facts, second.facts), [first, second]);
  const [isWhole, setWhole] = useState(false);
  const differing = rows.filter(({ differences }) => differences.length > 0).length;
  const shown = isWhole ? rows : rows.slice(0, ROWS_SHOWN);
  return (
    <>
      <p class="note">
        {differing.toLocaleString('en')} of {rows.length.toLocaleString('en')} things came out
        differently: they are marked ≠ over the lanes. Differences of less than a second are left
        aside.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys must reach what scrolls. */}
      <section class="scroller" tabIndex={0} aria-label="Table of what people wanted">
        <table class="acts">
          <thead>
            <tr>
              <th scope="col">What was wanted</th>
              <th scope="col">{names[0]}</th>
              <th scope="col">{names[1]}</th>
              <th scope="col">Difference</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row key={row.id} row={row} see={see} />
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > shown.length && (
        <button type="button" onClick={() => setWhole(true)}>
          show all {rows.length.toLocaleString('en')}
        </button>
      )}
    </>
  );
}

function Row({ row, see }: { readonly row: ActionRow; readonly see: ActionTableProps['see'] }) {
  const { id, text, atUs, due, first, second, differences } = row;
  return (
    <tr class={differences.length > 0 ? 'differs' : ''}>
      <th scope="row">
        <button type="button" class="link" onClick={() => see(row)}>
          {id}
        </button>{' '}
        <small>{atUs < 0 ? '' : timeText(atUs).slice(0, -7)}</small>
        {text !== '' && <span class="said">{text}</span>}
      </th>
      <td>{sideText(first, due)}</td>
      <td>{sideText(second, due)}</td>
      <td>{differences.length === 0 ? 'the same' : <strong>{differenceText(row)}</strong>}</td>
    </tr>
  );
}

function sideText(side: ActionSide, due: number): string {
  if (side.fate === 'absent') return '✗ not in this run';
  const shown = side.message < 0 ? '' : copiesText(side, due);
  if (side.fate === 'not-completed') {
    return `✗ not done: ${side.failure}${shown === '' ? '' : `; ${shown}`}`;
  }
  return shown === '' ? '✓ done' : `✓ ${shown}`;
}

function copiesText({ shown, firstUs, allUs, lost }: ActionSide, due: number): string {
  if (due === 0) return 'written';
  const parts = [`shown on ${shown} of ${due}`];
  if (firstUs >= 0) parts.push(`the first after ${durationText(firstUs)}`);
  if (allUs >= 0 && due > 1) parts.push(`all after ${durationText(allUs)}`);
  if (lost > 0) parts.push(`${lost} lost`);
  return parts.join(', ');
}
