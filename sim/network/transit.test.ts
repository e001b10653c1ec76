import { describe, expect, it } from 'vitest';
import { Chooser } from '../kernel/chooser.ts';
import { createDraws } from '../kernel/draws.ts';
import { type Cut, Link } from './link.ts';
import { type NetworkModel, networksOf } from './networks.ts';
import { crossLink, type Lane, type Transit } from './transit.ts';

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;

interface Try {
  readonly network?: string;
  readonly cuts?: readonly Cut[];
  readonly overrides?: readonly { choice: string; value: number }[];
  readonly lane?: Lane;
  readonly packet?: string;
  readonly timeUs?: number;
  readonly sizeBytes?: number;
}

function cross(attempt: Try): { transit: Transit; levers: string[] } {
  const chooser = new Chooser(createDraws('transit'), attempt.overrides ?? [], false);
  const model = networksOf([]).get(attempt.network ?? 'perfect') as NetworkModel;
  const networks = [{ fromUs: 0, model }];
  const link = new Link('a.phone', networks, attempt.cuts ?? [], HOUR, chooser);
  const levers: string[] = [];
  const transit = crossLink(
    {
      link,
      direction: 0,
      lane: attempt.lane ?? { busyUntilUs: 0, lastArrivalUs: 0 },
      packet: attempt.packet ?? 'p',
      sizeBytes: attempt.sizeBytes ?? 1_000,
      timeUs: attempt.timeUs ?? 0,
    },
    chooser,
    (lever) => levers.push(lever),
  );
  return { transit, levers };
}

describe('crossing a link', () => {
  it('takes serialisation and latency on a perfect link', () => {
    // 1,000 bytes at 10^9 bytes per second are one microsecond.
    expect(cross({}).transit).toEqual({
      arrivalUs: 1_001,
      gaveUpUs: -1,
      wireBytes: 1_000,
      attempts: 1,
    });
  });

  it('costs a timeout and the bytes again when an override loses the first attempt', () => {
    const { transit, levers } = cross({ overrides: [{ choice: 'loss/p/1', value: 1 }] });
    expect(levers).toEqual(['packet-loss']);
    // 1 us serial, then 200 ms and two latencies of 1 ms, then 1 us and 1 ms again.
    expect(transit).toEqual({ arrivalUs: 203_002, gaveUpUs: -1, wireBytes: 2_000, attempts: 2 });
  });

  it('doubles the timeout with each loss', () => {
    const overrides = [1, 2, 3].map((at) => ({ choice: `loss/p/${at}`, value: 1 }));
    const { transit } = cross({ overrides });
    expect(transit.attempts).toBe(4);
    expect(transit.arrivalUs).toBe(202_000 * 7 + 4 + 1_000);
  });

  it('treats a failed checksum as a loss and counts it apart', () => {
    const { transit, levers } = cross({ overrides: [{ choice: 'corruption/p/1', value: 1 }] });
    expect(levers).toEqual(['packet-corruption']);
    expect(transit.attempts).toBe(2);
  });

  it('pays a duplicate in bytes only', () => {
    const { transit, levers } = cross({ overrides: [{ choice: 'duplication/p', value: 1 }] });
    expect(levers).toEqual(['packet-duplication']);
    expect(transit).toMatchObject({ arrivalUs: 1_001, wireBytes: 2_000 });
  });

  it('holds an overtaken packet back, and those behind it', () => {
    const lane: Lane = { busyUntilUs: 0, lastArrivalUs: 0 };
    const overrides = [{ choice: 'reordering/first', value: 1 }];
    const first = cross({ lane, packet: 'first', overrides });
    const second = cross({ lane, packet: 'second', overrides });
    expect(first.levers).toEqual(['packet-reordering']);
    expect(first.transit.arrivalUs).toBe(1_501);
    expect(second.transit.arrivalUs).toBe(1_501);
  });

  it('keeps the order of a lane whatever the latencies', () => {
    const lane: Lane = { busyUntilUs: 0, lastArrivalUs: 0 };
    let lastUs = 0;
    for (let at = 0; at < 500; at++) {
      const { transit } = cross({
        network: 'mobile-lossy',
        lane,
        packet: `p${at}`,
        timeUs: at * 900,
      });
      if (transit.arrivalUs < 0) continue;
      expect(transit.arrivalUs).toBeGreaterThanOrEqual(lastUs);
      lastUs = transit.arrivalUs;
    }
  });

  it('waits for the link while earlier frames occupy it', () => {
    const lane: Lane = { busyUntilUs: 0, lastArrivalUs: 0 };
    cross({ lane, packet: 'big', sizeBytes: 1_000_000_000 });
    const { transit } = cross({ lane, packet: 'small' });
    expect(transit.arrivalUs).toBe(1_000_000 + 1 + 1_000);
  });

  it('comes through after a short cut and gives up in a long one', () => {
    const cut: Cut = { fromUs: 0, untilUs: 5 * SECOND, lever: 'partition', choice: 'timeline/c' };
    const short = cross({ cuts: [cut] });
    expect(short.transit.arrivalUs).toBeGreaterThan(5 * SECOND);
    expect(new Set(short.levers)).toEqual(new Set(['partition']));
    const long = cross({ cuts: [{ ...cut, untilUs: HOUR }] });
    expect(long.transit).toMatchObject({ arrivalUs: -1, gaveUpUs: 40 * SECOND });
  });
});
