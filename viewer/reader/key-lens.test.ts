/**
 * The lens against the run's own judges of thefts, who watch the run itself and not its trace: both
 * must name the same messages, and a trace that lacks one kind of edge must be seen.
 */

import { describe, expect, it } from 'vitest';
import type { Architecture } from '../../protocol/contract.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import { findScenario } from '../../scenarios/library.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { exposure, type TheftFindings } from '../../sim/properties/exposure.ts';
import { type Plot, worldOf, writes } from '../../sim/properties/planted-world.ts';
import type { Property } from '../../sim/properties/property.ts';
import { runScenario } from '../../sim/run/run.ts';
import { traceFactsOf } from '../../sim/trace/run-facts.ts';
import type { TraceChange, TraceEvent, TraceKeyUse } from '../../sim/trace/trace.ts';
import { TraceWriter } from '../../sim/trace/writer.ts';
import { bytesOf } from '../testing/sample-run.ts';
import type { LensAnswer } from './key-lens.ts';
import { Reader } from './reader.ts';
import type { RunFacts } from './reader-messages.ts';

interface Robbed {
  readonly lines: readonly string[];
  readonly thefts: readonly TheftFindings[];
}

/** Runs a story of a theft; its trace, and what the judges found. */
function robbed(scenario: Scenario, architecture: Architecture, hasKeys = true): Robbed {
  let thefts: readonly TheftFindings[] = [];
  const watcher: Property = {
    id: 'Z1',
    name: 'a measurement',
    summary: 'Keeps what the judges of thefts found.',
    judge: (view) => {
      const judges = exposure(view);
      return {
        observe() {},
        finish: () => {
          thefts = judges?.findings() ?? [];
        },
      };
    },
  };
  const lines: string[] = [];
  const facts = { scenario, seed: '7', architecture: architecture.name, crypto: 'openssl' };
  const writer = new TraceWriter(
    (line) => lines.push(line),
    traceFactsOf({ ...facts, overrides: [], program: '0', build: '0' }),
    hasKeys ? { keysIn: architecture.keysIn } : {},
  );
  const crypto = opensslProvider();
  const common = { seed: '7', architecture, crypto, properties: [watcher] };
  const { hashes } = runScenario({ scenario, ...common, observers: [writer] });
  writer.end(hashes);
  return { lines, thefts };
}

/** A page's reader over lines. */
async function lensOver(lines: readonly string[]) {
  const reader = new Reader();
  const bytes = bytesOf(`${lines.join('\n')}\n`);
  const facts = (await reader.answer({ kind: 'open', bytes }, () => {})) as RunFacts;
  const ask = async (host: string, timeUs: number): Promise<LensAnswer> => {
    const lane = facts.lanes.indexOf(host);
    return (await reader.answer({ kind: 'lens', lane, timeUs }, () => {})) as LensAnswer;
  };
  const idOf = (message: number): string => facts.messages[message]?.id ?? '';
  const opened = ({ messages }: LensAnswer): string[] =>
    messages.flatMap(({ message, copies }) => (copies.length > 0 ? [idOf(message)] : [])).sort();
  return { ask, opened };
}

/** Ids of the messages that keys open, without what lies in plain in the database. */
function judged({ exposed }: TheftFindings): string[] {
  const byKeys = [...exposed.values()].filter(({ causes }) =>
    [...causes].some((cause) => cause !== 'message database'),
  );
  return byKeys.map(({ messageId }) => messageId).sort();
}

const story = (name: string) => findScenario(name) as Scenario;

const onItsWay: Plot = {
  groups: { walk: ['alice', 'bob', 'carol'] },
  lengthS: 600,
  story: [
    [10, writes('alice.phone', 'bob', 'a question')],
    [15, writes('bob.phone', 'alice', 'an answer')],
    [20, writes('alice.phone', 'walk', 'to all of you')],
    [40, { kind: 'offline', device: 'bob.phone' }],
    [50, writes('alice.phone', 'bob', 'on its way in a session')],
    [55, writes('carol.phone', 'bob', 'on its way to begin a session')],
    [57, writes('carol.phone', 'walk', 'on its way with a sender key')],
    [60, { kind: 'steal', device: 'bob.phone', scope: ['keys'] }],
    [70, { kind: 'online', device: 'bob.phone' }],
    [90, writes('bob.phone', 'alice', 'after a turn')],
    [100, writes('alice.phone', 'bob', 'after two')],
    [110, writes('carol.phone', 'walk', 'still with that sender key')],
  ],
};

const history: Plot = {
  lengthS: 600,
  story: [
    [10, writes('alice.phone', 'bob', 'long ago')],
    [20, writes('bob.phone', 'alice', 'long ago, too')],
    [40, { kind: 'unlink', companion: 'alice.laptop', by: 'phone' }],
    [69, { kind: 'link', companion: 'alice.laptop' }],
    [
      69,
      {
        ...{ kind: 'stanza-fault', fault: 'withhold', device: 'alice.laptop', stanza: 'message' },
        ...{ direction: 'to-device', forUs: 60e6, delayUs: 40e6 },
        chance: { numerator: 1, denominator: 1 },
      },
    ],
    [95, { kind: 'steal', device: 'alice.phone', scope: ['keys'] }],
    [300, { kind: 'steal', device: 'alice.phone', scope: ['keys'] }],
  ],
};

/** The laptop is shut when it is robbed and stays so: only others compute with its keys. */
const shut: Plot = {
  lengthS: 600,
  story: [
    [10, writes('alice.phone', 'bob', 'a question')],
    [40, { kind: 'offline', device: 'alice.laptop' }],
    [60, { kind: 'steal', device: 'alice.laptop', scope: ['keys'] }],
    [70, writes('carol.phone', 'alice', 'the beginning of a session')],
    [80, writes('carol.phone', 'alice', 'more of it')],
    [100, { kind: 'unlink', companion: 'alice.laptop', by: 'phone' }],
    [150, writes('carol.phone', 'alice', 'among us again')],
  ],
};

describe('the lens names the messages that the judges of thefts name', () => {
  it.each<[string, () => Scenario, Architecture, number]>([
    ['stolen-companion', () => story('stolen-companion'), fanout, 2],
    ['stolen-companion', () => story('stolen-companion'), relay, 2],
    ['stolen-phone-skipped-keys', () => story('stolen-phone-skipped-keys'), fanout, 1],
    ['stolen-phone-skipped-keys', () => story('stolen-phone-skipped-keys'), relay, 1],
    ['messages on their way', () => worldOf(onItsWay), fanout, 1],
    ['history on its way', () => worldOf(history), fanout, 2],
    ['a device that is shut', () => worldOf(shut), fanout, 1],
  ])('of %s', async (_, scenario, architecture, count) => {
    const { lines, thefts } = robbed(scenario(), architecture);
    const { ask, opened } = await lensOver(lines);
    expect(thefts).toHaveLength(count);
    for (const found of thefts) {
      const { host, timeUs } = found.theft;
      expect(opened(await ask(host, timeUs)), `${host} at ${timeUs}`).toEqual(judged(found));
    }
    expect(judged(thefts[0] as TheftFindings).length).toBeGreaterThan(0);
  });
});

/** What a line has of keys, changed. */
interface Edit {
  readonly use?: (use: TraceKeyUse) => readonly TraceKeyUse[];
  readonly change?: (change: TraceChange) => TraceChange;
}

function edited(lines: readonly string[], edit: Edit): string[] {
  const { use = (one) => [one], change = (one) => one } = edit;
  return lines.map((line) => {
    const event = JSON.parse(line) as TraceEvent;
    if (event.kind !== 'commit') return line;
    const { keys, earlierKeys = [], changes } = event;
    const uses = { keys: keys.flatMap(use), earlierKeys: earlierKeys.flatMap(use) };
    return JSON.stringify({ ...event, ...uses, changes: changes.map(change) });
  });
}

function withoutOperation(name: string): Edit {
  return { use: (use) => (use.operation === name ? [] : [use]) };
}

function withoutField(name: 'ciphertext' | 'carried' | 'parts'): Edit {
  return {
    use: (use) => {
      const { [name]: _left, ...rest } = use;
      return [rest];
    },
  };
}

function withoutPairs({ pairs: _pairs, ...rest }: TraceChange): TraceChange {
  return rest;
}

function withoutKeys({ holds: _holds, ...rest }: TraceChange): TraceChange {
  return rest;
}

describe('a trace in which one kind of edge is left out', () => {
  const plots = { 'on its way': onItsWay, history, shut };
  const runs = new Map<Plot, Robbed>();

  it.each<[string, keyof typeof plots, Edit]>([
    ['a chain follows from the one before', 'on its way', withoutOperation('derive')],
    ['keys follow from a chain or a root', 'on its way', withoutOperation('hkdf')],
    ['a root follows from an agreement', 'on its way', withoutOperation('agree')],
    ['a session follows from all of its agreements', 'on its way', withoutField('parts')],
    ['a sender key is carried in a copy', 'on its way', withoutField('carried')],
    ['a key opens a ciphertext', 'on its way', withoutField('ciphertext')],
    ['a file opens with its key', 'history', withoutOperation('cbcDecrypt')],
    ['a private half stands for its public one', 'shut', { change: withoutPairs }],
    ['a record holds keys', 'shut', { change: withoutKeys }],
  ])('is not that of the judges: %s', async (_, name, edit) => {
    const plot = plots[name];
    const run = runs.get(plot) ?? robbed(worldOf(plot), fanout);
    runs.set(plot, run);
    const found = run.thefts[0] as TheftFindings;
    const { ask, opened } = await lensOver(edited(run.lines, edit));
    const named = opened(await ask(found.theft.host, found.theft.timeUs));
    expect(named.length).toBeLessThan(judged(found).length);
  });
});

describe('an answer', () => {
  it('counts what was written before and after, and says when the last open one was', async () => {
    const { lines } = robbed(story('stolen-phone-skipped-keys'), fanout);
    const { ask } = await lensOver(lines);
    const answer = await ask('bob.phone', 630e6);
    expect(answer).toMatchObject({ hasKeys: true, device: 'bob.phone' });
    expect(answer.before).toEqual({ open: 7, all: 40 });
    expect(answer.after.open).toBeGreaterThan(0);
    expect(answer.closedAfter).toBeGreaterThan(0);
    const { open, all } = answer.after;
    expect(answer.messages).toHaveLength(answer.before.all + all);
    expect(open + answer.closedAfter).toBeLessThanOrEqual(all);
    expect(answer.openUntilUs).toBeGreaterThan(630e6);
    const copies = answer.messages.flatMap(({ copies }) => copies);
    expect(new Set(copies.map(({ cipher }) => cipher))).toContain('msg');
  });

  it('of a plain trace says that it follows no keys', async () => {
    const { lines } = robbed(worldOf(shut), fanout, false);
    const { ask } = await lensOver(lines);
    const answer = await ask('alice.laptop', 60e6);
    expect(answer).toMatchObject({ hasKeys: false, keys: 0, before: { open: 0 } });
  });

  it('of a moment before everything has the keys of time zero', async () => {
    const { lines } = robbed(worldOf(shut), fanout);
    const { ask } = await lensOver(lines);
    const [first, later] = [await ask('carol.phone', 0), await ask('carol.phone', 600e6)];
    expect(first.keys).toBeGreaterThan(0);
    expect(first.before).toEqual({ open: 0, all: 0 });
    expect(later.after.all).toBeLessThan(first.after.all);
    // Asked backwards, the answer is the same.
    expect(await ask('carol.phone', 0)).toEqual(first);
  });
});
