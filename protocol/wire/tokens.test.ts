import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { DOUBLE_TOKENS, SINGLE_TOKENS } from './tokens.ts';

test('the generated tables are those of wire-tokens.json', () => {
  const check = spawnSync(process.execPath, ['scripts/make-tokens.mjs', '--check'], {
    encoding: 'utf8',
  });
  expect(check.stderr).toBe('');
  expect(check.status).toBe(0);
});

test('the tables have the published sizes and no token twice', () => {
  expect(SINGLE_TOKENS).toHaveLength(236);
  expect(DOUBLE_TOKENS.map((table) => table.length)).toEqual([256, 256, 256, 256]);
  const tokens = [...SINGLE_TOKENS.slice(1), ...DOUBLE_TOKENS.flat()];
  expect(new Set(tokens).size).toBe(235 + 4 * 256);
  // Entries known from captures: byte 19 is `message`, byte 3 the server.
  expect(SINGLE_TOKENS[19]).toBe('message');
  expect(SINGLE_TOKENS[3]).toBe('s.whatsapp.net');
});
