/** A run as the page holds it: the facts of its trace, its verdict, the worker that knows more. */

import type { RunDocument } from '../reports/run-document.ts';
import { type Arrows, arrowsOf } from './model/arrows.ts';
import { type Band, bandsOf } from './model/bands.ts';
import { type LaneInfo, laneInfos, laneOrder } from './model/lanes.ts';
import { type Mark, markOf } from './model/marks.ts';
import { NO_LANE } from './reader/event-kinds.ts';
import { ReaderClient } from './reader/reader-client.ts';
import type { RunFacts } from './reader/reader-messages.ts';
import { startWorker } from './workers.ts';

export interface LoadedRun {
  readonly facts: RunFacts;
  /** What the run was judged; null for a trace that came alone. */
  readonly result: RunDocument | null;
  readonly reader: ReaderClient;
  readonly lanes: readonly LaneInfo[];
  readonly order: readonly number[];
  readonly bands: readonly (readonly Band[])[];
  readonly arrows: Arrows;
  readonly marks: readonly Mark[];
  /** Per row an index of `marks`. */
  readonly markOf: Uint8Array<ArrayBuffer>;
  /** Rows that are always drawn. */
  readonly important: Uint32Array<ArrayBuffer>;
  /** Rows at which a property was violated, with the property. */
  readonly witnesses: readonly Witness[];
}

/** Where a violation is seen. */
export interface Witness {
  readonly property: string;
  readonly sentence: string;
  /** -1 when the trace does not hold its event. */
  readonly row: number;
}

/** A trace that cannot be shown, with the sentence to say. */
export interface LoadRefusal {
  readonly kind: 'refused';
  readonly sentence: string;
}

/** Opens a trace in a worker of its own. */
export async function loadRun(
  bytes: Uint8Array<ArrayBuffer>,
  result: RunDocument | null,
  progress: (events: number) => void,
): Promise<LoadedRun | LoadRefusal> {
  const reader = new ReaderClient(startWorker('reader-worker'));
  const facts = await reader.ask<'open'>({ kind: 'open', bytes }, progress);
  if ('kind' in facts) {
    reader.close();
    return facts;
  }
  return prepared(facts, result, reader);
}

function prepared(facts: RunFacts, result: RunDocument | null, reader: ReaderClient): LoadedRun {
  const lanes = laneInfos(facts.lanes);
  const { marks, markOfRow, important } = marksOf(facts);
  return {
    ...{ facts, result, reader, lanes, order: laneOrder(lanes), bands: bandsOf(facts) },
    ...{ arrows: arrowsOf(facts), marks, markOf: markOfRow, important },
    witnesses: witnessesOf(facts, result),
  };
}

const MARKS_MAX = 256;

/** The mark of every row, looked up once for each pair of kind and detail. */
function marksOf({ columns, details }: RunFacts): {
  readonly marks: readonly Mark[];
  readonly markOfRow: Uint8Array<ArrayBuffer>;
  readonly important: Uint32Array<ArrayBuffer>;
} {
  const marks: Mark[] = [];
  const known = new Map<string, number>();
  const pairs = new Map<number, number>();
  const markOfRow = new Uint8Array(columns.count);
  const important: number[] = [];
  for (let row = 0; row < columns.count; row++) {
    const pair = (columns.detail[row] as number) * 16 + (columns.kind[row] as number);
    let index = pairs.get(pair);
    if (index === undefined) {
      const mark = markOf(
        columns.kind[row] as number,
        details[columns.detail[row] as number] ?? '',
      );
      const name = `${mark.shape} ${mark.tone} ${mark.weight}`;
      index = known.get(name) ?? Math.min(MARKS_MAX - 1, marks.push(mark) - 1);
      known.set(name, index);
      pairs.set(pair, index);
    }
    markOfRow[row] = index;
    if (marks[index]?.weight === 3) important.push(row);
  }
  return { marks, markOfRow, important: Uint32Array.from(important) };
}

/** Violations and the rows of their events; an event that left no line is found by its time. */
function witnessesOf(facts: RunFacts, result: RunDocument | null): readonly Witness[] {
  if (result === null) return [];
  return result.properties.flatMap(({ id, violations }) =>
    violations.map(({ sequence, virtualUs, sentence }) => ({
      ...{ property: id, sentence, row: rowOfSequence(facts, sequence, virtualUs) },
    })),
  );
}

/** The row of a sequence number, or the last one before it. */
export function rowOfSequence({ columns }: RunFacts, sequence: number, timeUs: number): number {
  let low = 0;
  let high = columns.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((columns.sequence[middle] as number) <= sequence) low = middle + 1;
    else high = middle;
  }
  const row = low - 1;
  if (row >= 0 && sequence >= 0) return row;
  let at = 0;
  while (at < columns.count && (columns.timeUs[at] as number) < timeUs) at++;
  return columns.count === 0 ? -1 : Math.min(at, columns.count - 1);
}

/** Lanes on which nothing ever happens: a server of files that nobody used. */
export function idleLanes(run: LoadedRun): readonly number[] {
  const { columns } = run.facts;
  const events = new Uint32Array(run.lanes.length);
  for (let row = 0; row < columns.count; row++) {
    const lane = columns.lane[row] as number;
    const isBusy =
      (run.marks[run.markOf[row] as number]?.weight ?? 0) > 0 || columns.peer[row] !== NO_LANE;
    if (isBusy) events[lane] = (events[lane] as number) + 1;
  }
  return run.lanes.filter(({ lane }) => events[lane] === 0).map(({ lane }) => lane);
}
