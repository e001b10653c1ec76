/**
 * Reads a trace into columns, messages and words while its lines come. The lines themselves stay
 * here; a line is parsed and judged by the shapes of the format when somebody looks at it.
 *
 * What it does not do: compare the lines with the footer's digest of them, as `replay` does.
 */

import { REFUSED } from '../../sim/trace/shapes.ts';
import {
  isReadVersion,
  KEYED_TRACE_VERSION,
  type TraceEvent,
  type TraceFooter,
  type TraceHeader,
} from '../../sim/trace/trace.ts';
import { decodeEvent, decodeFooter, decodeHeader } from '../../sim/trace/trace-shapes.ts';
import { AddressTable } from './address-table.ts';
import { KIND_CODES, NO_LANE } from './event-kinds.ts';
import { readText } from './inflate.ts';
import { LineKeeper } from './line-keeper.ts';
import { LineScan } from './line-scan.ts';
import { MessageTable, type RunMessage } from './message-table.ts';
import { GrowingColumns, type RunColumns } from './run-columns.ts';
import { WordIndex } from './word-index.ts';

/** Events at most: a row's number must fit its columns. */
const EVENTS_MAX = 2 ** 24;
const LANES_MAX = 4_096;
const DETAILS_MAX = 65_535;

/** Why bytes are not a trace: one sentence for people. */
export interface ReadRefusal {
  readonly kind: 'refused';
  readonly sentence: string;
}

/** What the trace says of something a person wanted to do: that it was given, or was not done. */
export interface RunIntent {
  readonly id: string;
  readonly row: number;
  /** Empty for one that was given to its device. */
  readonly failure: string;
}

/** A trace that was read. */
export interface ReadRun {
  readonly kind: 'run';
  readonly header: TraceHeader;
  readonly footer: TraceFooter | null;
  /** Hosts, then whoever else acts (`world`). */
  readonly lanes: readonly string[];
  readonly details: readonly string[];
  readonly columns: RunColumns;
  readonly messages: readonly RunMessage[];
  /** In order; an intent that was given and then not completed is here twice. */
  readonly intents: readonly RunIntent[];
  /** One sentence; empty when the trace is whole. */
  readonly problem: string;
}

class Refusal extends Error {}

function refuse(sentence: string): never {
  throw new Refusal(sentence);
}

/** Numbers texts in the order of their coming. */
class Dictionary {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (this.list.length >= this.#max) return this.#max - 1;
    this.#numbers.set(text, this.list.length);
    return this.list.push(text) - 1;
  }
}

export class RunReader {
  readonly #lines = new LineKeeper();
  readonly #scan = new LineScan();
  readonly #growing = new GrowingColumns();
  readonly #messages = new MessageTable();
  readonly #lanes = new Dictionary(LANES_MAX);
  readonly #details = new Dictionary(DETAILS_MAX);
  /** Row of a sequence number; sequences have gaps. */
  #rowOf = new Int32Array(8_192).fill(-1);
  readonly #intents: RunIntent[] = [];
  readonly #sends = new Map<string, number>();
  /** Ids of the labels of sends and deliveries, by row, until messages are known. */
  readonly #labelIds: (string | undefined)[] = [];
  #header: TraceHeader | undefined;
  #footer: TraceFooter | null = null;
  #seen = 0;
  #unreadable = 0;
  #lastTimeUs = 0;
  readonly words = new WordIndex();
  readonly addresses = new AddressTable();

  /** Reads everything. `progress` hears of every piece. */
  async read(
    bytes: Uint8Array<ArrayBuffer>,
    progress: (events: number) => void,
  ): Promise<ReadRun | ReadRefusal> {
    const see = (piece: string, start: number, end: number): void => this.#line(piece, start, end);
    try {
      const { problem } = await readText(bytes, (text) => {
        this.#lines.take(text, see);
        progress(this.#growing.columns.count);
      });
      this.#lines.end(see);
      return this.#finish(problem);
    } catch (error) {
      if (error instanceof Refusal) return { kind: 'refused', sentence: error.message };
      if (error instanceof RangeError) {
        return { kind: 'refused', sentence: 'The trace is too large for this browser.' };
      }
      throw error;
    }
  }

  /** The event of a row, judged; a sentence when the line is none. */
  event(row: number): TraceEvent | ReadRefusal {
    const line = this.#lines.line(row);
    const event = decodeEvent(parsed(line));
    if (event !== REFUSED) return event as TraceEvent;
    const beginning = line.length > 80 ? `${line.slice(0, 80)}…` : line;
    return { kind: 'refused', sentence: `This line is no event of a trace: ${beginning}` };
  }

  /** The line of a row as it stands in the file. */
  line(row: number): string {
    return this.#lines.line(row);
  }

  #line(piece: string, start: number, end: number): void {
    this.#seen++;
    if (this.#seen === 1) {
      this.#header = headerOf(piece.slice(start, end));
      for (const host of this.#header.hosts) this.#lanes.number(host);
      return;
    }
    if (start === end) return;
    if (this.#scan.begin(piece, start)) {
      this.#event(piece, start, end);
      return;
    }
    const footer = decodeFooter(parsed(piece.slice(start, end)));
    if (footer === REFUSED) this.#unreadable++;
    else this.#footer = footer as TraceFooter;
  }

  #event(piece: string, start: number, end: number): void {
    const scan = this.#scan;
    const kind = KIND_CODES[scan.kind as TraceEvent['kind']];
    if (kind === undefined || scan.timeUs < this.#lastTimeUs) {
      this.#unreadable++;
      return;
    }
    if (this.#growing.columns.count >= EVENTS_MAX)
      refuse(`A trace has at most ${EVENTS_MAX} events.`);
    const row = this.#growing.add();
    this.#lines.keep(start, end);
    this.#lastTimeUs = scan.timeUs;
    const { columns } = this.#growing;
    columns.sequence[row] = scan.sequence;
    columns.timeUs[row] = scan.timeUs;
    columns.lane[row] = this.#lanes.number(scan.node);
    columns.kind[row] = kind;
    columns.cause[row] = scan.cause < 0 ? -1 : (this.#rowOf[scan.cause] ?? -1);
    columns.partner[row] = -1;
    columns.peer[row] = NO_LANE;
    columns.message[row] = -1;
    this.#remember(scan.sequence, row);
    const { detail, about } = this.#body(row, piece, start, end);
    columns.detail[row] = this.#details.number(detail);
    this.words.add(`${scan.node} ${scan.kind} ${detail} ${about}`);
  }

  #remember(sequence: number, row: number): void {
    if (sequence >= this.#rowOf.length) {
      if (sequence > EVENTS_MAX * 4) refuse('The trace has sequence numbers beyond reason.');
      const larger = new Int32Array(Math.max(this.#rowOf.length * 2, sequence + 1)).fill(-1);
      larger.set(this.#rowOf);
      this.#rowOf = larger;
    }
    this.#rowOf[sequence] = row;
  }

  /** The word that says what kind of thing happened, and the words to find it by. */
  #body(
    row: number,
    piece: string,
    start: number,
    end: number,
  ): { readonly detail: string; readonly about: string } {
    const scan = this.#scan;
    switch (scan.kind) {
      case 'send':
      case 'deliver':
        return this.#frame(row, scan.kind);
      case 'commit':
        return this.#commit(row, piece.slice(start, end));
      case 'lever':
        return { detail: scan.text('lever') ?? '', about: two(scan, 'choice', 'sentence') };
      case 'connection': {
        const detail = scan.text('state') ?? '';
        const connection = scan.number('connection') ?? 0;
        const peer = scan.text('peer') ?? '';
        this.#growing.columns.peer[row] = this.#lanes.number(peer);
        return { detail, about: `${connection} ${peer} ${scan.text('reason') ?? ''}` };
      }
      case 'emit':
        return { detail: scan.text('code') ?? '', about: scan.text('sentence') ?? '' };
      case 'intent':
        return this.#intent(row);
      case 'input':
        return { detail: scan.text('input') ?? '', about: scan.text('id') ?? '' };
      case 'crash':
        return { detail: 'crash', about: scan.text('choice') ?? '' };
      case 'power':
        return { detail: scan.text('state') ?? '', about: '' };
      case 'phase':
        return { detail: scan.text('phase') ?? '', about: '' };
      default:
        return { detail: scan.kind, about: scan.text('inputId') ?? '' };
    }
  }

  #intent(row: number): { detail: string; about: string } {
    const id = this.#scan.text('intent') ?? '';
    const detail = this.#scan.text('state') ?? '';
    const reason = this.#scan.text('reason') ?? '';
    this.#intents.push({ id, row, failure: detail === 'given' ? '' : reason || detail });
    return { detail, about: `${id} ${reason}` };
  }

  #frame(row: number, kind: 'send' | 'deliver'): { detail: string; about: string } {
    const scan = this.#scan;
    const { columns } = this.#growing;
    const packet = scan.text('packet') ?? '';
    const source = scan.text('source') ?? '';
    const target = scan.text('target') ?? '';
    if (kind === 'send') {
      scan.number('connection');
      this.#sends.set(packet, row);
      columns.peer[row] = this.#lanes.number(target);
    } else {
      columns.peer[row] = this.#lanes.number(source);
      const send = this.#sends.get(packet) ?? -1;
      columns.partner[row] = send;
      if (send >= 0 && columns.partner[send] === -1) columns.partner[send] = row;
    }
    const label = scan.label() ?? { kind: '', id: '' };
    this.#labelIds[row] = label.id;
    return { detail: label.kind, about: `${packet} ${label.id}` };
  }

  /** Only commits of messages are parsed now; others are told by their collections. */
  #commit(row: number, line: string): { detail: string; about: string } {
    const inputId = this.#scan.text('inputId') ?? '';
    if (line.includes('"collection":"account"')) this.#accounts(row, line);
    if (line.includes('"isTimeZero":true')) return { detail: 'starts', about: inputId };
    if (!line.includes('"messageId"')) {
      return { detail: 'commits', about: `${inputId} ${collectionsOf(line)}` };
    }
    const event = decodeEvent(parsed(line));
    if (event === REFUSED || (event as TraceEvent).kind !== 'commit') {
      this.#unreadable++;
      return { detail: 'commits', about: inputId };
    }
    const { columns } = this.#growing;
    const commit = event as Extract<TraceEvent, { kind: 'commit' }>;
    const { message, word } = this.#messages.take(commit, row, columns.lane[row] as number);
    columns.message[row] = message;
    const texts = commit.changes.flatMap(({ facts }) =>
      facts.filter(([name]) => name === 'messageId' || name === 'text').map(([, text]) => text),
    );
    const about = `${inputId} ${collectionsOf(line)} ${texts.join(' ')}`;
    return { detail: word === '' ? 'commits' : word, about };
  }

  #accounts(row: number, line: string): void {
    const event = decodeEvent(parsed(line));
    if (event === REFUSED || (event as TraceEvent).kind !== 'commit') return;
    const { changes } = event as Extract<TraceEvent, { kind: 'commit' }>;
    this.addresses.take(changes, this.#growing.columns.lane[row] as number);
  }

  #finish(problem: string): ReadRun {
    if (this.#header === undefined) refuse('There is nothing in this file.');
    const columns = this.#growing.trim();
    for (const [row, id] of this.#labelIds.entries()) {
      if (id !== undefined && id !== '') columns.message[row] = this.#messages.find(id);
    }
    this.#labelIds.length = 0;
    this.#sends.clear();
    return {
      kind: 'run',
      header: this.#header,
      footer: this.#footer,
      lanes: this.#lanes.list,
      details: this.#details.list,
      columns,
      messages: this.#messages.list(),
      intents: this.#intents,
      problem: this.#problem(problem, columns.count),
    };
  }

  #problem(problem: string, events: number): string {
    if (problem !== '') return problem;
    if (this.#unreadable > 0) {
      const lines = this.#unreadable === 1 ? 'One line is' : `${this.#unreadable} lines are`;
      return `${lines} no event of a trace and not shown.`;
    }
    if (this.#footer === null)
      return 'The trace has no end: its run was stopped or is still going on.';
    return this.#footer.events === events
      ? ''
      : `The trace says it has ${this.#footer.events} events, and has ${events}.`;
  }
}

function two(scan: LineScan, first: string, second: string): string {
  return `${scan.text(first) ?? ''} ${scan.text(second) ?? ''}`;
}

function collectionsOf(line: string): string {
  const names = new Set<string>();
  for (const [, name = ''] of line.matchAll(/"collection":"([^"\\]*)"/g)) names.add(name);
  return [...names].join(' ');
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function headerOf(line: string): TraceHeader {
  if (line.length > 1 << 25) refuse('The first line is too long for a trace.');
  const value = parsed(line.startsWith('\ufeff') ? line.slice(1) : line);
  const header = decodeHeader(value);
  if (header === REFUSED) {
    refuse('This is not a trace of Lockstep: "lockstep run NAME --trace FILE" writes one.');
  }
  const { version } = header as TraceHeader;
  if (!isReadVersion(version)) {
    refuse(`The trace has version ${version}; this viewer reads 1 to ${KEYED_TRACE_VERSION}.`);
  }
  return header as TraceHeader;
}
