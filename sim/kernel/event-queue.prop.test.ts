import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventQueue } from './event-queue.ts';

interface Pending {
  readonly timeUs: number;
  readonly sequence: number;
  readonly handle: number;
  readonly payload: unknown;
}

type Step =
  | { readonly kind: 'push'; readonly delayUs: number; readonly withPayload: boolean }
  | { readonly kind: 'pop' }
  | { readonly kind: 'peek' }
  | { readonly kind: 'cancel'; readonly pick: number };

/** Delays of every magnitude: ties, neighbours, byte borders, far past 2^32. */
const delayUs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 250, max: 260 }),
  fc.integer({ min: 0, max: 70_000 }),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.constantFrom(2 ** 8, 2 ** 16, 2 ** 24, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40),
);

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('push' as const),
        delayUs,
        withPayload: fc.boolean(),
      }),
    },
    { weight: 4, arbitrary: fc.constant({ kind: 'pop' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'peek' as const }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat() }) },
  ),
  { maxLength: 300 },
);

/** The model: a list kept sorted by (time, sequence), which nobody can get wrong. */
function runAgainstModel(startUs: number, list: readonly Step[]): void {
  const queue = new EventQueue();
  const model: Pending[] = [];
  const gone: number[] = [];
  let sequence = 0;
  let nowUs = 0;
  const popBoth = () => {
    const expected = model.shift();
    expect(queue.pop()).toBe(expected !== undefined);
    if (expected === undefined) return;
    nowUs = expected.timeUs;
    gone.push(expected.handle);
    const { timeUs, kind, a, b, payload } = queue;
    expect({ timeUs, sequence: queue.sequence, payload }).toEqual({
      timeUs: expected.timeUs,
      sequence: expected.sequence,
      payload: expected.payload,
    });
    expect([kind, a, b]).toEqual([
      expected.sequence & 7,
      expected.sequence,
      100 - expected.sequence,
    ]);
  };
  const push = (timeUs: number, withPayload: boolean) => {
    const payload = withPayload ? { sequence } : undefined;
    const handle = queue.push(timeUs, sequence & 7, sequence, 100 - sequence, payload);
    const at = model.findIndex((other) => other.timeUs > timeUs);
    model.splice(at < 0 ? model.length : at, 0, { timeUs, sequence, handle, payload });
    sequence++;
  };
  push(startUs, false);
  popBoth();
  for (const step of list) {
    if (step.kind === 'push') push(nowUs + step.delayUs, step.withPayload);
    else if (step.kind === 'pop') popBoth();
    else if (step.kind === 'peek') {
      expect(queue.peekTimeUs()).toBe(model[0]?.timeUs ?? Number.POSITIVE_INFINITY);
    } else if (model.length > 0) {
      const [taken] = model.splice(step.pick % model.length, 1) as [Pending];
      expect(queue.cancel(taken.handle)).toBe(true);
      gone.push(taken.handle);
    }
    expect(queue.size).toBe(model.length);
  }
  while (model.length > 0) popBoth();
  expect(queue.pop()).toBe(false);
  for (const handle of gone) expect(queue.cancel(handle)).toBe(false);
}

it('any mix of pushes, pops, peeks and cancels behaves like a sorted list', () => {
  const startUs = fc.constantFrom(0, 1, 255, 2 ** 31, 2 ** 32 - 2, 1_626_220_800_000_000);
  fc.assert(
    fc.property(startUs, steps, (start, list) => runAgainstModel(start, list)),
    { numRuns: 300, seed: 20_210_714 },
  );
});
