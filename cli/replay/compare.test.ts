import { expect, it } from 'vitest';
import { claimText } from './claims.ts';
import { LineComparison } from './compare.ts';

const HEADER = '{"lockstep":"trace"}';
const END = footer('a1');

function footer(bytes: string, more = ''): string {
  return `{"end":true,"events":2,"hashes":{"schedule":"5","bytes":"${bytes}"},"blocks":[]${more}}`;
}

function compare(recorded: readonly string[], now: readonly string[]) {
  const comparison = new LineComparison(`${recorded.join('\n')}\n`);
  for (const line of now) comparison.sink(line);
  return comparison.end();
}

it('equal events under equal footers are the same, whatever the header says', () => {
  const found = compare(
    [HEADER, 'a', 'b', END],
    ['{"lockstep":"trace","build":"x"}', 'a', 'b', END],
  );
  expect(found).toEqual({ compared: 2, difference: undefined, falseClaims: [] });
});

it('the first differing event is named', () => {
  const found = compare([HEADER, 'a', 'b', 'c', END], [HEADER, 'a', 'x', 'y', END]);
  expect(found.difference).toEqual({ index: 1, recorded: 'b', replayed: 'x' });
});

it('a run that ends earlier or later differs there', () => {
  expect(compare([HEADER, 'a', 'b', END], [HEADER, 'a', END]).difference).toEqual({
    index: 1,
    recorded: 'b',
    replayed: undefined,
  });
  expect(compare([HEADER, 'a', END], [HEADER, 'a', 'b', END]).difference).toEqual({
    index: 1,
    recorded: undefined,
    replayed: 'b',
  });
});

it('a trace cut short is compared as far as it goes, without its last, perhaps half, line', () => {
  const found = compare([HEADER, 'a', 'b', '{"ha'], [HEADER, 'a', 'b', 'c', 'd', END]);
  expect(found).toEqual({ compared: 2, difference: undefined, falseClaims: [] });
});

it('a footer that says another hash than the run has is a false claim', () => {
  const found = compare([HEADER, 'a', 'b', footer('ff')], [HEADER, 'a', 'b', END]);
  expect(found.difference).toBeUndefined();
  expect(found.falseClaims.map(claimText)).toEqual([
    'the footer says bytes hash "ff"; this run has "a1"',
  ]);
  const keys = footer('a1', ',"earlierKeys":[1]');
  const claims = compare([HEADER, 'a', keys], [HEADER, 'a', END]).falseClaims;
  expect(claims.map(({ name }) => name)).toEqual(['earlier uses of keys']);
});
