/**
 * One deliberate canary for each class of nondeterminism and of broken wall, and the guard that
 * must stop it. Lint runs on files of a throw-away folder that mirrors the rooms.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from './scripts/house/sources.ts';

interface Canary {
  readonly what: string;
  readonly path: string;
  readonly code: string;
  /** Part of the diagnostic's rule or message that names the guard. */
  readonly guard: RegExp;
}

const sim = (name: string): string => `sim/kernel/${name}.ts`;
const plugin = (text: string): RegExp => new RegExp(`title=plugin.*${text}`);

const CANARIES: readonly Canary[] = [
  { what: 'Math.random', path: sim('a'), code: 'Math.random()', guard: plugin('exactly rounded') },
  { what: 'Math.log', path: sim('b'), code: 'Math.log(2)', guard: plugin('exactly rounded') },
  { what: 'Math.exp', path: sim('c'), code: "Math['exp'](2)", guard: plugin('exactly rounded') },
  { what: 'Math.pow', path: sim('d'), code: '[1].map(Math.pow)', guard: plugin('exactly rounded') },
  { what: 'Date.now', path: sim('e'), code: 'Date.now()', guard: /noRestrictedGlobals.*Date/ },
  { what: 'new Date', path: sim('f'), code: 'new Date()', guard: plugin('Ambient') },
  { what: 'performance', path: sim('g'), code: 'performance.now()', guard: plugin('Ambient') },
  { what: 'setTimeout', path: sim('h'), code: 'setTimeout(String)', guard: plugin('timer') },
  { what: 'Promise', path: sim('i'), code: 'Promise.resolve(1)', guard: plugin('Asynchronous') },
  { what: 'async', path: sim('j'), code: 'async () => 1', guard: plugin('Asynchronous') },
  { what: 'await', path: sim('k'), code: 'await 1', guard: plugin('Asynchronous') },
  { what: 'Intl', path: sim('l'), code: 'Intl.Collator', guard: plugin('Ambient') },
  {
    what: 'localeCompare',
    path: sim('m'),
    code: "'a'.localeCompare('b')",
    guard: plugin('Ambient'),
  },
  {
    what: 'toLocaleString',
    path: sim('n'),
    code: '(1).toLocaleString()',
    guard: plugin('Ambient'),
  },
  {
    what: 'getRandomValues',
    path: sim('o'),
    code: 'crypto.getRandomValues(new Uint8Array(1))',
    guard: plugin('Ambient'),
  },
  { what: 'process', path: sim('p'), code: 'process.env', guard: /noRestrictedGlobals.*process/ },
  {
    what: 'a comparator that is not total',
    path: sim('q'),
    code: '[2, 1].sort((a, b) => a > b)',
    guard: plugin('Order by accident'),
  },
  {
    what: 'iteration over a plain object',
    path: sim('r'),
    code: '() => { for (const key in { a: 1 }) String(key); }',
    guard: plugin('Order by accident'),
  },
  {
    what: 'logic that reads an error text',
    path: sim('s'),
    code: "new Error('x').message.includes('y')",
    guard: plugin('error.s message'),
  },
];

const WALL_CANARIES: readonly Canary[] = [
  {
    what: 'protocol looking into sim',
    path: 'protocol/a.ts',
    code: "import { canary } from '../sim/kernel/a.ts';\nexport const it = canary;",
    guard: /noRestrictedImports/,
  },
  {
    what: 'protocol importing Node',
    path: 'protocol/b.ts',
    code: "import { readFileSync } from 'node:fs';\nexport const it = readFileSync;",
    guard: /noRestrictedImports/,
  },
  {
    what: 'scenarios looking into sim',
    path: 'scenarios/a.ts',
    code: "import { canary } from '../sim/kernel/a.ts';\nexport const it = canary;",
    guard: /noRestrictedImports/,
  },
  {
    what: 'the page of the comparison looking into sim',
    path: 'reports/compare/page/a.ts',
    code: "import { canary } from '../../../sim/kernel/a.ts';\nexport const it = canary;",
    guard: /noRestrictedImports/,
  },
  {
    what: 'a cycle of types alone',
    path: 'reports/a.ts',
    code: "import type { B } from './b.ts';\nexport type A = B | 1;",
    guard: /noImportCycles/,
  },
  {
    what: 'the other half of the cycle',
    path: 'reports/b.ts',
    code: "import type { A } from './a.ts';\nexport type B = A | 2;",
    guard: /noImportCycles/,
  },
];

const folder = mkdtempSync(join(tmpdir(), 'lockstep-canary-'));
const diagnostics = new Map<string, string>();

function lint(): string {
  const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const args = [biome, 'lint', '--max-diagnostics=none', '--reporter=github', '.'];
  try {
    return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return (error as { readonly stdout: string }).stdout;
  }
}

beforeAll(() => {
  cpSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
  cpSync(join(ROOT, 'scripts', 'lint'), join(folder, 'scripts', 'lint'), { recursive: true });
  const files = [
    ...CANARIES.map(({ path, code }) => ({ path, code: `export const canary = ${code};\n` })),
    ...WALL_CANARIES,
    { path: 'sim/kernel/clean.ts', code: 'export const canary = Math.floor(2.5);\n' },
    { path: 'sim/kernel/allowed.test.ts', code: 'export const canary = Math.log(2);\n' },
  ];
  for (const { path, code } of files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
  for (const line of lint().split('\n')) {
    const path = /file=([^,]+)/.exec(line)?.[1];
    const name = path?.split('lockstep-canary-')[1]?.split('/').slice(1).join('/') ?? path;
    if (name !== undefined) diagnostics.set(name, `${diagnostics.get(name) ?? ''}${line}\n`);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([...CANARIES, ...WALL_CANARIES])('lint stops $what', ({ path, guard }) => {
  expect(diagnostics.get(path)).toMatch(guard);
});

it('lint has nothing against exact functions, nor against tests', () => {
  expect(diagnostics.get('sim/kernel/clean.ts')).toBeUndefined();
  expect(diagnostics.get('sim/kernel/allowed.test.ts')).toBeUndefined();
});
