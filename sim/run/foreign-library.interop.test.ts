/**
 * Worlds in which npm `libsignal@6.0.0` keeps the pairwise sessions of one device behind the port,
 * faults on, every property judged. Its own defects (specification 3.4, 14.1), none of which needs
 * an exception here: it does not verify the signature of a signed prekey, it moves a session on
 * before the MAC has held, it never opens a closed session again, and it does not tell a duplicate
 * from a forgery. What stays unchecked: memory of the library outside its records (it keeps none
 * between calls).
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import { loadScenario } from '../../scenarios/load.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Observer } from '../trace/observer.ts';
import { replayIdentically } from './replay.ts';
import { type RunOptions, type RunResult, runScenario } from './run.ts';
import { Library } from './testing/foreign/library.ts';
import type { LibrarySessionRecord } from './testing/foreign/library-record.ts';
import { drivenBy, noCounts } from './testing/foreign/library-sessions.ts';

let library: Library;
beforeAll(() => {
  library = new Library();
});
afterAll(() => library.close());

function load(text: string): Scenario {
  const loaded = loadScenario(text, 'another-library.yaml');
  if (!('scenario' in loaded)) throw new Error(JSON.stringify(loaded));
  return loaded.scenario;
}

/** Loss, crashes, rollbacks, replays, linking, unlinking, and first messages that cross. */
const TROUBLED = load(`
lockstep: 1
name: another-library
summary: One device keeps its sessions with another Signal library, and everything goes wrong.
length: 3h
accounts:
  alice:
    phone: { network: mobile-lossy }
    companions: { laptop: { network: wifi } }
  bob:
    phone: { network: mobile }
    companions: { web: { network: mobile-lossy }, tablet: { network: subway, linked: false } }
strangers: [[alice, bob]]
workload:
  - { id: chat, kind: conversation, between: [bob.web, alice], from: 10m, until: 150m, messages: 40,
      reply: 0.8 }
  - { id: stream, kind: poisson, senders: [alice.phone, alice.laptop, bob.web, bob.phone],
      to: [alice, bob], from: 10m, until: 150m, per-hour: 6 }
  - { id: tablet, kind: poisson, senders: [bob.tablet], to: [alice], from: 55m, until: 150m,
      per-hour: 12 }
timeline:
  - { at: 1m, send: { from: alice.phone, to: bob, text: "Bob? It is me, Alice!" } }
  - { at: 1m, send: { from: bob.web, to: alice, text: "Alice? It is me, Bob!" } }
  - { at: 1m, send: { from: alice.laptop, to: bob, text: "And me once more, from my laptop!" } }
  - { at: 20m, every: 11m, times: 11, crash: { device: bob.web, restart-after: 5s } }
  - { at: 61m, every: 11m, times: 7, crash: { device: bob.tablet, restart-after: 5s } }
  - { at: 45m, lose-last-commit: { device: bob.web, restart-after: 5s } }
  - { at: 70m, lose-last-commit: { device: bob.tablet, restart-after: 5s } }
  - { at: 75m, lose-last-commit: { device: alice.phone, restart-after: 5s } }
  - { at: 50m, link: bob.tablet }
  - { at: 65m, offline: bob.web }
  - { at: 80m, online: bob.web }
  - { at: 85m, stanza-fault: { fault: replay, device: bob.web, direction: to-device,
      stanza: message, for: 10m, delay: 2m } }
  - { at: 85m, stanza-fault: { fault: duplicate, device: bob.tablet, direction: to-device,
      stanza: message, for: 20m } }
  - { at: 100m, stanza-fault: { fault: swap, device: bob.web, direction: to-device,
      stanza: message, for: 10m } }
  - { at: 105m, every: 1s, times: 6, send: { from: alice.phone, to: bob, text: "One of six." } }
  - { at: 120m, unlink: alice.laptop }
  - { at: 145m, unlink: bob.web }
must-fire: [crash, last-commit-lost, packet-loss, stanza-replay, stanza-duplicate, stanza-swap]
must-check: [C1, C8, D1, D3, I5, K1, K2, K4, K8, L1, L3, L6, O1, O2, O3, X1, X2]
`);

/**
 * Both sides begin at once, and both go on writing, which damages the library's open sessions. An
 * hour later they write again: only then may the other side begin anew once more.
 */
const CROSSING = load(`
lockstep: 1
name: crossing-starts
summary: Two strangers write in the same instant, and neither of them pauses.
length: 20m
networks:
  even: { based-on: perfect, latency: [190ms, 195ms, 200ms, 205ms, 210ms, 215ms] }
accounts:
  alice: { phone: { network: even } }
  bob: { phone: { network: even }, companions: { web: { network: even } } }
strangers: [[alice, bob]]
timeline:
  - { at: 1m, send: { from: alice.phone, to: bob, text: "Bob? It is me, Alice!" } }
  - { at: 1m, send: { from: bob.web, to: alice, text: "Alice? It is me, Bob!" } }
  - { at: 61s, every: 100ms, times: 30, send: { from: alice.phone, to: bob, text: "Not waiting." } }
  - { at: 61s, every: 110ms, times: 30, send: { from: bob.web, to: alice, text: "Nor am I." } }
  - { at: 3m, every: 1m, times: 9, send: { id: turn, from: alice.phone, to: bob, text: "You?" } }
  - { at: 3m30s, every: 1m, times: 9, send: { id: back, from: bob.web, to: alice, text: "And you?" } }
must-fire: [simultaneous-start, retry-receipt, resend]
must-check: [K1, K2, L1, L2, L3, O1]
expect:
  - { shown: turn, on: [bob], within: 1m }
  - { shown: back, on: [alice, bob], within: 1m }
`);

/** The options of a run in which the library drives `host`, and what to ask afterwards. */
function driven(scenario: Scenario, seed: string, host: string) {
  const counts = noCounts();
  const secrets = new SecretsOf(host);
  const options: RunOptions = {
    scenario,
    seed,
    architecture: fanout,
    crypto: opensslProvider(),
    wrapNode: drivenBy(library, host, counts),
    observers: [secrets],
  };
  return { options, counts, secrets };
}

function expectAllShown(result: RunResult): void {
  expect(result.reasons).toEqual([]);
  expect(result.verdict).toBe('held');
  const { copiesDue, copiesShown, reportedLost } = result.messages;
  expect({ missing: copiesDue - copiesShown, reportedLost }).toEqual({
    missing: 0,
    reportedLost: 0,
  });
}

describe('one device driven by libsignal 6.0.0', () => {
  it('a companion in trouble: everything is shown, every property holds, twice alike', () => {
    const { options, counts } = driven(TROUBLED, '1', 'bob.web');
    const { first, isSame } = replayIdentically(options);
    expectAllShown(first);
    expect(isSame).toBe(true);
    // In two runs.
    expect(counts.encrypted).toBeGreaterThan(200);
    expect(counts.decrypted).toBeGreaterThan(80);
  });

  it.each([
    ['bob.tablet', '2'],
    ['alice.phone', '3'],
  ])('%s: all is shown, and judges are told every secret in its JSON', (host, seed) => {
    const { options, counts, secrets } = driven(TROUBLED, seed, host);
    expectAllShown(runScenario(options));
    expect(counts.encrypted).toBeGreaterThan(50);
    expect(counts.decrypted).toBeGreaterThan(30);
    expect(secrets.untold).toEqual([]);
    expect(secrets.told).toBeGreaterThan(500);
  });

  it('crossing starts damage its sessions, and retries heal them before anything is lost', () => {
    const { options, counts } = driven(CROSSING, '1', 'bob.web');
    const { first, isSame } = replayIdentically(options);
    expect(first.reasons).toEqual([]);
    expect(isSame).toBe(true);
    expect(counts.refused.get('bad-mac')).toBeGreaterThan(20);
    const { copiesDue, copiesShown } = first.messages;
    expect(copiesShown).toBe(copiesDue);
  });

  it('the same world without it knows no such damage', () => {
    const { options, counts } = driven(CROSSING, '1', 'nobody');
    const result = runScenario(options);
    expect(counts.encrypted).toBe(0);
    expect(result.levers.find(([name]) => name === 'retry-receipt')?.[1]).toBe(0);
  });
});

/** After each commit of a host: compares the strings of the library's JSON with `keysIn`. */
class SecretsOf implements Observer {
  readonly kinds = ['commit'] as const;
  readonly untold: string[] = [];
  told = 0;
  readonly #host: string;
  readonly #known = new Set<string>();

  constructor(host: string) {
    this.#host = host;
  }

  observe(event: Parameters<Observer['observe']>[0]): void {
    if (event.kind !== 'commit' || event.node !== this.#host) return;
    const records = event.changes.flatMap(({ after }) => (after === undefined ? [] : [after]));
    for (const record of records) {
      for (const key of fanout.keysIn(record)) this.#known.add(Buffer.from(key).toString('base64'));
    }
    for (const secret of records.flatMap(secretsInEntry)) {
      if (this.#known.has(secret)) this.told += 1;
      else this.untold.push(secret);
    }
  }
}

/** Base64 strings of 32 bytes; public keys have 33 in the library's JSON. */
function secretsInEntry(record: StoredRecord): string[] {
  const { entry } = record as LibrarySessionRecord;
  const found: string[] = [];
  if (entry === undefined) return found;
  JSON.parse(entry, (_name, value: unknown) => {
    if (typeof value === 'string' && Buffer.from(value, 'base64').length === 32) found.push(value);
    return value;
  });
  return found;
}
