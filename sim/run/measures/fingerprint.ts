/**
 * Proof that two runs faced the same people and the same weather: digests of the list of acts and
 * of what every link was like at many moments of the story. They are functions of scenario and seed
 * alone, so two architectures that differ in one have not been compared.
 */

import { Hash128 } from '../../trace/hash128.ts';
import type { Stage } from './stage.ts';

/** 32 hex digits each. */
export interface Fingerprints {
  /** Of every intent (id, device, recipient, moment or what it answers, text) and entry. */
  readonly intents: string;
  readonly weather: string;
}

/** Moments of the story at which each link is looked at. */
const LOOKS = 500;

/** Taken at the end of a run. */
export function fingerprintsOf(stage: Stage): Fingerprints {
  return { intents: intentsOf(stage), weather: weatherOf(stage) };
}

function intentsOf({ world }: Stage): string {
  const hash = new Hash128();
  for (const { id, device, to, text, atUs, answers, untilUs } of world.intents) {
    hash.text(JSON.stringify([id, device, to, text, atUs, answers ?? null, untilUs]));
  }
  for (const { id, atUs, action } of world.entries) {
    hash.text(JSON.stringify([id, atUs, action]));
  }
  return hash.digest();
}

function weatherOf({ world, scenario }: Stage): string {
  const hash = new Hash128();
  const stepUs = Math.max(1, Math.floor(scenario.lengthUs / LOOKS));
  for (const { name, devices } of scenario.accounts) {
    for (const device of devices) {
      hash.text(`${name} ${device.name}`);
      const link = world.network.link(device.name);
      for (let look = 0; look < LOOKS; look++) {
        const atUs = look * stepUs;
        const { model, loss, latencyPercent, latencyUs } = link.conditionsAt(atUs);
        hash.text(model.name);
        hash.words(loss.numerator, loss.denominator, latencyPercent, latencyUs ?? 0);
        for (const direction of [0, 1] as const) {
          hash.word(link.blockedAt(direction, atUs)?.untilUs ?? 0);
        }
      }
    }
  }
  return hash.digest();
}
