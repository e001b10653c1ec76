import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadScenario } from './load.ts';

const RUNS = { numRuns: 120, seed: 20_210_714 };
const library = (name: string) =>
  readFileSync(new URL(`library/${name}.yaml`, import.meta.url), 'utf8');

/** Every error stands on a line of the text and says something. */
function judge(text: string): void {
  const result = loadScenario(text, 'any.yaml');
  if (result.kind === 'loaded') return;
  const lines = text.split('\n').length;
  expect(result.errors.length).toBeGreaterThan(0);
  for (const { line, column, sentence, width } of result.errors) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(width).toBeGreaterThanOrEqual(1);
    expect(sentence).not.toBe('');
  }
}

describe('the loader', () => {
  it('refuses any text that is no scenario, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(loadScenario(text, 'any.yaml').kind).toBe('refused');
        judge(text);
      }),
      RUNS,
    );
  });

  it('refuses any data that is no scenario, and never throws', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        expect(loadScenario(text, 'any.json').kind).toBe('refused');
        judge(text);
      }),
      RUNS,
    );
  });

  it('survives every damage to a good file', () => {
    const good = library('unlink-mid-conversation');
    const damage = fc.record({
      at: fc.nat(good.length - 1),
      cut: fc.nat(12),
      put: fc.string({ unit: fc.constantFrom(...' \t\n:,{}[]"#&*!0aé-.'), maxLength: 6 }),
    });
    fc.assert(
      fc.property(damage, ({ at, cut, put }) => {
        judge(good.slice(0, at) + put + good.slice(at + cut));
      }),
      { ...RUNS, numRuns: 60 },
    );
  });
});
