/**
 * The events as a table: what the picture shows, for reading, for screen readers, and for looking
 * up. What was found, if something is looked for; else what happens in the window.
 */

import { useEffect, useMemo, useState } from 'preact/hooks';
import { timeText } from '../../reports/time-text.ts';
import { KIND_CODES, KIND_NAMES, NO_LANE } from '../reader/event-kinds.ts';
import type { EventText } from '../reader/reader-messages.ts';
import { rowAtPosition } from '../timeline/axis.ts';
import type { RunProps } from './props.ts';

const PAGE = 40;
/** Rows of a window that are looked through for the table. */
const WINDOW_ROWS_MAX = 200_000;

export function EventTable({ actions, run }: RunProps) {
  const [page, setPage] = useState(0);
  const rows = useRows({ actions, run });
  const selected = actions.store.selected.value;
  const selectedAt = useMemo(() => rows.indexOf(selected), [rows, selected]);
  useEffect(() => setPage(selectedAt < 0 ? 0 : Math.floor(selectedAt / PAGE)), [rows, selectedAt]);
  const shown = rows.slice(page * PAGE, (page + 1) * PAGE);
  const texts = useTexts({ actions, run }, shown);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE));
  const found = actions.store.found.value !== undefined;
  return (
    <section class="events" aria-label="Events as text">
      <div class="events-head">
        <h3>
          {found ? 'Found' : 'In this window'}: {rows.length.toLocaleString('en')} events
        </h3>
        <div class="group">
          <button type="button" disabled={page === 0} onClick={() => setPage(page - 1)}>
            earlier
          </button>
          <span aria-live="polite">
            page {page + 1} of {pages.toLocaleString('en')}
          </span>
          <button type="button" disabled={page + 1 >= pages} onClick={() => setPage(page + 1)}>
            later
          </button>
        </div>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys must reach what scrolls. */}
      <section class="scroller" tabIndex={0} aria-label="Table of events">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Where</th>
              <th scope="col">Kind</th>
              <th scope="col">What</th>
            </tr>
          </thead>
          <tbody>
            {[...shown].map((row) => (
              <Row key={row} {...{ actions, run, row, text: texts.get(row) }} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** What was found; else the window's events that are drawn, written at most `WINDOW_ROWS_MAX`. */
function useRows({ actions, run }: RunProps): Uint32Array {
  const { found, axis, window } = actions.store;
  const hits = found.value;
  const { from, until } = window.value;
  const kind = axis.value;
  return useMemo(() => {
    if (hits !== undefined) return hits;
    const { columns } = run.facts;
    const first = rowAtPosition(columns, kind, from);
    const last = Math.min(rowAtPosition(columns, kind, until), first + WINDOW_ROWS_MAX);
    const rows: number[] = [];
    for (let row = first; row < last; row++) {
      const isFrame = columns.peer[row] !== NO_LANE && columns.kind[row] !== KIND_CODES.connection;
      if (isFrame || (run.marks[run.markOf[row] as number]?.weight ?? 0) > 0) rows.push(row);
    }
    return Uint32Array.from(rows);
  }, [hits, run, kind, from, until]);
}

/** Sentences of the rows on the page, asked of the reader. */
function useTexts({ run }: RunProps, rows: Uint32Array): ReadonlyMap<number, EventText> {
  const [texts, setTexts] = useState<ReadonlyMap<number, EventText>>(new Map());
  const name = rows.join(' ');
  useEffect(() => {
    let isWanted = true;
    void run.reader.ask<'events'>({ kind: 'events', rows: [...rows] }).then((list) => {
      if (isWanted) setTexts(new Map(list.map((one) => [one.row, one])));
    });
    return () => {
      isWanted = false;
    };
  }, [run, name]);
  return texts;
}

interface RowProps extends RunProps {
  readonly row: number;
  readonly text: EventText | undefined;
}

function Row({ actions, run, row, text }: RowProps) {
  const { columns } = run.facts;
  const isSelected = actions.store.selected.value === row;
  return (
    <tr aria-selected={isSelected} class={isSelected ? 'selected' : ''}>
      <td>
        <button type="button" class="link" onClick={() => actions.select(row, true)}>
          {timeText(columns.timeUs[row] as number)}
        </button>
      </td>
      <td>{run.lanes[columns.lane[row] as number]?.name}</td>
      <td>{KIND_NAMES[columns.kind[row] as number]}</td>
      <td>{text?.text ?? ''}</td>
    </tr>
  );
}
