/**
 * The project's own files, for the tests that judge the house: what git tracks (or would track), as
 * text. It knows nothing of any rule.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the project's root. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const ROOMS = [
  'protocol',
  'scenarios',
  'sim',
  'reports',
  'viewer',
  'cli',
  'scripts',
  'docs',
] as const;
const SINGLE = /\.(ts|md|json)$/;

function below(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? below(path) : [path];
  });
}

/** Every file of the rooms and the single files beside them, relative to the root, sorted. */
export function projectFiles(): readonly string[] {
  const single = readdirSync(ROOT).filter((name) => SINGLE.test(name));
  const rooms = ROOMS.flatMap((room) => below(join(ROOT, room)));
  const files = [...single, ...rooms.map((path) => relative(ROOT, path))];
  return files.filter((path) => path !== 'package-lock.json').sort();
}

/** TypeScript sources of the project, tests included, relative to the root. */
export function typeScriptFiles(): readonly string[] {
  return projectFiles().filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'));
}

/** The text of one file of the project. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/**
 * Paths git tracks, relative to the root; empty where there is no repository (a published package).
 */
export function trackedFiles(): readonly string[] {
  if (!existsSync(join(ROOT, '.git'))) return [];
  const list = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  return list.split('\0').filter((path) => path.length > 0);
}
