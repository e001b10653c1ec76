/** A recorded run as a table: RFC 4180, one row an event. */

import type { Trace, TraceEvent } from '../sim/trace/trace.ts';
import { eventText } from './event-text.ts';
import { type SentAgain, sentAgain } from './sent-again.ts';

const COLUMNS = [
  'sequence',
  'time_us',
  'node',
  'kind',
  'cause',
  'id',
  'source',
  'target',
  'size_bytes',
  'what',
] as const;

/** Rows without line ends (RFC 4180 wants CR LF between them), the names of the columns first. */
export function exportCsv(trace: Trace): string[] {
  const again = sentAgain(trace);
  const rows = trace.events.map((event) => row(event, again).map(csvField).join(','));
  return [COLUMNS.join(','), ...rows];
}

/** A field: quoted when it holds a quote, a comma or a line end, quotes doubled. */
export function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function row(event: TraceEvent, again: SentAgain): (string | number)[] {
  const isFrame = event.kind === 'send' || event.kind === 'deliver';
  return [
    event.sequence,
    event.timeUs,
    event.node,
    event.kind,
    event.cause,
    idOf(event),
    isFrame ? event.source : '',
    isFrame ? event.target : '',
    sizeOf(event),
    eventText(event, again),
  ];
}

function sizeOf(event: TraceEvent): string | number {
  if (event.kind === 'send' || event.kind === 'deliver') return event.bytes.length / 2;
  return event.kind === 'input' ? (event.sizeBytes ?? '') : '';
}

function idOf(event: TraceEvent): string {
  switch (event.kind) {
    case 'input':
      return event.id;
    case 'commit':
    case 'commit-refused':
      return event.inputId;
    case 'send':
    case 'deliver':
      return event.packet;
    case 'lever':
    case 'crash':
      return event.choice;
    case 'intent':
      return event.intent;
    case 'emit':
      return event.code;
    case 'connection':
      return String(event.connection);
    case 'power':
      return event.state;
    case 'phase':
      return event.phase;
  }
}
