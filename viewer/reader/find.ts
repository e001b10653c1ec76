/** Answers a query: the rows whose events satisfy every term. */

import { parseTimeUs } from '../../reports/time-text.ts';
import { KIND_CODES, KIND_NAMES, NO_LANE } from './event-kinds.ts';
import { parseQuery, type QueryTerm } from './query.ts';
import type { RunColumns } from './run-columns.ts';
import type { ReadRun } from './run-reader.ts';
import type { WordIndex } from './word-index.ts';

/** Rows in order, or why the query cannot be answered. */
export type Found =
  | { readonly kind: 'found'; readonly rows: Uint32Array<ArrayBuffer> }
  | { readonly kind: 'refused'; readonly sentence: string };

class BadTerm extends Error {}

/** The rows of a run that a typed query means; none for an empty one. */
export function find(run: ReadRun, words: WordIndex, typed: string): Found {
  const query = parseQuery(typed);
  if (query.kind === 'refused') return query;
  const { count } = run.columns;
  if (query.terms.length === 0) return { kind: 'found', rows: new Uint32Array(0) };
  const kept = new Uint8Array(count).fill(1);
  try {
    for (const term of query.terms) narrow(run, words, term, kept);
  } catch (error) {
    if (error instanceof BadTerm) return { kind: 'refused', sentence: error.message };
    throw error;
  }
  let hits = 0;
  for (let row = 0; row < count; row++) hits += kept[row] as number;
  const rows = new Uint32Array(hits);
  let at = 0;
  for (let row = 0; row < count; row++) if (kept[row] === 1) rows[at++] = row;
  return { kind: 'found', rows };
}

function narrow(run: ReadRun, words: WordIndex, term: QueryTerm, kept: Uint8Array): void {
  const wanted = term.isNot ? 0 : 1;
  if (term.key === '') {
    const found = new Uint8Array(run.columns.count);
    words.mark(term.values[0] as string, found);
    for (let row = 0; row < kept.length; row++) if (found[row] !== wanted) kept[row] = 0;
    return;
  }
  const holds = testOf(run, term);
  for (let row = 0; row < kept.length; row++) {
    if (kept[row] === 1 && holds(row) === term.isNot) kept[row] = 0;
  }
}

function testOf(run: ReadRun, { key, values }: QueryTerm): (row: number) => boolean {
  const { columns } = run;
  switch (key) {
    case 'kind': {
      const kinds = flags(KIND_NAMES, values, (name, value) => name === value);
      refuseNone(kinds, key, values, Object.keys(KIND_CODES));
      return (row) => kinds[columns.kind[row] as number] === 1;
    }
    case 'device': {
      const lanes = lanesOf(run, key, values);
      return (row) => lanes[columns.lane[row] as number] === 1;
    }
    case 'with': {
      const lanes = lanesOf(run, key, values);
      return (row) => {
        const peer = columns.peer[row] as number;
        return peer !== NO_LANE && lanes[peer] === 1;
      };
    }
    case 'what': {
      const details = flags(run.details, values, (name, value) => name.startsWith(value));
      refuseNone(details, key, values, run.details);
      return (row) => details[columns.detail[row] as number] === 1;
    }
    case 'message':
      return messageTest(run, values);
    case 'after':
    case 'before':
      return timeTest(columns, key, values[0] as string);
    case 'lost':
      return lostTest(columns, values[0] as string);
    default:
      throw new BadTerm(`There is no key ${key}:.`);
  }
}

function messageTest({ messages, columns }: ReadRun, values: readonly string[]) {
  const wanted = messages.map(({ id, inputId }) =>
    values.some((value) => id === value || inputId === value || inputId.startsWith(value)),
  );
  if (!wanted.includes(true)) {
    const names = messages.map(({ inputId, id }) => (inputId === '' ? id : inputId));
    throw new BadTerm(`No message is called ${values.join(' or ')}. ${some(names)}`);
  }
  return (row: number): boolean => wanted[columns.message[row] as number] === true;
}

function timeTest(columns: RunColumns, key: string, value: string): (row: number) => boolean {
  const timeUs = parseTimeUs(value);
  if (timeUs === undefined) {
    throw new BadTerm(`${key}:${value} is no time. Times are 9h, 09:10, 1h30m, 250ms.`);
  }
  return key === 'after'
    ? (row) => (columns.timeUs[row] as number) >= timeUs
    : (row) => (columns.timeUs[row] as number) <= timeUs;
}

function lostTest(columns: RunColumns, value: string): (row: number) => boolean {
  if (value !== 'yes' && value !== 'no') throw new BadTerm(`lost:${value} is neither yes nor no.`);
  const isLost = value === 'yes';
  return (row) => {
    return columns.kind[row] === KIND_CODES.send && (columns.partner[row] === -1) === isLost;
  };
}

function lanesOf({ lanes }: ReadRun, key: string, values: readonly string[]): Uint8Array {
  const isMeant = (name: string, value: string): boolean =>
    name === value || name.startsWith(`${value}.`);
  const out = flags(lanes, values, isMeant);
  refuseNone(out, key, values, lanes);
  return out;
}

function flags(
  names: readonly string[],
  values: readonly string[],
  isMeant: (name: string, value: string) => boolean,
): Uint8Array {
  return Uint8Array.from(names, (name) => (values.some((value) => isMeant(name, value)) ? 1 : 0));
}

function refuseNone(
  found: Uint8Array,
  key: string,
  values: readonly string[],
  names: readonly string[],
): void {
  if (found.includes(1)) return;
  throw new BadTerm(`Nothing here has ${key}:${values.join(',')}. ${some(names)}`);
}

const NAMES_SHOWN = 8;

function some(names: readonly string[]): string {
  if (names.length === 0) return 'There are none.';
  const rest = names.length > NAMES_SHOWN ? `, and ${names.length - NAMES_SHOWN} more` : '';
  return `There is ${names.slice(0, NAMES_SHOWN).join(', ')}${rest}.`;
}
