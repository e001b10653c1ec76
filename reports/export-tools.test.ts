/** The exports for Perfetto and ShiViz, held against the trace they were made of. */

import { describe, expect, it } from 'vitest';
import { opensslProvider } from '../protocol/crypto/openssl.ts';
import { fanout } from '../protocol/fanout/index.ts';
import { loadScenario } from '../scenarios/load.ts';
import { runScenario } from '../sim/run/run.ts';
import { readTrace } from '../sim/trace/reader.ts';
import { traceFactsOf } from '../sim/trace/run-facts.ts';
import type { Trace } from '../sim/trace/trace.ts';
import { TraceWriter } from '../sim/trace/writer.ts';
import { exportPerfetto } from './export-perfetto.ts';
import { exportShiviz, SHIVIZ_PARSER } from './export-shiviz.ts';
import { sampleTrace } from './testing/sample-trace.ts';

const STORY = `lockstep: 1
name: lunch
summary: Two phones write to each other, one of them off or asleep for a while.
length: 10m
accounts:
  alice: { phone: { network: wifi } }
  bob: { phone: { network: mobile-lossy } }
timeline:
  - { id: hi, at: 1m, send: { from: alice.phone, to: bob, text: hi } }
  - { id: off, at: 2m, power-off: bob.phone }
  - { id: again, at: 3m, send: { from: alice.phone, to: bob, text: lunch? } }
  - { id: on, at: 4m, power-on: bob.phone }
  - { id: yes, at: 5m, send: { from: bob.phone, to: alice, text: yes } }
`;

function recorded(): Trace {
  const loaded = loadScenario(STORY, 'lunch.yaml');
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors));
  const { scenario } = loaded;
  const crypto = opensslProvider();
  const run = { scenario, seed: '7', architecture: fanout, crypto, overrides: [] };
  const lines: string[] = [];
  const named = { ...run, architecture: 'fanout', crypto: 'openssl' };
  const facts = traceFactsOf({ ...named, program: 'test', build: 'test' });
  const writer = new TraceWriter((line) => lines.push(line), facts);
  writer.end(runScenario({ ...run, observers: [writer] }).hashes);
  const trace = readTrace(lines);
  if (trace.kind === 'rejected') throw new Error(trace.sentence);
  return trace;
}

const trace = recorded();

interface Logged {
  readonly event: string;
  readonly host: string;
  readonly clock: Readonly<Record<string, number>>;
}

/** Reads a log with the parser it carries. */
function readLog(lines: readonly string[]): Logged[] {
  const [parser = '', delimiter, ...rest] = lines;
  expect(delimiter).toBe('');
  return [...rest.join('\n').matchAll(new RegExp(parser, 'g'))].map(({ groups }) => {
    const { event = '', host = '', clock = '{}' } = groups as Partial<Record<string, string>>;
    return { event, host, clock: JSON.parse(clock) };
  });
}

/** For each event, what happened before it by program order and causes: bits by place. */
function happenedBefore({ events }: Trace): Set<number>[] {
  const placeOf = new Map(events.map(({ sequence }, place) => [sequence, place]));
  const last = new Map<string, number>();
  const before: Set<number>[] = [];
  events.forEach(({ node, cause }, place) => {
    const direct = [last.get(node), placeOf.get(cause)].filter((one) => one !== undefined);
    before.push(new Set(direct.flatMap((one) => [one, ...(before[one] ?? [])])));
    last.set(node, place);
  });
  return before;
}

describe('ShiViz', () => {
  it('its own parser reads every event back, in order', () => {
    for (const one of [trace, sampleTrace()]) {
      const lines = exportShiviz(one);
      expect(lines[0]).toBe(SHIVIZ_PARSER);
      const log = readLog(lines);
      expect(log.map(({ host }) => host)).toEqual(one.events.map(({ node }) => node));
      one.events.forEach(({ sequence }, at) => {
        expect(log[at]?.event).toContain(` #${sequence} `);
      });
    }
  });

  it('each host counts its own events from one without a gap', () => {
    const counts = new Map<string, number>();
    for (const { host, clock } of readLog(exportShiviz(trace))) {
      const next = (counts.get(host) ?? 0) + 1;
      expect(clock[host]).toBe(next);
      counts.set(host, next);
    }
    expect(counts.size).toBeGreaterThan(3);
  });

  it('clocks are in order exactly where causes and hosts put events in order', () => {
    const log = readLog(exportShiviz(trace));
    const before = happenedBefore(trace);
    expect(log.length).toBeGreaterThan(150);
    let ordered = 0;
    log.forEach((later, at) => {
      log.slice(0, at).forEach((earlier, index) => {
        const isBefore = Object.entries(earlier.clock).every(([host, count]) => {
          return count <= (later.clock[host] ?? 0);
        });
        if (isBefore) ordered += 1;
        if (isBefore !== before[at]?.has(index)) {
          throw new Error(`${earlier.event} | ${later.event}: ${isBefore}`);
        }
      });
    });
    const pairs = (log.length * (log.length - 1)) / 2;
    expect(ordered).toBeGreaterThan(pairs / 10);
    expect(ordered).toBeLessThan(pairs);
  });
});

interface Item {
  readonly name: string;
  readonly cat: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly id: number;
  readonly args: { readonly sequence?: number };
}

function itemsOf(one: Trace): Item[] {
  return JSON.parse(exportPerfetto(one).join('\n')).traceEvents;
}

const isStep = ({ ph, cat }: Item): boolean => ph === 'X' && cat !== 'pause';

describe('Perfetto', () => {
  it('has a slice for every event on the track of its host, and a name for every track', () => {
    for (const one of [trace, sampleTrace()]) {
      const items = itemsOf(one);
      const names = new Map<number, unknown>();
      for (const { name, tid, args } of items) {
        if (name === 'thread_name') names.set(tid, (args as { name?: string }).name);
      }
      const byNumber = new Map(items.map((item) => [item.args?.sequence, item]));
      for (const { sequence, node, timeUs } of one.events) {
        const item = byNumber.get(sequence);
        expect(names.get(item?.tid ?? 0)).toBe(node);
        expect(Math.floor(item?.ts ?? -1)).toBe(timeUs);
      }
      for (const { ph } of items) expect('MXbesf').toContain(ph);
    }
  });

  it('slices of a track nest, and steps never overlap', () => {
    const slices = itemsOf(trace).filter(({ ph }) => ph === 'X');
    for (const tid of new Set(slices.map((one) => one.tid))) {
      const own = slices.filter((one) => one.tid === tid);
      const ordered = own.sort((left, right) => left.ts - right.ts || right.dur - left.dur);
      const open: number[] = [];
      let stepsEnd = 0;
      for (const item of ordered) {
        while ((open.at(-1) ?? Number.POSITIVE_INFINITY) <= item.ts) open.pop();
        const end = item.ts + item.dur;
        expect(end).toBeLessThanOrEqual(open.at(-1) ?? Number.POSITIVE_INFINITY);
        open.push(end);
        if (!isStep(item)) continue;
        expect(item.dur).toBeGreaterThan(0);
        expect(item.ts).toBeGreaterThanOrEqual(stepsEnd);
        stepsEnd = end;
      }
    }
  });

  it('shows the time a phone was off', () => {
    const off = itemsOf(trace).filter(({ cat, name }) => cat === 'pause' && name === 'off');
    expect(off.map(({ dur }) => Math.round(dur / 1_000_000))).toContain(120);
  });

  it('a flight begins at its send and ends at its delivery; every cause is an arrow', () => {
    const items = itemsOf(trace);
    const steps = new Map(items.filter(isStep).map((one) => [one.args.sequence, one]));
    const within = (point: Item | undefined, sequence: number): void => {
      const step = steps.get(sequence);
      expect(point?.tid).toBe(step?.tid);
      expect(point?.ts).toBeGreaterThan(step?.ts ?? Number.NaN);
      expect(point?.ts).toBeLessThan((step?.ts ?? 0) + (step?.dur ?? 0));
    };
    const numbers = new Set(trace.events.map(({ sequence }) => sequence));
    const caused = trace.events.filter(({ cause }) => numbers.has(cause));
    const flights = caused.filter(({ kind }) => kind === 'deliver');
    for (const [begin, end, events] of [
      ['s', 'f', caused],
      ['b', 'e', flights],
    ] as const) {
      const points = (ph: string) => items.filter((item) => item.ph === ph);
      const begins = new Map(points(begin).map((item) => [item.id, item]));
      const ends = new Map(points(end).map((item) => [item.id, item]));
      expect(points(begin)).toHaveLength(events.length);
      expect(points(end)).toHaveLength(events.length);
      for (const { sequence, cause } of events) {
        within(begins.get(sequence), cause);
        within(ends.get(sequence), sequence);
      }
    }
    expect(flights.length).toBeGreaterThan(20);
  });
});
