/**
 * X5: determinism. Same build, scenario, seed and overrides give the same four hashes. It cannot be
 * judged inside a run, so it has no judge: `replay`, `check` and the gate compare two runs with
 * `judgeDeterminism`. Catalogue section 9; contract 6 and 11.
 */

/** What two runs are compared by: the hashes of contract 12, by ingredient. */
export interface ComparedHashes {
  readonly schedule: string;
  readonly skeleton: string;
  readonly bytes: string;
  readonly shown: string;
}

/** The definition, for `list properties` and for reports. */
export const determinism = {
  id: 'X5',
  name: 'determinism',
  summary: 'Same build, scenario, seed and overrides: the same event log, to the last bit.',
} as const;

const INGREDIENTS = ['schedule', 'skeleton', 'bytes', 'shown'] as const;

/**
 * The ingredients in which two runs differ, in order of cause: none means that the property held.
 */
export function judgeDeterminism(
  first: ComparedHashes,
  second: ComparedHashes,
): readonly (keyof ComparedHashes)[] {
  return INGREDIENTS.filter((ingredient) => first[ingredient] !== second[ingredient]);
}
