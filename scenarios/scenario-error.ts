/**
 * What a refused scenario says: a list of errors with place, sentence, allowed words and nearest
 * word, and the text people see. It knows nothing of YAML or of the schema. Source: contract 16.
 */

import { visibleInColumns, visibleLines } from './visible.ts';

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

const PAGE_COLUMNS = 100;

/** `timeline[3].send.from` */
function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

/** The source line with a mark below; a long line is cut around the mark. */
function formatExcerpt(error: ScenarioError): readonly string[] {
  if (error.line === 0 || error.sourceLine === '') return [];
  const gutter = String(error.line);
  const room = PAGE_COLUMNS - gutter.length - 5;
  const isShort = error.sourceLine.length <= room;
  const lastStart = isShort ? error.sourceLine.length : error.sourceLine.length - 1;
  const markStart = Math.min(error.column - 1, lastStart);
  const cut = isShort ? 0 : Math.max(0, Math.min(markStart - 20, error.sourceLine.length - room));
  const shown = error.sourceLine.slice(cut, cut + room);
  const left = cut > 0 ? `…${shown.slice(1)}` : shown;
  const line = cut + room < error.sourceLine.length ? `${left.slice(0, -1)}…` : left;
  const width = Math.max(1, Math.min(error.width, room - (markStart - cut)));
  const blank = ' '.repeat(gutter.length);
  return [
    `  ${gutter} │ ${visibleInColumns(line)}`,
    `  ${blank} │ ${' '.repeat(markStart - cut)}${'^'.repeat(width)}`,
  ];
}

/** Words after one another, broken into lines of the page that begin below the first word. */
function wrap(title: string, words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = title;
  for (const word of words) {
    const isFull = line.length + word.length > PAGE_COLUMNS && line.trim() !== title.trim();
    if (isFull) {
      lines.push(line.trimEnd());
      line = ' '.repeat(title.length);
    }
    line += `${word} `;
  }
  return words.length === 0 ? [] : [...lines, line.trimEnd()];
}

/**
 * At most so many allowed words are listed; a world of a thousand devices is not an error message.
 */
const ALLOWED_MAX = 40;

function formatAllowed(words: readonly string[]): readonly string[] {
  const shown = words.slice(0, ALLOWED_MAX);
  const more = words.length - shown.length;
  const last = more > 0 ? `${shown.at(-1)}, and ${more} more` : shown.at(-1);
  const listed = shown.map((word, index) => (index === shown.length - 1 ? `${last}` : `${word},`));
  return wrap('  allowed: ', listed);
}

function formatError(error: ScenarioError): string {
  // The excerpt keeps its columns and is made visible by itself.
  const path = formatPath(error.path);
  const place = error.line === 0 ? error.file : `${error.file}:${error.line}:${error.column}`;
  const nearest = error.nearest === undefined ? [] : [`  did you mean ${error.nearest}?`];
  return [
    visibleLines(path === '' ? place : `${place}  ${path}`),
    ...formatExcerpt(error),
    ...wrap('  ', visibleLines(error.sentence).split(' ')),
    ...nearest.map(visibleLines),
    ...formatAllowed(error.allowed.map(visibleLines)),
  ].join('\n');
}

/** At most so many errors are told in full: more of them have one cause. */
const ERRORS_MAX = 50;

/**
 * Writes errors as the text people see: for each the place, the line with a mark, one sentence, the
 * nearest word and what is allowed; a count at the end. Of very many the first ones are told. No
 * colours, no trailing line break.
 */
export function formatScenarioErrors(errors: readonly ScenarioError[]): string {
  const files = [...new Set(errors.map(({ file }) => file))].join(', ');
  const count = errors.length === 1 ? '1 error' : `${errors.length} errors`;
  const told = errors.slice(0, ERRORS_MAX).map(formatError);
  const rest = errors.length > told.length ? `, of which the first ${told.length} are told` : '';
  return [...told, `${count} in ${visibleLines(files)}${rest}`].join('\n\n');
}
