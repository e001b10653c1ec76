import { describe, expect, it } from 'vitest';
import { cautionsOf } from './cautions.ts';
import { headlinesOf } from './headlines.ts';
import type { ComparisonDocument, Measure, MeasureRow } from './model.ts';
import { valueAt } from './paths.ts';
import { areApart, readingOf } from './readings.ts';
import { renderJson } from './render.ts';
import { sampleDocument } from './testing/sample-document.ts';

const sample = sampleDocument();

const MEASURE: Measure = {
  id: 'latency.p50',
  group: 'Latency',
  name: 'Half within',
  explanation: 'From the tap until it shows.',
  unit: 'microseconds',
  better: 'less',
};

/** A document of one row whose difference has this interval; without one when it is undefined. */
function oneRow(low?: number, high?: number): ComparisonDocument {
  const span = low === undefined || high === undefined ? {} : { low, high };
  const mean = ((low ?? -1_000_000) + (high ?? -1_000_000)) / 2;
  const row: MeasureRow = {
    measure: MEASURE.id,
    relay: { mean: 1_420_000, low: 1_400_000, high: 1_440_000, seeds: 20 },
    fanout: { mean: 1_420_000 + mean, low: 0, high: 2_000_000, seeds: 20 },
    difference: { mean, ...span, seeds: 20 },
  };
  return { ...sample, measures: [MEASURE], overall: [row], sweeps: [], exposure: [] };
}

const said = (document: ComparisonDocument): readonly string[] =>
  headlinesOf(document).map(
    ({ kind, sentence }) => `${kind}: ${sentence.replaceAll('\u00a0', ' ')}`,
  );

describe('a sentence of the first screen', () => {
  it('cites only numbers that stand in the JSON under their path', () => {
    const json: unknown = JSON.parse(renderJson(sample));
    const cited = sample.headlines.flatMap(({ numbers }) => numbers);
    expect(cited.length).toBeGreaterThan(30);
    for (const { path, value } of cited) expect(valueAt(json, path), path).toBe(value);
  });

  it('has no figure that it does not cite', () => {
    const names = [
      ...sample.measures.map(({ name }) => name),
      ...sample.exposure.map(({ theft }) => theft),
    ].map((name) => name.toLowerCase());
    for (const { sentence, numbers } of sample.headlines) {
      const bare = names.reduce((text, name) => text.replaceAll(name, ''), sentence.toLowerCase());
      const figures = bare.match(/\d[\d,.]*\d|\d/g) ?? [];
      expect(figures.length, sentence).toBe(numbers.length);
    }
  });

  it('changes with the numbers', () => {
    expect(said(oneRow(-1_100_000, -900_000))).toEqual([
      'bought: Half within (mean of the stories’ own medians): 0.42 s with fanout instead of 1.42 s on the relay (−1.00 s, −1.10 to −0.90).',
    ]);
    expect(said(oneRow(900_000, 1_100_000))).toEqual([
      'paid: Half within (mean of the stories’ own medians): 2.42 s with fanout instead of 1.42 s on the relay (+1.00 s, 0.90 to 1.10).',
    ]);
  });

  it('says "no difference seen" when the interval holds zero, its ends included', () => {
    expect(said(oneRow(-10_000, 30_000))).toEqual([
      'same: Half within (mean of the stories’ own medians): no difference seen, 1.43 s with fanout and 1.42 s on the relay (+0.01 s, −0.01 to 0.03).',
    ]);
    for (const [low, high] of [
      [0, 5],
      [-5, 0],
      [0, 0],
    ] as const) {
      expect(headlinesOf(oneRow(low, high)).map(({ kind }) => kind)).toEqual(['same']);
    }
  });

  it('leaves to the tables what is sure and slight', () => {
    expect(headlinesOf(oneRow(10_000, 14_000))).toEqual([]);
    expect(headlinesOf(oneRow(14_000, 15_000)).map(({ kind }) => kind)).toEqual(['paid']);
  });

  it('claims nothing without an interval', () => {
    expect(headlinesOf(oneRow())).toEqual([]);
    expect(sampleDocument(4).headlines).toEqual([]);
  });

  it('claims nothing of a measure that is neither good nor bad', () => {
    const document = { ...oneRow(1, 2), measures: [{ ...MEASURE, better: 'neither' as const }] };
    expect(headlinesOf(document)).toEqual([]);
  });

  it('speaks of a theft only where both judges agreed in every run', () => {
    const doubted = sample.exposure.map((row) => ({ ...row, agreeing: row.seeds - 1 }));
    const all = headlinesOf({ ...sample, exposure: doubted });
    expect(said(sample).some((sentence) => sentence.includes('Who steals'))).toBe(true);
    expect(all.some(({ sentence }) => sentence.includes('Who steals'))).toBe(false);
  });

  it('compares the points of two curves only where their intervals do not touch', () => {
    const measured = { mean: 0.5, low: 0.4, high: 0.6, seeds: 20 };
    const sweeps = sample.sweeps.map((sweep) => ({
      ...sweep,
      series: sweep.series.map((series) => ({
        ...series,
        points: series.points.map((point) => ({ ...point, measured })),
      })),
    }));
    const about = (list: readonly { sentence: string }[]): boolean =>
      list.some(({ sentence }) => sentence.startsWith('With the phone off'));
    expect(about(headlinesOf(sample))).toBe(true);
    expect(about(headlinesOf({ ...sample, sweeps }))).toBe(false);
  });
});

describe('readings and paths', () => {
  const row = (low: number, high: number) => oneRow(low, high).overall[0] as MeasureRow;

  it('turn with what is better', () => {
    expect(readingOf(row(1, 2), 'less')).toBe('worse');
    expect(readingOf(row(1, 2), 'more')).toBe('better');
    expect(readingOf(row(-2, -1), 'less')).toBe('better');
    expect(readingOf(row(-2, -1), 'neither')).toBe('less');
    const none = { ...row(1, 2), difference: { mean: null, seeds: 0 } };
    expect(readingOf(none, 'less')).toBe('no-occasion');
  });

  it('know intervals that touch', () => {
    const span = (low: number, high: number) => ({ mean: low, low, high, seeds: 9 });
    expect(areApart(span(1, 2), span(2, 3))).toBe(false);
    expect(areApart(span(1, 2), span(2.1, 3))).toBe(true);
    expect(areApart(span(1, 2), { mean: 9, seeds: 2 })).toBe(false);
  });

  it('lead by name where a name is unique, by place otherwise, and nowhere when wrong', () => {
    const document = {
      list: [
        { id: 'a', n: 1 },
        { id: 'b', n: 2 },
        { id: 'b', n: 3 },
      ],
    };
    expect(valueAt(document, 'list/a/n')).toBe(1);
    expect(valueAt(document, 'list/2/n')).toBe(3);
    expect(valueAt(document, 'list/b/n')).toBeUndefined();
    expect(valueAt(document, 'list/3/n')).toBeUndefined();
    expect(valueAt(document, 'toString')).toBeUndefined();
  });
});

describe('cautions', () => {
  it('name everything in the sample that went otherwise than it should', () => {
    expect(cautionsOf(sample).map((one) => one.replaceAll('\u00a0', ' '))).toEqual([
      'Cross check “bytes from the trace and from the counters”: 1 of 2,400 differ.',
      'flaky-wifi, client fanout: 2 runs stayed undecided: the bound on events ended the run first (seeds 17, 41).',
      'server-maintenance, phone relay: 1 run broke a promise: L1 eventual delivery: a copy for carol.desktop came after the heal phase (seed 63).',
      'Client fanout, a companion’s keys without its messages, and the wire: the two judges named the same messages in 98 of 100 runs only.',
      'Members of a group: client fanout disagrees with its formula 310 n + 1,400.',
      'new-laptop, phone relay: the exception to “L9 companion independence” was declared and never seen.',
    ]);
  });

  it('are empty when everything is as it should be', () => {
    const clean = { ...sample, crossChecks: [], scenarios: [], sweeps: [], exposure: [] };
    expect(cautionsOf(clean)).toEqual([]);
    const [check] = sample.crossChecks;
    const unmade = {
      ...clean,
      crossChecks: [{ ...check, what: 'bytes', checked: 0, differing: 0 }],
    };
    expect(cautionsOf(unmade)).toEqual(['Cross check “bytes”: never made.']);
  });

  it('say how many seeds an interval needs', () => {
    expect(cautionsOf(sampleDocument(4))[0]).toContain('needs at least 8');
  });
});
