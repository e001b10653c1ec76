import { describe, expect, it } from 'vitest';
import { renderCsv, renderHtml, renderJson, renderMarkdown } from './render.ts';
import { HOSTILE_NAME, sampleDocument } from './testing/sample-document.ts';

const TEMPLATE =
  '<body><!--lockstep:document--><script type="application/json"><!--lockstep:data--></script>';
const document = sampleDocument();
const page = renderHtml(document, TEMPLATE);

/** Rows of an RFC 4180 text, read by the letter of it. */
function parsed(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, bare = '', end] of csv.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g,
  )) {
    if (end === '' && bare === '' && quoted === undefined && row.length === 0) break;
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end !== ',') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe('every form', () => {
  it('is the same text for an equal document', () => {
    const again = sampleDocument();
    expect(renderHtml(again, TEMPLATE)).toBe(page);
    expect(renderMarkdown(again)).toBe(renderMarkdown(document));
    expect(renderJson(again)).toBe(renderJson(document));
    expect(renderCsv(again)).toBe(renderCsv(document));
  });

  it('holds every sentence, every limit and the command that builds it again', () => {
    const markdown = renderMarkdown(document).replaceAll('\\', '');
    for (const text of [
      ...document.headlines.map(({ sentence }) => sentence),
      ...document.limits,
      document.reproduce,
    ]) {
      expect(page).toContain(text);
      expect(markdown).toContain(text);
    }
  });

  it('says where seeds are too few', () => {
    const few = sampleDocument(4);
    expect(renderHtml(few, TEMPLATE)).toContain('no interval: 4\u00a0seeds');
    expect(renderMarkdown(few)).toContain('(no interval)');
    expect(renderMarkdown(few)).not.toContain('fanout better');
    expect(renderHtml(few, TEMPLATE)).not.toContain('fanout better');
  });

  it('stands without sweeps, thefts and sentences', () => {
    const bare = { ...document, sweeps: [], exposure: [], headlines: [], scenarios: [] };
    expect(renderHtml(bare, TEMPLATE)).not.toContain('id="scaling"');
    expect(renderMarkdown(bare)).not.toContain('How it scales');
    expect(parsed(renderCsv(bare)).length).toBeGreaterThan(70);
  });
});

describe('the page', () => {
  it('shows names as text and lets none of them close its script', () => {
    expect(page).not.toContain(HOSTILE_NAME);
    expect(page).toContain('image-of-&quot;tags&quot;-&lt;/script&gt;&lt;img src=x');
    const data = /<script type="application\/json">([\s\S]*?)<\/script>/.exec(page)?.[1];
    expect(JSON.parse(data ?? '')).toEqual(JSON.parse(renderJson(document)));
  });

  it('asks for no style that its policy would refuse', () => {
    expect(page).not.toMatch(/\sstyle=|\son\w+="/);
  });

  it('has every anchor its contents lead to, and every id once', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it('has one table beside each picture', () => {
    const figures = page.match(/<figure[\s\S]*?<\/figure>/g) ?? [];
    expect(figures.length).toBe(6);
    for (const figure of figures) expect(figure).toMatch(/<details>[\s\S]*<table/);
  });

  it('is refused a template without its places', () => {
    expect(() => renderHtml(document, '<body>')).toThrow('exactly once');
  });
});

describe('JSON and CSV', () => {
  it('refuse a number that is none, instead of calling it missing', () => {
    const [first, ...rest] = document.overall;
    const broken = { ...first, relay: { mean: Number.NaN, seeds: 3 } };
    const overall = [broken as (typeof document.overall)[number], ...rest];
    expect(() => renderJson({ ...document, overall })).toThrow('NaN at "mean"');
  });

  it('have a row of ten columns for every number of the document', () => {
    const [head, ...rows] = parsed(renderCsv(document));
    expect(head?.join()).toBe('section,scenario,measure,side,mean,low,high,seeds,bounds,unit');
    expect(rows.every((row) => row.length === 10)).toBe(true);
    const of = (section: string): string[][] => rows.filter(([name]) => name === section);
    expect(of('overall')).toHaveLength(document.measures.length * 3);
    expect(of('scenario')).toHaveLength(document.measures.length * 3 * document.scenarios.length);
    const points = document.sweeps.flatMap(({ series }) => series.flatMap((one) => one.points));
    const formulas = points.filter(({ formula }) => formula !== undefined);
    expect(of('sweep')).toHaveLength(points.length + formulas.length);
    expect(of('exposure')).toHaveLength(4 * 5 + 1 + 4 + 1 + 2);
    expect(rows.some(([, scenario]) => scenario === HOSTILE_NAME)).toBe(true);
  });

  it('write numbers as the document has them', () => {
    const [first] = document.overall;
    const row = parsed(renderCsv(document)).find(
      ([section, , measure, side]) =>
        section === 'overall' && measure === first?.measure && side === 'difference',
    );
    const { mean, low, high, seeds } = first?.difference ?? { mean: null, seeds: 0 };
    expect(row?.slice(4)).toEqual([`${mean}`, `${low}`, `${high}`, `${seeds}`, '', 'share']);
  });
});

describe('Markdown', () => {
  it('keeps markup in names as text, and every row of a table whole', () => {
    const markdown = renderMarkdown(document);
    expect(markdown).not.toMatch(/(^|[^\\])<(b|img|\/script)/);
    const tables = markdown.split('\n').filter((line) => line.startsWith('|'));
    const columns = (line: string): number => line.replaceAll('\\|', '').split('|').length;
    const widths = new Set(tables.map(columns));
    expect([...widths].sort()).toEqual([5, 8]);
  });

  it('ends with one line feed', () => {
    expect(renderMarkdown(document)).toMatch(/[^\n]\n$/);
  });
});
