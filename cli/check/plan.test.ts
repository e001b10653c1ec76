import { expect, it } from 'vitest';
import type { Task } from '../../sim/explore/task.ts';
import { planSearch, type SearchPlan, shareOf } from './plan.ts';

const FLAGS = { crypto: 'openssl', runs: 7 } as const;

function tasksOf({ first, next }: SearchPlan): readonly Task[] {
  const tasks = [...first];
  for (let index = 0; ; index += 1) {
    const task = next(index);
    if (task === undefined) return tasks;
    tasks.push(task);
  }
}

it('a given story is run as it stands, then in turns with trouble and with another seed', () => {
  const plan = planSearch(['subway', 'phone-offline'], FLAGS, 's');
  const told = tasksOf(plan).map(({ kind, ...rest }) => [
    kind,
    'scenario' in rest && rest.scenario,
  ]);
  expect(told).toEqual([
    ['given', 0],
    ['given', 1],
    ['varied', 0],
    ['varied', 1],
    ['reseeded', 0],
    ['reseeded', 1],
    ['varied', 0],
  ]);
});

it('the shares of a plan are the plan, each run in one of them', () => {
  const bare = planSearch([], FLAGS, 's');
  const extra = (index: number): Task => ({ kind: 'given', scenario: index, seed: 'x' });
  for (const many of [0, 1, 4]) {
    const first = Array.from({ length: many }, (_, index) => extra(index));
    const plan = { ...bare, first, total: many + 7 };
    for (const of of [1, 2, 3, 20]) {
      const shares = Array.from({ length: of }, (_, place) => shareOf(plan, { place, of }));
      const names = (tasks: readonly Task[]) => tasks.map((task) => JSON.stringify(task)).sort();
      expect(names(shares.flatMap(tasksOf))).toEqual(names(tasksOf(plan)));
      for (const share of shares) expect(tasksOf(share)).toHaveLength(share.total ?? -1);
    }
  }
});
