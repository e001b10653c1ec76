import { describe, expect, it } from 'vitest';
import { factSubject } from './fact.ts';
import { laterWords } from './later.ts';
import { type LoadOptions, loadScenario } from './load.ts';
import type { Scenario } from './scenario.ts';
import { formatScenarioErrors } from './scenario-error.ts';

const HEAD = `lockstep: 1
name: test
summary: A test.
accounts:
  alice: { companions: { laptop: {}, tablet: { linked: false } } }
  bob: { companions: { web: {} } }
`;

function load(body: string, options?: LoadOptions): Scenario {
  const result = loadScenario(HEAD + body, 'test.yaml', options);
  if (result.kind === 'loaded') return result.scenario;
  throw new Error(formatScenarioErrors(result.errors));
}

/** `line:column sentence` of every error; lines count from the first line of `body`. */
function errorsOf(body: string, options?: LoadOptions): readonly string[] {
  const result = loadScenario(HEAD + body, 'test.yaml', options);
  if (result.kind === 'loaded') return [];
  return result.errors.map(({ line, column, sentence }) => `${line - 6}:${column} ${sentence}`);
}

const SEND = 'send: { from: alice.phone, to: bob, text: hi }';
const minutes = (count: number) => count * 60_000_000;

describe('times', () => {
  const times = (body: string) => load(body).timeline.map(({ id, atUs }) => [id, atUs]);

  it('are absolute, relative, or behind a wait', () => {
    const body = `timeline:
  - { id: a, at: 10m, ${SEND} }
  - { id: b, after: a, by: 5m, ${SEND} }
  - { wait: 1m }
  - { wait: 2m }
  - { id: c, ${SEND} }
  - { id: d, ${SEND} }
  - { id: e, after: a, ${SEND} }`;
    expect(times(body)).toEqual([
      ['a', minutes(10)],
      ['e', minutes(10)],
      ['b', minutes(15)],
      ['c', minutes(18)],
      ['d', minutes(18)],
    ]);
  });

  it('repeat up to a last time, or so many times, and leave the cursor at the last', () => {
    const body = `timeline:
  - { id: a, at: 10m, every: 5m, until: 22m, ${SEND} }
  - { id: b, ${SEND} }
  - { id: c, at: 1m, every: 1m, times: 2, ${SEND} }`;
    expect(times(body)).toEqual([
      ['c.1', minutes(1)],
      ['c.2', minutes(2)],
      ['a.1', minutes(10)],
      ['a.2', minutes(15)],
      ['a.3', minutes(20)],
      ['b', minutes(20)],
    ]);
  });

  it('give entries without an id one that tells their place', () => {
    const body = `timeline: [{ at: 1m, ${SEND} }, { at: 0s, offline: bob.web }]`;
    expect(times(body).map(([id]) => id)).toEqual(['offline#2', 'send#1']);
  });

  it('of a story end one minute after the last time named', () => {
    expect(load('timeline: [{ at: 5m, disk-full: { device: bob.web, for: 3m } }]').lengthUs).toBe(
      minutes(9),
    );
    expect(load('length: 2h').lengthUs).toBe(minutes(120));
  });

  it('are refused where they contradict each other', () => {
    const body = `length: 1h
timeline:
  - { at: 1m, after: x, ${SEND} }
  - { by: 1m, ${SEND} }
  - { at: 1m, until: 2m, ${SEND} }
  - { at: 1m, every: 2m, ${SEND} }
  - { at: 1m, every: 0s, times: 3, ${SEND} }
  - { wait: 1m, at: 2m }
  - { after: later, ${SEND} }
  - { id: later, at: 2h, ${SEND} }
  - { after: latr, ${SEND} }`;
    expect(errorsOf(body)).toEqual([
      '3:15 an entry has `at` or `after`, not both',
      '4:7 `by` needs `after: ID`',
      '5:15 `until` needs `every`: how far apart?',
      '6:15 `every` needs either `until` or `times`',
      '7:22 0s is no time at all',
      '8:7 `wait` stands alone; write what happens as the next entry',
      '9:14 "later" stands further down; `after` names an earlier entry',
      '10:22 2h is beyond the story’s end at 1h',
      '11:14 there is no entry "latr" above',
    ]);
  });
});

describe('impossible orders', () => {
  it('a companion acts only while it is linked', () => {
    const send = 'send: { from: alice.tablet, to: bob, text: hi }';
    const body = `timeline:
  - { at: 1m, ${send} }
  - { at: 10m, link: alice.tablet }
  - { at: 11m, ${send} }
  - { at: 20m, unlink: alice.tablet }
  - { at: 20m, read: { device: alice.tablet, chat: bob } }
  - { at: 30m, link: alice.tablet }
  - { at: 31m, unlink: alice.tablet }
  - { at: 32m, link: alice.laptop }
  - { at: 33m, link: bob.phone }`;
    expect(errorsOf(body)).toEqual([
      '2:29 alice.tablet cannot send at 1m: it is linked only at 10m',
      '6:32 alice.tablet cannot read at 20m: it was unlinked at 20m',
      '7:22 alice.tablet was unlinked at 20m; linking it again comes later',
      '8:24 alice.tablet was unlinked at 20m already',
      '9:22 alice.laptop is linked from the beginning; say `linked: false`',
      '10:22 bob.phone is a phone; only companions are linked',
    ]);
  });

  it('linking needs both devices to be on', () => {
    const body = `timeline:
  - { at: 1m, power-off: alice.phone }
  - { at: 2m, link: alice.tablet }`;
    expect(errorsOf(body)).toEqual(['3:21 linking needs alice.phone, which is off since 1m']);
  });

  it('switching on what is on, or sending from what is off, is no error', () => {
    const body = `timeline:
  - { at: 1m, power-on: alice.phone }
  - { at: 2m, power-off: alice.phone }
  - { at: 3m, ${SEND} }`;
    expect(load(body).timeline).toHaveLength(3);
  });

  it('at most four companions are linked at a time', () => {
    const five = `lockstep: 1
name: five
summary: Five.
accounts:
  alice: { companions: { a: {}, b: {}, c: {}, d: {}, e: { linked: false } } }
timeline:
  - { at: 1m, link: alice.e }
  - { at: 2m, unlink: alice.a }`;
    const result = loadScenario(five, 'five.yaml');
    expect(result.kind === 'refused' && result.errors.map(({ sentence }) => sentence)).toEqual([
      'alice has four linked companions; a fifth is refused',
    ]);
  });

  it('an expectation names a message, and devices that can show it', () => {
    const body = `timeline:
  - { id: m, at: 1m, ${SEND} }
  - { id: o, at: 2m, offline: bob.web }
  - { at: 30m, link: alice.tablet }
expect:
  - { shown: n, on: [bob] }
  - { shown: o, on: [bob] }
  - { shown: m, on: [alice.tablet, bob.wbe] }
  - { shown: m, on: [alice, bob], within: 1m, after: 10m }
  - { shown: m, on: [alice] }`;
    expect(errorsOf(body)).toEqual([
      '6:14 no message is called "n"',
      '7:14 "o" names no message but `offline`',
      '8:36 bob has no device "bob.wbe"',
      '9:43 it would have to be shown before `after`',
    ]);
  });
});

describe('expectations', () => {
  it('of an account mean all its devices that can show the message', () => {
    const body = `timeline:
  - { id: m, at: 1m, ${SEND} }
  - { at: 30m, link: alice.tablet }
expect:
  - { shown: m, on: [alice, bob.web], after: 2m, except: { relay: why } }`;
    expect(load(body).expect).toEqual([
      {
        fact: { kind: 'shown', message: 'm', afterUs: minutes(2) },
        on: ['alice.phone', 'alice.laptop', 'bob.web'],
        except: [{ architecture: 'relay', why: 'why' }],
        line: 11,
      },
    ]);
  });

  it('of a repeated message are one for each of its times', () => {
    const body = `timeline:
  - { id: m, at: 1m, every: 1m, times: 3, ${SEND} }
expect:
  - { shown: m, on: [bob.web] }`;
    expect(load(body).expect.map(({ fact }) => factSubject(fact))).toEqual(['m.1', 'm.2', 'm.3']);
  });
});

describe('words from elsewhere', () => {
  it('are checked against the lists that are passed', () => {
    const body = 'must-fire: [thunder, lightning]\nmust-check: [Z1, Z3]\n';
    const options = { levers: ['thunder'], properties: ['Z1', 'Z2'] };
    expect(errorsOf(body, options)).toEqual([
      '1:22 "lightning" is not a lever or mark',
      '2:18 "Z3" is not a property',
    ]);
  });

  it('that come later are refused by name, each with its sentence', () => {
    const refusals = laterWords().map((word) => `\`${word}\` cannot be said yet: `);
    const starts = (found: readonly string[]) =>
      found.map((error) => error.replace(/^[0-9]+:[0-9]+ /, '').replace(/: .*$/, ': '));
    const keys = laterWords().map((word) => `${word}: {}\n`);
    expect(starts(errorsOf(keys.join('')))).toEqual(refusals);
    const actions = laterWords().map((word) => `  - { at: 1m, ${word}: {} }\n`);
    expect(starts(errorsOf(`timeline:\n${actions.join('')}`))).toEqual(refusals);
  });
});

describe('a measured trace', () => {
  const body = 'networks: { train: { based-on: mobile, trace: train.csv } }\n';
  const read = (text: string | undefined) => ({ readText: () => text });

  it('is read from CSV', () => {
    const csv = 'time_ms,latency_ms,loss\n# a comment\n0,42.5,0\n1500,100,0.25\r\n';
    expect(load(body, read(csv)).networks[0]?.trace).toEqual([
      { timeUs: 0, latencyUs: 42_500, loss: { numerator: 0, denominator: 1 } },
      { timeUs: 1_500_000, latencyUs: 100_000, loss: { numerator: 1, denominator: 4 } },
    ]);
  });

  it('is refused with the line of the CSV file', () => {
    expect(
      errorsOf(body, read('time_ms,latency_ms,loss\n0,10,0\n5,ten,0\n3,10,2\n0,1,0\n')),
    ).toEqual([
      '1:47 train.csv, line 3: "5,ten,0" is not time_ms,latency_ms,loss (as in 1500,42.5,0.01)',
      '1:47 train.csv, line 4: "3,10,2" is not time_ms,latency_ms,loss (as in 1500,42.5,0.01)',
      '1:47 train.csv, line 5: times begin at 0 and ascend',
    ]);
    expect(errorsOf(body, read(undefined))).toEqual([
      '1:47 the trace "train.csv" cannot be read: no such file',
    ]);
    expect(errorsOf(body)).toEqual([
      '1:47 the trace "train.csv" cannot be read: files cannot be read here; write its rows',
    ]);
  });
});

describe('a stanza fault', () => {
  const fault = (stanza: string) =>
    `timeline:\n  - { at: 1m, stanza-fault: { fault: drop, device: bob.phone, direction: to-device, stanza: "${stanza}", for: 1m } }`;

  it('hits any kind of stanza there is, by its whole name', () => {
    for (const stanza of ['message', 'receipt:retry', 'notification:account_sync']) {
      expect(load(fault(stanza)).timeline[0]?.action).toMatchObject({ stanza });
    }
  });

  it('hits several by the whole beginning of their name, or all', () => {
    for (const stanza of ['receipt', 'iq:w', 'web', '']) {
      expect(load(fault(stanza)).timeline[0]?.action).toMatchObject({ stanza });
    }
  });

  it('is refused for what no stanza is called, with the words that are near', () => {
    const refused = (stanza: string) => {
      const result = loadScenario(`${HEAD}${fault(stanza)}\n`, 'odd.yaml');
      return result.kind === 'refused' ? result.errors : [];
    };
    const of = (stanza: string) => refused(stanza).map(({ nearest }) => nearest);
    expect(['Message', 'mesage', 'receipt:retri', 'ack:mesage', 'messag'].map(of)).toEqual([
      ['message'],
      ['message'],
      ['receipt:retry'],
      ['ack:message'],
      ['message'],
    ]);
    const [error] = refused('receipt:retri');
    expect(error?.sentence).toBe(
      '"receipt:retri" is no kind of stanza, and no whole beginning of one',
    );
    expect(error?.allowed).toContain('receipt:sender');
    expect(error?.allowed).not.toContain('ack:message');
    expect(refused('zzz')[0]?.allowed).toContain('notification');
    expect(errorsOf(fault('a b'))[0]).toContain('is not a kind such as message or receipt:retry');
  });
});

describe('a scenario with several errors', () => {
  it('has all of them told, those beside one of the wrong type as well', () => {
    const body = `timeline:
  - { at: 1m, send: { id: m, from: alice.laptp, to: bop, text: 7 } }
  - { at: 5, power-off: alice.fone }
  - { at: 2m, stanza-fault: { fault: dorp, device: bob.fone, direction: to-device, stanza: mesage, for: 1m } }
  - { at: 3m, crash: { device: bob.fone, restart-after: 5 } }
  - { at: 4m, partition: { sides: [[bob.fone], [server]], for: no } }
  - { power-of: alice.phone, after: nobody }
workload:
  - { kind: conversation, between: [alice.fone, bob], messages: many }
expect:
  - { shown: nothing, on: [bob.fone], within: soon }
must-fire: [5, cras]
`;
    const duration = 'a duration; write 250ms, 30s, 20m, 8h, 14d or a sum such as 1h30m';
    expect(errorsOf(body).map((text) => text.replace(/:\d+ /, ' '))).toEqual([
      '2 alice has no device "alice.laptp"',
      '2 there is no account "bop"',
      '2 7 is not a text',
      `3 5 is not ${duration}`,
      '3 alice has no device "alice.fone"',
      '4 "dorp" is not one of the allowed words',
      '4 bob has no device "bob.fone"',
      '4 "mesage" is no kind of stanza, and no whole beginning of one',
      '5 bob has no device "bob.fone"',
      `5 5 is not ${duration}`,
      '6 bob has no device "bob.fone"',
      `6 "no" is not ${duration}`,
      '7 `power-of` is not a key that is known here',
      '7 there is no entry "nobody" above',
      '9 alice has no device "alice.fone"',
      '9 "many" is not a whole number from 1 to 1000000',
      '11 no message is called "nothing"',
      `11 "soon" is not ${duration}`,
      '12 5 is not a lever',
      '12 "cras" is not a lever or mark',
    ]);
  });

  it('is told nothing that follows only from what stands in', () => {
    expect(errorsOf('timeline: [{ at: 9m, every: 1m, times: x, offline: bob.web }]')).toHaveLength(
      1,
    );
    expect(errorsOf('timeline: [{ at: x, every: 1m, until: 30s, offline: bob.web }]')).toHaveLength(
      1,
    );
    expect(errorsOf('accounts2: {}\ntimeline: [{ at: 1m, offline: 7 }]')).toHaveLength(2);
  });

  it('with far too many accounts is refused before they are looked at', () => {
    const accounts = Array.from({ length: 10_001 }, (_, at) => `  a${at}: {}\n`).join('');
    const text = `lockstep: 1\nname: a\nsummary: s\naccounts:\n${accounts}timeline: [7]\n`;
    const result = loadScenario(text, 'many.yaml');
    expect(result.kind === 'refused' && result.errors.map(({ sentence }) => sentence)).toEqual([
      'a scenario has at most 10000 accounts, not 10001',
    ]);
  });
});

describe('text that is no scenario', () => {
  const sentences = (text: string) => {
    const result = loadScenario(text, 'odd.yaml');
    return result.kind === 'loaded'
      ? []
      : result.errors.map(({ line, column, sentence }) => `${line}:${column} ${sentence}`);
  };

  it('is refused with a place, and never throws', () => {
    expect(sentences('')).toEqual(['1:1 the file is empty; begin with `lockstep: 1`']);
    expect(sentences('42')).toEqual(['1:1 42 is not a scenario']);
    expect(sentences('- 1\n- 2')).toEqual(['1:1 a list is not a scenario']);
    expect(sentences('lockstep: 1\nname: a\nname: b\nsummary: s\naccounts: { a: {} }')).toEqual([
      '3:1 this key stands here twice',
    ]);
    expect(sentences('a: [1, 2\nb: "x')).not.toEqual([]);
    expect(sentences('lockstep: 1\n---\nlockstep: 1')[0]).toContain('a file holds one scenario');
    expect(sentences(`${'['.repeat(1_000)}`)).not.toEqual([]);
    expect(sentences(`${HEAD}__proto__: {}\n`)).toContain('7:1 `__proto__` cannot be a key');
    expect(sentences(`${HEAD}name2: !!js/function x\n`)).not.toEqual([]);
    expect(sentences('lockstep: 2\nname: a\nsummary: s\naccounts: { a: {} }')).toEqual([
      '1:11 this is language version 1, not 2',
    ]);
  });

  it('may be JSON', () => {
    const json = JSON.stringify({
      lockstep: 1,
      name: 'json',
      summary: 'In JSON.',
      accounts: { alice: {}, bob: {} },
      timeline: [{ at: '1m', send: { id: 'm', from: 'alice.phone', to: 'bob', text: 'hi' } }],
    });
    const result = loadScenario(json, 'a.json');
    expect(result.kind === 'loaded' && result.scenario.timeline[0]?.id).toBe('m');
  });
});
