/**
 * The scenarios that come with Lockstep, by name. The data is compiled from `library/*.yaml` by
 * `scripts/make-library.mjs`, so that a page needs neither a YAML parser nor the schema.
 */

import { LIBRARY } from './library-data.ts';
import type { Scenario } from './scenario.ts';

/** Name and one line of a library scenario. */
export interface LibraryEntry {
  readonly name: string;
  readonly summary: string;
}

/** Lists the library in order of name. */
export function listScenarios(): readonly LibraryEntry[] {
  return LIBRARY.map(({ name, summary }) => ({ name, summary }));
}

/** Finds a library scenario by its exact name; undefined when there is none. */
export function findScenario(name: string): Scenario | undefined {
  return LIBRARY.find((scenario) => scenario.name === name);
}
