/** Runs as the page's worker does them, here in Node: the same lines as on the command line. */

import { describe, expect, it } from 'vitest';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import { findScenario } from '../../scenarios/library.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { runScenario } from '../../sim/run/run.ts';
import { readTrace } from '../../sim/trace/reader.ts';
import type { LiveAnswer, LiveRequest } from './live-messages.ts';
import { liveRun } from './live-run.ts';

const PROGRAM = { version: '1.2.3', build: 'b'.repeat(32), commit: 'unknown' };

const HELLO = `lockstep: 1
name: hello
summary: One phone writes to another.
length: 2m
accounts:
  alice: { phone: { network: wifi } }
  bob: { phone: { network: wifi } }
timeline:
  - { id: hi, at: 1m, send: { from: alice.phone, to: bob, text: hi } }
`;

interface Told {
  readonly answers: readonly LiveAnswer[];
  readonly last: LiveAnswer | undefined;
}

/** Everything that was told; the clock jumps a second at every look. */
function told(request: LiveRequest): Told {
  const answers: LiveAnswer[] = [];
  let nowMs = 0;
  liveRun(request, {
    program: PROGRAM,
    nowMs: () => {
      nowMs += 1000;
      return nowMs;
    },
    tell: (answer) => answers.push(answer),
  });
  return { answers, last: answers.at(-1) };
}

function done(request: LiveRequest): Extract<LiveAnswer, { kind: 'done' }> {
  const { last } = told(request);
  if (last?.kind !== 'done') throw new Error(`ended otherwise: ${JSON.stringify(last)}`);
  return last;
}

const ofLibrary = (name: string, more: Partial<LiveRequest> = {}): LiveRequest => {
  return { scenario: { kind: 'library', name }, seed: '7', overrides: [], ...more };
};
const ofText = (text: string, more: Partial<LiveRequest> = {}): LiveRequest => {
  return { scenario: { kind: 'text', text }, seed: '7', overrides: [], ...more };
};

function traceOf({ trace }: { readonly trace: Uint8Array }) {
  const read = readTrace(new TextDecoder().decode(trace).split('\n'));
  if (read.kind === 'rejected') throw new Error(read.sentence);
  return read;
}

describe('a run in the page', () => {
  it.each([
    ['companion-first-message', fanout],
    ['no-phones-at-all', fanout],
    ['companion-first-message', relay],
  ] as const)('of %s is that of the command line', (name, architecture) => {
    const { result } = done(ofLibrary(name, { architecture: architecture.name as 'fanout' }));
    const scenario = findScenario(name) as Scenario;
    const crypto = opensslProvider();
    const reference = runScenario({ scenario, seed: '7', architecture, crypto });
    expect(result.hashes).toEqual(reference.hashes);
    expect(result.verdict).toBe(reference.verdict);
    expect(result.reproduce).toBe(
      `npx lockstep run ${name} --seed 7 --architecture ${architecture.name} --crypto noble`,
    );
  });

  it('gives a whole trace with records and uses of keys, and a document that fits it', () => {
    const answer = done(ofLibrary('companion-first-message'));
    const trace = traceOf(answer);
    expect(trace.isComplete).toBe(true);
    expect(trace.footer?.hashes).toEqual(answer.result.hashes);
    expect(trace.header).toMatchObject({ program: '1.2.3', build: PROGRAM.build, seed: '7' });
    expect(trace.header.scenarioHash).toBe(answer.result.scenarioHash);
    const commits = trace.events.filter((event) => event.kind === 'commit');
    expect(commits.some(({ keys }) => (keys ?? []).length > 0)).toBe(true);
    const views = commits.flatMap(({ changes }) => changes).filter(({ record }) => record !== null);
    expect(views.length).toBeGreaterThan(100);
  });

  it('tells how far it has come, with the story’s length', () => {
    const { answers } = told(ofLibrary('companion-first-message'));
    const progress = answers.filter((answer) => answer.kind === 'progress');
    expect(progress.length).toBeGreaterThan(2);
    const lengthUs = findScenario('companion-first-message')?.lengthUs;
    expect(new Set(progress.map((one) => one.lengthUs))).toEqual(new Set([lengthUs]));
    const events = progress.map((one) => one.events);
    expect(events).toEqual([...new Set(events)].sort((left, right) => left - right));
    expect(answers.filter((answer) => answer.kind !== 'progress')).toHaveLength(1);
  });
});

describe('a text', () => {
  it('is run, and its line names the file the page offers', () => {
    const { result } = done(ofText(HELLO));
    expect(result.verdict).toBe('held');
    expect(result.reproduce).toContain('npx lockstep run hello.yaml --seed 7');
  });

  it('with decisions is run as a file that carries them, and that file gives the same run', () => {
    const plain = done(ofText(HELLO));
    const choice = 'timeline/hi';
    const answer = done(ofText(HELLO, { overrides: [{ choice, value: 0 }] }));
    expect(answer.result.overrides).toBe(1);
    expect(answer.result.unusedOverrides).toEqual([]);
    expect(answer.result.hashes.schedule).not.toBe(plain.result.hashes.schedule);
    const { header } = traceOf(answer);
    expect(header.overrides).toEqual([{ choice, value: 0 }]);
    const again = done(ofText(String(header.document)));
    expect(again.result.hashes).toEqual(answer.result.hashes);
  });
});

describe('a story’s entries', () => {
  it('are those of its timeline, with the choices that leave them out', () => {
    const answers: LiveAnswer[] = [];
    const room = { program: PROGRAM, nowMs: () => 0, tell: (one: LiveAnswer) => answers.push(one) };
    liveRun({ entriesOf: { kind: 'text', text: HELLO } }, room);
    const entry = {
      ...{ choice: 'timeline/hi', id: 'hi', atUs: 60_000_000 },
      words: 'send from alice.phone to bob text hi',
    };
    expect(answers).toEqual([{ kind: 'entries', entries: [entry] }]);
    liveRun({ entriesOf: { kind: 'text', text: 'nonsense' } }, room);
    expect(answers.at(-1)?.kind).toBe('refused');
  });
});

describe('bad input', () => {
  it('is refused with every sentence', () => {
    const text = HELLO.replace('network: wifi', 'network: wfi').replace('at: 1m', 'at: soon');
    const { last } = told(ofText(text));
    expect(last?.kind).toBe('refused');
    expect(last?.kind === 'refused' && last.sentences).toHaveLength(2);
  });

  it('an unknown name, an empty seed and what an architecture cannot do are refused', () => {
    expect(told(ofLibrary('phone-ofline')).last).toEqual({
      kind: 'refused',
      sentences: ["unknown scenario 'phone-ofline'", '(Did you mean phone-offline?)'],
    });
    expect(told(ofText(HELLO, { seed: '' })).last?.kind).toBe('refused');
    const text = `${HELLO}  - { id: out, at: 90s, leave-beta: alice }\n`;
    const { last } = told(ofText(text));
    expect(last).toMatchObject({ kind: 'refused' });
    expect(JSON.stringify(last)).toContain('fanout cannot run hello');
  });
});
