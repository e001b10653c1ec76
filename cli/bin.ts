#!/usr/bin/env node
/** Where the program begins. Asked for its version alone, it loads nothing else. */

import { readFileSync } from 'node:fs';

const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  const facts = readFileSync(new URL('../build.json', import.meta.url), 'utf8');
  process.stdout.write(`${(JSON.parse(facts) as { readonly version: string }).version}\n`);
} else {
  const { main } = await import('./main.ts');
  await main(args);
}
