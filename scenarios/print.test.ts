import { describe, expect, it } from 'vitest';
import { loadScenario } from './load.ts';
import { printScenario } from './print.ts';

const EVERYTHING = `lockstep: 1
name: everything
summary: 'Every key: "quoted", # and all.'
epoch: 2020-02-29T12:34:56.5Z
length: 2h
seed: "007"
architecture: fanout
prekeys: 12
settings: { placeholder-deadline: 2m, doze-lateness: 90s, expected-list-grace: 25h, mirror-old-contacts: true }
heal: { for: 15m }
must-fire: [crash]
must-check: [L1]
accounts:
  alice:
    phone: { network: [{ use: home }, { from: 10m, use: train }], clock-skew: -1h, power: doze }
    companions: { laptop: { power: off }, tablet: { linked: false } }
  bob: {}
  carol: { app: old }
  dave: { app: [{ use: old }, { from: 1h, use: current }] }
groups:
  team: { members: [alice, bob, carol], admins: [bob] }
  plan: { members: [bob, alice], exists: false }
networks:
  home: { based-on: wifi, loss: 1/3, duplication: 0.01, reordering: 5%, corruption: 0, bandwidth-bytes-per-second: 9000 }
  train: { based-on: mobile, latency: [1ms, 2ms, 3ms, 4ms, 5ms, 6ms], trace: [{ time: 0s, latency: 5ms }, { time: 1s, latency: 1500us, loss: 0.5 }] }
strangers: [[alice, bob]]
workload:
  - { id: talk, kind: conversation, between: [alice, bob], messages: 3 }
  - { kind: poisson, senders: [alice.phone], to: [bob], per-hour: 2.5, from: 1m, until: 1h }
  - { kind: diurnal, senders: [bob.phone], to: [alice], per-hour: 7 }
timeline:
  - { id: say, at: 1m, every: 1m, times: 2, send: { from: bob.phone, to: alice, text: "line\\nbreak: 'x' # é 語 🙂" } }
  - { at: 2m, read: { device: alice.phone, chat: bob } }
  - { at: 3m, link: alice.tablet }
  - { at: 4m, unlink: { companion: alice.tablet, by: companion } }
  - { at: 5m, crash: server }
  - { at: 6m, lose-last-commit: { device: bob.phone, restart-after: 1ms } }
  - { at: 7m, disk-full: { device: bob.phone, for: 1m } }
  - { at: 8m, partition: { sides: [[alice, bob.phone], [server]], direction: one-way, for: 1m } }
  - { at: 9m, flap: { device: bob.phone, for: 1m, down: 2s, up: 3s } }
  - { at: 10m, network: { device: bob.phone, use: train } }
  - { at: 11m, clock: { device: bob.phone, skew: -3m } }
  - { at: 12m, stanza-fault: { fault: replay, device: bob.phone, direction: to-server, stanza: "receipt:retry", for: 1m, chance: 1/7, delay: 4s } }
  - { at: 13m, doze: bob.phone }
  - { at: 20m, create-group: { group: plan, by: bob.phone } }
  - { at: 20m, add-member: { group: team, members: [dave], by: alice.phone } }
  - { at: 20m, promote: { group: team, members: [dave, bob], by: alice.laptop } }
  - { at: 20m, demote: { group: team, members: [bob], by: alice.phone } }
  - { at: 20m, remove-member: { group: team, members: [dave], by: alice.phone } }
  - { at: 20m, leave-group: { group: team, by: carol.phone } }
  - { at: 21m, send: { from: alice.laptop, to: team, text: "All of you" } }
  - { id: photo, at: 21m, send-media: { from: alice.laptop, to: team, media: image, size: 70001B, caption: "#1" } }
  - { at: 21m, send-media: { from: bob.phone, to: alice, media: document } }
  - { at: 22m, fetch-media: { device: bob.phone, message: photo } }
  - { at: 22m, read: { device: bob.phone, chat: team } }
  - { at: 23m, star: { on: bob.phone, message: photo } }
  - { at: 23m, unstar: { on: bob.phone, message: photo } }
  - { at: 23m, delete-message: { on: alice.phone, message: say.1 } }
  - { at: 24m, mute: { on: alice.phone, chat: team, for: 90m } }
  - { at: 24m, mute: { on: alice.phone, chat: bob } }
  - { at: 24m, unmute: { on: alice.phone, chat: team } }
  - { at: 24m, pin: { on: alice.phone, chat: team } }
  - { at: 24m, unpin: { on: alice.phone, chat: team } }
  - { at: 24m, archive: { on: alice.phone, chat: bob } }
  - { at: 24m, unarchive: { on: alice.phone, chat: bob } }
  - { at: 24m, mark-read: { on: alice.phone, chat: bob } }
  - { at: 24m, mark-unread: { on: alice.phone, chat: bob } }
  - { at: 24m, clear-chat: { on: alice.phone, chat: bob } }
  - { at: 24m, delete-chat: { on: alice.phone, chat: bob } }
  - { at: 24m, name-contact: { on: alice.phone, contact: bob, name: 'Bob: "B"' } }
  - { at: 24m, push-name: { on: alice.phone, name: "Ålice" } }
  - { id: ring, at: 25m, call: { from: alice.laptop, to: bob, video: true } }
  - { at: 25m, answer: { call: ring, on: bob.phone } }
  - { at: 26m, hang-up: { call: ring, on: alice.laptop } }
  - { at: 26m, call: { id: again, from: bob.phone, to: team } }
  - { at: 26m, reject: { call: again, on: alice.phone } }
  - { at: 27m, verify: { by: alice.phone, with: bob.phone } }
  - { at: 28m, fetch-history: { device: alice.laptop, chat: team } }
  - { at: 29m, re-register: alice.phone }
  - { at: 30m, upgrade: carol }
  - { at: 31m, leave-beta: carol }
expect:
  - { shown: say, on: [bob.phone, alice.phone], within: 10m, after: 1m, except: { relay: "no: really" } }
  - { not-shown: photo, on: [dave.phone] }
  - { fetched: photo, on: [bob] }
  - { starred: photo, value: false, on: [bob] }
  - { deleted: say.1, on: [alice.phone] }
  - { muted: team, value: false, on: [alice.phone] }
  - { pinned: team, on: [bob] }
  - { archived: bob, on: [alice.phone] }
  - { read: alice, on: [bob.phone] }
  - { call: ring, outcome: connected, on: [bob.phone], except: { fanout: "no" } }
  - { verified: bob, on: [alice.phone] }
  - { verified: alice, value: false, on: [bob.phone] }
  - { alarm: alice, on: [bob] }
  - { refused: again, on: [bob] }
exceptions:
  - { property: L1, why: "because, well" }
overrides:
  - { choice: "timeline/say.1", value: 0 }
  - { choice: "packet/x y: z", value: -5 }
`;

describe('printScenario', () => {
  const loaded = loadScenario(EVERYTHING, 'everything.yaml');
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors));
  const { scenario } = loaded;

  it('writes every key of the language so that the same is read back', () => {
    const again = loadScenario(printScenario(scenario), 'printed.yaml');
    if (again.kind === 'refused') throw new Error(JSON.stringify(again.errors));
    const withoutLine = (data: typeof scenario) => ({
      ...data,
      expect: data.expect.map((each) => ({ ...each, line: 0 })),
    });
    expect(withoutLine(again.scenario)).toEqual(withoutLine(scenario));
  });

  it('writes the same text for the same scenario', () => {
    const again = loadScenario(printScenario(scenario), 'printed.yaml');
    expect(again.kind === 'loaded' && printScenario(again.scenario)).toBe(printScenario(scenario));
  });
});
