/** The reader sees in the columns what a strict parse of every line sees. */

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readTrace } from '../../sim/trace/reader.ts';
import type { Trace, TraceEvent } from '../../sim/trace/trace.ts';
import { bytesOf, opened, sampleRun } from '../testing/sample-run.ts';
import { KIND_NAMES, NO_LANE } from './event-kinds.ts';
import { RunReader } from './run-reader.ts';

const { trace } = sampleRun('companion-first-message');
const text = new TextDecoder().decode(trace);

function strict(): Trace {
  const read = readTrace(text.split('\n'));
  if (read.kind === 'rejected') throw new Error(read.sentence);
  return read;
}

async function refusal(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const run = await new RunReader().read(bytes, () => {});
  return run.kind === 'refused'
    ? run.sentence
    : `read, ${run.columns.count} events: ${run.problem}`;
}

describe('columns', () => {
  it('hold what each line says', async () => {
    const { run, reader } = await opened(trace);
    const { events } = strict();
    expect(run.columns.count).toBe(events.length);
    const { columns, lanes } = run;
    const rowOf = new Map(events.map(({ sequence }, row) => [sequence, row]));
    for (const [row, event] of events.entries()) {
      expect(columns.sequence[row]).toBe(event.sequence);
      expect(columns.timeUs[row]).toBe(event.timeUs);
      expect(lanes[columns.lane[row] as number]).toBe(event.node);
      expect(KIND_NAMES[columns.kind[row] as number]).toBe(event.kind);
      expect(columns.cause[row]).toBe(rowOf.get(event.cause) ?? -1);
      expect(reader.event(row)).toEqual(event);
    }
  });

  it('pair every delivery with its send', async () => {
    const { run } = await opened(trace);
    const { events } = strict();
    const packets = new Map<string, number>();
    let pairs = 0;
    for (const [row, event] of events.entries()) {
      if (event.kind === 'send') packets.set(event.packet, row);
      if (event.kind !== 'deliver') continue;
      expect(run.columns.partner[row]).toBe(packets.get(event.packet));
      expect(run.lanes[run.columns.peer[row] as number]).toBe(event.source);
      pairs++;
    }
    expect(pairs).toBeGreaterThan(50);
    const inputs = events.findIndex(({ kind }) => kind === 'input');
    expect(run.columns.peer[inputs]).toBe(NO_LANE);
  });

  it('know every message, its author and who shows it', async () => {
    const { run } = await opened(trace);
    const shown = strict().events.flatMap((event) => shownIn(event));
    const told = run.messages.flatMap(({ id, copies }) =>
      copies.filter(({ shownRow }) => shownRow >= 0).map(({ lane }) => `${id} ${run.lanes[lane]}`),
    );
    expect([...told].sort()).toEqual([...new Set(shown)].sort());
    expect(run.messages.length).toBeGreaterThan(0);
  });
});

function shownIn(event: TraceEvent): readonly string[] {
  if (event.kind !== 'commit') return [];
  return event.changes
    .filter(({ collection, record }) => collection === 'shown' && record !== null)
    .map(({ facts }) => `${new Map(facts).get('messageId')} ${event.node}`);
}

describe('files', () => {
  it.each([
    ['one member', copyOf(gzipSync(text))],
    ['many members', copyOf(Buffer.concat(halves(text).map((half) => gzipSync(half))))],
  ])('are read compressed: %s', async (_name, bytes) => {
    const { run } = await opened(bytes);
    expect(run.columns.count).toBe(strict().events.length);
    expect(run.problem).toBe('');
  });

  it('cut short show what came before, and say so', async () => {
    const whole = gzipSync(text);
    const { run } = await opened(copyOf(whole.subarray(0, whole.length >> 1)));
    expect(run.columns.count).toBeGreaterThan(10);
    expect(run.problem).toMatch(/breaks off/);
  });

  it('without a footer say so', async () => {
    const lines = text.trimEnd().split('\n').slice(0, -1);
    const { run } = await opened(bytesOf(lines.join('\n')));
    expect(run.problem).toMatch(/no end/);
  });

  it.each([
    ['', /nothing in this file/],
    ['<html>', /not a trace of Lockstep/],
    [text.replace('"version":2', '"version":9'), /version 9; this viewer reads 1 to 2/],
    [text.replace('"kind":"phase"', '"kind":"phrase"'), /One line is no event/],
    [text.replace('"sequence":', '"sequence":9e99,"x":'), /line/],
  ])('that are none are refused with a sentence', async (bad, sentence) => {
    expect(await refusal(bytesOf(bad))).toMatch(sentence);
  });

  it('with markup in names stay text', async () => {
    const evil = text.replaceAll('alice.phone', '<img src=x onerror=alert(1)>');
    const { run } = await opened(bytesOf(evil));
    expect(run.lanes).toContain('<img src=x onerror=alert(1)>');
  });
});

function copyOf(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}

function halves(whole: string): readonly string[] {
  const middle = whole.indexOf('\n', whole.length >> 1) + 1;
  return [whole.slice(0, middle), whole.slice(middle)];
}
