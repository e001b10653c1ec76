/** Real Noise on the network: what crosses a link, and what a bad frame does to its connection. */

import { describe, expect, it } from 'vitest';
import { keyStream, rootSecret } from '../../protocol/crypto/key-stream.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { Store, type StoredRecord } from '../../protocol/store.ts';
import { Chooser } from '../kernel/chooser.ts';
import { createDraws } from '../kernel/draws.ts';
import { EventQueue } from '../kernel/event-queue.ts';
import type { Channel } from '../network/channel.ts';
import type { Connection, Frame } from '../network/connection.ts';
import { Link } from '../network/link.ts';
import { Network } from '../network/network.ts';
import type { NetworkPort } from '../network/network-port.ts';
import { type NetworkModel, networksOf } from '../network/networks.ts';
import type { StanzaFaultWindow } from '../network/stanza-faults.ts';
import { NoiseChannel, type NoiseHost } from './noise-channel.ts';

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const DEVICE = 'a.phone';
const USER = 100;
const provider = opensslProvider();

function hostOf(name: string, byte: number): NoiseHost {
  const store = new Store();
  const pair = provider.keyPair(new Uint8Array(32).fill(byte));
  const record = { kind: 'transport', ...pair } as StoredRecord;
  store.apply([{ collection: 'transport', key: 'self', record }]);
  return { name, boot: 1, store };
}

/** What a hostile line does to the bytes that cross it. */
interface Line {
  hello?(bytes: Uint8Array, step: number): Uint8Array;
  frame?(bytes: Uint8Array, ordinal: number): Uint8Array;
}

/** Two ends on a perfect link; every byte that crosses it passes through the line's hands. */
class Ends implements NetworkPort {
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly notes: string[] = [];
  readonly frames: Uint8Array[] = [];
  readonly hellos: Uint8Array[] = [];
  readonly peerKeys: Uint8Array[] = [];
  readonly device = hostOf(DEVICE, 1);
  readonly server = hostOf('server', 2);
  serverStaticKey = provider.keyPair(new Uint8Array(32).fill(2)).publicKey;
  connection: Connection | undefined;
  readonly #line: Line;
  readonly #isSecured: boolean;

  constructor(line: Line = {}, faults: readonly StanzaFaultWindow[] = [], isSecured = true) {
    this.#line = line;
    this.#isSecured = isSecured;
    const chooser = new Chooser(createDraws('ends'), [], false);
    this.network = new Network(this.queue, chooser, this, ['server', 'blobs']);
    const model = networksOf([]).get('perfect') as NetworkModel;
    this.network.addLink(new Link(DEVICE, [{ fromUs: 0, model }], [], HOUR, chooser), faults);
  }

  record(): number {
    return 0;
  }
  isListening(): boolean {
    return true;
  }
  channelFor({ name }: Connection): Channel | undefined {
    if (!this.#isSecured) return undefined;
    const { device, server, serverStaticKey } = this;
    const stream = keyStream(rootSecret('ends'));
    const shared = { provider, keyStream: stream, connection: name, serverStaticKey };
    return this.#tapped(new NoiseChannel({ ...shared, device, server }));
  }
  opened(host: string, connection: Connection): void {
    this.connection = connection;
    this.notes.push(`${host} opened`);
    const key = connection.channel?.peerKey(host === 'server' ? 1 : 0);
    if (key !== undefined) this.peerKeys.push(key);
  }
  arrived(host: string, { packet, bytes }: Frame): void {
    this.notes.push(`${host} got ${packet} of ${bytes[0]}`);
  }
  closed(host: string, _connection: Connection, reason: string): void {
    this.notes.push(`${host} closed: ${reason}`);
  }

  #tapped(inner: NoiseChannel): Channel {
    return {
      hello: (step, before) => {
        const bytes = inner.hello(step, before);
        if (bytes === undefined) return undefined;
        this.hellos.push(bytes);
        return this.#line.hello?.(bytes, step) ?? bytes;
      },
      accept: (last) => inner.accept(last),
      peerKey: (side) => inner.peerKey(side),
      seal: (side, stanza) => {
        const bytes = inner.seal(side, stanza);
        this.frames.push(bytes);
        return this.#line.frame?.(bytes, this.frames.length - 1) ?? bytes;
      },
      open: (side, frame) => inner.open(side, frame),
    };
  }

  /** Opens, then sends packets of 200 equal bytes, 1, 2, 3 …, one second apart. */
  run(count = 3, side: 0 | 1 = 0): void {
    this.network.open(DEVICE, 'server', -1);
    for (let at = 1; at <= count; at++) {
      this.queue.push(at * SECOND, USER, 0, 0, () => this.#send(at, side));
    }
    while (this.queue.pop()) {
      if (this.queue.kind === USER) (this.queue.payload as () => void)();
      else this.network.handle(this.queue);
    }
  }

  #send(at: number, side: 0 | 1): void {
    const label = { kind: 'message', id: `${at}` };
    const [bytes, sentUs] = [new Uint8Array(200).fill(at), this.queue.timeUs];
    const connection = this.connection as Connection;
    const frame = { connection, direction: side, packet: `p${at}`, label, bytes, sentUs };
    this.network.send({ ...frame, cause: -1, root: 'p' });
  }
  bytesOf(host: string): readonly number[] {
    return this.network.frames.trafficOf(host).bytes;
  }
}

const OPENED = ['a.phone opened', 'server opened'];
const ALL = ['server got p1 of 1', 'server got p2 of 2', 'server got p3 of 3'];

describe('a secured connection', () => {
  it('carries 39, 99 and 67 bytes of handshake, and 19 more than each stanza', () => {
    const ends = new Ends();
    ends.run();
    expect(ends.notes).toEqual([...OPENED, ...ALL]);
    expect(ends.hellos.map(({ length }) => length)).toEqual([39, 99, 67]);
    expect(ends.frames.map(({ length }) => length)).toEqual([219, 219, 219]);
  });

  it('costs the link exactly what the model says', () => {
    const [real, modelled] = [new Ends(), new Ends({}, [], false)];
    for (const ends of [real, modelled]) ends.run();
    expect(real.notes).toEqual(modelled.notes);
    expect(real.bytesOf(DEVICE)).toEqual(modelled.bytesOf(DEVICE));
    expect(real.bytesOf(DEVICE)).toEqual([40 + 39 + 67 + 3 * 219, 40 + 99]);
  });

  it('shows no stanza on the link, and never the same frame twice', () => {
    const ends = new Ends();
    ends.run(3, 1);
    const runs = ends.frames.map((frame) => frame.filter((byte, at) => byte === frame[at - 1]));
    for (const equalNeighbours of runs) expect(equalNeighbours.length).toBeLessThan(20);
    expect(new Set(ends.frames.map((frame) => frame.join())).size).toBe(3);
  });

  it('tells each side the static key of the other', () => {
    const ends = new Ends();
    ends.run(0);
    const keyOf = (byte: number) => provider.keyPair(new Uint8Array(32).fill(byte)).publicKey;
    expect(ends.peerKeys).toEqual([keyOf(2), keyOf(1)]);
  });

  it('has fresh ephemeral keys for each attempt', () => {
    const ends = new Ends();
    ends.network.open(DEVICE, 'server', -1);
    ends.run(0);
    expect(ends.hellos).toHaveLength(6);
    expect(ends.hellos[3]).not.toEqual(ends.hellos[0]);
    expect(ends.hellos[4]).not.toEqual(ends.hellos[1]);
  });
});

describe('a hostile line', () => {
  const ENDED = ['server closed: transport', 'a.phone closed: closed'];

  it('that changes a frame ends the connection at both sides', () => {
    const ends = new Ends({
      frame: (bytes, ordinal) => (ordinal === 1 ? bytes.map((byte) => byte ^ 1) : bytes),
    });
    ends.run();
    expect(ends.notes).toEqual([...OPENED, 'server got p1 of 1', ...ENDED]);
  });

  it('that replaces a frame by an earlier one ends it too', () => {
    const ends: Ends = new Ends({
      frame: (bytes, ordinal) => (ordinal === 1 ? (ends.frames[0] as Uint8Array) : bytes),
    });
    ends.run();
    expect(ends.notes).toEqual([...OPENED, 'server got p1 of 1', ...ENDED]);
  });

  it('that touches the handshake lets nobody in', () => {
    const flipped = (step: number): Line => ({
      hello: (bytes, at) =>
        at === step ? bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)) : bytes,
    });
    const second = new Ends(flipped(1));
    second.run(0);
    expect(second.notes).toEqual(['a.phone closed: handshake']);
    const third = new Ends(flipped(2));
    third.run(0);
    expect(third.notes).toEqual(['a.phone opened', 'a.phone closed: reset']);
  });

  it('with another server behind it is refused by the device', () => {
    const ends = new Ends();
    ends.serverStaticKey = provider.keyPair(new Uint8Array(32).fill(9)).publicKey;
    ends.run(0);
    expect(ends.notes).toEqual(['a.phone closed: handshake']);
  });
});

describe('stanza faults', () => {
  const chance = { numerator: 1, denominator: 1 };
  // Only the first of three meets the fault; others overtake it.
  const window = { fromUs: 0, untilUs: 1.5 * SECOND, choice: 'timeline/f', direction: 0 } as const;

  it.each(['drop', 'duplicate', 'swap', 'withhold', 'replay'] as const)(
    '%s does to a secured connection what it does to a modelled one',
    (fault) => {
      const faults = [{ ...window, fault, stanza: 'message', chance, delayUs: 3 * SECOND }];
      const [real, modelled] = [new Ends({}, faults), new Ends({}, faults, false)];
      for (const ends of [real, modelled]) ends.run();
      expect(real.notes).toEqual(modelled.notes);
      expect(real.notes).not.toEqual([...OPENED, ...ALL]);
      expect(real.bytesOf(DEVICE)).toEqual(modelled.bytesOf(DEVICE));
    },
  );
});
