/**
 * The gate's part of the proof of determinism: every story of the library on two seeds, equal
 * hashes in two processes, in a shuffled order within one process, and on both back ends. The long
 * proof is `npm run determinism`.
 */

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { listScenarios } from './scenarios/library.ts';

test('equal pairs give equal hashes in every circumstance', { timeout: 2_400_000 }, () => {
  const args = ['scripts/determinism.mjs', '--gate'];
  const done = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const pairs = listScenarios().length * 2;
  expect(done.stderr).toBe('');
  expect(done.stdout).toContain(`determinism: ${pairs} pairs, 4 circumstances, equal`);
  expect(done.status).toBe(0);
});
