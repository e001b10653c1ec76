import { describe, expect, it } from 'vitest';
import { AmbientError, withGuards } from './guard.ts';

/** One canary per way of being nondeterministic that a global gives; all must be stopped here. */
const CANARIES: readonly (readonly [name: string, use: () => unknown])[] = [
  ['Math.random', () => Math.random()],
  ['Date.now', () => Date.now()],
  ['new Date', () => new Date()],
  ['Date of a given time', () => new Date(0)],
  ['Date.parse', () => Date.parse('2021-07-14')],
  ['performance.now', () => performance.now()],
  ['setTimeout', () => setTimeout(() => {}, 0)],
  ['setInterval', () => setInterval(() => {}, 1000)],
  ['setImmediate', () => setImmediate(() => {})],
  ['queueMicrotask', () => queueMicrotask(() => {})],
  ['Promise.resolve', () => Promise.resolve(1)],
  ['new Promise', () => new Promise(() => {})],
  ['crypto.getRandomValues', () => crypto.getRandomValues(new Uint8Array(4))],
  ['crypto.randomUUID', () => crypto.randomUUID()],
  ['Intl', () => new Intl.NumberFormat()],
  ['Intl.Collator', () => Intl.Collator('de')],
  ['localeCompare', () => 'a'.localeCompare('b')],
  ['toLocaleUpperCase', () => 'i'.toLocaleUpperCase()],
  ['toLocaleLowerCase', () => 'I'.toLocaleLowerCase()],
  ['Number toLocaleString', () => (1e6).toLocaleString()],
  ['BigInt toLocaleString', () => 1n.toLocaleString()],
  ['Array toLocaleString', () => [1].toLocaleString()],
  ['WeakRef', () => new WeakRef({})],
  ['FinalizationRegistry', () => new FinalizationRegistry(() => {})],
  ['Math.log', () => Math.log(2)],
  ['Math.log2', () => Math.log2(3)],
  ['Math.log10', () => Math.log10(3)],
  ['Math.log1p', () => Math.log1p(3)],
  ['Math.exp', () => Math.exp(2)],
  ['Math.expm1', () => Math.expm1(2)],
  ['Math.pow', () => Reflect.get(Math, 'pow')(2, 0.5)],
  ['Math.cbrt', () => Math.cbrt(2)],
  ['Math.hypot', () => Math.hypot(1, 2)],
  ['Math.sin', () => Math.sin(2)],
  ['Math.cos', () => Math.cos(2)],
  ['Math.tan', () => Math.tan(2)],
  ['Math.atan2', () => Math.atan2(1, 2)],
  ['Math.tanh', () => Math.tanh(2)],
  ['fetch', () => fetch('http://localhost')],
];

describe('during a run', () => {
  it.each(CANARIES)('%s throws', (_, use) => {
    expect(() => withGuards(use)).toThrow(AmbientError);
  });

  it.each(CANARIES)('%s works again afterwards', (name, use) => {
    try {
      withGuards(use);
    } catch {
      // The point is what comes after.
    }
    if (name === 'fetch') return;
    let result: unknown;
    expect(() => {
      result = use();
    }).not.toThrow();
    clearInterval(result as ReturnType<typeof setInterval>);
  });

  it('exact functions and plain sorting still work', () => {
    const result = withGuards(() => [
      Math.imul(3, 5),
      Math.clz32(1),
      Math.floor(2.5),
      Math.max(1, 2),
      [3, 1, 2].sort((left, right) => left - right),
      'B'.toLowerCase(),
      2 ** 10,
    ]);
    expect(result).toEqual([15, 31, 2, 2, [1, 2, 3], 'b', 1024]);
  });

  it('a run that returns a promise is refused', () => {
    expect(() => withGuards(async () => 1)).toThrow(AmbientError);
  });

  it('nothing is an instance of a guarded constructor, and asking is no use of it', () => {
    expect(withGuards(() => ({}) instanceof Date)).toBe(false);
  });

  it('a reference taken before the run goes on working, so that edges can measure', () => {
    const now = performance.now.bind(performance);
    expect(withGuards(() => now())).toBeGreaterThan(0);
  });
});

describe('restoring', () => {
  it('happens when the run throws', () => {
    const random = Math.random;
    const failing = () => {
      throw new RangeError('of its own');
    };
    expect(() => withGuards(failing)).toThrow(RangeError);
    expect(Math.random).toBe(random);
  });

  it('leaves every property as it was described', () => {
    const look = () => [
      Object.getOwnPropertyDescriptor(globalThis, 'Date'),
      Object.getOwnPropertyDescriptor(globalThis, 'Intl'),
      Object.getOwnPropertyDescriptor(globalThis, 'setTimeout'),
      Object.getOwnPropertyDescriptor(Math, 'log'),
      Object.getOwnPropertyDescriptor(String.prototype, 'localeCompare'),
      Object.hasOwn(performance, 'now'),
    ];
    const before = look();
    withGuards(() => undefined);
    expect(look()).toEqual(before);
  });

  it('nests: the outer run is still guarded after an inner one', () => {
    const nested = () => {
      withGuards(() => 1);
      return Math.random();
    };
    expect(() => withGuards(nested)).toThrow(AmbientError);
    expect(Math.random()).toBeLessThan(1);
  });
});
