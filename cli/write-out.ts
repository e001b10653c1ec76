/**
 * Writing where the person asked: a path that cannot be written is wrong usage, not a defect, and
 * is refused with the system's own word for why.
 */

import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { discard, identityOf, partialOf, probe, settle } from './output-file.ts';
import { UsageError } from './usage-error.ts';

/**
 * What to throw for an error of the file system: a `UsageError` that names the path, or the error
 * itself when it is none of the system's (it is then a defect).
 */
export function cannotWrite(path: string, error: unknown): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  const isSystem = code !== undefined && /^E[A-Z0-9]+$/.test(code);
  return isSystem ? new UsageError(`cannot write to ${path} (${code})`) : error;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Folder by folder: the recursive call of the system library never returns from `/proc/x`. */
function makeMissing(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeMissing(parent);
  mkdirSync(folder);
}

/** Makes a folder and those above it that are missing; throws `UsageError` when it cannot. */
export function makeFolder(folder: string): void {
  try {
    makeMissing(resolve(folder));
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

/**
 * Whether a file can be written there, so that it is refused before a run instead of after it. What
 * stands there stays; throws `UsageError` when it cannot.
 */
export function checkOut(path: string, what: string): void {
  try {
    probe(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'not writable';
    throw new UsageError(`cannot write the ${what} to ${path} (${code})`);
  }
}

/** A file that is named on the command line, and what it is: `trace`, `scenario`. */
export interface NamedFile {
  readonly what: string;
  readonly path: string;
}

/** Refuses to write over what is read, or two things to one file; throws `UsageError`. */
export function requireApart(read: readonly NamedFile[], written: readonly NamedFile[]): void {
  const taken = new Map<string, string>();
  for (const { what, path } of read) {
    const identity = identityOf(path);
    if (identity !== undefined) taken.set(identity, `which is the ${what}`);
  }
  for (const { what, path } of written) {
    const identity = identityOf(path);
    if (identity === undefined) continue;
    const owner = taken.get(identity);
    if (owner !== undefined) {
      throw new UsageError(
        `the ${what} would be written over ${path}, ${owner}: name another file`,
      );
    }
    taken.set(identity, `where the ${what} is written`);
  }
}

/** Writes a whole file, or none; throws `UsageError` when it cannot. */
export function writeOut(path: string, text: string): void {
  try {
    writeFileSync(partialOf(path), text);
    settle(path);
  } catch (error) {
    discard(path);
    throw cannotWrite(path, error);
  }
}
