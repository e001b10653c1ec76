import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RunHashes } from './hashes.ts';
import { readTrace } from './reader.ts';
import { SAMPLE_FACTS, sampleRun } from './testing/sample-run.ts';
import { TraceWriter } from './writer.ts';

function sampleLines(): string[] {
  const lines: string[] = [];
  const writer = new TraceWriter((line) => lines.push(line), SAMPLE_FACTS);
  for (const event of sampleRun()) writer.observe(event);
  writer.end(new RunHashes().digests());
  return lines;
}

const LINES = sampleLines();
const RUNS = { numRuns: 2_000, seed: 20_210_714 };

it('whatever the lines are, the answer is a trace or a rejection, and nothing is thrown', () => {
  const line = fc.oneof(fc.string(), fc.json(), fc.constantFrom(...LINES));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      expect(['trace', 'rejected']).toContain(readTrace(lines).kind);
    }),
    RUNS,
  );
});

it('a complete trace with one character changed is never read as complete', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: LINES.length - 1 }),
      fc.nat(),
      fc.integer({ min: 32, max: 126 }),
      (at, place, unit) => {
        const line = LINES[at] as string;
        const position = place % line.length;
        fc.pre(line.charCodeAt(position) !== unit);
        // Hashes and blocks in the footer are what the run says of itself: `replay` judges those.
        fc.pre(at < LINES.length - 1);
        const changed =
          line.slice(0, position) + String.fromCharCode(unit) + line.slice(position + 1);
        const trace = readTrace(LINES.map((old, index) => (index === at ? changed : old)));
        expect(trace.kind === 'trace' && trace.isComplete).toBe(false);
      },
    ),
    RUNS,
  );
});

it('any beginning of a trace gives the events of its whole lines', () => {
  const text = LINES.join('\n');
  fc.assert(
    fc.property(
      fc.integer({ min: (LINES[0] as string).length + 1, max: text.length - 1 }),
      (end) => {
        const lines = text.slice(0, end).split('\n');
        const trace = readTrace(lines);
        expect(trace.kind).toBe('trace');
        if (trace.kind !== 'trace') return;
        expect(trace.isComplete).toBe(false);
        const last = lines.at(-1) as string;
        const isWhole = LINES.includes(last);
        expect(trace.events).toHaveLength(lines.length - (isWhole ? 1 : 2));
      },
    ),
    { ...RUNS, numRuns: 500 },
  );
});
