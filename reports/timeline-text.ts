/** A stretch of a run as text for a terminal: one line an event, one glyph column per host. */

import type { Trace, TraceEvent } from '../sim/trace/trace.ts';
import { eventText } from './event-text.ts';
import { sentAgain } from './sent-again.ts';
import { timeText } from './time-text.ts';

export interface TimelineOptions {
  /** Both ends belong to the stretch. */
  readonly fromUs?: number;
  readonly untilUs?: number;
  /** Lines of events at most; what is left out is said. Default 200. */
  readonly linesMax?: number;
  /** Also inputs and every commit. Default: what people and packets do. */
  readonly isDetailed?: boolean;
}

/** What stands in a host's column when it does something. */
const GLYPHS: ReadonlyMap<TraceEvent['kind'], string> = new Map([
  ['input', '·'],
  ['commit', '▪'],
  ['commit-refused', '▫'],
  ['send', '▸'],
  ['deliver', '◂'],
  ['lever', '!'],
  ['connection', '~'],
  ['power', '○'],
  ['crash', '✗'],
  ['emit', '"'],
  ['intent', '*'],
  ['phase', '='],
]);
const DETAILS: ReadonlySet<TraceEvent['kind']> = new Set(['input', 'commit']);
const ON = '│';
const OFF = ' ';

/** Legend, then lines. Columns are numbered in world order; the legend names them. */
export function timelineText(trace: Trace, options: TimelineOptions = {}): string[] {
  const { fromUs = 0, untilUs = Number.MAX_SAFE_INTEGER, linesMax = 200 } = options;
  const { hosts } = trace.header;
  const columns = new Map(hosts.map((host, index) => [host, index]));
  const lives = hosts.map(() => ON);
  const out = hosts.map((host, index) => `${'│ '.repeat(index)}┌ ${host}`);
  const again = sentAgain(trace);
  let drawn = 0;
  let left = 0;
  for (const event of trace.events) {
    if (event.timeUs > untilUs) break;
    const column = columns.get(event.node);
    if (column !== undefined) lives[column] = lifeAfter(event, lives[column] as string);
    if (event.timeUs < fromUs || !isDrawn(event, options.isDetailed ?? false)) continue;
    if (drawn >= linesMax) {
      left++;
      continue;
    }
    drawn++;
    const glyphs = lives.map((life, index) => (index === column ? glyphOf(event) : life));
    const who = column === undefined ? event.node : hosts[column];
    const what = eventText(event, again);
    out.push(`${glyphs.join(' ')}  ${timeText(event.timeUs)}  ${who}  ${what}`);
  }
  if (drawn === 0) out.push('nothing happened in this stretch');
  if (left > 0) out.push(`… ${left} more events in this stretch are not shown (limit ${linesMax})`);
  if (!trace.isComplete) out.push(`incomplete: ${trace.problem}`);
  return out;
}

function isDrawn(event: TraceEvent, isDetailed: boolean): boolean {
  if (isDetailed || !DETAILS.has(event.kind)) return true;
  if (event.kind !== 'commit' || event.isTimeZero) return false;
  return event.changes.some(({ collection }) => collection === 'shown' || collection === 'lost');
}

function glyphOf(event: TraceEvent): string {
  const isShowing =
    event.kind === 'commit' && event.changes.some(({ collection }) => collection === 'shown');
  return isShowing ? '✓' : (GLYPHS.get(event.kind) ?? '?');
}

/** How the host's column goes on after the event. */
function lifeAfter(event: TraceEvent, before: string): string {
  if (event.kind === 'crash') return OFF;
  if (event.kind === 'power') return event.state === 'off' ? OFF : ON;
  if (event.kind === 'input' && event.input === 'started') return ON;
  return before;
}
