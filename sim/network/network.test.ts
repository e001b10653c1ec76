import { describe, expect, it } from 'vitest';
import { Chooser } from '../kernel/chooser.ts';
import { createDraws } from '../kernel/draws.ts';
import { EventQueue } from '../kernel/event-queue.ts';
import type { RunEventBody } from '../trace/events.ts';
import type { Connection } from './connection.ts';
import { type Cut, Link } from './link.ts';
import { Network } from './network.ts';
import type { NetworkPort } from './network-port.ts';
import { type NetworkModel, networksOf } from './networks.ts';
import type { StanzaFaultWindow } from './stanza-faults.ts';

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const DEVICE = 'a.phone';
const USER = 100;

interface Setup {
  readonly network?: string;
  readonly cuts?: readonly Cut[];
  readonly faults?: readonly StanzaFaultWindow[];
  readonly seed?: string;
}

/** A device and a server that only note what the network tells them. */
class Ends implements NetworkPort {
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly events: (RunEventBody & { node: string; timeUs: number })[] = [];
  readonly notes: string[] = [];
  readonly down = new Set<string>();
  connection: Connection | undefined;

  constructor({ network = 'perfect', cuts = [], faults = [], seed = 'ends' }: Setup = {}) {
    const chooser = new Chooser(createDraws(seed), [], false);
    this.network = new Network(this.queue, chooser, this, ['server', 'blobs']);
    const model = networksOf([]).get(network) as NetworkModel;
    const link = new Link(DEVICE, [{ fromUs: 0, model }], cuts, HOUR, chooser);
    this.network.addLink(link, faults);
  }

  record(node: string, _cause: number, body: RunEventBody): number {
    this.events.push({ node, timeUs: this.queue.timeUs, ...body });
    return this.events.length - 1;
  }
  isListening(host: string): boolean {
    return !this.down.has(host);
  }
  channelFor(): undefined {}
  opened(host: string, connection: Connection): void {
    this.connection = connection;
    this.notes.push(`${host} opened`);
  }
  arrived(host: string, frame: { packet: string }): void {
    this.notes.push(`${host} got ${frame.packet}`);
  }
  closed(host: string, _connection: Connection, reason: string): void {
    this.notes.push(`${host} closed: ${reason}`);
  }

  at(timeUs: number, act: () => void): void {
    this.queue.push(timeUs, USER, 0, 0, act);
  }
  send(packet: string, side: 0 | 1 = 0): void {
    const label = { kind: 'message', id: packet };
    const connection = this.connection as Connection;
    const [bytes, sentUs] = [new Uint8Array(200), this.queue.timeUs];
    const frame = { connection, direction: side, packet, label, bytes, sentUs };
    this.network.send({ ...frame, cause: -1, root: packet });
  }
  run(untilUs = HOUR): void {
    while (this.queue.pop() && this.queue.timeUs <= untilUs) {
      if (this.queue.kind === USER) (this.queue.payload as () => void)();
      else this.network.handle(this.queue);
    }
  }
  levers(): string[] {
    return this.events.flatMap((event) => (event.kind === 'lever' ? [event.lever] : []));
  }
  balance(): number {
    const { sent, copied, delivered, lost, eaten, pending } = this.network.frames.counts;
    return sent + copied - delivered - lost - eaten - pending;
  }
}

const CUT: Cut = { fromUs: SECOND, untilUs: HOUR / 2, lever: 'partition', choice: 'timeline/c' };

function faultOf(fault: StanzaFaultWindow['fault'], delayUs = 3 * SECOND): StanzaFaultWindow {
  const chance = { numerator: 1, denominator: 1 };
  const window = { fromUs: 0, untilUs: 20 * SECOND, choice: 'timeline/f', direction: 0 } as const;
  return { ...window, fault, stanza: 'message', chance, delayUs };
}

describe('a connection', () => {
  it('opens at the device first, then at the server, after five messages', () => {
    const ends = new Ends();
    ends.network.open(DEVICE, 'server', -1);
    ends.run();
    expect(ends.notes).toEqual(['a.phone opened', 'server opened']);
    const openUs = ends.events.filter((event) => event.kind === 'connection').at(-1)?.timeUs ?? 0;
    expect(openUs).toBeGreaterThanOrEqual(5_000);
    expect(openUs).toBeLessThan(5_100);
  });

  it('costs no event while it is healthy', () => {
    const ends = new Ends();
    ends.network.open(DEVICE, 'server', -1);
    ends.run();
    expect(ends.queue.size).toBe(0);
    expect(ends.network.connection((ends.connection as Connection).number)).toBeDefined();
  });

  it('is refused when the server is down and times out when the link is cut', () => {
    const refused = new Ends();
    refused.down.add('server');
    refused.network.open(DEVICE, 'server', -1);
    refused.run();
    expect(refused.notes).toEqual(['a.phone closed: refused']);
    const cut = new Ends({ cuts: [{ ...CUT, fromUs: 0 }] });
    cut.network.open(DEVICE, 'server', -1);
    cut.run();
    expect(cut.notes).toEqual(['a.phone closed: timeout']);
    expect(cut.queue.timeUs).toBe(20 * SECOND);
  });

  it('delivers each direction in order over a bad network', () => {
    const ends = new Ends({ network: 'mobile-lossy', seed: 'order' });
    ends.network.open(DEVICE, 'server', -1);
    const sent: string[] = [];
    for (let at = 0; at < 300; at++) {
      sent.push(`server got p${at}`);
      ends.at(30 * SECOND + at * 1_000, () => ends.send(`p${at}`));
    }
    ends.run();
    expect(ends.notes.filter((note) => note.includes('got'))).toEqual(sent);
    expect(ends.levers()).toContain('packet-loss');
    expect(ends.balance()).toBe(0);
  });

  it('breaks when a frame does not come through, and each side learns in its own time', () => {
    const ends = new Ends({ cuts: [CUT] });
    ends.network.open(DEVICE, 'server', -1);
    ends.at(2 * SECOND, () => ends.send('late'));
    ends.run();
    const closings = ends.events.filter(
      (event) => event.kind === 'connection' && event.state === 'closed',
    );
    expect(closings.map(({ node }) => node).sort()).toEqual(['a.phone', 'server']);
    expect(closings[0]?.timeUs).not.toBe(closings[1]?.timeUs);
    for (const { timeUs } of closings) expect(timeUs).toBeLessThan(90 * SECOND);
    expect(ends.network.frames.counts).toMatchObject({
      sent: 1,
      delivered: 0,
      lost: 1,
      pending: 0,
    });
    expect(ends.levers().filter((lever) => lever === 'connection-broken').length).toBe(2);
  });

  it('is found dead by the keep-alive although nobody sends', () => {
    const ends = new Ends({ cuts: [CUT] });
    ends.network.open(DEVICE, 'server', -1);
    ends.run();
    expect(ends.notes).toContain('a.phone closed: keep-alive');
    const [first] = ends.events.filter(
      (event) => event.kind === 'connection' && event.state === 'closed',
    );
    expect(first?.timeUs).toBeGreaterThanOrEqual(31 * SECOND);
    expect(first?.timeUs).toBeLessThanOrEqual(41 * SECOND);
  });

  it('survives a cut shorter than the keep-alive tolerates', () => {
    const ends = new Ends({ cuts: [{ ...CUT, untilUs: 8 * SECOND }] });
    ends.network.open(DEVICE, 'server', -1);
    ends.at(2 * SECOND, () => ends.send('waiting'));
    ends.run();
    expect(ends.notes).toEqual(['a.phone opened', 'server opened', 'server got waiting']);
  });

  it('loses one direction only in a one-way cut', () => {
    const ends = new Ends({ cuts: [{ ...CUT, direction: 1 }] });
    ends.network.open(DEVICE, 'server', -1);
    ends.at(2 * SECOND, () => {
      ends.send('up', 0);
      ends.send('down', 1);
    });
    ends.run();
    expect(ends.notes).toContain('server got up');
    expect(ends.notes).not.toContain('a.phone got down');
    expect(ends.network.frames.counts).toMatchObject({ delivered: 1, lost: 1, pending: 0 });
  });

  it('is reset when a frame meets a host that died and came back', () => {
    const ends = new Ends();
    ends.network.open(DEVICE, 'server', -1);
    ends.at(SECOND, () => ends.network.dropSilently('server', -1));
    ends.at(2 * SECOND, () => ends.send('to nobody'));
    ends.run();
    expect(ends.notes).toContain('a.phone closed: reset');
    expect(ends.queue.timeUs).toBeGreaterThan(2 * SECOND);
    expect(ends.network.frames.counts).toMatchObject({ sent: 1, lost: 1, pending: 0 });
  });

  it('tells the other side behind the frames when one side closes', () => {
    const ends = new Ends({ network: 'satellite' });
    ends.network.open(DEVICE, 'server', -1);
    ends.at(5 * SECOND, () => {
      ends.send('last words');
      ends.network.close(ends.connection as Connection, 0, 'done', -1);
    });
    ends.run();
    expect(ends.notes.slice(2)).toEqual(['server got last words', 'server closed: closed']);
  });
});

describe('stanza faults', () => {
  function meet(fault: StanzaFaultWindow['fault']): Ends {
    const ends = new Ends({ faults: [faultOf(fault)] });
    ends.network.open(DEVICE, 'server', -1);
    ends.at(SECOND, () => ends.send('one'));
    ends.at(2 * SECOND, () => ends.send('two'));
    ends.run();
    expect(ends.balance()).toBe(0);
    expect(ends.network.frames.counts.pending).toBe(0);
    return ends;
  }
  const gotBy = (ends: Ends) => ends.notes.slice(2).map((note) => note.slice('server got '.length));

  it('drop eats a stanza and counts it', () => {
    const ends = meet('drop');
    expect(gotBy(ends)).toEqual([]);
    expect(ends.network.frames.counts).toMatchObject({ sent: 2, eaten: 2 });
  });

  it('duplicate delivers twice at once', () => {
    expect(gotBy(meet('duplicate'))).toEqual(['one', 'one/duplicate', 'two', 'two/duplicate']);
  });

  it('swap lets the next stanza overtake', () => {
    expect(gotBy(meet('swap'))).toEqual(['two', 'one']);
  });

  it('withhold keeps a stanza back while others pass', () => {
    const ends = new Ends({ faults: [{ ...faultOf('withhold'), untilUs: 1.5 * SECOND }] });
    ends.network.open(DEVICE, 'server', -1);
    ends.at(SECOND, () => ends.send('one'));
    ends.at(2 * SECOND, () => ends.send('two'));
    ends.run();
    expect(gotBy(ends)).toEqual(['two', 'one']);
  });

  it('replay delivers a copy later', () => {
    expect(gotBy(meet('replay'))).toEqual(['one', 'two', 'one/replay', 'two/replay']);
  });
});

describe('a second endpoint', () => {
  it('has a connection of its own, beside the one to the server', () => {
    const ends = new Ends();
    ends.network.open(DEVICE, 'server', -1);
    ends.network.open(DEVICE, 'blobs', -1);
    ends.run();
    expect(ends.notes).toContain('server opened');
    expect(ends.notes).toContain('blobs opened');
    expect(ends.connection?.name).toBe(`${DEVICE}/connect/blobs/1`);
  });
});
