/**
 * Reads what can be read of a scenario whose shape is wrong somewhere: what is wrong is mended,
 * list elements that cannot be are left out, and the rest is checked on, so that a misspelt key
 * does not hide an unknown device.
 */

import type { Complaints, Path } from './complaint.ts';
import { ACCOUNTS_MAX } from './limits.ts';
import { mendShape } from './mend-shape.ts';
import { type Numbered, numbered } from './numbered.ts';
import { type WrittenScenario, writtenScenarioSchema } from './schema.ts';
import { complainOfShape } from './schema-complaints.ts';

const LISTS = ['timeline', 'workload', 'expect', 'strangers', 'exceptions', 'excused'] as const;
type ListKey = (typeof LISTS)[number];

/** A written scenario whose longest lists may have gaps. */
export interface Salvaged {
  readonly head: WrittenScenario;
  readonly lists: { readonly [Key in ListKey]: readonly Numbered<WrittenScenario[Key][number]>[] };
  /** Ids that stand in elements which were left out. */
  readonly brokenIds: ReadonlySet<string>;
  /** Where something stands in for what cannot be read. */
  readonly doubtful: readonly Path[];
  /** Whether something was left out or stands in, so that the order of the rest says little. */
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
    doubtful: [],
    hasGaps: false,
  };
}

/** What stands in for required words that cannot be read, so that the rest can. */
function withStandIns(data: unknown): unknown {
  if (!isRecord(data) || !isRecord(data.accounts)) return data;
  return { lockstep: 1, name: 'unnamed', summary: 'unnamed', ...data };
}

/** Whether a complaint is about an element of a list as a whole, which then has to go. */
function isElement(path: Path): boolean {
  const [first, second] = path;
  return path.length === 2 && typeof second === 'number' && LISTS.includes(first as ListKey);
}

/** Whether names are gone with what was written there: then every use of them would look wrong. */
function hidesNames(path: Path): boolean {
  const [first, , third] = path;
  if (first === 'groups' || first === 'networks') return path.length <= 2;
  return (
    first === 'accounts' && (path.length <= 2 || (path.length === 3 && third === 'companions'))
  );
}

/** Indices of elements that are still wrong, by list. */
function brokenIn(data: unknown): ReadonlyMap<ListKey, ReadonlySet<number>> {
  const broken = new Map<ListKey, Set<number>>();
  for (const { path } of writtenScenarioSchema.safeParse(data).error?.issues ?? []) {
    const [first, second] = path;
    if (typeof second !== 'number') continue;
    const key = first as ListKey;
    broken.set(key, (broken.get(key) ?? new Set()).add(second));
  }
  return broken;
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

function salvage(data: unknown, found: Complaints['all']): Salvaged | undefined {
  const mended = mendShape(withStandIns(data), found, isElement);
  if (mended.doubtful.some(hidesNames)) return undefined;
  const broken = brokenIn(mended.data);
  const result = writtenScenarioSchema.safeParse(dropElements(mended.data, broken));
  if (!result.success) return undefined;
  const brokenIds = new Set<string>();
  for (const { path } of found) {
    const [key, index] = path;
    const elements = isRecord(data) ? data[String(key)] : undefined;
    if (Array.isArray(elements) && typeof index === 'number') idsIn(elements[index], brokenIds);
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
  return { head: result.data, lists, brokenIds, doubtful: mended.doubtful, hasGaps: true };
}

/**
 * Checks the shape of plain data; complains of every error in it and gives what can be checked
 * further, or undefined when too little is left.
 */
export function readShape(data: unknown, complaints: Complaints): Salvaged | undefined {
  // Before anything looks at each of them.
  const accounts = isRecord(data) && isRecord(data.accounts) ? Object.keys(data.accounts) : [];
  if (accounts.length > ACCOUNTS_MAX) {
    const sentence = `a scenario has at most ${ACCOUNTS_MAX} accounts, not ${accounts.length}`;
    complaints.at(['accounts'], sentence);
    return undefined;
  }
  const result = writtenScenarioSchema.safeParse(data);
  if (result.success) return whole(result.data);
  complainOfShape(writtenScenarioSchema, data, result.error, complaints);
  return salvage(data, complaints.all);
}
