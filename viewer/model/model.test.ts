/** What the picture is made of: lanes, bands, reasons of lateness, marks, and the axis. */

import { describe, expect, it } from 'vitest';
import type { RunFacts } from '../reader/reader-messages.ts';
import { opened, sampleRun } from '../testing/sample-run.ts';
import { axisEnd, clamped, ticksOf, tickText, translated, zoomed } from '../timeline/axis.ts';
import { arrowsOf } from './arrows.ts';
import { bandsOf, whyAway } from './bands.ts';
import { laneInfos, laneOrder, laneY, layoutLanes } from './lanes.ts';
import { lateCopies } from './late-copies.ts';
import { FRAME_CLASSES, frameClassOf, markOf } from './marks.ts';

const HOUR_US = 3_600_000_000;
const { reader, run } = await opened(sampleRun('phone-offline').trace);
const { document: _, ...header } = run.header;
const facts: RunFacts = {
  ...{ header, document: null, footer: run.footer, lanes: run.lanes, details: run.details },
  ...{ columns: run.columns, messages: run.messages, intents: run.intents },
  problem: '',
  addresses: reader.addresses.list(),
};
const bands = bandsOf(facts);
const laneOf = (name: string): number => run.lanes.indexOf(name);

describe('bands', () => {
  it('follow one another without a gap, from the first event to the last', () => {
    const lastUs = run.columns.timeUs[run.columns.count - 1];
    for (const list of bands) {
      expect(list[0]?.fromUs).toBe(0);
      expect(list.at(-1)?.untilUs).toBe(lastUs);
      for (const [at, band] of list.entries()) {
        if (at > 0) expect(band.fromUs).toBe(list[at - 1]?.untilUs);
      }
    }
  });

  it('say that the phone was off from nine to five, and why something came late', () => {
    const phone = bands[laneOf('alice.phone')] ?? [];
    const off = phone.filter(({ state, untilUs, fromUs }) => state === 'off' && untilUs > fromUs);
    expect(off.map(({ fromUs, untilUs }) => [fromUs / HOUR_US, untilUs / HOUR_US])).toEqual([
      [9, 17],
    ]);
    expect(whyAway(phone, 10 * HOUR_US, 16 * HOUR_US)).toBe('was switched off');
    expect(whyAway(phone, 8 * HOUR_US, 8.5 * HOUR_US)).toBe('');
    expect(whyAway(bands[laneOf('bob.web')] ?? [], 10 * HOUR_US, 16 * HOUR_US)).toBe('');
  });

  it('begin switched off where a device begins so', () => {
    expect(bands[laneOf('carol.desktop')]?.[0]?.state).toBe('off');
  });
});

it('the latest copies are those of the phone that was off, the latest first', () => {
  const late = lateCopies(facts, bands, 100);
  expect(run.lanes[late[0]?.lane ?? -1]).toBe('alice.phone');
  for (const [at, { lateUs }] of late.entries()) {
    expect(lateUs).toBeLessThanOrEqual(late[at - 1]?.lateUs ?? Number.POSITIVE_INFINITY);
    expect(lateUs).toBeGreaterThanOrEqual(60_000_000);
  }
  const shown = run.messages.flatMap(({ saidUs, copies, lane, inputId }) =>
    copies.filter((copy) => {
      const isOther = copy.lane !== lane && copy.shownUs >= 0 && !inputId.startsWith('probe/');
      return isOther && copy.shownUs - saidUs >= 60_000_000;
    }),
  );
  expect(late.length).toBe(Math.min(100, shown.length));
});

describe('lanes', () => {
  const infos = laneInfos(['a.phone', 'a.web', 'b.phone', 'server', 'world']);
  const order = laneOrder(infos);
  const plain = { order, hidden: [], pinned: [], collapsed: [] };

  it('have the server between the accounts', () => {
    expect(order.map((lane) => infos[lane]?.name)).toEqual([
      ...['world', 'a.phone', 'a.web', 'server', 'b.phone'],
    ]);
  });

  it('are hidden, pinned and folded', () => {
    const hidden = layoutLanes(infos, { ...plain, hidden: [1] });
    expect(laneY(hidden, 1)).toBe(-1);
    const pinned = layoutLanes(infos, { ...plain, pinned: [2] });
    expect(pinned.rows[0]?.lanes).toEqual([2]);
    const folded = layoutLanes(infos, { ...plain, collapsed: ['a'] });
    expect(laneY(folded, 0)).toBe(laneY(folded, 1));
    expect(folded.rows).toHaveLength(4);
  });
});

describe('arrows', () => {
  it('are all sends, in order, each with the latest arrival so far', () => {
    const { sends, arrivalUs, latestUs, counts } = arrowsOf(facts);
    expect(counts.reduce((left, right) => left + right)).toBe(sends.length);
    for (let at = 1; at < sends.length; at++) {
      expect(sends[at]).toBeGreaterThan(sends[at - 1] as number);
      expect(latestUs[at]).toBeGreaterThanOrEqual(latestUs[at - 1] as number);
      expect(latestUs[at]).toBeGreaterThanOrEqual(arrivalUs[at] as number);
    }
  });

  it('have a class for every stanza of the day', () => {
    expect(frameClassOf('message:text')).toBe('message');
    expect(frameClassOf('receipt:read')).toBe('receipt');
    expect(frameClassOf('iq:result')).toBe('plumbing');
    for (const word of run.details) expect(FRAME_CLASSES).toContain(frameClassOf(word));
  });
});

it('a crash is never left out of the picture, an input is never drawn', () => {
  expect(markOf(9, 'crash')).toMatchObject({ shape: 'cross', weight: 3 });
  expect(markOf(1, 'frame').weight).toBe(0);
  expect(markOf(2, 'shows').shape).toBe('dot');
});

describe('the axis', () => {
  it('keeps what is zoomed about where it is, and stays within the run', () => {
    expect(zoomed({ from: 0, until: 100 }, 25, 0.5)).toEqual({ from: 12.5, until: 62.5 });
    const end = axisEnd(run.columns, 'time');
    const whole = clamped({ from: 0, until: Number.MAX_SAFE_INTEGER }, 'time', end);
    expect(whole.until - whole.from).toBeCloseTo(end * 1.02, -3);
    const narrow = clamped({ from: 5, until: 6 }, 'time', end);
    expect(narrow.until - narrow.from).toBe(1_000);
  });

  it('means the same stretch in both units', () => {
    const there = translated(run.columns, { from: 9 * HOUR_US, until: 10 * HOUR_US }, 'order');
    const back = translated(run.columns, there, 'time');
    expect(back.from).toBeGreaterThanOrEqual(9 * HOUR_US);
    expect(back.until).toBeGreaterThanOrEqual(10 * HOUR_US);
    expect(back.until).toBeLessThan(11 * HOUR_US);
  });

  it('has ticks at round times', () => {
    const day = { from: 0, until: 24 * HOUR_US };
    const texts = ticksOf(day, 'time', 9).map((tick) => tickText(tick, 'time', day));
    expect(texts).toEqual([
      '00:00',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
      '1d 00:00',
    ]);
  });
});
