/** `compare` as a real process: its files, its determinism, what it refuses and what it keeps. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ComparisonDocument } from '../../reports/compare/model.ts';
import { interrupted, lockstep, scratch } from '../testing/program.ts';

const folder = scratch();

/** Alice's laptop writes while her phone is off. */
function shortStory(): string {
  const file = join(folder, 'short.yaml');
  const lines = [
    'lockstep: 1',
    'name: short',
    'summary: A laptop writes while its phone is off.',
    'length: 20m',
    'accounts:',
    '  alice: { phone: { network: mobile }, companions: { laptop: { network: wifi } } }',
    '  bob: { phone: { network: wifi }, companions: { web: { network: wifi } } }',
    'timeline:',
    '  - { at: 1m, send: { id: before, from: alice.laptop, to: bob, text: before } }',
    '  - { at: 2m, power-off: alice.phone }',
    '  - { at: 3m, send: { id: during, from: alice.laptop, to: bob, text: during } }',
    '  - { at: 15m, power-on: alice.phone }',
    '',
  ];
  writeFileSync(file, lines.join('\n'));
  return file;
}

const args = ['compare', shortStory(), '--seeds', '6'];

function meanOf(document: ComparisonDocument, measure: string): readonly (number | null)[] {
  const row = document.overall.find((one) => one.measure === measure);
  return [row?.relay.mean ?? null, row?.fanout.mean ?? null];
}

it('any number of workers writes the same bytes, in every form', () => {
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  const first = lockstep([...args, '--jobs', '1', '--out', one]);
  expect([first.code, first.stderr.includes('defect')]).toEqual([0, false]);
  expect(lockstep([...args, '--jobs', '2', '--out', two]).code).toBe(0);
  const files = readdirSync(one).sort();
  expect(files).toEqual(['report.csv', 'report.html', 'report.json', 'report.md']);
  for (const file of files) {
    const [left, right] = [one, two].map((where) => readFileSync(join(where, file), 'utf8'));
    expect(left === right, file).toBe(true);
  }
  const document = JSON.parse(readFileSync(join(one, 'report.json'), 'utf8'));
  expect(meanOf(document, 'availability.companion.first-minute')).toEqual([0.5, 1]);
  expect(document.crossChecks.filter((one: { differing: number }) => one.differing > 0)).toEqual(
    [],
  );
});

it('few seeds give means without intervals, and say so', () => {
  const ended = lockstep(['compare', shortStory(), '--seeds', '2', '--jobs', '1', '--json']);
  expect(ended.code).toBe(0);
  expect(ended.stderr).toContain('fewer than 5 seeds: means without intervals');
  const document = JSON.parse(ended.stdout) as ComparisonDocument;
  expect(document.overall.every(({ difference }) => difference.low === undefined)).toBe(true);
  expect(document.reproduce).toMatch(/^npx lockstep compare \S+ --seeds 2$/);
});

it('what one side cannot do is refused before anything runs, with the nearest thing', () => {
  const ended = lockstep(['compare', 'calls-interrupted', '--seeds', '1']);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('group calls from a companion');
  expect(ended.stderr).toContain('a call between two accounts');
});

it('Ctrl-C keeps the pairs that are complete', async () => {
  const cut = join(folder, 'cut');
  mkdirSync(cut);
  const asked = ['compare', shortStory(), '--seeds', '5000', '--jobs', '1', '--out', cut];
  const ended = await interrupted(asked, ['SIGINT'], 8_000);
  expect(ended.code).toBe(130);
  const document = JSON.parse(readFileSync(join(cut, 'report.json'), 'utf8'));
  expect(document.limits[0]).toContain('interrupted after');
  expect(document.seeds.length).toBeLessThan(5_000);
});
