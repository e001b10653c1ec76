/**
 * `run`, `replay`, `explain`, `export` and `check` as real processes: outputs, exit codes,
 * interruption.
 */

import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { type Schema, schemaErrors } from './testing/json-schema.ts';
import { interrupted, lockstep, normalised, scratch } from './testing/program.ts';

const folder = scratch();
const trace = join(folder, 'day.trace.ndjson.gz');
const STORY = 'companion-first-message';

const schema = JSON.parse(
  readFileSync(new URL('../reports/run.schema.json', import.meta.url), 'utf8'),
) as Schema;

beforeAll(() => {
  expect(lockstep(['run', STORY, '--trace', trace, '--quiet']).code).toBe(0);
});

it('the phone-offline day shows every copy due, follows its schema, and repeats', () => {
  const first = lockstep(['run', 'phone-offline', '--seed', '7', '--json']);
  const document = JSON.parse(first.stdout);
  expect(schemaErrors(document, schema)).toEqual([]);
  expect(document.verdict).toBe('held');
  expect(document.messages.copiesDue).toBeGreaterThan(100);
  expect(document.messages.copiesShown).toBe(document.messages.copiesDue);
  expect(first.code).toBe(0);
  const lines = first.stderr.trim().split('\n');
  expect(lines.at(0)).toBe(document.reproduce);
  expect(lines.at(-1)).toBe(document.reproduce);
  expect(lockstep(['run', 'phone-offline', '--seed', '7', '--json']).stdout).toBe(first.stdout);
});

it('the schema notices a missing, a wrong and a misplaced field', () => {
  const { stdout } = lockstep(['run', STORY, '--json', '--quiet']);
  const { schema: name, hashes, ...rest } = JSON.parse(stdout);
  expect(schemaErrors({ schema: name, ...rest }, schema)).toEqual(['$.hashes is missing']);
  expect(schemaErrors({ ...rest, schema: name, hashes }, schema)).toHaveLength(1);
  expect(schemaErrors({ schema: name, ...rest, events: -1, hashes }, schema)).toHaveLength(1);
});

it('a run for people is a summary between two lines that repeat it', () => {
  const ended = lockstep(['run', STORY, '--seed', '7']);
  expect(lockstep(['run', STORY, '--seed', '7']).stdout).toBe(ended.stdout);
  expect(ended.stdout.trim().split('\n').at(0)).toBe(ended.stdout.trim().split('\n').at(-1));
  // Layout and words; the figures are the goldens' business.
  expect(
    normalised(ended)
      .replaceAll(/\d[\d,.]*/g, '#')
      .replaceAll(/ +/g, ' '),
  ).toMatchSnapshot();
});

it('both crypto back ends give the same run', () => {
  const hashes = ['openssl', 'noble'].map((crypto) => {
    const { stdout } = lockstep(['run', STORY, '--json', '--quiet', '--crypto', crypto]);
    return JSON.parse(stdout).hashes;
  });
  expect(hashes[1]).toEqual(hashes[0]);
});

it('a bound that ends a run leaves it undecided', () => {
  const ended = lockstep(['run', STORY, '--max-events', '50', '--quiet', '--json']);
  expect(ended.code).toBe(4);
  expect(JSON.parse(ended.stdout).boundReached).toBe('events');
});

it('a trace replays to the last bit', () => {
  expect(normalised(lockstep(['replay', trace]), folder)).toMatchSnapshot();
});

it('a trace that was altered on the way is refused, and a forged one is found out', () => {
  const lines = lockstep(['export', trace, '--format', 'ndjson']).stdout.trimEnd().split('\n');
  const forged = lines.map((line) => line.replace('"kind":"deliver"', '"kind":"deliver" '));
  const file = join(folder, 'forged.trace.ndjson');
  writeFileSync(file, `${forged.join('\n')}\n`);
  expect(lockstep(['replay', file]).code).toBe(2);
  // Without its footer nothing vouches for the lines: the first one that differs is named.
  writeFileSync(file, `${forged.slice(0, -1).join('\n')}\n`);
  const ended = lockstep(['replay', file]);
  expect(ended.code).toBe(3);
  expect(ended.stdout).toContain('first difference at event');
});

it('a header or a footer that says what is not so is named, with its own exit code', () => {
  const lines = lockstep(['export', trace, '--format', 'ndjson']).stdout.trimEnd().split('\n');
  const file = join(folder, 'lying.trace.ndjson');
  const footer = lines.at(-1) ?? '';
  const bytes = /"bytes":"([0-9a-f]{32})"/.exec(footer)?.[1] ?? '';
  const other = `${bytes.startsWith('0') ? '1' : '0'}${bytes.slice(1)}`;
  writeFileSync(file, [...lines.slice(0, -1), footer.replace(bytes, other), ''].join('\n'));
  const ended = lockstep(['replay', file]);
  expect(ended.code).toBe(3);
  expect(ended.stdout).toContain(`the footer says bytes hash "${other}"; this run has "${bytes}"`);
  const json = JSON.parse(lockstep(['replay', file, '--json']).stdout);
  expect([json.isSame, json.falseClaims.length, json.difference]).toEqual([false, 1, null]);
  const header = (lines[0] ?? '').replace('"hosts":["', '"hosts":["x');
  writeFileSync(file, [header, ...lines.slice(1, -1), ''].join('\n'));
  const hosts = lockstep(['replay', file]);
  expect(hosts.code).toBe(2);
  expect(hosts.stdout).toContain('the trace contradicts itself');
  expect(hosts.stdout).toContain('the header says hosts ["x');
});

it('a trace cut short is read as far as it goes, and said to be incomplete', () => {
  const file = join(folder, 'cut.trace.ndjson.gz');
  writeFileSync(file, readFileSync(trace));
  truncateSync(file, Math.floor(readFileSync(trace).length / 2));
  const ended = lockstep(['explain', file, 'server']);
  expect(ended.code).toBe(0);
  expect(ended.stderr).toMatch(/^incomplete trace: .* readable events?\)\n$/);
  expect(lockstep(['replay', file]).stdout).toMatch(/same to the last bit: [\d,]+ events; the rec/);
});

it('a trace killed in its first moments is an incomplete trace, not a scenario', () => {
  const files = ['none.trace.ndjson', 'none.trace.ndjson.gz', 'header.trace.ndjson.gz'];
  for (const name of files) {
    const file = join(folder, name);
    writeFileSync(file, name.startsWith('none') ? '' : gzipSync(''));
    for (const command of [
      ['replay', file],
      ['explain', file, 'server'],
    ]) {
      const ended = lockstep(command);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toBe(`error: ${file} is an incomplete trace, no events\n`);
    }
  }
});

it('what is asked of a trace in wrong words is refused with what there is', () => {
  const ended = lockstep(['explain', trace, 'alice.phne']);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('alice.phone');
});

it('exports are data in the format asked for', () => {
  expect(lockstep(['export', trace, '--format', 'mermaid']).stdout).toMatch(/^sequenceDiagram\n/);
  expect(lockstep(['export', trace, '--format', 'csv']).stdout).toMatch(/^sequence,.*\r\n0,/);
  expect(lockstep(['export', trace, '--format', 'csv', '--out', folder]).code).toBe(0);
  expect(existsSync(join(folder, 'day.csv'))).toBe(true);
});

it('a place that cannot be written is wrong usage, said with the path', () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  for (const out of [join(file, 'x'), '/proc/x', '/proc/x/y']) {
    const ended = lockstep(['export', trace, '--format', 'csv', '--out', out]);
    expect(ended.stderr).toMatch(/^error: cannot write to \S+ \(E[A-Z]+\)\n$/);
    expect(ended.code).toBe(2);
  }
  const full = lockstep(['run', STORY, '--quiet', '--trace', '/dev/full']);
  expect(full.stderr).toBe('error: cannot write to /dev/full (ENOSPC)\n');
  expect(full.code).toBe(2);
});

it('check finds the same things with one worker and with two', () => {
  const outputs = ['1', '2'].map((jobs) => {
    const args = ['check', '--json', '--seed', 'e2e', '--runs', '6', '--jobs', jobs, '--quiet'];
    return normalised(lockstep(args));
  });
  expect(outputs[1]).toBe(outputs[0]);
  expect(outputs[0]).toContain('"schema":"lockstep.check/1","runs":6,"failures":0,"seed":"e2e"');
});

it('every crash of a story is enumerated, one run each', () => {
  const args = ['check', STORY, '--every-crash', '--runs', '8', '--json', '--quiet'];
  const ended = lockstep(args);
  const document = JSON.parse(ended.stdout);
  expect(document.runs).toBe(8);
  expect(document.levers.crash).toBeGreaterThanOrEqual(8);
});

it('a scenario whose expectation cannot be met ends with 1, and check writes it down small', () => {
  const file = join(folder, 'too-soon.yaml');
  writeFileSync(
    file,
    [
      'lockstep: 1',
      'name: too-soon',
      'summary: Nobody reads a text before it travelled.',
      'accounts:',
      '  alice: { phone: { network: wifi } }',
      '  bob: { phone: { network: wifi } }',
      '  carol: { phone: { network: wifi } }',
      'timeline:',
      '  - { at: 1m, send: { id: hello, from: alice.phone, to: bob, text: hello } }',
      '  - { at: 2m, send: { id: other, from: alice.phone, to: carol, text: hi } }',
      'expect:',
      '  - { shown: hello, on: [bob.phone], within: 1us }',
      '',
    ].join('\n'),
  );
  expect(lockstep(['run', file, '--quiet']).code).toBe(1);
  const out = join(folder, 'found');
  const junit = join(folder, 'junit.xml');
  const args = ['check', file, '--runs', '1', '--seed', 's', '--out', out, '--junit', junit];
  const ended = lockstep([...args, '--json', '--quiet']);
  expect(ended.code).toBe(1);
  const [finding, end] = ended.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(end.failures).toBe(1);
  expect(readFileSync(junit, 'utf8')).toContain('<failure type="violated"');
  const small = readFileSync(finding.file, 'utf8');
  expect(small).not.toContain('carol');
  const again = lockstep(finding.reproduce.split(' ').slice(2));
  expect(again.code).toBe(1);
  const corpus = ['check', '--corpus', out, '--runs', '1', '--seed', 's', '--json', '--quiet'];
  expect(lockstep(corpus).code).toBe(1);
});

it('Ctrl-C tells what was found and leaves a readable trace', async () => {
  const file = join(folder, 'long.yaml');
  writeFileSync(
    file,
    [
      'lockstep: 1',
      'name: long',
      'summary: Long enough to be interrupted.',
      'accounts:',
      '  alice: { phone: { network: wifi } }',
      '  bob: { phone: { network: wifi } }',
      'workload:',
      '  - { id: chat, kind: conversation, between: [alice, bob], from: 1h, until: 900h,',
      '      messages: 90000, reply: 0.5 }',
      '',
    ].join('\n'),
  );
  const asked = join(folder, 'long.trace.ndjson.gz');
  const cut = join(folder, 'long.incomplete.trace.ndjson.gz');
  const ended = await interrupted(['run', file, '--trace', asked], ['SIGINT'], 2500);
  expect(ended.code).toBe(130);
  expect(ended.stderr).toMatch(/interrupted at .* after [\d,]+ events/);
  expect(ended.stderr).toContain('incomplete, readable');
  expect(lockstep(['explain', cut, 'server']).stderr).toMatch(/^incomplete trace/);
  const json = await interrupted(['run', file, '--json', '--quiet'], ['SIGINT'], 2500);
  expect(json.code).toBe(130);
  const document = JSON.parse(json.stdout);
  expect([document.verdict, document.reasons]).toEqual(['undecided', ['interrupted']]);
  const search = await interrupted(['check', '--time', '60s', '--jobs', '1'], ['SIGINT'], 2500);
  expect(search.code).toBe(130);
  expect(search.stdout).toMatch(/\d+ runs?\b/);
});
