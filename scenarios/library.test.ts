import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenarioJsonSchema } from './json-schema.ts';
import { findScenario, listScenarios } from './library.ts';
import { libraryModule, schemaFile } from './library-source.ts';

const folder = new URL('library/', import.meta.url);
const files = readdirSync(folder).map((name) => ({
  name,
  text: readFileSync(new URL(name, folder), 'utf8'),
}));
const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

describe('the library', () => {
  // Which stories it has to tell is the business of FAILURES.md and its test.
  it('tells the story of every file, in order of name', () => {
    const names = files.map(({ name }) => name.replace(/\.yaml$/, ''));
    expect(listScenarios().map(({ name }) => name)).toEqual(names.sort());
    expect(names.length).toBeGreaterThanOrEqual(60);
  });

  it('is compiled from its files as they are now (npx tsx scripts/make-library.mjs)', () => {
    expect(libraryModule(files)).toEqual({ kind: 'built', text: read('library-data.ts') });
  });

  it('opens every file with the line that tells editors its schema', () => {
    for (const { text } of files) {
      expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=../scenario.schema.json');
    }
  });

  it('says in every story what must have happened and what must be checked', () => {
    for (const { name } of listScenarios()) {
      const story = findScenario(name);
      expect(story?.mustFire).not.toEqual([]);
      expect(story?.mustCheck).not.toEqual([]);
      expect(story?.expect).not.toEqual([]);
    }
  });

  it('knows no story by another name', () => {
    expect(findScenario('phone-offlin')).toBeUndefined();
  });

  it('refuses a file whose name is not that of its scenario', () => {
    const [first] = files;
    const moved = libraryModule([{ name: 'other.yaml', text: first?.text ?? '' }]);
    expect(moved.kind).toBe('refused');
  });
});

describe('the day with the phone off', () => {
  const story = findScenario('phone-offline');

  it('has four people, with a phone and one or two companions each', () => {
    expect(story?.accounts.map(({ name, devices }) => [name, devices.length])).toEqual([
      ['alice', 3],
      ['bob', 2],
      ['carol', 3],
      ['dave', 2],
    ]);
  });

  it('keeps the phone off for eight of its twenty-four hours', () => {
    const hours = (id: string) =>
      (story?.timeline.find((entry) => entry.id === id)?.atUs ?? 0) / 3_600_000_000;
    expect([hours('phone-dies'), hours('phone-lives')]).toEqual([9, 17]);
    expect(story?.lengthUs).toBe(24 * 3_600_000_000);
  });

  it('has between 40 and 80 messages', () => {
    const sends = story?.timeline.filter(({ action }) => action.kind === 'send').length ?? 0;
    const drawn = story?.workload.map((each) => (each.kind === 'conversation' ? each.messages : 0));
    const messages = (drawn ?? []).reduce((sum, count) => sum + count, sends);
    expect(messages).toBeGreaterThanOrEqual(40);
    expect(messages).toBeLessThanOrEqual(80);
  });
});

describe('the JSON Schema', () => {
  it('is committed as the schema is now (npx tsx scripts/make-library.mjs)', () => {
    expect(schemaFile()).toBe(read('scenario.schema.json'));
  });

  it('describes every key', () => {
    const missing: string[] = [];
    const walk = (schema: unknown, path: string) => {
      if (typeof schema !== 'object' || schema === null) return;
      const { properties, $defs } = schema as Record<string, Record<string, unknown> | undefined>;
      for (const [key, value] of Object.entries(properties ?? {})) {
        const known = value as { description?: string; $ref?: string };
        if (known.description === undefined && known.$ref === undefined) missing.push(path + key);
        walk(value, `${path}${key}.`);
      }
      for (const [key, value] of Object.entries($defs ?? {})) walk(value, `${key}.`);
    };
    walk(scenarioJsonSchema(), '');
    expect(missing).toEqual([]);
  });
});
