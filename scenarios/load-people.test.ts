import { describe, expect, it } from 'vitest';
import { loadScenario } from './load.ts';
import type { Scenario } from './scenario.ts';
import { formatScenarioErrors } from './scenario-error.ts';

const HEAD = `lockstep: 1
name: people
summary: A test.
accounts:
  alice: { companions: { laptop: {}, tablet: { linked: false } } }
  bob: { companions: { web: {} } }
  carol: { app: old, companions: { pad: { linked: false } } }
  dave: {}
groups: { team: { members: [alice, bob, carol] }, plan: { members: [bob, dave], exists: false } }
timeline:
  - { id: made, at: 5m, create-group: { group: plan, by: bob.web } }
  - { at: 10m, send: { id: lunch, from: alice.phone, to: bob, text: hi } }
  - { at: 10m, send-media: { id: menu, from: bob.web, to: team, media: image } }
  - { at: 10m, every: 1m, times: 2, send: { id: tick, from: alice.phone, to: bob, text: hi } }
  - { at: 20m, call: { id: ring, from: alice.phone, to: bob } }
`;

function result(body: string) {
  return loadScenario(HEAD + body, 'test.yaml');
}

function load(body: string): Scenario {
  const loaded = result(body);
  if (loaded.kind === 'loaded') return loaded.scenario;
  throw new Error(formatScenarioErrors(loaded.errors));
}

/** `line sentence` of every error; lines count from the first line of `body`. */
function errorsOf(body: string): readonly string[] {
  const loaded = result(body);
  if (loaded.kind === 'loaded') return [];
  return loaded.errors.map(({ line, sentence }) => `${line - 15} ${sentence}`);
}

function actionOf(entry: string): unknown {
  return load(`  - { at: 30m, ${entry} }`).timeline.find(({ atUs }) => atUs === 1_800_000_000)
    ?.action;
}

describe('what people do', () => {
  it('is read with its defaults', () => {
    expect(load('').timeline.find(({ id }) => id === 'menu')?.action).toEqual({
      ...{ kind: 'send-media', from: 'bob.web', to: 'team', media: 'image' },
      ...{ sizeBytes: 200_000, caption: '' },
    });
    expect(actionOf('mute: { on: bob.web, chat: team }')).toEqual({
      kind: 'app-state',
      device: 'bob.web',
      set: { kind: 'mute', chat: 'team', value: true, forUs: 0 },
    });
    expect(actionOf('leave-group: { group: team, by: bob.web }')).toEqual({
      ...{ kind: 'change-group', group: 'team', change: 'leave' },
      ...{ members: ['bob'], by: 'bob.web' },
    });
    const call = load('').timeline.find(({ id }) => id === 'ring');
    expect(call?.action).toEqual({ kind: 'call', from: 'alice.phone', to: 'bob', isVideo: false });
  });

  it('the first member of a group is its admin, with those that are named', () => {
    const body = HEAD.replace('carol] }', 'carol], admins: [carol] }');
    const loaded = loadScenario(body, 'test.yaml');
    expect(loaded.kind === 'loaded' && loaded.scenario.groups).toEqual([
      {
        name: 'team',
        members: ['alice', 'bob', 'carol'],
        admins: ['alice', 'carol'],
        existsAtStart: true,
      },
      { name: 'plan', members: ['bob', 'dave'], admins: ['bob'], existsAtStart: false },
    ]);
  });

  it('names groups that are there, once they are made, and people who are in them', () => {
    const body = `  - { at: 1m, send: { from: bob.phone, to: plan, text: hi } }
  - { at: 30m, send: { from: dave.phone, to: team, text: hi } }
  - { at: 30m, send: { from: bob.phone, to: tema, text: hi } }
  - { at: 30m, remove-member: { group: team, members: [dave], by: alice.phone } }
  - { at: 30m, promote: { group: alice, members: [bob, bob], by: alice.phone } }
  - { at: 30m, create-group: { group: team, by: bob.phone } }
  - { at: 30m, offline: team }`;
    expect(errorsOf(body)).toEqual([
      '1 plan is made only at 5m',
      '2 dave is never a member of team',
      '3 there is no account or group "tema"',
      '4 dave is never a member of team',
      '5 alice is an account; name a group',
      '5 bob stands here twice',
      '6 team exists from the beginning; say `exists: false`',
      '6 team is made by its first member, alice',
      '7 team is a group; name a device of one of its members',
    ]);
  });

  it('a group that does not exist is made', () => {
    const text = HEAD.replace(/^.*create-group.*$/m, '');
    const loaded = loadScenario(text, 'test.yaml');
    expect(loaded.kind === 'refused' && loaded.errors.map(({ sentence }) => sentence)).toEqual([
      'plan does not exist, and no `create-group` makes it',
    ]);
  });

  it('names messages and calls that were before, on devices that have a part in them', () => {
    const body = `  - { at: 9m, star: { on: alice.phone, message: lunch } }
  - { at: 30m, star: { on: carol.phone, message: lunch } }
  - { at: 30m, star: { on: alice.phone, message: lunhc } }
  - { at: 30m, star: { on: alice.phone, message: tick } }
  - { at: 30m, star: { on: alice.phone, message: ring } }
  - { at: 30m, fetch-media: { device: alice.phone, message: lunch } }
  - { at: 19m, answer: { call: ring, on: bob.phone } }
  - { at: 30m, answer: { call: ring, on: alice.laptop } }
  - { at: 30m, hang-up: { call: ring, on: dave.phone } }
  - { at: 30m, hang-up: { call: lunch, on: alice.phone } }`;
    expect(errorsOf(body)).toEqual([
      '1 alice.phone cannot star "lunch" at 9m: it is sent only at 10m',
      '2 "lunch" goes from alice to bob; carol.phone has no part in it',
      '3 no message is called "lunhc"',
      '4 "tick" happens 2 times; name one of them',
      '5 "ring" names no message but `call`',
      '6 "lunch" has no file; only `send-media` does',
      '7 bob.phone cannot answer "ring" at 19m: it begins only at 20m',
      '8 "ring" is a call of alice; it does not ring there',
      '9 "ring" goes from alice to bob; dave.phone has no part in it',
      '10 "lunch" names no call but `send`',
    ]);
  });

  it('is refused where it makes no sense', () => {
    const body = `  - { at: 30m, send-media: { from: bob.web, to: bob, media: image, size: 0B } }
  - { at: 30m, send-media: { from: bob.web, to: alice, media: image, size: 101MB } }
  - { at: 30m, call: { from: bob.web, to: bob } }
  - { at: 30m, verify: { by: bob.web, with: bob.phone } }
  - { at: 30m, re-register: bob.web }
  - { at: 30m, fetch-history: { device: bob.phone, chat: alice } }
  - { at: 30m, star: { on: alice.tablet, message: lunch } }
  - { at: 31m, read: { device: bob.web, chat: bob } }`;
    expect(errorsOf(body)).toEqual([
      '1 a file holds at least one byte',
      '2 101MB is too large; a file has at most 100MB',
      '3 bob cannot call bob',
      '4 codes are compared between two people; these devices are of one',
      '5 bob.web is a companion; a phone is set up anew',
      '6 bob.phone is a phone; only companions ask for history',
      '7 alice.tablet cannot star at 30m: it is never linked',
      '8 bob has nothing to read from bob',
    ]);
  });

  it('is done with notes to oneself as with other chats', () => {
    const body = `  - { at: 30m, send: { id: note, from: bob.web, to: bob, text: "Milk" } }
  - { at: 30m, send-media: { id: shelf, from: bob.web, to: bob, media: image, size: 1kB } }
  - { at: 31m, pin: { on: bob.phone, chat: bob } }
  - { at: 31m, fetch-history: { device: bob.web, chat: bob } }
  - { at: 32m, star: { on: bob.phone, message: note } }`;
    expect(errorsOf(body)).toEqual([]);
    expect(errorsOf(`${body}\n  - { at: 33m, star: { on: alice.phone, message: note } }`)).toEqual([
      '6 "note" goes from bob to bob; alice.phone has no part in it',
    ]);
  });
});

describe('apps and phones', () => {
  it('an account with an old app has no companions until it is upgraded', () => {
    const link = 'link: carol.pad';
    expect(errorsOf(`  - { at: 30m, ${link} }`)).toEqual([
      '1 carol’s app is old and knows of no companions',
    ]);
    expect(errorsOf(`  - { at: 30m, upgrade: carol }\n  - { at: 31m, ${link} }`)).toEqual([]);
    expect(errorsOf('  - { at: 30m, upgrade: bob }')).toEqual([
      '1 bob’s app is current from the beginning; say `app: old`',
    ]);
    const text = HEAD.replace('pad: { linked: false }', 'pad: {}');
    const loaded = loadScenario(text, 'test.yaml');
    expect(loaded.kind === 'refused' && loaded.errors.map(({ sentence }) => sentence)).toEqual([
      'carol’s app is old and knows of a phone only; say `linked: false` and link them after its upgrade',
    ]);
  });

  it('an app grows newer in order of time', () => {
    const apps = (list: string) => {
      const loaded = loadScenario(HEAD.replace('app: old', `app: ${list}`), 'test.yaml');
      return loaded.kind === 'refused'
        ? loaded.errors.map(({ sentence }) => sentence)
        : loaded.scenario.accounts[2]?.multiDevice;
    };
    expect(apps('[{ use: old }, { from: 1h, use: current }]')).toEqual([
      { fromUs: 0, isCapable: false },
      { fromUs: 3_600_000_000, isCapable: true },
    ]);
    expect(apps('[{ use: current }, { from: 1h, use: old }]')).toEqual([
      'an app grows newer, never older',
    ]);
    expect(apps('[{ from: 1h, use: old }]')).toEqual(['the first app is in use from 0s on']);
  });

  it('a phone that is set up anew has no companions any more', () => {
    const body = `  - { at: 30m, re-register: alice.phone }
  - { at: 31m, send: { from: alice.laptop, to: bob, text: hi } }
  - { at: 32m, link: alice.tablet }
  - { at: 33m, send: { from: alice.tablet, to: bob, text: hi } }`;
    expect(errorsOf(body)).toEqual(['2 alice.laptop cannot send at 31m: it was unlinked at 30m']);
    const off = '  - { at: 30m, power-off: bob.phone }\n  - { at: 31m, re-register: bob.phone }';
    expect(errorsOf(off)).toEqual(['2 registering again needs bob.phone, which is off since 30m']);
  });
});

describe('what is expected of people', () => {
  it('one fact, with what belongs to it', () => {
    const body = `expect:
  - { on: [alice] }
  - { shown: lunch, fetched: menu, on: [alice] }
  - { shown: lunch, value: false, on: [alice] }
  - { muted: bob, within: 1m, on: [alice] }
  - { call: ring, on: [bob] }
  - { call: ring, outcome: missing, on: [bob] }`;
    expect(errorsOf(body)).toEqual([
      '2 this expectation says of whom but not what; `shown: MESSAGE`, for example',
      '3 an expectation holds one fact, this one has shown and fetched; write two',
      '4 `value` is not said of `shown`, only of starred, deleted, muted, pinned, archived, read, verified',
      '5 `within` is not said of `muted`, only of shown',
      '6 `call` needs an `outcome`: how did it end?',
      '7 "missing" is not one of the allowed words',
    ]);
  });

  it('of devices that can say so', () => {
    const body = `expect:
  - { shown: menu, on: [dave] }
  - { fetched: lunch, on: [bob] }
  - { starred: menu, on: [dave.phone] }
  - { pinned: team, on: [dave] }
  - { archived: bob, on: [bob.web] }
  - { read: tema, on: [bob] }
  - { call: rings, outcome: missed, on: [bob] }
  - { call: ring, outcome: missed, on: [dave] }
  - { verified: bob, on: [bob.web] }
  - { alarm: bbo, on: [alice] }
  - { refused: nothing, on: [alice] }
  - { refused: lunch, on: [alice.laptop] }
  - { muted: bob, on: [alice.tablet] }`;
    expect(errorsOf(body)).toEqual([
      '2 "menu" goes from bob to team; dave never gets it',
      '3 "lunch" has no file; only `send-media` does',
      '4 "menu" goes from bob to team; dave.phone never gets it',
      '5 dave has no chat with team',
      '7 there is no account or group "tema"',
      '8 no call is called "rings"',
      '9 "ring" goes from alice to bob; dave has no part in it',
      '10 bob.web cannot know the code of bob: it is of bob, who has no code with oneself',
      '11 there is no account "bbo"',
      '12 no entry is called "nothing"',
      '13 "lunch" is not done on alice.laptop',
      '14 alice.tablet cannot have bob muted: it is never linked',
    ]);
  });

  it('who comes into a group later is not shown what was before, unless history says so', () => {
    const add = '  - { at: 30m, add-member: { group: team, members: [dave], by: alice.phone } }\n';
    expect(errorsOf(`${add}expect:\n  - { shown: menu, on: [dave.phone] }`)).toEqual([
      '3 dave.phone cannot show "menu": it comes into the group only at 30m',
    ]);
    expect(errorsOf(`${add}expect:\n  - { not-shown: menu, on: [dave] }`)).toEqual([]);
  });

  it('an account stands for the devices that get a message live, a later one is named', () => {
    const link = '  - { at: 30m, link: alice.tablet }\nexpect:\n';
    const { expect: facts } = load(`${link}  - { shown: menu, on: [alice] }
  - { shown: menu, on: [alice.tablet] }
  - { muted: team, value: false, on: [alice] }`);
    expect(facts.map(({ on }) => on)).toEqual([
      ['alice.phone', 'alice.laptop'],
      ['alice.tablet'],
      ['alice.phone', 'alice.laptop', 'alice.tablet'],
    ]);
  });
});

it('a member without an account is refused once, and not offered as an admin', () => {
  const text = `lockstep: 1
name: odd
summary: A test.
accounts: { alice: {}, bob: {} }
groups: { team: { members: [alice, bop], admins: [bop, bo] } }
`;
  const refused = loadScenario(text, 'odd.yaml');
  const errors = refused.kind === 'refused' ? refused.errors : [];
  expect(errors.map(({ sentence, allowed }) => [sentence, allowed])).toEqual([
    ['there is no account "bop"', ['alice', 'bob']],
    ['bo is no member of team at its beginning', ['alice']],
  ]);
});
