/**
 * A measured latency and loss trace: CSV with the header `time_ms,latency_ms,loss`, one row for
 * each change, in order of time, beginning at 0. `#` begins a comment line. The network repeats it
 * after its last row.
 */

import type { Complaints, Path } from './complaint.ts';
import { DURATION_US_MAX, TRACE_ROWS_MAX } from './limits.ts';
import { isChance, parseRatio } from './ratio.ts';
import type { TraceRow } from './scenario.ts';

const HEADER = 'time_ms,latency_ms,loss';

/** Milliseconds with at most three decimal places, as integer microseconds. */
function parseMilliseconds(text: string): number | undefined {
  const parts = /^([0-9]{1,12})(?:\.([0-9]{1,3}))?$/.exec(text);
  if (parts === null) return undefined;
  const us = Number(parts[1]) * 1_000 + Number((parts[2] ?? '').padEnd(3, '0'));
  return us <= DURATION_US_MAX ? us : undefined;
}

function parseRow(line: string): TraceRow | undefined {
  const cells = line.split(',').map((cell) => cell.trim());
  const [time = '', latency = '', chance = ''] = cells;
  const timeUs = parseMilliseconds(time);
  const latencyUs = parseMilliseconds(latency);
  const loss = parseRatio(chance);
  if (cells.length !== 3 || timeUs === undefined || latencyUs === undefined) return undefined;
  return loss !== undefined && isChance(loss) ? { timeUs, latencyUs, loss } : undefined;
}

/**
 * Reads a trace; every bad line becomes a complaint at `path` that names the CSV file and its line.
 */
export function parseTraceCsv(
  complaints: Complaints,
  text: string,
  path: Path,
  fileName: string,
): readonly TraceRow[] {
  const rows: TraceRow[] = [];
  let isHeaderSeen = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const where = `${fileName}, line ${index + 1}`;
    if (!isHeaderSeen) {
      isHeaderSeen = true;
      if (
        line
          .split(',')
          .map((cell) => cell.trim())
          .join(',') === HEADER
      )
        continue;
      complaints.at(path, `${where}: the first line of a trace is ${HEADER}`);
      continue;
    }
    const row = parseRow(line);
    const lastUs = rows.at(-1)?.timeUs ?? -1;
    if (row === undefined) {
      complaints.at(
        path,
        `${where}: "${line}" is not time_ms,latency_ms,loss (as in 1500,42.5,0.01)`,
      );
    } else if (row.timeUs <= lastUs || (rows.length === 0 && row.timeUs !== 0)) {
      complaints.at(path, `${where}: times begin at 0 and ascend`);
    } else {
      rows.push(row);
    }
    if (rows.length > TRACE_ROWS_MAX) {
      complaints.at(path, `${where}: a trace has at most ${TRACE_ROWS_MAX} rows`);
      return [];
    }
  }
  if (rows.length === 0) complaints.at(path, `${fileName}: this trace has no rows`);
  return rows;
}
