/**
 * The door to `@whiskeysockets/baileys`, which lives in a folder of its own (`interop/baileys`)
 * because its peers do not fit beside ours. Without it the suites say so and are skipped; where
 * `CI` is set they fail instead. Its parts are loaded by path and typed by whoever uses them.
 */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FOLDER = new URL('../../../interop/baileys/', import.meta.url);
const PACKAGE = new URL('node_modules/@whiskeysockets/baileys/', FOLDER);

function versionWanted(): string {
  const text = readFileSync(new URL('package.json', FOLDER), 'utf8');
  const { devDependencies } = JSON.parse(text) as { devDependencies: Record<string, string> };
  return devDependencies['@whiskeysockets/baileys'] ?? 'none';
}

function versionInstalled(): string | undefined {
  const path = new URL('package.json', PACKAGE);
  if (!existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

/** Loads a part of the package by its path, as `lib/index.js`; the caller says what is in it. */
export async function loadBaileys<Part>(path: string): Promise<Part> {
  return (await import(new URL(path, PACKAGE).href)) as Part;
}

/** Why the suites cannot run, and what to do about it; `undefined` when they can. */
export function whyNotInstalled(
  installed: string | undefined = versionInstalled(),
): string | undefined {
  const wanted = versionWanted();
  if (installed === wanted) return undefined;
  const found = installed === undefined ? 'it is not installed' : `${installed} is installed`;
  return `needs @whiskeysockets/baileys ${wanted}, but ${found}: npm run interop:install`;
}

/**
 * A suite against the package. When it is not installed: one skipped test that says how to install
 * it, or one failed test where `CI` is set.
 */
export function describeWithBaileys(title: string, suite: () => void): void {
  const reason = whyNotInstalled();
  // biome-ignore lint/complexity/useLiteralKeys: index signatures are read with brackets here
  const isRequired = (process.env['CI'] ?? '') !== '';
  if (reason === undefined) {
    describe(title, suite);
  } else if (isRequired) {
    describe(title, () => it(reason, () => expect.unreachable(reason)));
  } else {
    process.stderr.write(`skipped: "${title}" ${reason}\n`);
    describe(title, () => it.skip(reason));
  }
}
