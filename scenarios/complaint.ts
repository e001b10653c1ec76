/**
 * One thing wrong in a scenario before it has a place in a file: a path, a sentence, allowed words.
 * The checks collect complaints; `source.ts` finds their lines. Built scenarios have paths and no
 * lines.
 */

import { nearestWord } from './nearest-word.ts';

/** Keys and indices from the root. */
export type Path = readonly (string | number)[];

/** What a check found; `mark` says whether the key or the value at `path` is to be underlined. */
export interface Complaint {
  readonly path: Path;
  readonly mark: 'key' | 'value';
  readonly sentence: string;
  readonly allowed: readonly string[];
  readonly nearest?: string;
}

/** Collects complaints in the order they are found, each place and sentence once. */
export interface Complaints {
  readonly all: readonly Complaint[];
  /** Says that something is wrong at a value. */
  at(path: Path, sentence: string): void;
  /**
   * Says that a word was read which is not among the allowed ones. `near` has the words of which
   * the nearest is offered, where only some of them are to be listed.
   */
  word(
    path: Path,
    read: string,
    sentence: string,
    allowed: readonly string[],
    near?: readonly string[],
  ): void;
  /** Says that a key is not allowed. */
  key(path: Path, sentence: string, allowed?: readonly string[]): void;
}

/** Starts an empty collection. */
export function createComplaints(): Complaints {
  const all: Complaint[] = [];
  const seen = new Set<string>();
  const add = (complaint: Complaint) => {
    const name = JSON.stringify([complaint.path, complaint.sentence]);
    if (seen.has(name)) return;
    seen.add(name);
    all.push(complaint);
  };
  const withNearest = (
    mark: 'key' | 'value',
    path: Path,
    read: string,
    sentence: string,
    allowed: readonly string[],
    near = allowed,
  ) => {
    const nearest = nearestWord(read, near);
    const base: Complaint = { path, mark, sentence, allowed };
    add(nearest === undefined ? base : { ...base, nearest });
  };
  return {
    all,
    at: (path, sentence) => add({ path, mark: 'value', sentence, allowed: [] }),
    word: (path, read, sentence, allowed, near) =>
      withNearest('value', path, read, sentence, allowed, near),
    key: (path, sentence, allowed = []) =>
      withNearest('key', path, String(path.at(-1) ?? ''), sentence, allowed),
  };
}
