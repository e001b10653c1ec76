import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { fragmentOf, identityOf, keepFragment, partialOf, probe, settle } from './output-file.ts';
import { requireApart, writeOut } from './write-out.ts';

function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'lockstep-test-'));
}

it('a fragment and a file being written keep the endings of the name asked for', () => {
  const place = (name: string) => join('/nowhere', name);
  expect(fragmentOf(place('day.trace.ndjson.gz'))).toBe(place('day.incomplete.trace.ndjson.gz'));
  expect(fragmentOf(place('day'))).toBe(place('day.incomplete'));
  expect(basename(partialOf(place('a.html')))).toBe(`a.partial-${process.pid}.html`);
});

it('what stands there stays until the new file is whole', () => {
  const folder = scratch();
  const path = join(folder, 'a.trace.ndjson');
  writeFileSync(path, 'old');
  probe(path);
  writeFileSync(partialOf(path), 'half');
  expect(readFileSync(path, 'utf8')).toBe('old');
  keepFragment(path);
  expect(readdirSync(folder).sort()).toEqual(['a.incomplete.trace.ndjson', 'a.trace.ndjson']);
  expect(readFileSync(path, 'utf8')).toBe('old');
  writeFileSync(partialOf(path), 'new');
  settle(path);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(folder)).toHaveLength(2);
});

it('a link goes on being a link, and a device is written as it stands', () => {
  const folder = scratch();
  const [real, link] = [join(folder, 'real.html'), join(folder, 'link.html')];
  writeFileSync(real, 'old');
  symlinkSync(real, link);
  writeOut(link, 'new');
  expect(readFileSync(real, 'utf8')).toBe('new');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(identityOf(link)).toBe(identityOf(real));
  expect(partialOf('/dev/null')).toBe('/dev/null');
  expect(identityOf('/dev/null')).toBeUndefined();
});

it('a file that cannot be written leaves nothing behind', () => {
  const path = join(scratch(), 'none', 'x.html');
  expect(() => writeOut(path, 'x')).toThrow(`cannot write to ${path} (ENOENT)`);
  expect(existsSync(path)).toBe(false);
  const file = join(scratch(), 'a-file');
  writeFileSync(file, '');
  expect(identityOf(join(file, 'x'))).toBeDefined();
  expect(() => writeOut(join(file, 'x'), 'x')).toThrow('(ENOTDIR)');
});

it('what is read is not written over, and two things do not go to one file', () => {
  const folder = scratch();
  const story = join(folder, 'story.yaml');
  writeFileSync(story, 'x');
  const read = [{ what: 'scenario', path: story }];
  const other = join(folder, 'b.gz');
  expect(() =>
    requireApart(read, [{ what: 'trace', path: join(folder, '.', 'story.yaml') }]),
  ).toThrow('the trace would be written over');
  const twice = ['trace', 'page'].map((what) => ({ what, path: other }));
  expect(() => requireApart(read, twice)).toThrow('where the trace is written');
  expect(() => requireApart(read, [{ what: 'trace', path: other }])).not.toThrow();
});
