/** Which build this is, as `scripts/build.mjs` wrote it down. */

import { readFileSync } from 'node:fs';

/** Facts about the built program. */
export interface BuildFacts {
  readonly version: string;
  /** 32 hex digits over every file of the build. */
  readonly build: string;
  /** Commit the build was made from, or `unknown`. */
  readonly commit: string;
}

/** Reads the facts; a program run from its sources has no build and says so. */
export function buildFacts(): BuildFacts {
  try {
    const text = readFileSync(new URL('../build.json', import.meta.url), 'utf8');
    return JSON.parse(text) as BuildFacts;
  } catch {
    return { version: '0.0.0', build: 'unbuilt', commit: 'unknown' };
  }
}
