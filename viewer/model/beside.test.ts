/**
 * Two runs beside each other: phone-offline on both architectures, and the same run with one
 * decision taken otherwise.
 */

import { describe, expect, it } from 'vitest';
import { bytesOf, opened, sampleRun } from '../testing/sample-run.ts';
import { firstDifference } from './first-difference.ts';
import { metricRows, verdictChange } from './metric-rows.ts';
import { placesOf, rising } from './places.ts';
import { type ActedRun, actionRows } from './user-actions.ts';
import {
  type Decision,
  decisionsText,
  questionsOf,
  readDecision,
  withoutPlace,
  writeDecision,
} from './what-if.ts';

/** Half an hour with crashes and a bad network. */
const SHORT = 'crash-while-sending';

const samples = {
  short: sampleRun(SHORT),
  fanout: sampleRun('phone-offline', { architecture: 'fanout' }),
  relay: sampleRun('phone-offline', { architecture: 'relay' }),
  phoneOn: sampleRun('phone-offline', { overrides: [{ choice: 'timeline/phone-dies', value: 0 }] }),
};

async function factsOf({ trace }: (typeof samples)['fanout']) {
  const { reader, run } = await opened(trace);
  return { ...run, addresses: reader.addresses.list(), event: (row: number) => reader.event(row) };
}

const fanout = await factsOf(samples.fanout);
const relay = await factsOf(samples.relay);
const short = await factsOf(samples.short);
const phoneOn = await factsOf(samples.phoneOn);
const HOUR_US = 3_600_000_000;

function rowNamed(id: string, first: ActedRun, second: ActedRun) {
  const row = actionRows(first, second).find((one) => one.id === id);
  if (row === undefined) throw new Error(`no row ${id}`);
  return row;
}

describe('what people wanted', () => {
  it('a companion’s message waits for the phone on relay, and is at once there on fanout', () => {
    const { first, second, due, differences, furthest } = rowNamed('still-here', fanout, relay);
    expect(due).toBe(4);
    expect([first.fate, second.fate]).toEqual(['done', 'done']);
    expect(first.firstUs).toBeLessThan(1_000_000);
    expect(second.firstUs).toBeGreaterThan(7 * HOUR_US);
    expect(differences).toContain('time');
    expect(furthest?.laterUs).toBeGreaterThan(7 * HOUR_US);
  });

  it('what one architecture could not do comes first, with the reason', () => {
    const rows = actionRows(fanout, relay);
    const undone = rows.filter(({ second }) => second.fate === 'not-completed');
    expect(undone).toHaveLength(samples.relay.result.messages.notCompleted);
    expect(rows.slice(0, undone.length)).toEqual(undone);
    for (const { first, second, differences } of undone) {
      expect(first.fate).toBe('done');
      expect(second.failure).not.toBe('');
      expect(differences[0]).toBe('one-side');
    }
  });

  it('a run beside itself has no difference, and every message of the ledger is there', () => {
    const rows = actionRows(fanout, fanout);
    expect(rows.filter(({ differences }) => differences.length > 0)).toEqual([]);
    const written = rows.filter(({ first }) => first.message >= 0);
    const { sent, copiesDue, copiesShown } = samples.fanout.result.messages;
    expect(written).toHaveLength(sent);
    const sum = (of: (row: (typeof rows)[number]) => number): number =>
      written.reduce((total, row) => total + of(row), 0);
    expect(sum(({ due }) => due)).toBe(copiesDue);
    expect(sum(({ first }) => first.shown)).toBe(copiesShown);
  });

  it('a copy between the first and the last that comes later is told', () => {
    const lane = fanout.lanes.indexOf('bob.phone');
    const messages = fanout.messages.map((one) => {
      if (one.inputId !== 'still-here') return one;
      const copies = one.copies.map((copy) =>
        copy.lane === lane ? { ...copy, shownUs: copy.shownUs + 40_000_000 } : copy,
      );
      return { ...one, copies };
    });
    const rows = actionRows(fanout, { ...fanout, messages });
    expect(rows[0]).toMatchObject({ id: 'still-here', differences: ['time'] });
    expect(rows[0]?.furthest).toEqual({ device: 'bob.phone', laterUs: 40_000_000 });
    expect(rows[1]?.differences).toEqual([]);
  });
});

describe('places', () => {
  const places = placesOf(fanout, relay);

  it('rise on both sides, and what was given on both stands at one place', () => {
    for (const side of [places.first, places.second]) {
      for (let row = 1; row < side.length; row++) {
        expect(side[row] as number).toBeGreaterThanOrEqual(side[row - 1] as number);
      }
    }
    const given = (run: ActedRun, id: string): number =>
      run.intents.find((one) => one.id === id && one.failure === '')?.row ?? -1;
    for (const id of ['good-morning', 'still-here', 'lunch', 'good-night']) {
      const [left, right] = [given(fanout, id), given(relay, id)];
      expect(left).not.toBe(right);
      expect(places.first[left]).toBe(places.second[right]);
    }
  });

  it('of equal runs are their rows', () => {
    const same = placesOf(fanout, fanout);
    expect([...same.first]).toEqual([...same.first.keys()]);
  });

  it('keep the longest order that both runs have', () => {
    const anchor = (first: number, second: number) => ({ first, second });
    const all = [anchor(1, 5), anchor(2, 1), anchor(3, 2), anchor(4, 9), anchor(5, 3)];
    expect(rising(all)).toEqual([anchor(2, 1), anchor(3, 2), anchor(5, 3)]);
    expect(rising([])).toEqual([]);
  });
});

describe('a change', () => {
  it('parts from the run at the moment of the decision', () => {
    const row = firstDifference(fanout, phoneOn);
    expect(fanout.columns.timeUs[row]).toBe(9 * HOUR_US);
    const event = fanout.event(row);
    expect(event.kind === 'lever' && event.choice).toBe('timeline/phone-dies');
    expect(firstDifference(fanout, fanout)).toBe(-1);
  });

  it('of a run that ends sooner is seen at its end', async () => {
    const { trace } = samples.fanout;
    const lines = new TextDecoder().decode(trace).split('\n').slice(0, 101);
    const { run } = await opened(bytesOf(`${lines.join('\n')}\n`));
    expect(firstDifference(fanout, run)).toBe(100);
  });

  it('is told with what it did to the verdict', () => {
    const text = verdictChange(samples.fanout.result, samples.phoneOn.result);
    expect(text).toContain('The verdict is held above and violated below.');
    expect(text).toContain('"shown still-here on alice.phone" held above, violated below');
    expect(verdictChange(samples.fanout.result, samples.fanout.result)).toBe(
      'Both runs are judged held. No property is judged otherwise.',
    );
  });
});

describe('figures', () => {
  it('are those of the documents', () => {
    const rows = metricRows(samples.fanout.result, samples.relay.result);
    const undone = rows.find(({ name }) => name === 'things people could not do');
    expect(undone).toEqual({
      ...{ name: 'things people could not do', unit: 'count', first: 0 },
      second: samples.relay.result.messages.notCompleted,
    });
    const crypto = rows.find(({ name }) => name === 'crypto operations');
    const counts = Object.values(samples.fanout.result.metrics.cryptoOperations);
    expect(crypto?.first).toBe(counts.reduce((sum, one) => sum + one, 0));
  });
});

describe('questions', () => {
  type Asked = readonly (readonly [name: string, decisions: readonly Decision[]])[];

  /** The first decisions that can be asked for of each kind of event. */
  function askedOf(facts: typeof fanout, isWanted: (name: string) => boolean): Asked {
    const asked = new Map<string, readonly Decision[]>();
    for (let row = 0; row < facts.columns.count; row++) {
      const event = facts.event(row);
      if (event.kind === 'refused') continue;
      const causeRow = facts.columns.cause[row] as number;
      const cause = causeRow < 0 ? undefined : facts.event(causeRow);
      const known = cause === undefined || cause.kind === 'refused' ? undefined : cause;
      const name = event.kind === 'lever' ? event.lever : event.kind;
      for (const [at, { decisions }] of questionsOf(event, known).entries()) {
        const key = `${name} ${at + 1}`;
        if (isWanted(name) && !asked.has(key)) asked.set(key, decisions);
      }
    }
    return [...asked].sort(([left], [right]) => (left < right ? -1 : 1));
  }
  const ofShort = askedOf(short, (name) => name !== 'crash');
  const ofDay = askedOf(fanout, (name) => ['packet-loss', 'outage'].includes(name));

  it('exist for frames, wishes, steps and trouble of the network', () => {
    const all = [...ofShort, ...ofDay].map(([name]) => name);
    expect(all).toEqual([
      ...['commit 1', 'commit 2', 'deliver 1', 'deliver 2', 'input 1', 'intent 1'],
      ...['send 1', 'send 2', 'outage 1', 'packet-loss 1'],
    ]);
  });

  it.each([
    ...ofShort.map((one) => [SHORT, ...one] as const),
    ...ofDay.map((one) => ['phone-offline', ...one] as const),
  ])('%s, %s: the run asks for that decision, and changes', (story, _, decisions) => {
    const { result } = sampleRun(story, { architecture: 'fanout', overrides: decisions });
    const before = story === SHORT ? samples.short : samples.fanout;
    expect(withoutPlace(result.unusedOverrides)).toEqual([]);
    expect(result.hashes.schedule).not.toBe(before.result.hashes.schedule);
  });

  it('are none where nothing was decided', () => {
    const base = { sequence: 1, timeUs: 1, node: 'alice.phone', cause: -1 };
    const lever = { ...base, kind: 'lever', lever: 'push', sentence: '' } as const;
    expect(questionsOf({ ...lever, choice: 'push/1' }, undefined)).toEqual([]);
    expect(questionsOf({ ...base, kind: 'power', state: 'on' }, undefined)).toEqual([]);
  });

  it('have words, and go through the address unchanged', () => {
    const loss = { choice: 'loss/a/message:text/server>bob.phone/0/1', value: 1 };
    expect(decisionsText([loss, { choice: 'timeline/dies', value: 0 }])).toBe(
      'What is changed: the entry "dies" of the timeline does not happen; one attempt of ' +
        'a/message:text/server>bob.phone/0 is lost on its way.',
    );
    expect(readDecision(writeDecision(loss))).toEqual(loss);
    expect(readDecision('a=b')).toBeUndefined();
    expect(readDecision('=1')).toBeUndefined();
  });
});
