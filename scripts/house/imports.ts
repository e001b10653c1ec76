/**
 * Who imports whom, type-only imports included, and the cycles in it. Written because lint rules
 * look at the text of an import and not at the room it ends in.
 */

import { posix } from 'node:path';
import ts from 'typescript';

/** One import of one file: another file of the project, or a package. */
export interface Import {
  readonly from: string;
  /** Path relative to the root, or a package's name as written. */
  readonly to: string;
  readonly isPackage: boolean;
}

/** Every static, type-only, re-exporting and literal dynamic import of one source text. */
export function importsOf(path: string, text: string): readonly Import[] {
  const seen = ts.preProcessFile(text, true, true).importedFiles;
  return seen.map(({ fileName }) => {
    const isPackage = !fileName.startsWith('.');
    const to = isPackage ? fileName : posix.join(posix.dirname(path), fileName);
    return { from: path, to, isPackage };
  });
}

/**
 * One cycle of files per strongly connected group of more than one file, or a file importing
 * itself.
 */
export function cyclesOf(imports: readonly Import[]): readonly (readonly string[])[] {
  const targets = new Map<string, string[]>();
  for (const { from, to, isPackage } of imports) {
    if (!isPackage) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      cycles.push([...trail.slice(start), file]);
      return;
    }
    if (finished.has(file)) return;
    for (const next of targets.get(file) ?? []) visit(next, [...trail, file]);
    finished.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return cycles;
}
