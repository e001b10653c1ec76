/**
 * The uses of keys in the line of a commit, without the rest of it: they are the last fields, and
 * reading a whole trace for them alone takes a third of the time that whole lines take.
 */

import { leadsOn } from '../../sim/trace/key-uses.ts';
import type { TraceKeyUse } from '../../sim/trace/trace.ts';

/** In front of the uses; inside a text a quote would stand behind a backslash. */
const FIELD = ',"keys":[';

/** The uses in a line that lead on; undefined when the line is not written as a writer does. */
export function usesOfLine(line: string): readonly TraceKeyUse[] | undefined {
  const at = line.lastIndexOf(FIELD);
  if (at < 0) return undefined;
  const tail = `{${line.slice(at + 1)}`;
  if (tail === '{"keys":[]}') return [];
  let lists: unknown[];
  try {
    const { keys, earlierKeys = [] } = JSON.parse(tail) as Record<string, unknown>;
    lists = [keys, earlierKeys];
  } catch {
    return undefined;
  }
  const uses: TraceKeyUse[] = [];
  for (const list of lists) {
    if (!Array.isArray(list)) return undefined;
    for (const value of list as readonly unknown[]) {
      if (!isUse(value)) return undefined;
      if (leadsOn(value)) uses.push(value);
    }
  }
  return uses;
}

/**
 * Whether a value is a use, as far as anybody looks at it. The shapes of the format copy what they
 * judge, which took longer than all the rest.
 */
function isUse(value: unknown): value is TraceKeyUse {
  if (typeof value !== 'object' || value === null) return false;
  const { operation, keysIn, keysOut, isGood, ciphertext, carried, parts } = value as Partial<
    Record<keyof TraceKeyUse, unknown>
  >;
  return (
    typeof operation === 'string' &&
    typeof isGood === 'boolean' &&
    isNames(keysIn) &&
    isNames(keysOut) &&
    (ciphertext === undefined || typeof ciphertext === 'string') &&
    (carried === undefined || isNames(carried)) &&
    (parts === undefined || isNames(parts))
  );
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
