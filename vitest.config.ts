/**
 * The suites by kind; the gate runs them in this order. End-to-end tests start the built program,
 * so their project first builds what is stale.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const ignored = ['**/node_modules/**', 'dist/**', 'dist.new/**', 'out/**'];
const property = ['**/*.prop.test.ts'];
const golden = ['sim/run/**/golden*.test.ts', 'sim/run/**/*.golden.test.ts'];
const e2e = ['**/*.e2e.test.ts'];

function suite(name: string, include: string[], exclude: string[], timeoutMs: number) {
  return {
    extends: true as const,
    test: { name, include, exclude: [...ignored, ...exclude], testTimeout: timeoutMs },
  };
}

const root = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // The library under its public names, from its sources.
    alias: [
      { find: /^lockstep$/, replacement: root('./sim/index.node.ts') },
      { find: /^lockstep\/protocol$/, replacement: root('./protocol/index.ts') },
      { find: /^lockstep\/vitest$/, replacement: root('./sim/vitest.ts') },
    ],
  },
  test: {
    pool: 'threads',
    hookTimeout: 120_000,
    projects: [
      suite('unit', ['**/*.test.ts'], [...property, ...golden, ...e2e], 60_000),
      suite('property', property, [], 120_000),
      suite('golden', golden, [], 600_000),
      {
        extends: true,
        test: {
          name: 'e2e',
          include: e2e,
          exclude: ignored,
          testTimeout: 120_000,
          globalSetup: ['./scripts/fresh-build.mjs'],
        },
      },
    ],
  },
});
