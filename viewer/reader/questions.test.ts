/** What the page can ask: find, cones, a message's life, a device at a moment. */

import { describe, expect, it } from 'vitest';
import { opened, sampleRun } from '../testing/sample-run.ts';
import { cone } from './cone.ts';
import { DeviceScrub } from './device-at.ts';
import { find } from './find.ts';
import { messageLife } from './message-life.ts';
import { parseQuery } from './query.ts';

const { reader, run } = await opened(sampleRun('phone-offline').trace);
const event = (row: number) => reader.event(row);

function rowsOf(query: string): readonly number[] {
  const found = find(run, reader.words, query);
  if (found.kind === 'refused') throw new Error(found.sentence);
  return [...found.rows];
}

/** Rows by reading every event, slowly. */
function rowsWhere(holds: (row: number) => boolean): readonly number[] {
  return Array.from({ length: run.columns.count }, (_, row) => row).filter(holds);
}

describe('find', () => {
  it('by kind and device gives exactly those events', () => {
    const expected = rowsWhere((row) => {
      const one = event(row);
      return one.kind === 'power' && one.node.startsWith('alice.');
    });
    expect(rowsOf('kind:power device:alice')).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  });

  it('a word finds every event that says it, across blocks', () => {
    const lost = rowsWhere((row) => {
      const one = event(row);
      return one.kind === 'lever' && one.lever === 'packet-loss';
    });
    expect(rowsOf('packet-loss')).toEqual(lost);
    expect(lost.length).toBeGreaterThan(3);
  });

  it('minus means not; two terms narrow', () => {
    const all = rowsOf('device:alice');
    expect(rowsOf('device:alice -kind:commit').length).toBe(
      all.length - rowsOf('device:alice kind:commit').length,
    );
    expect(rowsOf('message:still-here after:17h').length).toBeGreaterThan(0);
    expect(rowsOf('message:still-here after:23h')).toEqual([]);
  });

  it.each([
    ['device:alise', /Nothing here has device:alise/],
    ['divice:alice', /Did you mean device:/],
    ['after:noon', /no time/],
    ['message:never', /No message is called never/],
    ['lost:maybe', /neither yes nor no/],
  ])('says what is wrong with %s', (query, sentence) => {
    const found = find(run, reader.words, query);
    expect(found.kind === 'refused' ? found.sentence : '').toMatch(sentence);
  });

  it('tells frames that arrived from those that did not', () => {
    const sends = rowsOf('kind:send');
    const lost = rowsOf('lost:yes');
    expect(lost.length + rowsOf('lost:no').length).toBe(sends.length);
    expect(lost).toEqual(sends.filter((row) => run.columns.partner[row] === -1));
  });

  it('reads quotes and lists', () => {
    expect(parseQuery('"phone is dead" kind:send,deliver -what:ib')).toEqual({
      kind: 'query',
      terms: [
        { key: '', values: ['phone is dead'], isNot: false },
        { key: 'kind', values: ['send', 'deliver'], isNot: false },
        { key: 'what', values: ['ib'], isNot: true },
      ],
    });
  });
});

describe('cones', () => {
  it('backwards is the chain of causes, forwards all whose chain passes here', () => {
    const [row = -1] = rowsOf('message:still-here kind:send device:alice.laptop');
    const after = cone(run.columns, row, 'after');
    for (const one of after) expect([...cone(run.columns, one, 'before')]).toContain(row);
    const chains = rowsWhere((one) => cone(run.columns, one, 'before').includes(row));
    expect([...after]).toEqual(chains);
    expect(after.length).toBeGreaterThan(10);
  });
});

describe('a life', () => {
  it('tells every copy and where it waited', () => {
    const index = run.messages.findIndex(({ inputId }) => inputId === 'still-here');
    const life = messageLife(run, reader.addresses, event, index);
    expect(life.author).toBe('alice.laptop');
    const devices = life.copies.map(({ device }) => device);
    expect(devices).toEqual(['alice.phone', 'alice.tablet', 'bob.phone', 'bob.web']);
    const phone = life.copies[0];
    expect(phone?.cipher).toMatch(/^(pk)?msg$/);
    expect(phone?.ciphertextBytes).toBeGreaterThan(100);
    expect((phone?.sentOnUs ?? 0) - life.atServerUs).toBeGreaterThan(7 * 3_600_000_000);
    for (const copy of life.copies) expect(copy.shownUs).toBeGreaterThanOrEqual(copy.arrivedUs);
  });
});

describe('a device at a moment', () => {
  it('is the same whether one scrubs there or goes there at once', () => {
    const lane = run.lanes.indexOf('alice.laptop');
    const scrub = new DeviceScrub();
    for (const hours of [6, 12, 9, 20]) {
      const timeUs = hours * 3_600_000_000;
      const there = new DeviceScrub().at(run, event, lane, timeUs);
      expect(scrub.at(run, event, lane, timeUs)).toEqual(there);
      expect(there.records.some(({ collection }) => collection === 'session')).toBe(hours > 6);
    }
  });

  it('is off while it is off', () => {
    const lane = run.lanes.indexOf('alice.phone');
    const at = new DeviceScrub().at(run, event, lane, 12 * 3_600_000_000);
    expect(at.power).toBe('off');
    expect(at.hasViews).toBe(true);
  });
});
