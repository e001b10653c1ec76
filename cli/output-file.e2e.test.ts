/** Files that the program writes: never over what it reads, never by halves. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { interrupted, lockstep, scratch } from './testing/program.ts';

function story(file: string, until: string, messages: number): string {
  const lines = [
    'lockstep: 1',
    'name: talk',
    'summary: Two phones talk.',
    'accounts:',
    '  alice: { phone: { network: wifi } }',
    '  bob: { phone: { network: wifi } }',
    'workload:',
    '  - { id: chat, kind: conversation, between: [alice, bob], from: 1m,',
    `      until: ${until}, messages: ${messages}, reply: 0.5 }`,
    '',
  ];
  writeFileSync(file, lines.join('\n'));
  return file;
}

it('no command writes over what it reads, or two things to one file', () => {
  const folder = scratch();
  const file = story(join(folder, 'report.json'), '1h', 5);
  const trace = join(folder, 'day.ndjson');
  expect(lockstep(['run', file, '--trace', trace, '-q']).code).toBe(0);
  const page = join(folder, 'x.html');
  const before = [file, trace].map((path) => readFileSync(path, 'utf8'));
  const refused: readonly (readonly [string, ...string[]])[] = [
    [
      `the trace would be written over ${file}, which is the scenario`,
      'run',
      file,
      '--trace',
      file,
    ],
    [`the page would be written over ${file}, which is the scenario`, 'run', file, '--html', file],
    [`over ${page}, where the trace is written`, 'run', file, '--trace', page, '--html', page],
    [
      `the ndjson would be written over ${trace}, which is the trace`,
      ...['export', trace, '--format', 'ndjson', '--out', folder],
    ],
    [
      `the report would be written over ${file}, which is the scenario`,
      ...['compare', file, '--seeds', '1', '--out', folder],
    ],
    [
      `the JUnit report would be written over ${file}, which is the scenario`,
      ...['check', file, '--runs', '1', '--junit', file, '--out', folder],
    ],
  ];
  for (const [sentence, ...args] of refused) {
    const ended = lockstep(args);
    expect(ended.stderr).toContain(sentence);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
  }
  expect([file, trace].map((path) => readFileSync(path, 'utf8'))).toEqual(before);
  expect(readdirSync(folder).sort()).toEqual(['day.ndjson', 'report.json']);
});

it('two runs at once leave one whole trace', async () => {
  const folder = scratch();
  const file = story(join(folder, 'talk.yaml'), '20h', 400);
  const trace = join(folder, 'talk.trace.ndjson.gz');
  const run = (seed: string) => interrupted(['run', file, '--seed', seed, '--trace', trace], [], 0);
  const ended = await Promise.all([run('1'), run('2')]);
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  expect(lockstep(['replay', trace]).stdout).toContain('same to the last bit');
  expect(readdirSync(folder).sort()).toEqual(['talk.trace.ndjson.gz', 'talk.yaml']);
});

it('Ctrl-C, once or twice, leaves an earlier trace and keeps the fragment apart', async () => {
  const folder = scratch();
  const trace = join(folder, 'day.trace.ndjson.gz');
  expect(lockstep(['run', 'companion-first-message', '--trace', trace, '-q']).code).toBe(0);
  const before = readFileSync(trace);
  const long = story(join(folder, 'long.yaml'), '900h', 90_000);
  const fragment = join(folder, 'day.incomplete.trace.ndjson.gz');
  const names = ['day.incomplete.trace.ndjson.gz', 'day.trace.ndjson.gz', 'long.yaml'];
  for (const signals of [['SIGINT'], ['SIGINT', 'SIGINT']] as const) {
    const args = ['run', long, '--trace', trace];
    const ended = await interrupted(args, signals, signals.length === 1 ? 2500 : 1800);
    expect(ended.code).toBe(130);
    if (signals.length === 1)
      expect(ended.stderr).toContain(`the trace so far is in ${fragment} (`);
    expect(readdirSync(folder).sort()).toEqual(names);
    expect(readFileSync(trace).equals(before)).toBe(true);
    expect(lockstep(['explain', fragment, 'server']).stderr).toMatch(/^incomplete trace/);
  }
});

it('Ctrl-C in a run for a page tells of no trace that nobody asked for', async () => {
  const folder = scratch();
  const long = story(join(folder, 'long.yaml'), '900h', 90_000);
  const args = ['run', long, '--html', join(folder, 'long.html')];
  const ended = await interrupted(args, ['SIGINT'], 2500);
  expect(ended.code).toBe(130);
  expect(ended.stderr).not.toContain('the trace so far');
  expect(readdirSync(folder)).toEqual(['long.yaml']);
});
