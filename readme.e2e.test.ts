/**
 * The readme is what a newcomer types: its commands are run in order, in a folder that has its
 * files, and its picture is what the program prints.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockstep, scratch } from './cli/testing/program.ts';
import { codeBlocks } from './scripts/house/code-blocks.ts';
import { textOf } from './scripts/house/sources.ts';

const readme = textOf('README.md');
const blocks = codeBlocks(readme);
const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };

const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ code }) => code.trimEnd().split('\n'))
  .map((line) => line.replace(/\s+#.*$/, ''));

it('opens with the two commands that set everything up', () => {
  expect(commands.slice(0, 2)).toEqual(['npm ci && npm start', 'npm ci && npm test']);
});

it('names only scripts that exist', () => {
  const named = commands.flatMap((line) => [...line.matchAll(/npm (?:run )?(\w+)/g)]);
  const names = named.map(([, name]) => name ?? '').filter((name) => name !== 'ci');
  expect(names.length).toBeGreaterThan(4);
  for (const name of names) expect(Object.keys(scripts)).toContain(name);
});

it('every lockstep command of it works, one after the other', () => {
  const folder = scratch();
  for (const { language, code } of blocks) {
    const name = /^# (\S+\.yaml)\n/.exec(code)?.[1];
    if (language === 'yaml' && name !== undefined) writeFileSync(join(folder, name), code);
  }
  const typed = commands.filter((line) => line.startsWith('npx lockstep '));
  expect(typed.length).toBeGreaterThan(5);
  for (const line of typed) {
    const ended = lockstep(line.split(' ').slice(2), folder);
    expect(ended.code, `${line}\n${ended.stdout}${ended.stderr}`).toBe(0);
  }
});

it('its picture shows lines that the main job really prints', () => {
  const alike = (line: string): string => line.replaceAll(/[\d,.]+/g, '#').trimEnd();
  const ended = lockstep([], undefined, 'start.js');
  expect(ended.code, ended.stdout).toBe(0);
  const printed = ended.stdout.split('\n').map(alike);
  const picture = blocks
    .find(({ language }) => language === 'text')
    ?.code.trimEnd()
    .split('\n');
  expect(picture?.length).toBeGreaterThan(20);
  for (const line of picture ?? []) if (line !== '  …') expect(printed).toContain(alike(line));
});
