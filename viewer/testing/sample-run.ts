/** A short run of the library as the page gets it, made once for the tests of the reader. */

import type { LiveAnswer, LiveRequest } from '../live/live-messages.ts';
import { liveRun } from '../live/live-run.ts';
import { type ReadRun, RunReader } from '../reader/run-reader.ts';

const PROGRAM = { version: '1.2.3', build: 'b'.repeat(32), commit: 'unknown' };

/** The bytes and the document of a library story's run, seed 7 unless the request says more. */
export function sampleRun(
  name: string,
  more: Partial<LiveRequest> = {},
): Extract<LiveAnswer, { kind: 'done' }> {
  const answers: LiveAnswer[] = [];
  liveRun(
    { scenario: { kind: 'library', name }, seed: '7', overrides: [], ...more },
    { program: PROGRAM, nowMs: () => 0, tell: (answer) => answers.push(answer) },
  );
  const last = answers.at(-1);
  if (last?.kind !== 'done') throw new Error(`ended otherwise: ${JSON.stringify(last)}`);
  return last;
}

/** Bytes of lines. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(bytes);
}

/** A reader that has read the bytes, and what it read. */
export async function opened(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ readonly reader: RunReader; readonly run: ReadRun }> {
  const reader = new RunReader();
  const run = await reader.read(bytes, () => {});
  if (run.kind === 'refused') throw new Error(run.sentence);
  return { reader, run };
}
