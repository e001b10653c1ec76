/** A line of a trace as its event, judged by the shapes of the format: it may be a stranger's. */

import { REFUSED } from '../sim/trace/shapes.ts';
import type { TraceEvent } from '../sim/trace/trace.ts';
import { decodeEvent } from '../sim/trace/trace-shapes.ts';

/** The event of a line; undefined for a text that is none. */
export function readLine(line: string | undefined): TraceEvent | undefined {
  if (line === undefined) return undefined;
  try {
    const event = decodeEvent(JSON.parse(line));
    return event === REFUSED ? undefined : (event as TraceEvent);
  } catch {
    return undefined;
  }
}
