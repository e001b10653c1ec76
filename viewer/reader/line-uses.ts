/**
 * The uses of keys in the line of a commit, without the rest of it: they are the last fields, and
 * reading a whole trace for them alone takes a third of the time that whole lines take.
 */

import { leadsOn } from '../../sim/trace/key-uses.ts';
import { REFUSED } from '../../sim/trace/shapes.ts';
import type { TraceKeyUse } from '../../sim/trace/trace.ts';
import { decodeKeyUse } from '../../sim/trace/trace-shapes.ts';

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
      if (!mayLeadOn(value)) continue;
      const use = decodeKeyUse(value);
      if (use === REFUSED) return undefined;
      if (leadsOn(use as TraceKeyUse)) uses.push(use as TraceKeyUse);
    }
  }
  return uses;
}

/** Leaves out what is plainly a check or a hash, before it is judged by the shapes. */
function mayLeadOn(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const { isGood, keysOut, ciphertext } = value as Partial<TraceKeyUse>;
  return isGood !== false && (ciphertext !== undefined || keysOut?.length !== 0);
}
