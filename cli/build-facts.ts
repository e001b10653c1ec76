/** Which build this is, as `scripts/build.mjs` wrote it down. */

import { readFileSync } from 'node:fs';
import type { ProgramFacts } from '../reports/run-document.ts';

/** Reads the facts; a program run from its sources has no build and says so. */
export function buildFacts(): ProgramFacts {
  try {
    const text = readFileSync(new URL('../build.json', import.meta.url), 'utf8');
    return JSON.parse(text) as ProgramFacts;
  } catch {
    return { version: '0.0.0', build: 'unbuilt', commit: 'unknown' };
  }
}
