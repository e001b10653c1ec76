/**
 * Every property catches its broken twin, and holds, checked, in the same small world without it.
 * One test per twin; the worlds last minutes of virtual time.
 */

import { describe, expect, it } from 'vitest';
import type { LinkedRecord } from '../../protocol/contract.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import { runScenario } from '../run/run.ts';
import type { RunEvent } from '../trace/events.ts';
import { allProperties, judgeDeterminism } from './index.ts';
import { propertyOf, worldOf, wrapperOf } from './planted-world.ts';
import { type Addresses, plotFor } from './plots.ts';
import type { Twin } from './twin-tools.ts';
import { allTwins } from './twins.ts';

const SEED = 'planted';
const crypto = opensslProvider();

/**
 * Bob's address follows from the seed: the fourth device linked at time zero belongs to his phone.
 */
function addresses(): Addresses {
  let bobPhone = '';
  const observe = (event: RunEvent): void => {
    if (event.kind !== 'commit' || !event.isTimeZero) return;
    for (const { collection, after } of event.changes) {
      if (collection === 'account' && event.node === 'bob.phone') {
        bobPhone = (after as unknown as LinkedRecord).device;
      }
    }
  };
  const scenario = worldOf({ story: [], lengthS: 1 });
  const observers = [{ observe }];
  runScenario({ scenario, seed: SEED, architecture: fanout, crypto, properties: [], observers });
  return { bobPhone };
}

const known = addresses();

function run(twin: Twin, isPlanted: boolean) {
  const plot = plotFor(twin.id, known);
  return runScenario({
    scenario: worldOf(plot),
    seed: SEED,
    architecture: twin.architecture === 'relay' ? relay : fanout,
    crypto,
    properties: propertyOf(twin),
    wrapNode: wrapperOf(plot, isPlanted ? twin : undefined),
  });
}

describe('planted twins', () => {
  for (const twin of allTwins().filter(({ catches }) => catches !== 'X5')) {
    it(`${twin.catches} catches ${twin.id} and holds without it`, () => {
      const without = run(twin, false).properties[0];
      expect(without).toMatchObject({ id: twin.catches, verdict: 'held', violations: [] });
      expect(without?.checked).toBeGreaterThan(0);
      expect(run(twin, true).properties[0]).toMatchObject({
        id: twin.catches,
        verdict: 'violated',
      });
    });
  }

  it('X5 catches counts-across-runs and holds without it', () => {
    const twin = allTwins().find(({ catches }) => catches === 'X5') as Twin;
    const [first, second] = [run(twin, false), run(twin, false)];
    expect(judgeDeterminism(first.hashes, second.hashes)).toEqual([]);
    const [one, other] = [run(twin, true), run(twin, true)];
    expect(judgeDeterminism(one.hashes, other.hashes)).toContain('bytes');
  });

  it('cover every property of the catalogue', () => {
    const caught = new Set(allTwins().map(({ catches }) => catches));
    expect([...allProperties.map(({ id }) => id), 'X5'].filter((id) => !caught.has(id))).toEqual(
      [],
    );
  });
});
