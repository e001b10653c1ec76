/**
 * A trace given on the command line: read, judged, and its scenario loaded again when that is
 * wanted.
 */

import { loadScenario } from '../scenarios/load.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { formatScenarioErrors } from '../scenarios/scenario-error.ts';
import { isPublicCollection } from '../sim/trace/canonical.ts';
import { readTrace } from '../sim/trace/reader.ts';
import { KEYED_TRACE_VERSION, type Trace, type TraceChange } from '../sim/trace/trace.ts';
import type { TraceDetail } from './engine/job.ts';
import type { Terminal } from './terminal.ts';
import { readTraceText } from './trace-file.ts';
import { UsageError } from './usage-error.ts';
import { counted } from './words.ts';

/** Reads a trace; says so when it is incomplete; throws `UsageError` when it is none. */
export function traceFile(path: string, terminal: Terminal): Trace {
  const trace = readTrace(readTraceText(path).split('\n'));
  if (trace.kind === 'rejected') {
    if (trace.code === 'empty') throw new UsageError(`${path} is an incomplete trace, no events`);
    throw new UsageError(`${path}:${trace.line} is not a trace: ${trace.sentence}`);
  }
  if (!trace.isComplete) {
    const readable = counted(trace.events.length, 'readable event');
    terminal.complain(`incomplete trace: ${trace.problem} (${readable})\n`);
  }
  return trace;
}

/**
 * The scenario that a trace carries, judged like any file; throws `UsageError` when it carries
 * none.
 */
export function scenarioOfTrace(trace: Trace, path: string): Scenario {
  const { document } = trace.header;
  if (typeof document !== 'string') throw new UsageError(`${path} does not carry its scenario`);
  const loaded = loadScenario(document, `${path} (scenario)`);
  if (loaded.kind === 'refused') throw new UsageError(formatScenarioErrors(loaded.errors));
  return loaded.scenario;
}

/** What a trace tells beyond its events: one that is compared with it must tell the same. */
export function detailOf({ header, events }: Trace): TraceDetail {
  const commits = events.filter((event) => event.kind === 'commit');
  const isView = ({ collection, facts }: TraceChange): boolean =>
    facts.length > 0 && !isPublicCollection(collection);
  return {
    hasViews: commits.some(({ changes }) => changes.some(isView)),
    hasKeys: header.version === KEYED_TRACE_VERSION || commits.some(({ keys }) => keys.length > 0),
  };
}
