/**
 * Pages show files that are run as tests: a block that is not one of them, or is stale, is an
 * error.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { codeBlocks } from '../scripts/house/code-blocks.ts';

const folder = new URL('./', import.meta.url);
const root = new URL('../', import.meta.url);
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));

function textOf(page: string): string {
  return readFileSync(new URL(page, folder), 'utf8');
}

/** Pages with code; the page of the scenario language is run by the tests of its loader. */
const coded = pages.filter((name) => name !== 'scenarios.md');

it.each(coded)('every block of %s is a file that is run', (page) => {
  const blocks = codeBlocks(textOf(page)).filter(({ language }) => language === 'ts');
  expect(blocks.length).toBeGreaterThan(0);
  for (const { code } of blocks) {
    const path = /^\/\/ (docs\/examples\/\S+)\n/.exec(code)?.[1];
    expect(path, 'a block begins with its file (node scripts/make-docs.mjs)').toBeDefined();
    const file = readFileSync(new URL(path ?? '', root), 'utf8');
    expect(code).toBe(`// ${path}\n${file}`);
  }
});

it('every example is shown on a page', () => {
  const examples = readdirSync(new URL('examples/', folder)).filter((name) => name.endsWith('.ts'));
  const all = pages.map(textOf).join('\n');
  for (const example of examples) expect(all).toContain(`// docs/examples/${example}\n`);
});

it.each(pages)('links of %s lead somewhere', (page) => {
  for (const [, target] of textOf(page).matchAll(/\]\(([^)#:]+)\)/g)) {
    expect(existsSync(new URL(target ?? '', folder)), target).toBe(true);
  }
});

it('the echo device is written in under 200 lines', () => {
  const file = readFileSync(new URL('examples/echo-device.ts', folder), 'utf8');
  expect(file.trimEnd().split('\n').length).toBeLessThan(200);
});
