import { describe, expect, it } from 'vitest';
import type { StoredRecord } from '../../protocol/store.ts';
import { RunHashes } from './hashes.ts';
import { keyNames } from './key-id.ts';
import { READ_LIMITS, readTrace } from './reader.ts';
import { LINKING_CODE, SAMPLE_FACTS, SECRET_KEY, sampleRun } from './testing/sample-run.ts';
import type { Trace, TraceEvent } from './trace.ts';
import { TraceWriter, type TraceWriterOptions } from './writer.ts';

function linesOf(options: TraceWriterOptions = {}): string[] {
  const lines: string[] = [];
  const writer = new TraceWriter((line) => lines.push(line), SAMPLE_FACTS, options);
  const hashes = new RunHashes(4);
  for (const event of sampleRun()) {
    hashes.observe(event);
    writer.observe(event);
  }
  writer.end(hashes.digests(), hashes.blocks());
  return lines;
}

function rootKeyOf(record: StoredRecord): Uint8Array[] {
  return record.kind === 'session' ? [SECRET_KEY] : [];
}

function traceOf(lines: readonly string[]): Trace {
  const trace = readTrace(lines);
  if (trace.kind === 'rejected') throw new Error(trace.sentence);
  return trace;
}

function eventsOf<Kind extends TraceEvent['kind']>(
  trace: Trace,
  kind: Kind,
): Extract<TraceEvent, { kind: Kind }>[] {
  return trace.events.filter((event) => event.kind === kind) as never;
}

describe('writing', () => {
  it('the first line of every sample trace is this, for ever', () => {
    expect(linesOf()[0]).toMatchInlineSnapshot(
      `"{"lockstep":"trace","version":1,"program":"0.1.0","build":"unit","scenario":"sample","scenarioHash":"ffffffffffffffffffffffffffffffff","seed":"7","architecture":"fanout","crypto":"noble","overrides":[{"choice":"timeline/off","value":0}],"epochUs":1626220800000000,"hosts":["alice.phone","bob.phone","server"],"document":null}"`,
    );
  });

  it('events are lines with their fields in fixed order', () => {
    const lines = linesOf();
    expect([lines[2], lines[7], lines[10]]).toMatchInlineSnapshot(`
      [
        "{"sequence":1,"timeUs":0,"node":"world","cause":-1,"kind":"phase","phase":"story"}",
        "{"sequence":6,"timeUs":5000,"node":"world","cause":-1,"kind":"intent","intent":"lunch","state":"given","reason":""}",
        "{"sequence":10,"timeUs":5000,"node":"alice.phone","cause":7,"kind":"send","packet":"lunch/alice.phone>server/message/0","source":"alice.phone","target":"server","connection":1,"label":{"kind":"message","id":"3EB0AAAABBBBCCCC"},"attempt":0,"bytes":"00f8051103ff"}",
      ]
    `);
  });

  it('every event but `stepped` is one line', () => {
    const kinds = sampleRun().filter(({ kind }) => kind !== 'stepped').length;
    expect(linesOf()).toHaveLength(kinds + 2);
    expect(linesOf().some((line) => line.includes('\n'))).toBe(false);
  });

  it('the same run gives the same lines', () => {
    expect(linesOf()).toEqual(linesOf());
  });

  it('neither secret keys nor linking codes appear, whatever was asked for', () => {
    const describeRecord = (record: StoredRecord) => ({ counter: 1, kind: record.kind });
    const all = linesOf({ describe: describeRecord, keysIn: rootKeyOf }).join('\n');
    expect(all).toContain(`"holds":["${keyNames().idOf(SECRET_KEY)}"]`);
    const secret = Buffer.from(SECRET_KEY);
    for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
      expect(all).not.toContain(secret.toString(encoding));
    }
    expect(all).not.toContain([...SECRET_KEY].join(','));
    expect(all).not.toContain(LINKING_CODE);
    expect(all).not.toContain('c2VjcmV0');
  });

  it('views and key uses are there when asked for, and only then', () => {
    const asked = traceOf(
      linesOf({ describe: (record) => ({ z: 1, a: record.kind }), keysIn: rootKeyOf }),
    );
    const [, commit] = eventsOf(asked, 'commit');
    expect(commit?.changes[1]?.facts).toEqual([
      ['a', 'session'],
      ['z', 1],
    ]);
    expect(commit?.keys).toEqual([
      { operation: 'cbcEncrypt', keysIn: ['aa'.repeat(16)], keysOut: [], isGood: true },
    ]);
    const [, plain] = eventsOf(traceOf(linesOf()), 'commit');
    expect(plain?.changes[1]?.facts).toEqual([]);
    expect(plain?.keys).toEqual([]);
    expect(asked.header.version).toBe(2);
    expect(commit?.changes.map(({ holds }) => holds)).toEqual([
      undefined,
      [keyNames().idOf(SECRET_KEY)],
    ]);
    expect(linesOf().join()).not.toMatch(/"(holds|pairs|earlierKeys)"/);
  });

  it('a record that did not change has the same digest, another has another', () => {
    const [zero, first] = eventsOf(traceOf(linesOf()), 'commit');
    const digests = [zero?.changes[0]?.digest, first?.changes[1]?.digest];
    expect(digests[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(digests[1]).not.toBe(digests[0]);
  });

  it('deleted records are named without digest', () => {
    const last = eventsOf(traceOf(linesOf()), 'commit').at(-1);
    expect(last?.changes[1]).toEqual({
      collection: 'session',
      key: '15550000002@s.whatsapp.net',
      record: null,
      isNew: false,
      digest: '',
      facts: [],
    });
  });

  it('nothing can be written after the footer', () => {
    const writer = new TraceWriter(() => {}, SAMPLE_FACTS);
    writer.end(new RunHashes().digests());
    expect(() => writer.observe(sampleRun()[0] as never)).toThrow();
  });
});

describe('reading', () => {
  it('gives back header, events and footer as they were written', () => {
    const lines = linesOf();
    const trace = traceOf(lines);
    expect(trace.isComplete).toBe(true);
    expect(trace.problem).toBe('');
    const again = [trace.header, ...trace.events, trace.footer];
    expect(again.map((value) => JSON.stringify(value))).toEqual(lines);
  });

  it('an empty line at the end is no harm', () => {
    expect(traceOf([...linesOf(), '']).isComplete).toBe(true);
  });

  it('a trace without its footer is incomplete, with every event', () => {
    const trace = traceOf(linesOf().slice(0, -1));
    expect(trace.isComplete).toBe(false);
    expect(trace.events).toHaveLength(linesOf().length - 2);
    expect(trace.problem).toContain('no footer');
  });

  it('a trace cut anywhere in a line is incomplete, with the events before that line', () => {
    const lines = linesOf();
    for (let at = 1; at < lines.length; at++) {
      const line = lines[at] as string;
      for (const length of [1, line.length >> 1, line.length - 1]) {
        const trace = traceOf([...lines.slice(0, at), line.slice(0, length)]);
        expect(trace.isComplete).toBe(false);
        expect(trace.events).toHaveLength(at - 1);
        expect(trace.problem).toBe(`line ${at + 1} is cut off`);
      }
    }
  });

  it.each<[string, (lines: string[]) => string[], string, number]>([
    ['no lines', () => [], 'empty', 1],
    ['an empty line', () => [''], 'empty', 1],
    ['a cut header', ([header]) => [(header as string).slice(0, 20)], 'empty', 1],
    ['another document', () => ['{"lockstep":1}'], 'malformed', 1],
    ['a list', () => ['[]'], 'malformed', 1],
    ['null', () => ['null'], 'malformed', 1],
    [
      'a header of the next version',
      (lines) => [(lines[0] as string).replace('"version":1', '"version":3')],
      'unknown-version',
      1,
    ],
    ['a cut line in the middle', (lines) => replaced(lines, 4, '{"sequence":3,'), 'malformed', 5],
    ['an empty line in the middle', (lines) => replaced(lines, 4, ''), 'malformed', 5],
    ['a null event', (lines) => replaced(lines, 4, 'null'), 'malformed', 5],
    ['an unknown kind', (lines) => edited(lines, 3, '"power"', '"paint"'), 'malformed', 4],
    ['an unknown word', (lines) => edited(lines, 3, '"off"', '"asleep"'), 'malformed', 4],
    ['a field too many', (lines) => edited(lines, 3, '{', '{"x":1,'), 'malformed', 4],
    [
      'a field named __proto__',
      (lines) => edited(lines, 3, '{', '{"__proto__":{},'),
      'malformed',
      4,
    ],
    ['a text as time', (lines) => edited(lines, 3, '1000', '"1000"'), 'malformed', 4],
    ['a time with a fraction', (lines) => edited(lines, 3, '1000', '1000.5'), 'malformed', 4],
    ['odd hex', (lines) => edited(lines, 10, '"00f8', '"0f8'), 'malformed', 11],
    ['a time that goes back', (lines) => edited(lines, 8, '5000', '4'), 'out-of-order', 9],
    [
      'a cause after its effect',
      (lines) => edited(lines, 8, '"cause":6', '"cause":7'),
      'out-of-order',
      9,
    ],
    ['an event twice', (lines) => [...lines.slice(0, 4), ...lines.slice(3)], 'out-of-order', 5],
    ['a line after the footer', (lines) => [...lines, lines[3] as string], 'malformed', 28],
    ['an event left out', (lines) => lines.filter((_, at) => at !== 3), 'altered', 26],
    ['an event changed', (lines) => edited(lines, 3, '1000', '1001'), 'altered', 27],
    ['a seed changed', (lines) => edited(lines, 0, '"seed":"7"', '"seed":"8"'), 'altered', 27],
    [
      'a footer of another shape',
      (lines) => edited(lines, 26, '"hashes"', '"hash"'),
      'malformed',
      27,
    ],
  ])('%s is refused', (_, change, code, line) => {
    const rejection = readTrace(change(linesOf()));
    expect(rejection).toMatchObject({ kind: 'rejected', code, line });
  });

  it('lines and numbers of lines have limits', () => {
    const lines = linesOf();
    expect(readTrace(lines, { ...READ_LIMITS, lineLengthMax: 100 })).toMatchObject({
      code: 'too-long',
      line: 1,
    });
    expect(readTrace(lines, { ...READ_LIMITS, eventsMax: 5 })).toMatchObject({
      code: 'too-long',
      line: 7,
    });
  });
});

function replaced(lines: readonly string[], at: number, line: string): string[] {
  return lines.map((old, index) => (index === at ? line : old));
}

function edited(lines: readonly string[], at: number, from: string, to: string): string[] {
  const line = lines[at] as string;
  if (!line.includes(from)) throw new Error(`line ${at} has no ${from}`);
  return replaced(lines, at, line.replace(from, to));
}
