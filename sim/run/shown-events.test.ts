/**
 * What judges do not ask to be shown makes no difference to what they find: each is run as it is,
 * and beside itself with every event shown to it, and both have to have checked equally often.
 */

import { describe, expect, test } from 'vitest';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { findScenario } from '../../scenarios/library.ts';
import { allProperties } from '../properties/index.ts';
import type { Property } from '../properties/property.ts';
import { runScenario } from './run.ts';

/** Between them: groups, calls, files, history, settings, crashes, and disks that go back. */
const STORIES = ['group-crashes', 'group-call', 'moving-day', 'cloned-phone', 'damaged-session'];

/** The same judge, shown everything. */
function seeingAll(property: Property): Property {
  return {
    ...property,
    id: `${property.id} of everything`,
    judge(view) {
      const judge = property.judge(view);
      return { observe: (event) => judge.observe(event), finish: () => judge.finish?.() };
    },
  };
}

describe('judges that are shown a part of the events', () => {
  test.each(STORIES)('find in %s what they find when shown everything', (name) => {
    const found = findScenario(name);
    if (found === undefined) throw new Error(`${name} is in the library`);
    const { properties } = runScenario({
      scenario: found,
      seed: '1',
      architecture: fanout,
      crypto: opensslProvider(),
      properties: [...allProperties, ...allProperties.map(seeingAll)],
    });
    const half = allProperties.length;
    const counts = properties.map(({ checked, violations }) => [checked, violations.length]);
    expect(counts.slice(half)).toEqual(counts.slice(0, half));
  });
});
