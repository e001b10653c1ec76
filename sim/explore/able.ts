/**
 * Generated worlds for an architecture: drawn like all others, without the features that it does
 * not have, and then without the entries that ask for what it cannot do.
 */

import type fc from 'fast-check';
import { arbitraryScenario, FEATURES, type Feature } from '../../scenarios/generate.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { incapabilitiesOf } from '../world/capabilities.ts';
import { consistent } from './shrink.ts';
import type { ArchitectureName } from './task.ts';

/** Features that the phone relay has none of: no app of it comes to know of several devices. */
const NOT_OF_RELAY: readonly Feature[] = ['old-apps'];

/** Scenarios that the architecture can express whole. */
export function arbitraryFor(architecture: ArchitectureName): fc.Arbitrary<Scenario> {
  if (architecture === 'fanout') return arbitraryScenario();
  const features = FEATURES.filter((one) => !NOT_OF_RELAY.includes(one));
  return arbitraryScenario(undefined, features).map((drawn) => ableTo(drawn, architecture));
}

/** The scenario without what the architecture cannot do, and without what depended on that. */
export function ableTo(scenario: Scenario, architecture: ArchitectureName): Scenario {
  const incapable = incapabilitiesOf(scenario, { name: architecture });
  if (incapable.length === 0) return scenario;
  const gone = new Set(incapable.map(({ where }) => where));
  const timeline = scenario.timeline.filter(({ id }) => !gone.has(id));
  return consistent({ ...scenario, timeline });
}
