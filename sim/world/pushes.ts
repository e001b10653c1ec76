/**
 * The push service: wakes devices on the server's word (contract 3). One push per device is under
 * way at a time; a device without reception gets it when it has some again; one that is off gets
 * none.
 */

import type { TransportRecord } from '../../protocol/contract.ts';
import type { Store } from '../../protocol/store.ts';
import type { Host } from '../hosts/host.ts';
import { HOST_EVENTS } from '../hosts/host-events.ts';
import type { Chooser } from '../kernel/chooser.ts';
import { quantileTable } from '../kernel/distributions.ts';
import type { EventQueue } from '../kernel/event-queue.ts';
import { DEVICE_SIDE } from '../network/connection.ts';
import type { Network } from '../network/network.ts';
import type { Recorder } from './recorder.ts';

/**
 * From the server's word to the device's wake-up. Assumption: under a second mostly, minutes at
 * worst.
 */
const DELAY_US = quantileTable(
  100,
  [0, 25, 50, 75, 95, 100],
  [150_000, 400_000, 800_000, 2_000_000, 15_000_000, 120_000_000],
);

/** The push service of one run. */
export class Pushes {
  readonly #queue: EventQueue;
  readonly #chooser: Chooser;
  readonly #recorder: Recorder;
  readonly #network: Network;
  readonly #hosts: ReadonlyMap<string, Host>;
  readonly #hostByKey = new Map<string, string>();
  /** Devices with a push under way, and the choice of its delay. */
  readonly #pending = new Map<string, string>();
  /** How often each cause asked for each device. */
  readonly #asked = new Map<string, number>();

  constructor(
    queue: EventQueue,
    chooser: Chooser,
    recorder: Recorder,
    network: Network,
    hosts: ReadonlyMap<string, Host>,
  ) {
    this.#hosts = hosts;
    this.#queue = queue;
    this.#chooser = chooser;
    this.#recorder = recorder;
    this.#network = network;
  }

  /** Learns (again) under which transport key a host is known. */
  know(name: string, store: Store): void {
    const transport = store.get('transport', 'self') as TransportRecord | undefined;
    if (transport !== undefined) this.#hostByKey.set(hexOf(transport.publicKey), name);
  }

  /** The server asks for the device with this transport key (64 hex digits) because of `root`. */
  send(transportKey: string, root: string, cause: number): void {
    const name = this.#hostByKey.get(transportKey);
    const host = name === undefined ? undefined : this.#hosts.get(name);
    if (host === undefined) return;
    const stem = `push/${host.name}/${root}`;
    const ordinal = this.#asked.get(stem) ?? 0;
    // Counted also when one is under way already, which may be another cause's.
    this.#asked.set(stem, ordinal + 1);
    if (this.#pending.has(host.name)) return;
    const choice = `${stem}/${ordinal}`;
    this.#pending.set(host.name, choice);
    const delayUs = this.#chooser.quantile(choice, DELAY_US);
    this.#queue.push(this.#queue.timeUs + delayUs, HOST_EVENTS.push, host.index, cause);
  }

  /** A push is due at the device. */
  arrive(host: Host, cause: number): void {
    const { timeUs } = this.#queue;
    const block = this.#network.link(host.name).blockedAt(DEVICE_SIDE, timeUs);
    if (block !== undefined && host.isRunning) {
      this.#queue.push(Math.max(block.untilUs, timeUs + 1), HOST_EVENTS.push, host.index, cause);
      return;
    }
    const choice = this.#pending.get(host.name) ?? '';
    this.#pending.delete(host.name);
    if (!host.isRunning) return;
    const isResting = host.power === 'doze';
    const sentence = `A push wakes ${host.name}.`;
    const body = { kind: 'lever', lever: 'push', choice, sentence } as const;
    host.pushed(isResting ? this.#recorder.record(host.name, cause, body) : cause);
  }
}

function hexOf(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) out += byte.toString(16).padStart(2, '0');
  return out;
}
