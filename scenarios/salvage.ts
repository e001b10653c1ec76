/**
 * Reads what can be read of a scenario whose shape is wrong somewhere: list elements with errors
 * are left out, the rest is checked on, so that a misspelt key does not hide an unknown device.
 */

import type { Complaints } from './complaint.ts';
import { type Numbered, numbered } from './numbered.ts';
import { type WrittenScenario, writtenScenarioSchema } from './schema.ts';
import { complainOfShape } from './schema-complaints.ts';
import { ACTION_KEYS } from './schema-timeline.ts';

const LISTS = ['timeline', 'workload', 'expect', 'strangers', 'exceptions', 'excused'] as const;
type ListKey = (typeof LISTS)[number];

/** A written scenario whose longest lists may have gaps. */
export interface Salvaged {
  readonly head: WrittenScenario;
  readonly lists: { readonly [Key in ListKey]: readonly Numbered<WrittenScenario[Key][number]>[] };
  /** Ids that stand in elements which were left out. */
  readonly brokenIds: ReadonlySet<string>;
  /** Whether something was left out, so that the order of the rest says little. */
  readonly hasGaps: boolean;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every id that stands in a broken element. */
function idsIn(value: unknown, found: Set<string>, depth = 0): void {
  if (depth > 4 || typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'id' && typeof inner === 'string') found.add(inner);
    idsIn(inner, found, depth + 1);
  }
}

function whole(written: WrittenScenario): Salvaged {
  return {
    head: written,
    lists: {
      timeline: numbered(written.timeline),
      workload: numbered(written.workload),
      expect: numbered(written.expect),
      strangers: numbered(written.strangers),
      exceptions: numbered(written.exceptions),
      excused: numbered(written.excused),
    },
    brokenIds: new Set(),
    hasGaps: false,
  };
}

/** Removes a key or element by path from plain data, as far as the path exists; gives a copy. */
function without(value: unknown, path: readonly PropertyKey[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  if (Array.isArray(value)) {
    if (rest.length === 0) return value.filter((_, index) => index !== step);
    return value.map((each, index) => (index === step ? without(each, rest) : each));
  }
  if (!isRecord(value) || !Object.hasOwn(value, step)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      if (key !== step) return [[key, each]];
      return rest.length === 0 ? [] : [[key, without(each, rest)]];
    }),
  );
}

/** What stands in for required words that cannot be read, so that the rest can. */
function withStandIns(data: unknown): unknown {
  if (!isRecord(data) || !isRecord(data.accounts)) return data;
  return { lockstep: 1, name: 'unnamed', summary: 'unnamed', ...data };
}

/** Whether a repaired element still says something: an entry without its action does not. */
function isWorthChecking(key: ListKey, element: unknown): boolean {
  if (key !== 'timeline' || !isRecord(element)) return true;
  return ['wait', ...ACTION_KEYS].some((action) => Object.hasOwn(element, action));
}

/** Data without what is wrong in it, and which list elements had to go as a whole. */
function repair(data: unknown, places: readonly IssuePlace[]): Repaired {
  let rest = data;
  const touched = new Map<ListKey, Set<number>>(LISTS.map((key) => [key, new Set()]));
  for (const { path, keys } of places) {
    const [first, second] = path;
    if (typeof second === 'number') touched.get(first as ListKey)?.add(second);
    const isElement = path.length === 2 && touched.has(first as ListKey);
    if (keys !== undefined) for (const key of keys) rest = without(rest, [...path, key]);
    else if (!isElement) rest = without(rest, path);
  }
  rest = withStandIns(rest);
  const broken = new Map<ListKey, Set<number>>();
  const again = writtenScenarioSchema.safeParse(rest);
  for (const { path } of again.error?.issues ?? []) {
    const [first, second] = path;
    if (typeof second !== 'number') continue;
    const key = first as ListKey;
    broken.set(key, (broken.get(key) ?? new Set()).add(second));
  }
  for (const [key, indices] of touched) {
    for (const index of indices) {
      const element = isRecord(rest) && (rest[key] as readonly unknown[])[index];
      if (isWorthChecking(key, element)) continue;
      broken.set(key, (broken.get(key) ?? new Set()).add(index));
    }
  }
  return { rest, touched, broken };
}

interface Repaired {
  readonly rest: unknown;
  /** Indices of list elements in which something was wrong. */
  readonly touched: ReadonlyMap<ListKey, ReadonlySet<number>>;
  /** Those that could not be mended. */
  readonly broken: ReadonlyMap<ListKey, ReadonlySet<number>>;
}

function dropElements(data: unknown, broken: ReadonlyMap<ListKey, ReadonlySet<number>>): unknown {
  if (!isRecord(data)) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      const indices = broken.get(key as ListKey);
      if (indices === undefined || !Array.isArray(value)) return [key, value];
      return [key, value.filter((_, index) => !indices.has(index))];
    }),
  );
}

function salvage(data: unknown, places: readonly IssuePlace[]): Salvaged | undefined {
  const { rest, touched, broken } = repair(data, places);
  const result = writtenScenarioSchema.safeParse(dropElements(rest, broken));
  if (!result.success) return undefined;
  const brokenIds = new Set<string>();
  for (const [key, indices] of touched) {
    const elements = isRecord(data) ? data[key] : undefined;
    if (!Array.isArray(elements)) continue;
    for (const index of indices) idsIn(elements[index], brokenIds);
  }
  const renumber = <Item>(key: ListKey, items: readonly Item[]): readonly Numbered<Item>[] => {
    const gone = broken.get(key) ?? new Set<number>();
    const indices = Array.from({ length: items.length + gone.size }, (_, index) => index);
    const kept = indices.filter((index) => !gone.has(index));
    return items.map((item, position) => ({ index: kept[position] ?? position, item }));
  };
  const { timeline, workload, expect, strangers, exceptions, excused } = result.data;
  const lists = {
    timeline: renumber('timeline', timeline),
    workload: renumber('workload', workload),
    expect: renumber('expect', expect),
    strangers: renumber('strangers', strangers),
    exceptions: renumber('exceptions', exceptions),
    excused: renumber('excused', excused),
  };
  return { head: result.data, lists, brokenIds, hasGaps: true };
}

interface IssuePlace {
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
}

/**
 * Checks the shape of plain data; complains of every error in it and gives what can be checked
 * further, or undefined when too little is left.
 */
export function readShape(data: unknown, complaints: Complaints): Salvaged | undefined {
  const result = writtenScenarioSchema.safeParse(data);
  if (result.success) return whole(result.data);
  complainOfShape(writtenScenarioSchema, data, result.error, complaints);
  const places = result.error.issues.map(
    (issue): IssuePlace =>
      issue.code === 'unrecognized_keys'
        ? { path: issue.path, keys: issue.keys }
        : { path: issue.path },
  );
  return salvage(data, places);
}
