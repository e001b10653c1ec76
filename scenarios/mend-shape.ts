/**
 * Puts something that can be read in the place of everything whose shape is wrong, so that the rest
 * of a scenario is checked on: a text that is a number does not hide an unknown device beside it.
 * What is said afterwards of a stand-in, or follows from one, is not said to anybody.
 */

import { type Complaints, createComplaints, type Path } from './complaint.ts';
import { writtenScenarioSchema } from './schema.ts';
import { complainOfShape } from './schema-complaints.ts';

/** Scenario data that may be read, and the places in it that were not written so. */
export interface Mended {
  readonly data: unknown;
  readonly doubtful: readonly Path[];
}

/** Tried one after the other, for whatever is still wrong: names, lists, times, numbers, … */
const STAND_INS: readonly unknown[] = [
  'unnamed',
  '1m',
  1,
  ['unnamed'],
  true,
  {},
  'unnamed',
  ['unnamed'],
  '1m',
  1,
  [['unnamed'], ['server']],
];

/** Keys beside each other that are judged together: a stand-in for one says nothing of the rest. */
const TOGETHER: ReadonlySet<string | number | undefined> = new Set([
  ...['at', 'after', 'by', 'every', 'until', 'times', 'wait'],
  ...['from', 'for', 'within', 'down', 'up', 'delay', 'fault', 'restart-after'],
]);

type Container = Record<string | number, unknown>;

function containerAt(data: unknown, path: Path): Container | undefined {
  let value = data;
  for (const step of path.slice(0, -1)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Container)[step];
  }
  return typeof value === 'object' && value !== null ? (value as Container) : undefined;
}

function put(data: unknown, path: Path, value: unknown): void {
  const container = containerAt(data, path);
  const last = path.at(-1);
  if (container === undefined || last === undefined || last === '__proto__') return;
  if (value === undefined) delete container[last];
  else container[last] = structuredClone(value);
}

/** Mends data by what was complained of it; `isWhole` says which values go as a whole. */
export function mendShape(
  data: unknown,
  found: Complaints['all'],
  isWhole: (path: Path) => boolean,
): Mended {
  const rest = structuredClone(data);
  const doubtful: Path[] = [];
  for (const { path, mark } of found) {
    if (path.length === 0 || isWhole(path)) continue;
    doubtful.push(path);
    if (mark === 'key') put(rest, path, undefined);
  }
  for (const standIn of STAND_INS) {
    const { error } = writtenScenarioSchema.safeParse(rest);
    if (error === undefined) break;
    const wrong = createComplaints();
    complainOfShape(writtenScenarioSchema, rest, error, wrong);
    for (const { path, mark, allowed } of wrong.all) {
      if (path.length === 0 || isWhole(path)) continue;
      doubtful.push(path);
      put(rest, path, mark === 'key' ? undefined : (allowed[0] ?? standIn));
    }
  }
  return { data: rest, doubtful };
}

function isWithin(path: Path, outer: Path): boolean {
  return outer.length <= path.length && outer.every((step, index) => path[index] === step);
}

function isBeside(path: Path, other: Path): boolean {
  const parent = other.slice(0, -1);
  return (
    path.length === other.length &&
    isWithin(path, parent) &&
    TOGETHER.has(path.at(-1)) &&
    TOGETHER.has(other.at(-1))
  );
}

/** The same complaints, but for those about stand-ins and what follows from them. */
export function complaintsBut(complaints: Complaints, doubtful: readonly Path[]): Complaints {
  if (doubtful.length === 0) return complaints;
  const isHeard = (path: Path): boolean =>
    !doubtful.some((each) => {
      const isOfElement = path.length === 2 && isWithin(each, path);
      return isWithin(path, each) || isOfElement || isBeside(path, each);
    });
  return {
    all: complaints.all,
    at: (path, ...rest) => {
      if (isHeard(path)) complaints.at(path, ...rest);
    },
    word: (path, ...rest) => {
      if (isHeard(path)) complaints.word(path, ...rest);
    },
    key: (path, ...rest) => {
      if (isHeard(path)) complaints.key(path, ...rest);
    },
  };
}
