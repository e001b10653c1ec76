/**
 * Globals that throw for the duration of a run: the second of the four guards against
 * nondeterminism (lint, throwing globals, shuffled order and second runs, a second engine). Lint
 * sees our own source; this one also sees what libraries do while a run is under way.
 *
 * What it cannot stop: `async` functions and `await` use the engine's own promises, so a run that
 * returns one is refused at its end; `**` is an operator; comparators that are not total, iteration
 * over plain objects, top-level state and reading an error's text are no calls of globals (lint and
 * second runs see those); and whoever took a reference before the run keeps it. That is how an edge
 * may measure its own wall time.
 */

import { KernelError } from './assert.ts';

/** Something ambient was used while a run was under way. */
export class AmbientError extends KernelError {}

/** Classes of nondeterminism this guard stops, with the members it replaces. */
const MEMBERS: readonly (readonly [owner: string, names: readonly string[]])[] = [
  [
    'Math',
    [
      'random',
      ...['log', 'log2', 'log10', 'log1p', 'exp', 'expm1', 'pow', 'cbrt', 'hypot'],
      ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2'],
      ...['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
    ],
  ],
  ['Date', ['now']],
  ['Date.prototype', ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']],
  ['performance', ['now', 'mark', 'measure']],
  ['crypto', ['getRandomValues', 'randomUUID']],
  ['String.prototype', ['localeCompare', 'toLocaleLowerCase', 'toLocaleUpperCase']],
  ['Number.prototype', ['toLocaleString']],
  ['BigInt.prototype', ['toLocaleString']],
  ['Array.prototype', ['toLocaleString']],
];

/** Functions and constructors of the global object. */
const GLOBALS: readonly string[] = [
  'Date',
  'Promise',
  'WeakRef',
  'FinalizationRegistry',
  'queueMicrotask',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'requestAnimationFrame',
  'fetch',
];

/** Global objects any use of whose members is refused. */
const NAMESPACES: readonly string[] = ['Intl'];

interface Replaced {
  readonly owner: object;
  readonly name: string;
  readonly descriptor: PropertyDescriptor;
}

/**
 * Runs `run` with every ambient source of nondeterminism replaced by a thrower of `AmbientError`,
 * and restores them whatever happens. Nesting is allowed. Refuses a result that is a promise.
 */
export function withGuards<Result>(run: () => Result): Result {
  const replaced: Replaced[] = [];
  try {
    for (const [path, names] of MEMBERS) {
      const owner = objectAt(path);
      for (const name of names) replace(replaced, owner, name, thrower(`${path}.${name}`));
    }
    for (const name of GLOBALS) replace(replaced, globalThis, name, thrower(name));
    for (const name of NAMESPACES) replace(replaced, globalThis, name, throwingNamespace(name));
    const result = run();
    if (isThenable(result)) throw new AmbientError('a run is synchronous, this one gave a promise');
    return result;
  } finally {
    for (const { owner, name, descriptor } of replaced.reverse()) {
      Object.defineProperty(owner, name, descriptor);
    }
  }
}

/** The object at a path such as `Date.prototype`; undefined where this engine has none. */
function objectAt(path: string): object | undefined {
  let found: unknown = globalThis;
  for (const part of path.split('.')) {
    found = (found as Readonly<Record<string, unknown>> | undefined)?.[part];
  }
  return typeof found === 'object' || typeof found === 'function'
    ? (found ?? undefined)
    : undefined;
}

/** Puts `value` in the place where `start` or one of its prototypes has `name`. */
function replace(
  replaced: Replaced[],
  start: object | undefined,
  name: string,
  value: unknown,
): void {
  let owner: object | null = start ?? null;
  while (owner !== null && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner);
  if (owner === null) return;
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (descriptor?.configurable !== true) return;
  replaced.push({ owner, name, descriptor });
  const { enumerable = false } = descriptor;
  Object.defineProperty(owner, name, { configurable: true, enumerable, writable: true, value });
}

function refuse(name: string): never {
  throw new AmbientError(`${name} was used during a run: it is not the same in every run`);
}

/**
 * A function and constructor that throws, and so does every member of it; nothing is an instance of
 * it.
 */
function thrower(name: string): unknown {
  const target = function refused(): never {
    return refuse(name);
  };
  return new Proxy(target, {
    get: (ambient, member) => {
      if (member === 'prototype') return ambient.prototype;
      return typeof member === 'symbol' ? undefined : refuse(name);
    },
    construct: () => refuse(name),
  });
}

function throwingNamespace(name: string): unknown {
  return new Proxy({}, { get: (_, member) => refuse(`${name}.${String(member)}`) });
}

function isThenable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}
