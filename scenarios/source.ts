/**
 * Scenario text as a tree with positions: YAML 1.2 (JSON is part of it), parsed strictly, with a
 * finder from path to line and column. It knows nothing of the scenario language.
 */

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Complaint, Path } from './complaint.ts';
import type { ScenarioError } from './scenario-error.ts';

/** Longest text that is read, in characters. */
export const SOURCE_CHARACTERS_MAX = 8_000_000;

/** A parsed file: its plain data, and where everything stands. */
export interface Source {
  readonly file: string;
  readonly data: unknown;
  /** Gives a complaint its place. */
  locate(complaint: Complaint): ScenarioError;
}

/** What became of a text; with duplicate keys there are errors and a source. */
export interface ParsedSource {
  readonly source?: Source;
  readonly errors: readonly ScenarioError[];
}

interface Span {
  readonly start: number;
  readonly end: number;
}

const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['BAD_INDENT', 'the indentation does not fit what stands above'],
  ['TAB_AS_INDENT', 'a tab cannot indent; use spaces'],
  ['MISSING_CHAR', 'a closing quote, bracket or comma is missing'],
  ['MULTIPLE_DOCS', 'a file holds one scenario; `---` begins a second one'],
  ['UNEXPECTED_TOKEN', 'this character does not belong here'],
  ['MULTILINE_IMPLICIT_KEY', 'a key must end on its line; is a `:` or a quote missing?'],
  ['BLOCK_AS_IMPLICIT_KEY', 'a mapping cannot begin on the line of a key'],
  ['BAD_ALIAS', 'this alias has no anchor'],
  ['TAG_RESOLVE_FAILED', 'tags are not part of the language'],
]);

function readDocument(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, {
      lineCounter,
      // Judged below: here every key would be held against every other of its mapping.
      uniqueKeys: false,
      strict: true,
      prettyErrors: false,
      version: '1.2',
      schema: 'core',
    });
  } catch {
    return undefined;
  }
}

function toData(document: Document.Parsed): { readonly data: unknown } | undefined {
  try {
    return { data: document.toJS({ maxAliasCount: 1_000 }) };
  } catch {
    return undefined;
  }
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function follow(document: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function rangeOf(node: unknown): Span | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? { start: range[0], end: range[1] } : undefined;
}

/** Walks a path as far as the tree goes and gives the span of the last key or value found. */
function findSpan(document: Document.Parsed, path: Path, mark: 'key' | 'value'): Span {
  let node: unknown = document.contents;
  let span: Span = { start: rangeOf(node)?.start ?? 0, end: (rangeOf(node)?.start ?? 0) + 1 };
  for (const [depth, step] of path.entries()) {
    const isLast = depth === path.length - 1;
    const parent = follow(document, node);
    if (isMap(parent)) {
      const pair = parent.items.find((item) => keyText(item.key) === String(step));
      if (pair === undefined) return span;
      node = pair.value;
      const keySpan = rangeOf(pair.key) ?? span;
      const valueSpan = isScalar(node) && node.value !== null ? rangeOf(node) : undefined;
      span = isLast && mark === 'value' && valueSpan !== undefined ? valueSpan : keySpan;
    } else if (isSeq(parent) && typeof step === 'number') {
      node = parent.items[step];
      const itemSpan = rangeOf(node);
      if (itemSpan === undefined) return span;
      span = isScalar(node) ? itemSpan : { start: itemSpan.start, end: itemSpan.start + 1 };
    } else {
      return span;
    }
  }
  return span;
}

function place(file: string, text: string, lines: LineCounter, span: Span, complaint: Complaint) {
  const { line, col } = lines.linePos(Math.min(span.start, text.length));
  const lineStart = lines.lineStarts[line - 1] ?? 0;
  const lineEnd = text.indexOf('\n', lineStart);
  const sourceLine = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd).trimEnd();
  const width = Math.min(span.end - span.start, sourceLine.length - (col - 1));
  const error: ScenarioError = {
    file,
    line,
    column: col,
    path: complaint.path,
    sentence: complaint.sentence,
    allowed: complaint.allowed,
    sourceLine,
    width: Math.max(1, width),
  };
  return complaint.nearest === undefined ? error : { ...error, nearest: complaint.nearest };
}

function plain(sentence: string): Complaint {
  return { path: [], mark: 'value', sentence, allowed: [] };
}

/** Keys that stand twice in their mapping, and those that would not be data. */
function badKeys(document: Document.Parsed) {
  const found: { readonly key: unknown; readonly sentence: string }[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) found.push({ key, sentence: 'this key stands here twice' });
        seen.add(key.value);
        if (key.value === '__proto__') found.push({ key, sentence: '`__proto__` cannot be a key' });
      }
    },
  });
  return found;
}

/**
 * Parses a text. Syntax errors give no source; a key that stands twice gives an error and a source.
 */
export function parseSource(text: string, file: string): ParsedSource {
  const lines = new LineCounter();
  const refuse = (sentence: string): ParsedSource => ({
    errors: [place(file, text, lines, { start: 0, end: 1 }, plain(sentence))],
  });
  if (text.length > SOURCE_CHARACTERS_MAX) {
    return refuse(`the file is longer than ${SOURCE_CHARACTERS_MAX} characters`);
  }
  const document = readDocument(text, lines);
  if (document === undefined) return refuse('the file is nested too deeply to be read');
  const errors = [...document.errors, ...document.warnings].map((error: YAMLError) => {
    const sentence = SENTENCES.get(error.code) ?? `this is not YAML (${error.message})`;
    return place(file, text, lines, { start: error.pos[0], end: error.pos[1] }, plain(sentence));
  });
  for (const { key, sentence } of badKeys(document)) {
    const span = rangeOf(key) ?? { start: 0, end: 1 };
    errors.push(place(file, text, lines, span, plain(sentence)));
  }
  if (document.errors.length > 0) return { errors };
  const converted = toData(document);
  if (converted === undefined) return refuse('the file repeats its aliases too often');
  if (converted.data === null) return refuse('the file is empty; begin with `lockstep: 1`');
  const locate = (complaint: Complaint) =>
    place(file, text, lines, findSpan(document, complaint.path, complaint.mark), complaint);
  return { errors, source: { file, data: converted.data, locate } };
}
