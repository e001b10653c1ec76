import { describe, expect, it } from 'vitest';
import { ScenarioRefused, scenario } from './builder.ts';
import { loadScenario } from './load.ts';

const LUNCH = `
lockstep: 1
name: lunch
summary: Alice's phone is off from 09:00 to 17:00; her laptop and tablet go on talking.
epoch: 2021-07-14T00:00:00Z
accounts:
  alice: { phone: { network: mobile }, companions: { laptop: { network: wifi }, tablet: { network: wifi } } }
  bob:   { phone: { network: mobile-lossy }, companions: { web: { network: wifi } } }
networks:
  tunnel: { based-on: subway, loss: 20% }
workload:
  - { id: chat, kind: conversation, between: [alice.laptop, bob], from: 8h, until: 18h, messages: 40, reply: 0.7 }
timeline:
  - { id: off, at: 9h, power-off: alice.phone }
  - { at: 12h30m, send: { id: lunch, from: alice.tablet, to: bob, text: "lunch?" } }
  - { after: lunch, by: 5m, id: tunnel, partition: { sides: [[bob.phone], [server]], for: 20m } }
  - { wait: 10m }
  - { id: move, every: 1h, times: 2, network: { device: bob.phone, use: tunnel } }
  - { id: on, at: 17h, power-on: alice.phone }
heal: { for: 10m }
must-fire: [queued-delivery, own-device-copy]
must-check: [L1, C8, O1]
expect:
  - { shown: lunch, on: [alice.laptop, alice.tablet, bob], within: 30s, except: { relay: "needs the phone" } }
  - { shown: lunch, on: [alice.phone], after: 17h }
`;

const people = scenario('tiny', 'Two people.')
  .account('alice', { companions: { laptop: {} } })
  .account('bob');

describe('the typed builder', () => {
  it('gives the same scenario as the file that says the same', () => {
    const built = scenario(
      'lunch',
      "Alice's phone is off from 09:00 to 17:00; her laptop and tablet go on talking.",
    )
      .account('alice', {
        phone: { network: 'mobile' },
        companions: { laptop: { network: 'wifi' }, tablet: { network: 'wifi' } },
      })
      .account('bob', {
        phone: { network: 'mobile-lossy' },
        companions: { web: { network: 'wifi' } },
      })
      .network('tunnel', { 'based-on': 'subway', loss: '20%' })
      .workload({
        id: 'chat',
        kind: 'conversation',
        between: ['alice.laptop', 'bob'],
        from: '8h',
        until: '18h',
        messages: 40,
        reply: 0.7,
      })
      .at('9h', { 'power-off': 'alice.phone' }, { id: 'off' })
      .at('12h30m', { send: { id: 'lunch', from: 'alice.tablet', to: 'bob', text: 'lunch?' } })
      .after(
        'lunch',
        '5m',
        { partition: { sides: [['bob.phone'], ['server']], for: '20m' } },
        { id: 'tunnel' },
      )
      .wait('10m')
      .next(
        { network: { device: 'bob.phone', use: 'tunnel' } },
        { id: 'move', every: '1h', times: 2 },
      )
      .at('17h', { 'power-on': 'alice.phone' }, { id: 'on' })
      .settings({
        'must-fire': ['queued-delivery', 'own-device-copy'],
        'must-check': ['L1', 'C8', 'O1'],
      })
      .expect({
        shown: 'lunch',
        on: ['alice.laptop', 'alice.tablet', 'bob'],
        within: '30s',
        except: { relay: 'needs the phone' },
      })
      .expect({ shown: 'lunch', on: ['alice.phone'], after: '17h' })
      .build();
    const loaded = loadScenario(LUNCH, 'lunch.yaml');
    if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors));
    const expected = {
      ...loaded.scenario,
      expect: loaded.scenario.expect.map((each) => ({ ...each, line: 0 })),
    };
    expect(built).toEqual(expected);
  });

  it('refuses what a file would be refused for, with every error', () => {
    const wrong = people
      .at('1m', { read: { device: 'alice.laptop', chat: 'alice' } })
      .at('soon', { crash: 'server' });
    let errors: readonly string[] = [];
    try {
      wrong.build();
    } catch (error) {
      if (!(error instanceof ScenarioRefused)) throw error;
      errors = error.errors.map(({ path, sentence }) => `${path.join('.')}: ${sentence}`);
    }
    expect(errors).toEqual([
      'timeline.1.at: "soon" is not a duration; write 250ms, 30s, 20m, 8h, 14d or a sum such as 1h30m',
      'timeline.0.read.chat: alice has nothing to read from alice',
    ]);
  });

  it('says what people do in groups, as files do', () => {
    const built = people
      .account('carol', { app: 'old' })
      .group('team', { members: ['alice', 'bob'], admins: ['bob'] })
      .at('1m', { 'send-media': { id: 'menu', from: 'bob.phone', to: 'team', media: 'image' } })
      .at('2m', { 'add-member': { group: 'team', members: ['carol'], by: 'alice.laptop' } })
      .at('3m', { mute: { on: 'alice.laptop', chat: 'team', for: '8h' } })
      .at('4m', { call: { id: 'ring', from: 'alice.laptop', to: 'team' } })
      .after('ring', '5s', { answer: { call: 'ring', on: 'bob.phone' } })
      .expect({ muted: 'team', on: ['alice'] })
      .build();
    expect(built.groups[0]?.admins).toEqual(['alice', 'bob']);
    expect(built.timeline.map(({ action }) => action.kind)).toEqual([
      ...['send-media', 'change-group', 'app-state', 'call', 'answer'],
    ]);
    expect(built.expect[0]?.on).toEqual(['alice.phone', 'alice.laptop']);
    // @ts-expect-error there is no such group
    const wrong = people.at('1m', { mute: { on: 'alice.laptop', chat: 'team' } });
    expect(() => wrong.build()).toThrow(ScenarioRefused);
  });

  it('leaves the builder it came from as it was', () => {
    const more = people.at('1m', { offline: 'bob.phone' });
    expect(people.build().timeline).toEqual([]);
    expect(more.build().timeline).toHaveLength(1);
  });

  it('knows the devices at compile time', () => {
    // @ts-expect-error there is no such device
    expect(() => people.at('1m', { offline: 'alice.tabelt' }).build()).toThrow(ScenarioRefused);
    // @ts-expect-error an account is not a device
    expect(() => people.at('1m', { offline: 'alice' }).build()).toThrow(ScenarioRefused);
  });
});
