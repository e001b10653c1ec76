/** A recorded run as its canonical lines again, uncompressed: what other tools read. */

import type { Trace } from '../sim/trace/trace.ts';

/** Header, events and, when the trace is complete, footer. Equal to the lines that were read. */
export function exportNdjson(trace: Trace): string[] {
  const values = [
    trace.header,
    ...trace.events,
    ...(trace.footer === undefined ? [] : [trace.footer]),
  ];
  return values.map((value) => JSON.stringify(value));
}
