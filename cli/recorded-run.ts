/**
 * A run recorded for the viewer: performed with a trace that tells all there is, which is then
 * taken into memory. Where nobody asked for the file, none is left.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunDocument } from '../reports/run-document.ts';
import type { RunResult } from '../sim/run/run.ts';
import { documentOf } from './documents.ts';
import type { InterruptedRun, RunJob, TraceDetail } from './engine/job.ts';
import { perform } from './perform.ts';
import type { Session } from './session.ts';

/** A trace that tells all there is. */
const EVERY_DETAIL: TraceDetail = { hasViews: true, hasKeys: true };

/** What the viewer shows of a run. */
export interface RecordedRun {
  readonly result: RunResult;
  readonly realMs: number;
  readonly document: RunDocument;
  /** As a file would hold it; compressed unless the job named a plain file. */
  readonly trace: Buffer;
}

/** Performs a job and keeps its trace; undefined as with `perform`. */
export async function performRecorded(
  session: Session,
  job: RunJob,
  reproduce: string,
  onInterrupted?: (found: InterruptedRun) => void,
): Promise<RecordedRun | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
  const traceFile = job.traceFile ?? join(folder, 'run.trace.ndjson.gz');
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  try {
    const isTraceScratch = job.traceFile === undefined;
    const detailed = { ...job, traceFile, isTraceScratch, detail: EVERY_DETAIL };
    const performed = await perform(session, detailed, onInterrupted);
    if (performed === undefined) return undefined;
    const { result, realMs } = performed;
    const document = documentOf(reproduce, job, result, session.facts);
    return { result, realMs, document, trace: readFileSync(traceFile) };
  } finally {
    remove();
    process.off('exit', remove);
  }
}
