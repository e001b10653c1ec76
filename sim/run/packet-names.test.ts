/** Removing a command leaves the draws of what does not descend from it (contract 5). */

import { describe, expect, it } from 'vitest';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { runScenario } from './run.ts';

/** Bob's pool holds so few prekeys that each new session leaves it low. */
function story(earlier: string): string {
  return `
lockstep: 1
name: names
summary: Carol writes early, or not; Alice writes late.
length: 1h
prekeys: 5
strangers: [[alice, bob], [bob, carol]]
accounts:
  alice: { phone: { network: mobile } }
  bob: { phone: { network: mobile } }
  carol: { phone: { network: mobile } }
timeline:
${earlier}
  - { id: away, at: 19m, doze: bob.phone }
  - { at: 20m, send: { id: hello, from: alice.phone, to: bob, text: "Hello Bob, how are you?" } }
  - { at: 25m, wake: bob.phone }
  - { at: 30m, power-off: alice.phone }
  - { at: 31m, power-on: alice.phone }
`;
}

const EARLIER = '  - { at: 5m, send: { id: early, from: carol.phone, to: bob, text: "Hi!" } }';
const LATE_US = 18 * 60_000_000;
const END_US = 60 * 60_000_000;

/** Alice cannot open what wakes her phone; Bob is away, and his second copy wakes it once more. */
const SENT_AGAIN = `
lockstep: 1
name: names
summary: Two copies of one message wake a phone twice.
length: 1h
settings: { placeholder-deadline: 20m }
heal: { for: 30m }
accounts:
  alice: { phone: { network: wifi } }
  bob: { phone: { network: wifi } }
timeline:
  - { at: 1m, send: { id: one, from: bob.phone, to: alice, text: "Are you there?" } }
  - { at: 90s, send: { id: two, from: alice.phone, to: bob, text: "I am." } }
  - { at: 2m, send: { id: three, from: alice.phone, to: bob, text: "Shall we have lunch?" } }
  - { at: 120003ms, lose-last-commit: alice.phone }
  - { at: 10m, doze: alice.phone }
  - { at: 20m, send: { id: hello, from: bob.phone, to: alice, text: "Gladly." } }
  - { at: 20m100ms, power-off: bob.phone }
  - { at: 30m, power-on: bob.phone }
`;

/** Names of the packets sent, and of the pushes drawn, from the 18th minute to the end. */
function namesOf(text: string): readonly string[] {
  const loaded = loadScenario(text, 'names.yaml');
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors));
  const names: string[] = [];
  runScenario({
    scenario: loaded.scenario,
    seed: '3',
    architecture: fanout,
    crypto: opensslProvider(),
    observers: [
      {
        observe(event) {
          if (event.timeUs < LATE_US || event.timeUs >= END_US) return;
          if (event.kind === 'send') names.push(event.packet);
          else if (event.kind === 'lever' && event.lever === 'push') names.push(event.choice);
        },
      },
    ],
  });
  return names.sort();
}

describe('names of packets and pushes', () => {
  it('stay as they were when an earlier command of somebody else is removed', () => {
    const without = namesOf(story(''));
    const kinds = ['/login/', '/success/', '/notification:encrypt/', '/ack:notification/', 'push/'];
    for (const kind of kinds) expect(without.filter((name) => name.includes(kind))).not.toEqual([]);
    expect(namesOf(story(EARLIER))).toEqual(without);
  });

  it('number the pushes that one cause asks for', () => {
    const pushes = namesOf(SENT_AGAIN).filter((name) => name.startsWith('push/alice.phone/hello'));
    expect(pushes).toEqual(['push/alice.phone/hello/0', 'push/alice.phone/hello/1']);
  });
});
