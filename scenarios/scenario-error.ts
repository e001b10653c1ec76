/**
 * What a refused scenario says: a list of errors with place, sentence, allowed words and nearest word,
 * and the text people see. It knows nothing of YAML or of the schema. Source: contract 16.
 */

/** One thing wrong in a scenario file; all of them are reported at once. */
export interface ScenarioError {
  readonly file: string;
  /** 1-based; 0 when the scenario was built in TypeScript. */
  readonly line: number;
  /** 1-based; 0 when the scenario was built in TypeScript. */
  readonly column: number;
  /** Keys and indices from the root: `['timeline', 3, 'send', 'from']`. */
  readonly path: readonly (string | number)[];
  /** One sentence in plain words, with what was read. */
  readonly sentence: string;
  /** The words or forms that are allowed here; empty when the sentence says it all. */
  readonly allowed: readonly string[];
  /** The allowed word nearest to what was read, if one is near. */
  readonly nearest?: string;
  /** The source line, for the excerpt; empty when there is none. */
  readonly sourceLine: string;
  /** How many characters from `column` on the error marks, at least 1. */
  readonly width: number;
}
