/** Answers the page's questions about one trace. Runs in a worker; knows no page. */

import { eventText } from '../../reports/event-text.ts';
import { exportCsv } from '../../reports/export-csv.ts';
import { exportMermaid } from '../../reports/export-mermaid.ts';
import { exportPerfetto } from '../../reports/export-perfetto.ts';
import { exportShiviz } from '../../reports/export-shiviz.ts';
import type { SentAgain } from '../../reports/sent-again.ts';
import type { Trace, TraceEvent } from '../../sim/trace/trace.ts';
import { cone } from './cone.ts';
import { DeviceScrub } from './device-at.ts';
import { find } from './find.ts';
import { KeyLens } from './key-lens.ts';
import { messageLife } from './message-life.ts';
import type {
  EventText,
  ExportFormat,
  ReaderAnswers,
  ReaderQuestion,
  RunFacts,
} from './reader-messages.ts';
import { type ReadRun, RunReader } from './run-reader.ts';

/** Events that an export may hold: beyond it, text for other tools is of no use to them. */
const EXPORT_EVENTS_MAX = 250_000;

const NOTHING_AGAIN: SentAgain = new Map();

export class Reader {
  #reader = new RunReader();
  #run: ReadRun | undefined;
  #scrub = new DeviceScrub();
  /** Apart from the page's device, so that neither makes the other start again. */
  #lensScrub = new DeviceScrub();
  #lens: KeyLens | undefined;

  /** Answers one question. `progress` hears how many events were read so far. */
  async answer(
    question: ReaderQuestion,
    progress: (events: number) => void,
  ): Promise<ReaderAnswers[keyof ReaderAnswers]> {
    if (question.kind === 'open') return this.#open(question.bytes, progress);
    const run = this.#run;
    if (run === undefined) throw new Error('no trace is open');
    const event = (row: number) => this.#reader.event(row);
    switch (question.kind) {
      case 'events':
        return question.rows.map((row) => this.#text(row));
      case 'find':
        return find(run, this.#reader.words, question.query);
      case 'cone':
        return cone(run.columns, question.row, question.way);
      case 'life':
        return messageLife(run, this.#reader.addresses, event, question.message);
      case 'device':
        return this.#scrub.at(run, event, question.lane, question.timeUs);
      case 'lens':
        this.#lens ??= new KeyLens(run, this.#reader.addresses, {
          event,
          line: (row) => this.#reader.line(row),
        });
        return this.#lens.at(this.#lensScrub.at(run, event, question.lane, question.timeUs));
      case 'export':
        return this.#export(run, question.format, question.rows);
    }
  }

  async #open(
    bytes: Uint8Array<ArrayBuffer>,
    progress: (events: number) => void,
  ): Promise<ReaderAnswers['open']> {
    this.#reader = new RunReader();
    this.#scrub = new DeviceScrub();
    this.#lensScrub = new DeviceScrub();
    this.#lens = undefined;
    const run = await this.#reader.read(bytes, progress);
    if (run.kind === 'refused') return run;
    this.#run = run;
    const { document, ...header } = run.header;
    const facts: RunFacts = {
      header,
      document: typeof document === 'string' ? document : null,
      footer: run.footer,
      lanes: run.lanes,
      details: run.details,
      columns: run.columns,
      messages: run.messages,
      intents: run.intents,
      addresses: this.#reader.addresses.list(),
      problem: run.problem,
    };
    return facts;
  }

  #text(row: number): EventText {
    const event = this.#reader.event(row);
    const text = event.kind === 'refused' ? event.sentence : eventText(event, NOTHING_AGAIN);
    return { row, text, line: this.#reader.line(row) };
  }

  #export(
    run: ReadRun,
    format: ExportFormat,
    rows: Uint32Array<ArrayBuffer> | undefined,
  ): ReaderAnswers['export'] {
    const wanted = rows ?? Uint32Array.from({ length: run.columns.count }, (_, row) => row);
    if (wanted.length > EXPORT_EVENTS_MAX) {
      const sentence =
        `That is ${wanted.length} events, and an export holds ${EXPORT_EVENTS_MAX}. ` +
        'Find fewer, or use "lockstep export" on the command line.';
      return { kind: 'refused', sentence };
    }
    if (format === 'ndjson') return [...wanted].map((row) => this.#reader.line(row)).join('\n');
    const events = [...wanted]
      .map((row) => this.#reader.event(row))
      .filter((event): event is TraceEvent => event.kind !== 'refused');
    const isComplete = run.footer !== null && wanted.length === run.columns.count;
    const trace: Trace = {
      ...{ kind: 'trace', header: run.header, events, footer: run.footer ?? undefined },
      ...{ isComplete, problem: isComplete ? '' : 'a part of a trace' },
    };
    return textOf(format, trace);
  }
}

function textOf(format: Exclude<ExportFormat, 'ndjson'>, trace: Trace): string {
  switch (format) {
    case 'csv':
      return `${exportCsv(trace).join('\r\n')}\r\n`;
    case 'mermaid':
      return `${exportMermaid(trace).join('\n')}\n`;
    case 'perfetto':
      return `${exportPerfetto(trace).join('\n')}\n`;
    case 'shiviz':
      return `${exportShiviz(trace).join('\n')}\n`;
  }
}
