/**
 * The house's habits, as a test: sizes, exports, state, words and scratch. Data tables written by a
 * script are exempt from sizes and named here.
 */

import ts from 'typescript';
import { expect, it } from 'vitest';
import { projectFiles, textOf, trackedFiles, typeScriptFiles } from './scripts/house/sources.ts';

const GENERATED = ['scenarios/library-data.ts', 'protocol/wire/tokens.ts'];
const LINES_MAX = 400;
const FUNCTION_LINES_MAX = 60;
const COLUMNS_MAX = 100;

const handWritten = typeScriptFiles().filter((path) => !GENERATED.includes(path));
const isTest = (path: string): boolean => /\.(test|bench)\.tsx?$|\/testing\//.test(path);
const shipped = handWritten.filter((path) => !isTest(path));

/** Sentences `path:line what` for every line of every file that `judge` objects to. */
function objections(
  paths: readonly string[],
  judge: (line: string) => string | undefined,
): readonly string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) => {
        const what = judge(line);
        return what === undefined ? [] : [`${path}:${index + 1} ${what}`];
      }),
  );
}

/** Functions longer than allowed; a function made of other functions counts its own lines only. */
function longFunctions(path: string, text: string): readonly string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const linesWithin = (node: ts.Node): number => {
    let nested = 0;
    const count = (child: ts.Node): void => {
      if (ts.isFunctionLike(child) && 'body' in child && child.body !== undefined) {
        const lines = lineOf(child.end) - lineOf(child.getStart(source));
        const own = linesWithin(child);
        if (own > FUNCTION_LINES_MAX) {
          found.push(`${path}:${lineOf(child.getStart(source)) + 1} has ${own} lines`);
        }
        nested += lines;
        return;
      }
      ts.forEachChild(child, count);
    };
    ts.forEachChild(node, count);
    return lineOf(node.end) - lineOf(node.getStart(source)) + 1 - nested;
  };
  linesWithin(source);
  return found;
}

it(`files have at most ${LINES_MAX} lines`, () => {
  const long = handWritten.filter((path) => textOf(path).split('\n').length - 1 > LINES_MAX);
  expect(long).toEqual([]);
});

it(`functions have at most ${FUNCTION_LINES_MAX} lines`, () => {
  expect(shipped.flatMap((path) => longFunctions(path, textOf(path)))).toEqual([]);
});

it('a planted long function is seen', () => {
  const text = `export function long() {\n${'  x();\n'.repeat(70)}}\n`;
  expect(longFunctions('a.ts', text)).toEqual(['a.ts:1 has 72 lines']);
});

it(`lines have at most ${COLUMNS_MAX} columns`, () => {
  // Sources, imports, vectors, and data quoted in tests (scenarios, trace lines) stand as they are.
  const quoted = /https?:\/\/|^import |'[0-9a-f]{60,}'|^\s*(- )?\{ |^\s*[\w-]+: +\{ |^\s*[`'"]+/;
  const long = (line: string): string | undefined =>
    line.length > COLUMNS_MAX && !quoted.test(line) ? `has ${line.length} columns` : undefined;
  expect(objections(handWritten, long)).toEqual([]);
});

it('nothing is exported by default, and no module keeps state in a top-level let', () => {
  const judged = shipped.filter((path) => !path.endsWith('.config.ts'));
  const habit = (line: string): string | undefined => {
    if (/^export default\b/.test(line)) return 'exports by default';
    return /^(export )?(let|var) /.test(line) ? 'keeps top-level state' : undefined;
  };
  expect(objections(judged, habit)).toEqual([]);
});

it('nobody is called by the words we avoid, and nothing is left to do', () => {
  const avoided = /\b(whitelist|blacklist|slave|TODO|FIXME|XXX)\b|Error\(['`]not \w+ yet/;
  const texts = projectFiles().filter(
    (path) => /\.(tsx?|md|ya?ml)$/.test(path) && path !== 'tidy.test.ts',
  );
  const judge = (line: string): string | undefined => avoided.exec(line)?.[0];
  expect(objections(texts, judge)).toEqual([]);
});

it('no scratch, no machine paths and no build output is committed', () => {
  const scratch = /(^|\/)(dist|out|coverage|node_modules|tmp|scratch)\/|\.(log|orig|rej|tgz|swp)$/;
  expect(trackedFiles().filter((path) => scratch.test(path))).toEqual([]);
  const machine = /(^|[\s'"`(])\/(home|root|Users|work|mnt)\/\w/;
  const texts = projectFiles().filter((path) => /\.(tsx?|md|mjs|json|ya?ml)$/.test(path));
  const judge = (line: string): string | undefined => machine.exec(line)?.[0];
  expect(objections(texts, judge)).toEqual([]);
});

it('every file is named in kebab case', () => {
  const odd = typeScriptFiles().filter((path) => !/^[a-z0-9./-]+$/.test(path));
  expect(odd).toEqual([]);
});

it('every shipped module opens by saying what it is for', () => {
  const silent = shipped.filter((path) => !/^(#!.*\n)?(\/\/ Generated|\/\*\*)/.test(textOf(path)));
  expect(silent).toEqual([]);
});
