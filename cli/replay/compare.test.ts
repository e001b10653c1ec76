import { expect, it } from 'vitest';
import { LineComparison } from './compare.ts';

const HEADER = '{"lockstep":"trace"}';
const END = '{"end":true}';

function compare(recorded: readonly string[], now: readonly string[]) {
  const comparison = new LineComparison(`${recorded.join('\n')}\n`);
  for (const line of now) comparison.sink(line);
  return comparison.end();
}

it('equal events are the same, whatever header and footer say', () => {
  const found = compare(
    [HEADER, 'a', 'b', END],
    ['{"lockstep":"trace","build":"x"}', 'a', 'b', END],
  );
  expect(found).toEqual({ compared: 2, difference: undefined });
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
  expect(found).toEqual({ compared: 2, difference: undefined });
});
