/** `TWINS.md` says what the code does: its table is the list of twins, row by row. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allProperties } from './index.ts';
import { allTwins } from './twins.ts';

function tableRows(): string[] {
  const text = readFileSync(new URL('./TWINS.md', import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line.startsWith('| `'));
}

describe('broken twins', () => {
  it('stand in TWINS.md, each with its property, deed and thread, in the order of the code', () => {
    const expected = allTwins().map(({ id, catches, does, thread }) => {
      return `| \`${id}\` | ${catches} | ${does} | ${thread === undefined ? '' : `<${thread}>`} |`;
    });
    expect(tableRows()).toEqual(expected);
  });

  it('re-create at least ten published bugs, no thread twice', () => {
    const threads = allTwins().flatMap(({ thread }) => thread ?? []);
    expect(new Set(threads).size).toBe(threads.length);
    expect(threads.length).toBeGreaterThanOrEqual(10);
    expect(threads.every((thread) => thread.startsWith('https://github.com/'))).toBe(true);
  });

  it('leave no property of a run without one', () => {
    const caught = new Set(allTwins().map(({ catches }) => catches));
    expect(allProperties.flatMap(({ id }) => (caught.has(id) ? [] : [id]))).toEqual([]);
  });

  it('have an id each', () => {
    const ids = allTwins().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
