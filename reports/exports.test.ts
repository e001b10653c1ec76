import { describe, expect, it } from 'vitest';
import { csvField, exportCsv } from './export-csv.ts';
import { exportMermaid } from './export-mermaid.ts';
import { exportNdjson } from './export-ndjson.ts';
import { sampleLines, sampleTrace } from './testing/sample-trace.ts';

/** A reader of RFC 4180, written for this test. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (isQuoted) {
      if (sign !== '"') field += sign;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else isQuoted = false;
    } else if (sign === '"') isQuoted = true;
    else if (sign === ',') {
      rows.at(-1)?.push(field);
      field = '';
    } else if (sign === '\r' && text[at + 1] === '\n') {
      rows.at(-1)?.push(field);
      rows.push([]);
      field = '';
      at++;
    } else field += sign;
  }
  rows.at(-1)?.push(field);
  return rows;
}

describe('CSV', () => {
  it('has a row for the names and one for every event, all equally long', () => {
    const rows = readCsv(exportCsv(sampleTrace()).join('\r\n'));
    expect(rows).toHaveLength(26);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([10]));
    expect(rows[10]).toEqual([
      '10',
      '5000',
      'alice.phone',
      'send',
      '7',
      'lunch/alice.phone>server/message/0',
      'alice.phone',
      'server',
      '6',
      'sends message 3EB0AAAABBBBCCCC to server, 6 bytes',
    ]);
  });

  it.each(['plain', 'a,b', 'say "lunch"', 'two\r\nlines', '"', '', 'é,\u2028'])(
    'the field %j reads back',
    (value) => {
      expect(readCsv(`${csvField(value)},x`)).toEqual([[value, 'x']]);
    },
  );
});

describe('Mermaid', () => {
  it('draws arrows for stanzas and notes for hosts', () => {
    expect(exportMermaid(sampleTrace()).join('\n')).toMatchInlineSnapshot(`
      "sequenceDiagram
        participant p0 as alice.phone
        participant p1 as bob.phone
        participant p2 as server
        Note over p1: 00:00:00.001000 power off
        p0->>p2: 00:00:00.005000 message 3EB0AAAABBBBCCCC
        Note over p1: 00:00:09.000000 power on
        p2->>p1: 00:00:09.000100 message 3EB0AAAABBBBCCCC
        Note over p1: 00:00:09.000400 shows 3EB0AAAABBBBCCCC
        Note over p1: 00:00:09.200000 crashes (crash/scan-1/0)"
    `);
  });

  it('a stanza that never arrived is a cross', () => {
    const cut = exportMermaid(sampleTrace(12));
    expect(cut.some((line) => line.startsWith('  p0--xp2: 00:00:00.005000 message'))).toBe(true);
    expect(cut.at(-1)).toContain('incomplete: the trace has no footer');
  });

  it('a cap leaves a visible notice', () => {
    const lines = exportMermaid(sampleTrace(), { itemsMax: 2 });
    expect(lines).toHaveLength(4 + 2 + 1);
    expect(lines.at(-1)).toBe('  Note over p0,p2: 4 more items are not drawn (cap 2)');
  });

  it('signs that Mermaid reads as its own are written as codes', () => {
    const trace = sampleTrace();
    const header = { ...trace.header, hosts: ['a;b#c\nend', 'server'] };
    expect(exportMermaid({ ...trace, header })[1]).toBe('  participant p0 as a#59;b#35;c end');
  });
});

describe('NDJSON', () => {
  it('gives the lines that were written', () => {
    expect(exportNdjson(sampleTrace())).toEqual(sampleLines());
  });

  it('of an incomplete trace ends without footer', () => {
    expect(exportNdjson(sampleTrace(-1))).toEqual(sampleLines().slice(0, -1));
  });
});
