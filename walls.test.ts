/**
 * The walls between the rooms, and that nothing imports in a circle. Tests and benchmarks may reach
 * anywhere: they are not behind an import of the program.
 */

import { expect, it } from 'vitest';
import { cyclesOf, type Import, importsOf } from './scripts/house/imports.ts';
import { textOf, typeScriptFiles } from './scripts/house/sources.ts';
import { breachOf, packageOf } from './scripts/house/walls.ts';

const isShipped = (path: string): boolean =>
  !/\.(test|bench)\.tsx?$|\/testing\//.test(path) && !path.startsWith('docs/');

const all = typeScriptFiles().flatMap((path) => importsOf(path, textOf(path)));
const shipped = all.filter((one) => isShipped(one.from));

const imported = (from: string, to: string): Import => ({
  from,
  to,
  isPackage: !/^(protocol|scenarios|sim|reports|viewer|cli)\//.test(to),
});

it('every import stays within the table of rooms', () => {
  expect(shipped.length).toBeGreaterThan(50);
  expect(shipped.map(breachOf).filter((breach) => breach !== undefined)).toEqual([]);
});

it('nothing imports in a circle, type-only imports included', () => {
  expect(cyclesOf(all)).toEqual([]);
});

it('a planted breach of each kind is seen', () => {
  const breaches = [
    imported('protocol/limits.ts', 'sim/kernel/clock.ts'),
    imported('protocol/limits.ts', 'node:fs'),
    imported('scenarios/load.ts', 'protocol/limits.ts'),
    imported('sim/kernel/clock.ts', 'sim/world/world.ts'),
    imported('sim/properties/property.ts', 'sim/run/run.ts'),
    imported('sim/run/run.ts', 'protocol/crypto/openssl.ts'),
    imported('reports/explain.ts', 'cli/main.ts'),
    imported('reports/compare/render.ts', 'reports/compare/page/lines.ts'),
    imported('reports/compare/render.ts', 'chart.js'),
    imported('reports/compare/page/main.ts', 'reports/explain.ts'),
    imported('reports/compare/page/main.ts', 'sim/trace/trace.ts'),
    imported('cli/commands/view.ts', 'viewer/main.tsx'),
    imported('viewer/main.tsx', 'sim/run/run.ts'),
    imported('viewer/reader/key-lens.ts', 'sim/adversary/thief.ts'),
    imported('viewer/live/worker.ts', 'protocol/crypto/openssl.ts'),
  ];
  for (const one of breaches) expect(breachOf(one), one.to).toBeDefined();
});

it('a planted cycle is seen, through a type-only import too', () => {
  const files = [
    importsOf('sim/a.ts', "import type { B } from './b.ts';"),
    importsOf('sim/b.ts', "export { c } from './c.ts';"),
    importsOf('sim/c.ts', "const a = await import('./a.ts');"),
  ].flat();
  expect(cyclesOf(files)).toEqual([['sim/a.ts', 'sim/b.ts', 'sim/c.ts', 'sim/a.ts']]);
});

it('packages are told apart by scope', () => {
  expect(packageOf('@noble/hashes/sha2.js')).toBe('@noble/hashes');
  expect(packageOf('seedrandom/lib/alea.js')).toBe('seedrandom');
  expect(packageOf('node:crypto')).toBe('node:crypto');
});

it('packages the shipped program imports are dependencies, not development packages', () => {
  const { dependencies } = JSON.parse(textOf('package.json')) as {
    dependencies: Record<string, string>;
  };
  // The viewer is bundled into files when the program is built: nothing of it is imported later.
  const isBuiltOnly = ({ from }: Import): boolean => /^(scripts|viewer)\//.test(from);
  const names = shipped
    .filter((one) => one.isPackage && !isBuiltOnly(one) && one.from.includes('/'))
    .map((one) => packageOf(one.to))
    .filter((name) => !name.startsWith('node:') && name !== 'vitest');
  const missing = [...new Set(names)].filter((name) => !(name in dependencies));
  expect(missing).toEqual([]);
});
