/**
 * Generated worlds for an architecture: drawn like all others, without the features that it does
 * not have, and then without the entries that ask for what it cannot do; on the relay now and then
 * with a rollout of the multi-device beta.
 */

import fc from 'fast-check';
import { arbitraryScenario, FEATURES, type Feature } from '../../scenarios/generate.ts';
import type { PropertyException, Scenario } from '../../scenarios/scenario.ts';
import { incapabilitiesOf } from '../world/capabilities.ts';
import { arbitraryBeta, withBeta } from './beta.ts';
import { consistent } from './shrink.ts';
import type { ArchitectureName } from './task.ts';

/** Features that the phone relay has none of: no app of it comes to know of several devices. */
const NOT_OF_RELAY: readonly Feature[] = ['old-apps'];

const STATIC_KEYS: PropertyException = {
  property: 'C3',
  architecture: 'relay',
  why: 'the two keys of a pairing never change and open all of its recorded frames (F31)',
};

/** Scenarios that the architecture can express whole. */
export function arbitraryFor(architecture: ArchitectureName): fc.Arbitrary<Scenario> {
  if (architecture === 'fanout') return arbitraryScenario();
  const features = FEATURES.filter((one) => !NOT_OF_RELAY.includes(one));
  return fc
    .tuple(arbitraryScenario(undefined, features), arbitraryBeta)
    .map(([drawn, beta]) => withStaticKeys(ableTo(withBeta(drawn, beta), architecture)));
}

/** A theft on the relay opens what was recorded: known, and excepted as in the library. */
function withStaticKeys(scenario: Scenario): Scenario {
  const isRobbed = scenario.timeline.some(({ action }) => action.kind === 'steal');
  return isRobbed ? { ...scenario, exceptions: [...scenario.exceptions, STATIC_KEYS] } : scenario;
}

/** The scenario without what the architecture cannot do, and without what depended on that. */
export function ableTo(scenario: Scenario, architecture: ArchitectureName): Scenario {
  const incapable = incapabilitiesOf(scenario, { name: architecture });
  if (incapable.length === 0) return scenario;
  const gone = new Set(incapable.map(({ where }) => where));
  const timeline = scenario.timeline.filter(({ id }) => !gone.has(id));
  return consistent({ ...scenario, timeline });
}
