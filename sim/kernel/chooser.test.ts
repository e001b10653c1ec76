import { describe, expect, it } from 'vitest';
import { type ChoiceOverride, Chooser } from './chooser.ts';
import { quantileTable } from './distributions.ts';
import { createDraws } from './draws.ts';

const LATENCY = quantileTable(100, [0, 50, 100], [10, 40, 900]);

function chooser(overrides: readonly ChoiceOverride[] = [], wantsLog = false, seed = '7'): Chooser {
  return new Chooser(createDraws(seed), overrides, wantsLog);
}

/** Every kind of decision once, in the given order of ids. */
function decideAll(choices: Chooser): unknown[] {
  return [
    choices.below('below', 1_000_000),
    choices.chance('chance', 1, 2),
    choices.flag('flag', true),
    choices.integer('integer', 5, 0, 9),
    choices.quantile('quantile', LATENCY),
    choices.exponential('exponential', 1_000_000),
  ];
}

describe('without overrides', () => {
  it('decisions are the keyed draws', () => {
    const draws = createDraws('7');
    expect(chooser().below('x', 1000)).toBe(draws.below('x', 1000));
    expect(chooser().chance('x', 1, 3)).toBe(draws.chance('x', 1, 3));
  });

  it('flags and integers are their defaults', () => {
    expect(chooser().flag('timeline/off', true)).toBe(true);
    expect(chooser().flag('crash/a/0', false)).toBe(false);
    expect(chooser().integer('x', 5, 0, 9)).toBe(5);
  });

  it('a log or an unrelated override changes no answer', () => {
    const plain = decideAll(chooser());
    expect(decideAll(chooser([], true))).toEqual(plain);
    expect(decideAll(chooser([{ choice: 'unrelated', value: 1 }]))).toEqual(plain);
  });

  it('another order of asking changes no answer', () => {
    const left = chooser();
    const right = chooser();
    const first = [left.below('a', 99), left.below('b', 99), left.below('a', 99)];
    expect([right.below('b', 99), right.below('a', 99)]).toEqual([first[1], first[0]]);
    expect(first[2]).toBe(first[0]);
  });
});

describe('an override', () => {
  it('takes its decision away from the seed, and only that one', () => {
    const overrides = [
      { choice: 'below', value: 3 },
      { choice: 'flag', value: 0 },
      { choice: 'quantile', value: 12 },
    ];
    const plain = decideAll(chooser());
    const changed = decideAll(chooser(overrides));
    expect(changed).toEqual([3, plain[1], false, plain[3], 12, plain[5]]);
  });

  it('answers the same with every seed', () => {
    for (const seed of ['1', '2', '3']) {
      const choices = chooser([{ choice: 'chance', value: 1 }], false, seed);
      expect(choices.chance('chance', 0, 1)).toBe(true);
      expect(choices.unused()).toEqual([]);
    }
  });

  it('that nobody asks for is reported as such', () => {
    const choices = chooser([{ choice: 'timeline/gone', value: 0 }]);
    decideAll(choices);
    expect(choices.unused()).toEqual([
      { choice: 'timeline/gone', value: 0, reason: 'never-asked' },
    ]);
  });

  it.each([
    ['below', 1_000_000],
    ['below', -1],
    ['below', 0.5],
    ['chance', 2],
    ['flag', -1],
    ['integer', 10],
    ['quantile', 9],
    ['quantile', 901],
    ['exponential', 32_000_001],
  ])(
    '%s = %d is none of the answers: the seed decides and the override is reported',
    (choice, value) => {
      const choices = chooser([{ choice, value }]);
      expect(decideAll(choices)).toEqual(decideAll(chooser()));
      expect(choices.unused()).toEqual([{ choice, value, reason: 'out-of-range' }]);
    },
  );

  it('given twice counts as its last value', () => {
    const choices = chooser([
      { choice: 'below', value: 1 },
      { choice: 'below', value: 2 },
    ]);
    expect(choices.below('below', 10)).toBe(2);
  });
});

describe('the decision log', () => {
  it('lists decisions in the order of their first asking', () => {
    const choices = chooser([{ choice: 'integer', value: 7 }], true);
    const [below, chance] = decideAll(choices);
    decideAll(choices);
    const log = choices.log();
    expect(log.map(({ choice }) => choice)).toEqual([
      'below',
      'chance',
      'flag',
      'integer',
      'quantile',
      'exponential',
    ]);
    expect(log[0]).toEqual({
      choice: 'below',
      value: below,
      lowest: 0,
      highest: 999_999,
      isOverridden: false,
    });
    expect(log[1]?.value).toBe(chance ? 1 : 0);
    expect(log[3]).toEqual({
      choice: 'integer',
      value: 7,
      lowest: 0,
      highest: 9,
      isOverridden: true,
    });
  });

  it('given back as overrides repeats the run under any other seed', () => {
    const recorded = chooser([], true, '1');
    const answers = decideAll(recorded);
    const replayed = chooser(recorded.log(), false, 'another seed');
    expect(decideAll(replayed)).toEqual(answers);
    expect(replayed.unused()).toEqual([]);
  });

  it('is empty when it was not wanted', () => {
    const choices = chooser();
    decideAll(choices);
    expect(choices.log()).toEqual([]);
  });
});
