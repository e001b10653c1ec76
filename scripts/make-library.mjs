/**
 * Compiles `scenarios/library/*.yaml` into `scenarios/library-data.ts` and writes
 * `scenarios/scenario.schema.json`. Run it with `npx tsx scripts/make-library.mjs` after a change
 * of either; with `--check` it writes nothing and ends with 1 when something is stale.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { libraryModule, schemaFile } from '../scenarios/library-source.ts';

const here = new URL('../scenarios/', import.meta.url);
const texts = readdirSync(new URL('library/', here))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ name, text: readFileSync(new URL(`library/${name}`, here), 'utf8') }));

const built = libraryModule(texts);
if (built.kind === 'refused') {
  console.error(built.text);
  process.exit(2);
}

const files = [
  { name: 'library-data.ts', text: built.text },
  { name: 'scenario.schema.json', text: schemaFile() },
];
for (const { name, text } of files) {
  const url = new URL(name, here);
  let before = '';
  try {
    before = readFileSync(url, 'utf8');
  } catch {
    // It is written below.
  }
  if (before === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`scenarios/${name} is stale: run npx tsx scripts/make-library.mjs`);
    process.exitCode = 1;
  } else {
    writeFileSync(url, text);
    console.log(`wrote scenarios/${name}`);
  }
}
