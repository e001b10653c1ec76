/**
 * A trace of a million events for the benchmark of the viewer: a recorded day again and again, each
 * time later, with names, sequence numbers and connections of its own.
 */

import { gunzipSync, gzipSync } from 'node:zlib';
import { Hash128 } from '../../sim/trace/hash128.ts';

const DAY_US = 90_000_000_000;
const CONNECTIONS = 100_000_000;

/** The compressed trace; it has at least so many events. */
export function repeatedDay(recorded: Buffer, events: number): Buffer {
  const lines = gunzipSync(recorded).toString('utf8').trimEnd().split('\n');
  const header = lines[0] as string;
  const day = lines.slice(1, -1);
  const last = JSON.parse(day.at(-1) as string) as { readonly sequence: number };
  const parts: Buffer[] = [Buffer.from(`${header}\n`)];
  let written = 0;
  for (let round = 0; written < events; round++) {
    const again = day.map((line) => later(line, round, last.sequence + 1));
    parts.push(Buffer.from(`${again.join('\n')}\n`));
    written += day.length;
  }
  const hash = '0'.repeat(32);
  const hashes = { schedule: hash, skeleton: hash, bytes: hash, shown: hash };
  const content = new Hash128().digest();
  const footer = JSON.stringify({ end: true, events: written, hashes, blocks: [], content });
  parts.push(Buffer.from(`${footer}\n`));
  return gzipSync(Buffer.concat(parts), { level: 1 });
}

/** One line of a later day. */
function later(line: string, round: number, sequences: number): string {
  if (round === 0) return line;
  return line
    .replace(/^\{"sequence":(\d+),"timeUs":(\d+)/, (_, sequence: string, timeUs: string) => {
      const at = Number(sequence) + round * sequences;
      return `{"sequence":${at},"timeUs":${Number(timeUs) + round * DAY_US}`;
    })
    .replace(/"cause":(\d+)/, (_, cause: string) => `"cause":${Number(cause) + round * sequences}`)
    .replace(/"connection":(\d+)/, (_, connection: string) => {
      return `"connection":${Number(connection) + round * CONNECTIONS}`;
    })
    .replace(/"packet":"/, `"packet":"${round}/`)
    .replace(/"label":\{"kind":"([^"]*)","id":"/, `"label":{"kind":"$1","id":"${round}-`)
    .replaceAll(/\["messageId","/g, `["messageId","${round}-`);
}
