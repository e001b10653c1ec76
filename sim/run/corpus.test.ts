/** Every scenario that once failed still tells its story and holds. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { allProperties } from '../properties/index.ts';
import { runScenario } from './run.ts';

const FOLDER = new URL('../../scenarios/corpus/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

test('the corpus is not empty', () => {
  expect(FILES.length).toBeGreaterThanOrEqual(2);
});

test.each(FILES)('%s holds', (name) => {
  const loaded = loadScenario(readFileSync(new URL(name, FOLDER), 'utf8'), name);
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors, null, 2));
  const { scenario } = loaded;
  const result = runScenario({
    scenario,
    seed: scenario.seed ?? '1',
    architecture: scenario.architecture === 'relay' ? relay : fanout,
    crypto: opensslProvider(),
    properties: allProperties,
    overrides: scenario.overrides,
  });
  expect(result.reasons).toEqual([]);
  expect(result.verdict).toBe('held');
});
