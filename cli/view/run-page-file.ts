/** `run --html`: the viewer with one run in it, as one file. */

import { gzipSync } from 'node:zlib';
import { runPage } from '../../reports/run-page.ts';
import type { RecordedRun } from '../recorded-run.ts';
import { isGzip } from '../trace-file.ts';
import { UsageError } from '../usage-error.ts';
import { size } from '../words.ts';
import { writeOut } from '../write-out.ts';
import { viewerFile } from './viewer-files.ts';

/** What still fits into one text of a browser, with the page around it. */
const TRACE_BYTES_MAX = 256_000_000;

/** Writes the page; throws `UsageError` when it cannot. */
export function writeRunPage(path: string, { document, trace }: RecordedRun): void {
  const packed = isGzip(trace) ? trace : gzipSync(trace);
  if (packed.length > TRACE_BYTES_MAX) {
    throw new UsageError(`the trace is too long for one page (${size(packed.length)}); use view`);
  }
  const run = { result: document, trace: packed.toString('base64') };
  writeOut(path, runPage(viewerFile('single.html').toString('utf8'), [run]));
}
