/**
 * The door of the scenario language: text in, plain data or every error at once out.
 */

import { type LoadOptions, resolveScenario } from './resolve.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioError } from './scenario-error.ts';
import { parseSource } from './source.ts';

export type { LoadOptions } from './resolve.ts';

/** A scenario, or every error of its text in order of place. */
export type LoadResult =
  | { readonly kind: 'loaded'; readonly scenario: Scenario }
  | { readonly kind: 'refused'; readonly errors: readonly ScenarioError[] };

/**
 * Reads a scenario from YAML or JSON text. `fileName` is only used in errors. Never throws on bad
 * text; `Expectation.line` is the 1-based line of the text.
 */
export function loadScenario(
  text: string,
  fileName: string,
  options: LoadOptions = {},
): LoadResult {
  const { source, errors } = parseSource(text, fileName);
  if (source === undefined) return { kind: 'refused', errors };
  const lineOf = (path: readonly (string | number)[]) =>
    source.locate({ path, mark: 'value', sentence: '', allowed: [] }).line;
  const { scenario, complaints } = resolveScenario(source.data, options, lineOf);
  const all = [...errors, ...complaints.map((complaint) => source.locate(complaint))];
  if (scenario !== undefined && all.length === 0) return { kind: 'loaded', scenario };
  const ordered = all.sort((left, right) => left.line - right.line || left.column - right.column);
  return { kind: 'refused', errors: ordered };
}
