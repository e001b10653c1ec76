/**
 * Every connection of a run that one end at least still holds, by number and by device.
 */

import { assert } from '../kernel/assert.ts';
import {
  type Connection,
  type ConnectionLever,
  DEVICE_SIDE,
  freshConnection,
  SERVER_SIDE,
} from './connection.ts';
import type { Link } from './link.ts';

/** Most connection attempts of one device; a connection's number has room for no more. */
const ATTEMPTS_MAX = 1 << 20;
/** A device has one connection at a time; this many attempts back another one may still be open. */
const ATTEMPTS_BACK = 8;

interface DeviceEntry {
  readonly link: Link;
  /** From 1, in order of adding. */
  readonly ordinal: number;
  /** The attempt it made last. */
  current: Connection | undefined;
}

/** Links and connections. */
export class ConnectionTable {
  readonly #devices = new Map<string, DeviceEntry>();
  readonly #connections = new Map<number, Connection>();

  addLink(link: Link): void {
    const ordinal = this.#devices.size + 1;
    this.#devices.set(link.device, { link, ordinal, current: undefined });
  }

  link(device: string): Link {
    return this.#entry(device).link;
  }

  /** A new attempt of a device, beginning now. */
  attempt(device: string, startedUs: number, fired: ConnectionLever): Connection {
    const entry = this.#entry(device);
    const index = (entry.current?.index ?? 0) + 1;
    assert(index < ATTEMPTS_MAX, 'a device connects fewer than 2^20 times');
    const number = entry.ordinal * ATTEMPTS_MAX + index;
    const connection = freshConnection(number, index, entry.link, startedUs, fired);
    this.#connections.set(number, connection);
    entry.current = connection;
    return connection;
  }

  get(number: number): Connection | undefined {
    return this.#connections.get(number);
  }

  /** The attempt a device made last, be it open or not. */
  current(device: string): Connection | undefined {
    return this.#entry(device).current;
  }

  /** Both ends have let go. */
  forget(connection: Connection): void {
    this.#connections.delete(connection.number);
  }

  all(): IterableIterator<Connection> {
    return this.#connections.values();
  }

  /** Connections whose server side is not closed, in order of opening. */
  ofServer(): Connection[] {
    return [...this.#connections.values()].filter(
      (connection) => connection.states[SERVER_SIDE] !== 'closed',
    );
  }

  /** Connections whose device side is not closed, in order of opening. */
  ofDevice(device: string): Connection[] {
    const latest = this.#entry(device).current;
    const out: Connection[] = [];
    if (latest === undefined) return out;
    for (let back = Math.min(latest.index - 1, ATTEMPTS_BACK); back >= 0; back--) {
      const connection = this.#connections.get(latest.number - back);
      if (connection === undefined || connection.states[DEVICE_SIDE] === 'closed') continue;
      out.push(connection);
    }
    return out;
  }

  #entry(device: string): DeviceEntry {
    const entry = this.#devices.get(device);
    assert(entry !== undefined, 'every device has a link');
    return entry;
  }
}
