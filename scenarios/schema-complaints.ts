/**
 * Turns what zod found into complaints: missing and unknown keys by name with the nearest one,
 * words with their alternatives, and for a value of several forms the complaint of the form that
 * was meant.
 */

import type { z } from 'zod';
import type { Complaints, Path } from './complaint.ts';
import { comesLater } from './later.ts';
import { ACTION_KEYS } from './schema-timeline.ts';

type Issue = z.core.$ZodIssue;

const WORKLOAD_KINDS = ['conversation', 'poisson', 'diurnal'];

function childOf(value: unknown, step: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<PropertyKey, unknown>)[step];
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(childOf, data);
}

/** The schema of the mapping at a path, for the list of its keys. */
function keysAt(schema: z.core.$ZodType, path: Path, data: unknown): readonly string[] {
  const definition = schema._zod.def as unknown as Readonly<Record<string, unknown>>;
  const inner = definition.innerType;
  if (inner !== undefined) return keysAt(inner as z.core.$ZodType, path, data);
  const options = definition.options as readonly z.core.$ZodType[] | undefined;
  if (options !== undefined) {
    const kind = childOf(data, 'kind');
    const chosen = options.filter((option) => accepts(option, kind));
    return (chosen.length > 0 ? chosen : options).flatMap((each) => keysAt(each, path, data));
  }
  const shape = definition.shape as Readonly<Record<string, z.core.$ZodType>> | undefined;
  const [step, ...rest] = path;
  if (step === undefined) return shape === undefined ? [] : Object.keys(shape);
  const items = definition.items as readonly z.core.$ZodType[] | undefined;
  const next =
    shape?.[String(step)] ??
    (definition.valueType as z.core.$ZodType | undefined) ??
    (definition.element as z.core.$ZodType | undefined) ??
    items?.[Number(step)];
  return next === undefined ? [] : keysAt(next, rest, childOf(data, step));
}

function accepts(option: z.core.$ZodType, kind: unknown): boolean {
  const shape = (option._zod.def as { shape?: Record<string, z.core.$ZodType> }).shape;
  const values = shape?.kind?._zod.values;
  return values !== undefined && typeof kind === 'string' && values.has(kind);
}

/** The issues of the alternative that was meant: the one that looked furthest into the value. */
function meant(alternatives: readonly (readonly Issue[])[]): readonly Issue[] {
  let best: readonly Issue[] = [];
  let bestDepth = 0;
  for (const issues of alternatives) {
    const isShallow = issues.some(({ path, code }) => path.length === 0 && code === 'invalid_type');
    const depth = isShallow ? 0 : 1 + Math.min(...issues.map(({ path }) => path.length));
    if (depth > bestDepth) {
      best = issues;
      bestDepth = depth;
    }
  }
  return best;
}

function unknownKey(complaints: Complaints, path: Path, key: string, allowed: readonly string[]) {
  const later = comesLater(key);
  if (later !== undefined)
    complaints.key([...path, key], `\`${key}\` cannot be said yet: ${later}`);
  else complaints.key([...path, key], `\`${key}\` is not a key that is known here`, allowed);
}

interface Checked {
  readonly schema: z.core.$ZodType;
  readonly data: unknown;
  readonly complaints: Complaints;
}

function complainUnion(checked: Checked, issue: Issue & { code: 'invalid_union' }, path: Path) {
  const { complaints, data } = checked;
  const read = valueAt(data, path);
  const kind = childOf(read, 'kind');
  if (issue.discriminator === 'kind' || path.at(-1) === 'kind') {
    const at = path.at(-1) === 'kind' ? path : [...path, 'kind'];
    const text = String(path.at(-1) === 'kind' ? read : kind);
    const later = comesLater(text);
    if (later !== undefined) complaints.at(at, `\`${text}\` cannot be said yet: ${later}`);
    else if (kind === undefined && path.at(-1) !== 'kind') {
      complaints.word(path, '', '`kind` is missing', WORKLOAD_KINDS);
    } else complaints.word(at, text, `"${text}" is not a kind of workload`, WORKLOAD_KINDS);
    return;
  }
  const inner = meant(issue.errors);
  if (inner.length === 0) complaints.at(path, issue.message);
  for (const each of inner) complainIssue(checked, each, [...path, ...(each.path as Path)]);
}

function complainIssue(checked: Checked, issue: Issue, path: Path): void {
  const { schema, data, complaints } = checked;
  if (issue.code === 'invalid_union') {
    complainUnion(checked, issue, path);
  } else if (issue.code === 'unrecognized_keys') {
    const allowed = keysAt(schema, path, data);
    for (const key of issue.keys) unknownKey(complaints, path, key, allowed);
  } else if (issue.code === 'invalid_key') {
    const sentence = issue.issues[0]?.message ?? issue.message;
    complaints.key(path, sentence);
  } else if (valueAt(data, path) === undefined && path.length > 0) {
    complaints.at(path, `\`${String(path.at(-1))}\` is missing`);
  } else if (issue.code === 'invalid_value') {
    const read = valueAt(data, path);
    complaints.word(path, String(read), issue.message, issue.values.map(String));
  } else {
    complaints.at(path, issue.message);
  }
}

/**
 * Adds a complaint for each thing the schema refused in `data`.
 */
export function complainOfShape(
  schema: z.core.$ZodType,
  data: unknown,
  error: z.core.$ZodError,
  complaints: Complaints,
): void {
  for (const issue of error.issues) {
    complainIssue({ schema, data, complaints }, issue, issue.path as Path);
  }
}

/** Words offered for the action of an entry that has none. */
export function actionWords(): readonly string[] {
  return ['wait', ...ACTION_KEYS];
}
