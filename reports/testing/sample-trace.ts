/** The sample run of `sim/trace` as a trace that was written and read again. */

import { RunHashes } from '../../sim/trace/hashes.ts';
import { readTrace } from '../../sim/trace/reader.ts';
import { SAMPLE_FACTS, sampleRun } from '../../sim/trace/testing/sample-run.ts';
import type { Trace } from '../../sim/trace/trace.ts';
import { TraceWriter } from '../../sim/trace/writer.ts';

/** Lines as a writer wrote them. */
export function sampleLines(): string[] {
  const lines: string[] = [];
  const writer = new TraceWriter((line) => lines.push(line), SAMPLE_FACTS);
  const hashes = new RunHashes();
  for (const event of sampleRun()) {
    hashes.observe(event);
    writer.observe(event);
  }
  writer.end(hashes.digests());
  return lines;
}

/** The whole trace, or its first lines as if the run had been killed. */
export function sampleTrace(lineCount?: number): Trace {
  const trace = readTrace(sampleLines().slice(0, lineCount));
  if (trace.kind === 'rejected') throw new Error(trace.sentence);
  return trace;
}
