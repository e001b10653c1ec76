/** What the page asks the worker that keeps the trace, and what it answers. */

import type { TraceFooter, TraceHeader } from '../../sim/trace/trace.ts';
import type { ConeWay } from './cone.ts';
import type { DeviceAt } from './device-at.ts';
import type { Found } from './find.ts';
import type { LensAnswer } from './key-lens.ts';
import type { MessageLife } from './message-life.ts';
import type { RunMessage } from './message-table.ts';
import type { RunColumns } from './run-columns.ts';
import type { RunIntent } from './run-reader.ts';

/** What the page knows of a run without asking. */
export interface RunFacts {
  /** Without its scenario, which may be long. */
  readonly header: Omit<TraceHeader, 'document'>;
  /** The scenario's text, for a run again; null when the trace has none. */
  readonly document: string | null;
  readonly footer: TraceFooter | null;
  readonly lanes: readonly string[];
  readonly details: readonly string[];
  readonly columns: RunColumns;
  readonly messages: readonly RunMessage[];
  readonly intents: readonly RunIntent[];
  /** Addresses of the protocol and the lanes that have them. */
  readonly addresses: readonly (readonly [address: string, lane: number])[];
  readonly problem: string;
}

/** One event in words and whole. */
export interface EventText {
  readonly row: number;
  /** One sentence without time and host. */
  readonly text: string;
  /** The line as it stands in the trace. */
  readonly line: string;
}

/** Formats of `export`. */
export type ExportFormat = 'csv' | 'mermaid' | 'perfetto' | 'shiviz' | 'ndjson';

export type ReaderQuestion =
  | { readonly kind: 'open'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'events'; readonly rows: readonly number[] }
  | { readonly kind: 'find'; readonly query: string }
  | { readonly kind: 'cone'; readonly row: number; readonly way: ConeWay }
  | { readonly kind: 'life'; readonly message: number }
  | { readonly kind: 'device'; readonly lane: number; readonly timeUs: number }
  | { readonly kind: 'lens'; readonly lane: number; readonly timeUs: number }
  | {
      readonly kind: 'export';
      readonly format: ExportFormat;
      /** Rows to write; all when absent. */
      readonly rows?: Uint32Array<ArrayBuffer>;
    };

/** The answer to each kind of question. */
export interface ReaderAnswers {
  readonly open: RunFacts | { readonly kind: 'refused'; readonly sentence: string };
  readonly events: readonly EventText[];
  readonly find: Found;
  readonly cone: Uint32Array<ArrayBuffer>;
  readonly life: MessageLife;
  readonly device: DeviceAt;
  readonly lens: LensAnswer;
  readonly export: string | { readonly kind: 'refused'; readonly sentence: string };
}

export interface AskedQuestion {
  readonly id: number;
  readonly question: ReaderQuestion;
}

export type ReaderAnswer =
  | {
      readonly id: number;
      readonly kind: 'answer';
      readonly answer: ReaderAnswers[keyof ReaderAnswers];
    }
  | { readonly id: number; readonly kind: 'progress'; readonly events: number }
  /** A defect of the viewer: the question's name and what went wrong. */
  | { readonly id: number; readonly kind: 'failed'; readonly sentence: string };
