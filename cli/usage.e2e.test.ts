/** How the program answers to wrong usage, and its help: whole outputs of real processes. */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockstep, normalised, scratch } from './testing/program.ts';

const COMMANDS = [
  'run',
  'view',
  'replay',
  'check',
  'compare',
  'explain',
  'export',
  'list',
  'schema',
  'bench',
  'completion',
];

it('without words it shows what there is, as wrong usage', () => {
  expect(normalised(lockstep([]))).toMatchSnapshot();
});

it.each(COMMANDS)('help of %s shows what exists', (command) => {
  expect(normalised(lockstep([command, '--help']))).toMatchSnapshot();
});

const WRONG: readonly (readonly string[])[] = [
  ['compare', 'phone-ofline'],
  ['compare', 'subway', '--seeds', '0'],
  ['compare', 'subway', '--sweeps', 'ful'],
  ['compare', 'subway', '--architecture', 'relay'],
  ['compare', 'group-call'],
  ['rnu'],
  ['frobnicate'],
  ['run'],
  ['run', 'phone-ofline'],
  ['run', 'subway', '--sed', '7'],
  ['run', 'subway', '--seed', ''],
  ['run', 'calls-interrupted', '--architecture', 'relay'],
  ['run', 'subway', '--crypto', 'symbolic'],
  ['run', 'subway', '--crypto', 'nobel'],
  ['run', 'subway', '--max-events', '0'],
  ['run', 'subway', '--max-virtual-time', '8'],
  ['run', 'subway', '--trace', 'not/there/x.trace.ndjson.gz'],
  ['run', 'not-there.yaml'],
  ['run', 'subway', '--html', 'not/there/x.html'],
  ['run', 'subway', '--detail'],
  ['view', 'subwya'],
  ['view', 'subway', '--port', '0'],
  ['replay', 'LICENSE'],
  ['explain', 'not-there.gz', 'lunch'],
  ['export', 'not-there.gz', '--format', 'cvs'],
  ['list', 'scenarioes'],
  ['check', '--every-crash'],
  ['check', '--shard', '3/2'],
  ['check', '--resume'],
  ['bench', 'kernal'],
  ['completion', 'cmd'],
];

it.each(WRONG)('refuses %s %s %s %s with the nearest word', (...args) => {
  const ended = lockstep(args);
  expect(ended.code).toBe(2);
  expect(ended.stdout).toBe('');
  expect(normalised(ended)).toMatchSnapshot();
});

it('a bad scenario is refused with every error at once, each with its place', () => {
  const folder = scratch();
  const file = join(folder, 'bad.yaml');
  writeFileSync(
    file,
    [
      'lockstep: 1',
      'name: bad',
      'summary: Wrong in three places.',
      'accounts:',
      '  alice: { phone: { network: wfi } }',
      '  bob: { phone: { network: wifi } }',
      'timeline:',
      '  - { at: 1m, send: { from: alice.laptop, to: bob, text: hello } }',
      '  - { at: 2m, power-of: alice.phone }',
      '',
    ].join('\n'),
  );
  const ended = lockstep(['run', file]);
  expect(ended.code).toBe(2);
  expect(normalised(ended, folder)).toMatchSnapshot();
});

it('lists are data: text for people, JSON for programs', () => {
  for (const what of ['scenarios', 'properties', 'faults', 'networks', 'architectures', 'levers']) {
    const json = JSON.parse(lockstep(['list', what, '--json']).stdout);
    expect(json.schema).toBe('lockstep.list/1');
    expect(json.items.length).toBeGreaterThan(0);
    for (const item of json.items) expect(Object.keys(item)).toEqual(['name', 'summary']);
    const lines = lockstep(['list', what]).stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(json.items.length);
  }
});

it('a file that is no text is refused in one sentence', () => {
  const path = join(scratch(), 'picture.yaml');
  writeFileSync(path, new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00]));
  const { stdout, stderr, code } = lockstep(['run', path]);
  expect([stdout, code]).toEqual(['', 2]);
  expect(stderr).toBe(`error: ${path} is not text in UTF-8, as scenarios are\n`);
});

it('completion scripts know every command and flag', () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, code } = lockstep(['completion', shell]);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toContain(command);
    expect(stdout).toMatch(/every-crash/);
    expect(stdout).toContain('phone-offline');
  }
});

it('--version costs at most 60 ms more than node on an empty file', () => {
  const empty = join(scratch(), 'empty.mjs');
  writeFileSync(empty, '');
  const took = (call: () => void): number => {
    const beganMs = performance.now();
    call();
    return performance.now() - beganMs;
  };
  const pairs = Array.from({ length: 9 }, () => {
    const idle = took(() => execFileSync(process.execPath, [empty]));
    return took(() => lockstep(['--version'])) - idle;
  });
  // The smallest difference: what is left when nothing else runs on the machine.
  expect(Math.min(...pairs)).toBeLessThan(60);
});
