/**
 * Reads the lines of a trace. A trace cut short (killed in mid-write) is reported incomplete and
 * its readable part given; lines that no writer wrote are refused with their number, never thrown
 * at anyone.
 *
 * What it does not do: open files, decompress, or trust `document` (the loader of scenarios judges
 * it).
 */

import { Hash128 } from './hash128.ts';
import { REFUSED } from './shapes.ts';
import {
  isReadVersion,
  KEYED_TRACE_VERSION,
  type Trace,
  type TraceEvent,
  type TraceFooter,
  type TraceHeader,
} from './trace.ts';
import { decodeEvent, decodeFooter, decodeHeader } from './trace-shapes.ts';

/** Why lines are not a trace. Stable. */
export type TraceProblemCode =
  | 'empty' // no line at all
  | 'malformed' // a line that is not the JSON of its place
  | 'unknown-version' // a header of another version of the format
  | 'out-of-order' // sequence numbers or times that go back
  | 'altered' // the footer's count or content hash is not that of the lines
  | 'too-long'; // a line, or the number of lines, above the limit

/** A refusal: 1-based number of the line and one sentence. */
export interface TraceRejection {
  readonly kind: 'rejected';
  readonly code: TraceProblemCode;
  readonly line: number;
  readonly sentence: string;
}

export interface ReadLimits {
  /** UTF-16 code units of one line; raising it lets one hostile line take more memory. */
  readonly lineLengthMax: number;
  /** Event lines. */
  readonly eventsMax: number;
}

/**
 * Wide enough for a two-week run with every frame; a thousand times less than memory would allow.
 */
export const READ_LIMITS: ReadLimits = { lineLengthMax: 2 ** 25, eventsMax: 2 ** 24 };

/** Reads a whole trace. Lines come without line feeds; one empty line at the end is allowed. */
export function readTrace(
  lines: Iterable<string>,
  limits: ReadLimits = READ_LIMITS,
): Trace | TraceRejection {
  const reader = new TraceReader(limits);
  for (const line of lines) {
    const rejection = reader.line(line);
    if (rejection !== undefined) return rejection;
  }
  return reader.end();
}

/**
 * Reads line by line: for edges that stream. A line is judged when the next one comes, or at the
 * end.
 */
export class TraceReader {
  readonly #limits: ReadLimits;
  readonly #content = new Hash128();
  readonly #events: TraceEvent[] = [];
  #header: TraceHeader | undefined;
  #footer: TraceFooter | undefined;
  /** The line before, not yet judged: only the last line of a trace may be cut. */
  #waiting: string | undefined;
  #lineNumber = 0;

  constructor(limits: ReadLimits = READ_LIMITS) {
    this.#limits = limits;
  }

  /** Takes the next line; answers a rejection when an earlier line is not of a trace. */
  line(line: string): TraceRejection | undefined {
    const before = this.#waiting;
    this.#waiting = line;
    if (before === undefined) return undefined;
    this.#lineNumber++;
    const rejection = this.#judge(before);
    return rejection === 'cut' ? this.#reject('malformed', 'is not JSON') : rejection;
  }

  /** What was read, after the last line. */
  end(): Trace | TraceRejection {
    const last = this.#waiting;
    let problem = 'the trace has no footer: its run was stopped, or is still going on';
    if (last !== undefined && (last !== '' || this.#header === undefined)) {
      this.#lineNumber++;
      const rejection = this.#judge(last);
      if (rejection === 'cut') problem = `line ${this.#lineNumber} is cut off`;
      else if (rejection !== undefined) return rejection;
    }
    const header = this.#header;
    if (header === undefined) {
      this.#lineNumber = Math.max(1, this.#lineNumber);
      return this.#reject('empty', 'holds no whole header');
    }
    const isComplete = this.#footer !== undefined;
    return {
      kind: 'trace',
      header,
      events: this.#events,
      footer: this.#footer,
      isComplete,
      problem: isComplete ? '' : problem,
    };
  }

  #judge(line: string): TraceRejection | 'cut' | undefined {
    if (line.length > this.#limits.lineLengthMax) return this.#reject('too-long', 'is too long');
    if (this.#footer !== undefined) return this.#reject('malformed', 'comes after the footer');
    const value = parse(line);
    if (value === REFUSED) return 'cut';
    if (this.#header === undefined) return this.#readHeader(line, value);
    if (typeof value === 'object' && value !== null && 'end' in value) {
      return this.#readFooter(value);
    }
    const event = decodeEvent(value);
    if (event === REFUSED) return this.#reject('malformed', 'is not an event of this version');
    return this.#readEvent(line, event as TraceEvent);
  }

  #readHeader(line: string, value: unknown): TraceRejection | undefined {
    const version = (value as { readonly version?: unknown } | null)?.version;
    if (Number.isSafeInteger(version) && !isReadVersion(version)) {
      const newest = KEYED_TRACE_VERSION;
      return this.#reject('unknown-version', `is of version ${version}, read are 1 to ${newest}`);
    }
    const header = decodeHeader(value);
    if (header === REFUSED) return this.#reject('malformed', 'is not the header of a trace');
    this.#header = header as TraceHeader;
    this.#content.text(line);
    return undefined;
  }

  #readEvent(line: string, event: TraceEvent): TraceRejection | undefined {
    const before = this.#events[this.#events.length - 1];
    if (before !== undefined) {
      const goesBack = event.sequence <= before.sequence || event.timeUs < before.timeUs;
      if (goesBack) return this.#reject('out-of-order', 'goes back in sequence or time');
    }
    if (event.cause >= event.sequence || event.cause < -1) {
      return this.#reject('out-of-order', 'names a cause that is not before it');
    }
    if (this.#events.length >= this.#limits.eventsMax) {
      return this.#reject('too-long', 'is one event too many');
    }
    this.#events.push(event);
    this.#content.text(line);
    return undefined;
  }

  #readFooter(value: unknown): TraceRejection | undefined {
    const footer = decodeFooter(value);
    if (footer === REFUSED) return this.#reject('malformed', 'is not the footer of a trace');
    const { events, content } = footer as TraceFooter;
    if (events !== this.#events.length || content !== this.#content.digest()) {
      return this.#reject('altered', 'does not fit the lines before it');
    }
    this.#footer = footer as TraceFooter;
    return undefined;
  }

  #reject(code: TraceProblemCode, what: string): TraceRejection {
    const line = this.#lineNumber;
    return { kind: 'rejected', code, line, sentence: `line ${line} ${what}` };
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return REFUSED;
  }
}
