/** `check` as a real process: what it leaves behind can be used, and it says what it did not do. */

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { interrupted, lockstep, scratch } from '../testing/program.ts';

const folder = scratch();
const out = join(folder, 'found');

/** A tablet that nobody can reach so fast, in a story where it is linked on the way. */
function hastyStory(): string {
  const file = join(folder, 'hasty.yaml');
  const lines = [
    'lockstep: 1',
    'name: hasty',
    'summary: A new tablet is to show a text before it can.',
    'accounts:',
    '  alice: { phone: { network: wifi }, companions: { tablet: { network: wifi, linked: false } } }',
    '  bob: { phone: { network: wifi } }',
    'timeline:',
    '  - { at: 1m, link: alice.tablet }',
    '  - { at: 5m, send: { id: hello, from: bob.phone, to: alice, text: hello } }',
    'expect:',
    '  - { shown: hello, on: [alice.phone, alice.tablet], within: 1us }',
    '',
  ];
  writeFileSync(file, lines.join('\n'));
  return file;
}

it('every file it writes is run as printed, and a finding repeated is told once', () => {
  const args = ['check', hastyStory(), '--every-crash', '--runs', '3', '--seed', '1', '--out', out];
  const first = lockstep(args);
  expect(first.code).toBe(1);
  const files = readdirSync(out);
  expect(files).toHaveLength(1);
  expect(first.stdout.match(/to make it small/g)).toHaveLength(1);
  expect(first.stdout).toContain('and 2 more like it');
  for (const line of first.stdout.match(/^ {2}npx lockstep run .*$/gm) ?? []) {
    const again = lockstep(line.trim().split(' ').slice(2));
    expect(again.code).toBe(1);
    expect(again.stdout).toContain('"hello" showed on alice.');
  }
  expect(lockstep(args).stdout).toBe(first.stdout);
});

it('one failure with many seeds is one file, and expectations judged are counted', () => {
  const many = join(folder, 'many');
  const args = ['check', hastyStory(), '--runs', '7', '--seed', 'm', '--out', many];
  const ended = lockstep(args);
  expect(ended.code).toBe(1);
  expect(readdirSync(many)).toHaveLength(1);
  const told = ended.stdout.replaceAll(/\s+/g, ' ');
  expect(told).toContain('and 3 more like it (seeds m/2, m/4, m/6)');
  expect(told).toContain('own expectations were judged in 4 of 7 runs; the others had');
});

it('--fail-fast ends with the first failure, whatever the number of workers', () => {
  const ends = ['1', '2'].map((jobs) => {
    const args = ['check', hastyStory(), '--runs', '40', '--seed', 'f', '--fail-fast', '--json'];
    const ended = lockstep([...args, '--jobs', jobs, '--out', join(folder, 'fast')]);
    expect(ended.code).toBe(1);
    return ended.stdout.replace(/"seconds":[\d.]+/, '');
  });
  expect(ends[1]).toBe(ends[0]);
  expect(JSON.parse(ends[0]?.trimEnd().split('\n').at(-1)?.replace(',,', ',') ?? '').runs).toBe(1);
});

it('a share runs its part, and its line says which', () => {
  const args = ['check', '--runs', '5', '--seed', 'p', '--shard', '2/3', '--json', '--jobs', '1'];
  const ended = lockstep(args);
  expect(JSON.parse(ended.stdout).runs).toBe(2);
  expect(ended.stderr.split('\n')[0]).toContain('--shard 2/3');
  const refused = lockstep(['check', '--shard', '4/3']);
  expect([refused.code, refused.stderr.includes('is not a share; write 1/4')]).toEqual([2, true]);
});

it('a bad file of the corpus is told and left out; only bad files are refused', () => {
  const corpus = join(folder, 'corpus');
  cpSync(out, corpus, { recursive: true });
  writeFileSync(join(corpus, 'a-bad.yaml'), 'lockstep: 1\n');
  const args = ['--runs', '1', '--seed', 's', '--out', join(folder, 'again')];
  const ended = lockstep(['check', '--corpus', corpus, ...args]);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('left out of the corpus: ');
  expect(ended.stdout).toMatch(/Unread +1 file of the corpus/);
  const bad = join(folder, 'bad');
  mkdirSync(bad);
  writeFileSync(join(bad, 'a-bad.yaml'), 'lockstep: 1\n');
  const refused = lockstep(['check', '--corpus', bad, ...args]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('can be read as a scenario');
});

it('a place that cannot be written is refused before the search', () => {
  const file = hastyStory();
  const below = join(file, 'x');
  const unkept = lockstep(['check', file, '--runs', '1', '--out', below]);
  expect(unkept.code).toBe(2);
  expect(unkept.stderr).toContain(`cannot write to ${below} (ENOTDIR)`);
  const xml = join(folder, 'nowhere', 'x.xml');
  const unreported = lockstep(['check', file, '--runs', '1', '--out', out, '--junit', xml]);
  expect(unreported.code).toBe(2);
  expect(unreported.stderr).toContain(`cannot write to ${xml} (ENOENT)`);
  expect(unreported.stdout).toBe('');
});

it('an interrupted search says how far it came, and its JUnit file is not all green', async () => {
  const junit = join(folder, 'cut.xml');
  const args = ['check', '--runs', '90000', '--jobs', '1', '--seed', 'cut', '--junit', junit];
  const ended = await interrupted([...args, '--out', join(folder, 'cut')], ['SIGINT'], 2500);
  expect(ended.code).toBe(130);
  expect(ended.stdout).toMatch(/\ninterrupted after [\d,]+ of 90,000 runs: no failure so far\n/);
  expect(ended.stdout).not.toContain('held');
  expect(readFileSync(junit, 'utf8')).toContain('name="search"><skipped message="interrupted');
});
