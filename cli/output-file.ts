/**
 * Files that appear whole or not at all: what is written goes to a file beside the place asked for
 * and takes its name when it is complete, so that two runs never mix their lines and an end in
 * mid-write leaves an earlier file as it was. Devices and pipes are written as they stand.
 */

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** `day.trace.ndjson.gz` with `cut` is `day.cut.trace.ndjson.gz`: its endings go on saying what. */
function marked(path: string, mark: string): string {
  const name = basename(path);
  const stem = name.replace(/(\.trace)?(\.ndjson)?(\.[a-z]+)?$/, '');
  return join(dirname(path), `${stem}.${mark}${name.slice(stem.length)}`);
}

/** What stands there; undefined also where nobody may look: writing will say why. */
function found(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function isPlain(path: string): boolean {
  return found(path)?.isFile() !== false;
}

/** Behind links, so that a link goes on being one. */
function behindLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Where a file stands while it is being written: one place for each process. */
export function partialOf(path: string): string {
  return isPlain(path) ? marked(behindLinks(path), `partial-${process.pid}`) : path;
}

/** Where a trace that did not come to its end is kept. */
export function fragmentOf(path: string): string {
  return isPlain(path) ? marked(path, 'incomplete') : path;
}

/** Keeps what a run that ended in any way but its own left half written. */
export function keepFragment(path: string): void {
  if (isPlain(path) && existsSync(partialOf(path))) settle(path, fragmentOf(path));
}

/** Gives a written file the name that was asked for, or another one. */
export function settle(path: string, name = path): void {
  const partial = partialOf(path);
  if (partial !== path) renameSync(partial, name === path ? behindLinks(path) : name);
}

/** Takes back what was begun, if anything was. */
export function discard(path: string): void {
  const partial = partialOf(path);
  if (partial !== path && found(partial) !== undefined) rmSync(partial, { force: true });
}

/** Throws what the system says when a file could not be written there; leaves nothing behind. */
export function probe(path: string): void {
  const partial = partialOf(path);
  if (partial === path) {
    closeSync(openSync(path, 'a'));
    return;
  }
  if (found(path) !== undefined) accessSync(path, constants.W_OK);
  closeSync(openSync(partial, 'w'));
  rmSync(partial);
}

/**
 * What two paths have in common when they are one file: names, links and all. Of something that is
 * no plain file, undefined: two may write to a device.
 */
export function identityOf(path: string): string | undefined {
  const file = found(path);
  if (file !== undefined) return file.isFile() ? `${file.dev}:${file.ino}` : undefined;
  return join(behindLinks(dirname(resolve(path))), basename(path));
}
