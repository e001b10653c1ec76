import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadScenario } from './load.ts';
import { formatScenarioErrors, type ScenarioError } from './scenario-error.ts';

const read = (name: string) => readFileSync(new URL(`examples/${name}`, import.meta.url), 'utf8');

const BASE: ScenarioError = {
  file: 'a.yaml',
  line: 1,
  column: 1,
  path: [],
  sentence: 'something is wrong',
  allowed: [],
  sourceLine: 'x: y',
  width: 1,
};

describe('the page of errors', () => {
  it('of the deliberately bad file is the one that is committed', async () => {
    const result = loadScenario(read('bad.yaml'), 'bad.yaml');
    if (result.kind === 'loaded') throw new Error('the bad file was loaded');
    const page = `${formatScenarioErrors(result.errors)}\n`;
    await expect(page).toMatchFileSnapshot('examples/bad.errors.txt');
  });

  it('has no line wider than a hundred columns', () => {
    const widths = read('bad.errors.txt')
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(100);
  });

  it('keeps the mark on the page when the line it belongs to is longer than what is kept', () => {
    const page = formatScenarioErrors([{ ...BASE, sourceLine: 'a'.repeat(300), column: 4_071 }]);
    expect(Math.max(...page.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('tells the first of very many errors, and their number', () => {
    const errors = Array.from({ length: 353 }, (_, at) => ({ ...BASE, line: at + 1 }));
    const page = formatScenarioErrors(errors);
    expect(page.split('something is wrong').length - 1).toBe(50);
    expect(page.endsWith('353 errors in a.yaml, of which the first 50 are told')).toBe(true);
  });

  it('cuts a long line around the mark', () => {
    const sourceLine = `${'a'.repeat(150)}HERE${'b'.repeat(150)}`;
    const page = formatScenarioErrors([{ ...BASE, sourceLine, column: 151, width: 4 }]);
    const [, line = '', mark = ''] = page.split('\n');
    expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('HERE');
    expect(line.length).toBeLessThanOrEqual(100);
  });

  it('leaves places out that a built scenario does not have', () => {
    const built = { ...BASE, file: 'scenario lunch', line: 0, column: 0, sourceLine: '' };
    expect(formatScenarioErrors([{ ...built, path: ['timeline', 2, 'at'] }])).toBe(
      'scenario lunch  timeline[2].at\n  something is wrong\n\n1 error in scenario lunch',
    );
  });

  it('lists at most forty allowed words', () => {
    const allowed = Array.from({ length: 100 }, (_, index) => `word${index}`);
    const page = formatScenarioErrors([{ ...BASE, allowed }]);
    expect(page).toContain('word39, and 60 more');
    expect(page).not.toContain('word40');
  });
});
