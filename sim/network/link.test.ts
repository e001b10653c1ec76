import { describe, expect, it } from 'vitest';
import { Chooser } from '../kernel/chooser.ts';
import { createDraws } from '../kernel/draws.ts';
import { type Cut, Link } from './link.ts';
import { listNetworks, type NetworkModel, networksOf } from './networks.ts';
import type { NetworkDescription } from './plain.ts';

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;

function model(name: string, customs: readonly NetworkDescription[] = []): NetworkModel {
  return networksOf(customs).get(name) as NetworkModel;
}

function link(
  name: string,
  cuts: readonly Cut[] = [],
  calmFromUs = 24 * HOUR,
  seed = 'link',
): Link {
  const chooser = new Chooser(createDraws(seed), [], false);
  return new Link('alice.phone', [{ fromUs: 0, model: model(name) }], cuts, calmFromUs, chooser);
}

const CUT: Cut = { fromUs: 10, untilUs: 20, lever: 'partition', choice: 'timeline/cut' };

describe('a link', () => {
  it('is cut from the first moment of a window to the last before its end', () => {
    const cut = link('perfect', [CUT]);
    const blocked = [9, 10, 19, 20].map((at) => cut.blockedAt(0, at) !== undefined);
    expect(blocked).toEqual([false, true, true, false]);
  });

  it('is cut in one direction only when the scenario says so', () => {
    const oneWay = link('perfect', [{ ...CUT, direction: 1 }]);
    expect(oneWay.blockedAt(0, 15)).toBeUndefined();
    expect(oneWay.blockedAt(1, 15)?.choice).toBe('timeline/cut');
  });

  it('merges windows that touch, and cuts none of them into the calm', () => {
    const later: Cut = { fromUs: 15, untilUs: 90, lever: 'partition', choice: 'timeline/later' };
    const merged = link('perfect', [later, CUT], 50);
    expect(merged.blockedAt(0, 12)).toMatchObject({ fromUs: 10, untilUs: 50 });
    expect(merged.blockedAt(0, 50)).toBeUndefined();
    expect(merged.nextBlock(0)?.fromUs).toBe(10);
    expect(merged.nextBlock(11)).toBeUndefined();
  });

  it('is cut toward one endpoint alone where the cut says so, and whole where not', () => {
    const files: Cut = {
      fromUs: 30,
      untilUs: 40,
      lever: 'partition',
      choice: 'f',
      endpoint: 'blobs',
    };
    const one = link('perfect', [CUT, files]);
    const blockedAt = (way: Link, at: number) => way.blockedAt(0, at) !== undefined;
    const ways = [one, one.toward('server'), one.toward('blobs')];
    expect(ways.map((way) => blockedAt(way, 15))).toEqual([true, true, true]);
    expect(ways.map((way) => blockedAt(way, 35))).toEqual([false, false, true]);
    expect(one.toward('blobs').nextBlock(20)?.fromUs).toBe(30);
    expect(one.toward('server').nextBlock(20)).toBeUndefined();
    expect(one.toward('blobs')).toBe(one.toward('blobs'));
    const whole = link('perfect', [CUT]);
    expect(whole.toward('blobs')).toBe(whole);
  });

  it('has outages in a subway that depend on time alone, not on who asked before', () => {
    const [one, other] = [link('subway'), link('subway')];
    const times = Array.from({ length: 400 }, (_, at) => at * 17 * SECOND);
    const forward = times.map((at) => one.blockedAt(0, at)?.untilUs);
    const backward = [...times].reverse().map((at) => other.blockedAt(0, at)?.untilUs);
    expect(backward.reverse()).toEqual(forward);
    const share = forward.filter((until) => until !== undefined).length / times.length;
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.6);
  });

  it('finds the next outage that blockedAt then confirms', () => {
    const subway = link('subway');
    let atUs = 0;
    for (let found = 0; found < 20; found++) {
      const block = subway.nextBlock(atUs);
      expect(block).toBeDefined();
      if (block === undefined) return;
      expect(subway.blockedAt(0, block.fromUs)).toEqual(block);
      atUs = block.untilUs;
    }
  });

  it('has bad minutes on mobile-lossy with the loss of the spell', () => {
    const lossy = link('mobile-lossy');
    const minutes = Array.from({ length: 600 }, (_, at) => lossy.conditionsAt(at * 60 * SECOND));
    const bad = minutes.filter(({ loss }) => loss.numerator / loss.denominator === 0.2).length;
    expect(bad).toBeGreaterThan(60);
    expect(bad).toBeLessThan(140);
  });

  it('loses nothing once it is calm', () => {
    const calm = link('mobile-lossy', [], HOUR);
    for (let minute = 60; minute < 120; minute++) {
      expect(calm.conditionsAt(minute * 60 * SECOND).loss.numerator).toBe(0);
    }
  });

  it('changes its network in time and back', () => {
    const chooser = new Chooser(createDraws('x'), [], false);
    const networks = [
      { fromUs: 0, model: model('wifi') },
      { fromUs: 100, model: model('satellite') },
    ];
    const changing = new Link('a.phone', networks, [], HOUR, chooser);
    expect([99, 100, 5].map((at) => changing.modelAt(at).name)).toEqual([
      'wifi',
      'satellite',
      'wifi',
    ]);
  });

  it('repeats a measured trace after its last row', () => {
    const loss = { numerator: 1, denominator: 4 };
    const trace = [
      { timeUs: 0, latencyUs: 5, loss },
      { timeUs: 10, latencyUs: 7, loss },
    ];
    const custom: NetworkDescription = { name: 'measured', basedOn: 'perfect', trace };
    const chooser = new Chooser(createDraws('x'), [], false);
    const measured = model('measured', [custom]);
    const traced = new Link('a.phone', [{ fromUs: 0, model: measured }], [], HOUR, chooser);
    const latencies = [0, 9, 10, 19, 20, 30].map((at) => traced.conditionsAt(at).latencyUs);
    expect(latencies).toEqual([5, 5, 7, 7, 5, 7]);
  });
});

describe('the built-in networks', () => {
  it('are six, each with its source', () => {
    const names = listNetworks().map(({ name }) => name);
    expect(names).toEqual(['perfect', 'wifi', 'mobile', 'mobile-lossy', 'subway', 'satellite']);
    for (const { source } of listNetworks()) expect(source.length).toBeGreaterThan(20);
  });

  it('give a custom network what it does not set itself', () => {
    const loss = { numerator: 1, denominator: 2 };
    const custom: NetworkDescription = { name: 'mine', basedOn: 'mobile', loss };
    const mine = model('mine', [custom]);
    expect(mine.loss).toEqual({ numerator: 1, denominator: 2 });
    expect(mine.bandwidthBytesPerSecond).toBe(1_250_000);
  });
});
