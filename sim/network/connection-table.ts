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

/** Most devices of a run; a connection's number has room for no more. */
const DEVICES_MAX = 1 << 16;
/** Most connection attempts of one device; a connection's number has room for no more. */
const ATTEMPTS_MAX = 1 << 20;
/**
 * A device has one connection at a time to an endpoint; this many attempts back another one may
 * still be open.
 */
const ATTEMPTS_BACK = 8;

interface DeviceEntry {
  readonly link: Link;
  /** From 1, in order of adding. */
  readonly ordinal: number;
  /** The attempt it made last at each endpoint. */
  readonly current: (Connection | undefined)[];
}

/** Links and connections. */
export class ConnectionTable {
  readonly #devices = new Map<string, DeviceEntry>();
  /** Endpoints by name, in order of the first attempt at each; the first is the server. */
  readonly #endpoints: readonly string[];
  readonly #connections = new Map<number, Connection>();

  /** `endpoints`: hosts that connections lead to, the server first. */
  constructor(endpoints: readonly string[]) {
    this.#endpoints = endpoints;
  }

  addLink(link: Link): void {
    const ordinal = this.#devices.size + 1;
    const current = this.#endpoints.map(() => undefined);
    this.#devices.set(link.device, { link, ordinal, current });
  }

  link(device: string): Link {
    return this.#entry(device).link;
  }

  /** A new attempt of a device at an endpoint, beginning now. */
  attempt(device: string, endpoint: string, startedUs: number, fired: ConnectionLever): Connection {
    const entry = this.#entry(device);
    const at = this.#endpoints.indexOf(endpoint);
    assert(at >= 0, 'a device connects to an endpoint there is');
    const index = (entry.current[at]?.index ?? 0) + 1;
    assert(index < ATTEMPTS_MAX, 'a device connects fewer than 2^20 times');
    const number = (entry.ordinal + at * DEVICES_MAX) * ATTEMPTS_MAX + index;
    const name = `${device}/connect/${at === 0 ? '' : `${endpoint}/`}${index}`;
    const link = entry.link.toward(endpoint);
    const connection = freshConnection(number, index, name, endpoint, link, startedUs, fired);
    this.#connections.set(number, connection);
    entry.current[at] = connection;
    return connection;
  }

  get(number: number): Connection | undefined {
    return this.#connections.get(number);
  }

  /** The attempt a device made last at an endpoint, be it open or not. */
  current(device: string, endpoint: string): Connection | undefined {
    return this.#entry(device).current[this.#endpoints.indexOf(endpoint)];
  }

  /** Both ends have let go. */
  forget(connection: Connection): void {
    this.#connections.delete(connection.number);
  }

  all(): IterableIterator<Connection> {
    return this.#connections.values();
  }

  /** Connections to an endpoint whose side there is not closed, in order of opening. */
  ofEndpoint(endpoint: string): Connection[] {
    return [...this.#connections.values()].filter(
      (one) => one.endpoint === endpoint && one.states[SERVER_SIDE] !== 'closed',
    );
  }

  /** Connections whose device side is not closed, by endpoint, in order of opening. */
  ofDevice(device: string): Connection[] {
    const out: Connection[] = [];
    for (const latest of this.#entry(device).current) {
      if (latest === undefined) continue;
      for (let back = Math.min(latest.index - 1, ATTEMPTS_BACK); back >= 0; back--) {
        const connection = this.#connections.get(latest.number - back);
        if (connection === undefined || connection.states[DEVICE_SIDE] === 'closed') continue;
        out.push(connection);
      }
    }
    return out;
  }

  #entry(device: string): DeviceEntry {
    const entry = this.#devices.get(device);
    assert(entry !== undefined, 'every device has a link');
    return entry;
  }
}
