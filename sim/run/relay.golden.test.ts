/**
 * What a seed means on the relay may not change unnoticed, either: hashes of a handful of stories
 * of the library there. Accepted like the others with `npx vitest run --project golden -u`.
 */

import { expect, test } from 'vitest';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { relay } from '../../protocol/relay/index.ts';
import { findScenario } from '../../scenarios/library.ts';
import { incapabilitiesOf } from '../world/capabilities.ts';
import { runScenario } from './run.ts';
import { stanzaWatch } from './testing/stanza-watch.ts';

const SEED = '7';
const STORIES = [
  'phone-offline',
  'relay-pairing',
  'relay-two-browsers',
  'relay-phone-asleep',
  'relay-log-out',
  'call-answered-twice',
  'calls-missed',
  'old-file-asked-for-again',
  'damaged-work',
  'settings-at-once',
  'group-newcomers',
  'mailbox-duplicates',
];

test('every story runs on the relay as it did, and holds', async () => {
  const { watch, unnamed } = stanzaWatch();
  const rows = STORIES.map((name) => {
    const scenario = findScenario(name);
    if (scenario === undefined) throw new Error(`no scenario ${name}`);
    expect(incapabilitiesOf(scenario, relay)).toEqual([]);
    const { verdict, reasons, hashes } = runScenario({
      scenario,
      seed: SEED,
      architecture: relay,
      crypto: opensslProvider(),
      observers: [watch],
    });
    expect([name, verdict, reasons]).toEqual([name, 'held', []]);
    return `${name} ${SEED} ${verdict} ${Object.values(hashes).join(' ')}`;
  });
  await expect(`${rows.join('\n')}\n`).toMatchFileSnapshot('golden/relay-hashes.txt');
  expect([...unnamed]).toEqual([]);
});
