/**
 * FAILURES.md tells the truth: every scenario on it is in the library, every property in the
 * catalogue, every file in the project, and no line is without a story or a reason.
 */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listScenarios } from './scenarios/library.ts';
import { allProperties } from './sim/properties/index.ts';

const NONE = '—';
const REASON_WORDS_LEAST = 5;

interface Line {
  readonly id: string;
  readonly cells: ReadonlyMap<string, string>;
}

/** The lines of all tables of a page, each cell under the head of its column. */
function linesOf(page: string): readonly Line[] {
  const lines: Line[] = [];
  let heads: readonly string[] = [];
  for (const text of page.split('\n')) {
    if (!text.startsWith('|')) heads = [];
    if (!text.startsWith('|') || text.startsWith('| ---')) continue;
    const cells = text
      .slice(1, text.lastIndexOf('|'))
      .split('|')
      .map((cell) => cell.trim());
    if (heads.length === 0) heads = cells;
    else {
      const named = heads.map((head, at) => [head, cells[at] ?? ''] as const);
      lines.push({ id: cells[0] ?? '', cells: new Map(named) });
    }
  }
  return lines;
}

const quoted = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');

/** Everything that is wrong with a page, a sentence each. */
function wrongWith(page: string): readonly string[] {
  const stories = new Set(listScenarios().map(({ name }) => name));
  const properties = new Set(allProperties.map(({ id }) => id));
  return linesOf(page).flatMap(({ id, cells }) => {
    const cell = (head: string): string => cells.get(head) ?? '';
    const wrong: string[] = [];
    const named = quoted(cell('stories'));
    for (const name of named) if (!stories.has(name)) wrong.push(`${id} names no story: ${name}`);
    if (named.length === 0 && cell('stories') !== NONE) wrong.push(`${id} has no story`);
    const reason = cell('remark').split(' ');
    if (named.length === 0 && reason.length < REASON_WORDS_LEAST) wrong.push(`${id} has no reason`);
    const judges = cell('properties').split(' ').filter(Boolean);
    for (const name of judges) if (!properties.has(name)) wrong.push(`${id} no property: ${name}`);
    if (named.length > 0 && judges.length === 0) wrong.push(`${id} has no property`);
    for (const path of quoted(cell('remark'))) {
      if (/\.(ts|md)$/.test(path) && !existsSync(new URL(path, import.meta.url))) {
        wrong.push(`${id} names no file: ${path}`);
      }
    }
    const there = cells.get('there');
    if (there !== undefined && !['open', 'closed'].includes(there)) wrong.push(`${id} is ${there}`);
    return wrong;
  });
}

const page = readFileSync(new URL('FAILURES.md', import.meta.url), 'utf8');

describe('the page of failures', () => {
  it('is true in every line', () => {
    expect(wrongWith(page)).toEqual([]);
  });

  it('gives every line an id of its own', () => {
    const ids = linesOf(page).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(60);
    expect(ids).toEqual([...new Set(ids)]);
    for (const id of ids) expect(id).toMatch(/^(P\d+|D\d(\.\d+[a-z]?)?|H\d+)$/);
  });

  it('has every item of the hit list, in order', () => {
    const items = linesOf(page).flatMap(({ id }) => (id.startsWith('H') ? [id] : []));
    expect(items).toEqual(Array.from({ length: 50 }, (_, at) => `H${at + 1}`));
  });

  it('would be seen to lie', () => {
    const head = '| id | item | there | stories | properties | remark |\n| --- | --- |\n';
    expect(wrongWith(`${head}| H1 | a | open | \`no-such-story\` | L1 | |`)).toEqual([
      'H1 names no story: no-such-story',
    ]);
    expect(wrongWith(`${head}| H1 | a | open | \`subway\` | L0 | |`)).toEqual([
      'H1 no property: L0',
    ]);
    expect(wrongWith(`${head}| H1 | a | half | — | | not here |`)).toEqual([
      'H1 has no reason',
      'H1 is half',
    ]);
    expect(
      wrongWith(`${head}| H1 | a | open | — | | it is in \`no/such.test.ts\`, they say |`),
    ).toEqual(['H1 names no file: no/such.test.ts']);
  });
});
