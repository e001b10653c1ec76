/**
 * Frames on their way: stanza faults, the crossing of the link, and the accounts of every frame. A
 * frame that comes through is one pending event.
 *
 * What it does not do: open or close connections.
 */

import { assert } from '../kernel/assert.ts';
import type { Chooser } from '../kernel/chooser.ts';
import type { EventQueue } from '../kernel/event-queue.ts';
import type { Connection, Frame, LaneState, Side } from './connection.ts';
import { sealed } from './sealing.ts';
import { type MetFault, type StanzaFaultWindow, stanzaFaultOf } from './stanza-faults.ts';
import { type FrameCounts, freshTraffic, keepAliveOf, type Traffic } from './traffic.ts';
import { crossLink, FRAME_OVERHEAD_BYTES, type Transit } from './transit.ts';

/** A frame held back to be overtaken is let go after this, if nothing follows it. */
const SWAP_WAIT_US = 5_000_000;

/** Kinds of the two events of a frame. */
export interface FrameEvents {
  /** Payload: the frame; a: 1 for a copy made by a stanza fault. */
  readonly arrive: number;
  /** Payload: the frame that was held back. */
  readonly release: number;
}

/** The frames of all connections. */
export class Frames {
  readonly counts: FrameCounts = {
    sent: 0,
    delivered: 0,
    lost: 0,
    eaten: 0,
    copied: 0,
    pending: 0,
  };
  readonly traffic = new Map<string, Traffic>();
  readonly #queue: EventQueue;
  readonly #chooser: Chooser;
  readonly #events: FrameEvents;
  readonly #faults = new Map<string, readonly StanzaFaultWindow[]>();

  constructor(
    queue: EventQueue,
    chooser: Chooser,
    endpoints: readonly string[],
    events: FrameEvents,
  ) {
    this.#queue = queue;
    this.#chooser = chooser;
    this.#events = events;
    for (const endpoint of endpoints) this.traffic.set(endpoint, freshTraffic());
  }

  addDevice(device: string, faults: readonly StanzaFaultWindow[]): void {
    this.traffic.set(device, freshTraffic());
    if (faults.length > 0) this.#faults.set(device, faults);
  }

  /** Sends a frame; the moment at which its sender gives up when it does not come through. */
  send(frame: Frame): number | undefined {
    const { connection, direction, packet, label, cause } = frame;
    const { device, endpoint } = connection;
    this.counts.sent++;
    this.counts.pending++;
    for (const host of [device, endpoint]) {
      const traffic = this.trafficOf(host);
      traffic.stanzas[direction]++;
      traffic.stanzaBytes[direction] += frame.bytes.length;
    }
    const lane = connection.lanes[direction];
    if (lane.isStuck || connection.states[direction] !== 'open') {
      this.lose();
      return undefined;
    }
    const met = this.#faultOf(frame);
    if (met?.window.fault === 'drop') {
      connection.fired(met.lever, met.choice, `${packet} is dropped on its way.`, cause);
      this.counts.eaten++;
      this.counts.pending--;
      return undefined;
    }
    const flying = sealed(frame);
    const sizeBytes = flying.sealed?.bytes.length ?? frame.bytes.length + FRAME_OVERHEAD_BYTES;
    const { timeUs } = this.#queue;
    const transit = this.cross(connection, direction, packet, sizeBytes, timeUs, cause);
    if (transit.arrivalUs < 0) {
      lane.isStuck = true;
      this.lose();
      return transit.gaveUpUs;
    }
    if (met === undefined) this.#deliver(lane, flying, transit.arrivalUs);
    else this.#deliverFaulty(lane, flying, transit.arrivalUs, met, label.kind);
    return undefined;
  }

  /** Brings bytes across a connection's link and counts them. */
  cross(
    connection: Connection,
    side: Side,
    packet: string,
    sizeBytes: number,
    timeUs: number,
    cause: number,
  ): Transit {
    const { device, endpoint, link, lanes, fired } = connection;
    const transit = crossLink(
      { link, direction: side, lane: lanes[side], packet, sizeBytes, timeUs },
      this.#chooser,
      (lever, choice, sentence) => fired(lever, choice, sentence, cause),
    );
    this.trafficOf(device).bytes[side] += transit.wireBytes;
    this.trafficOf(endpoint).bytes[side] += transit.wireBytes;
    return transit;
  }

  /** The frame to let go, if it is still held back when its time is over. */
  release(frame: Frame): boolean {
    const lane = frame.connection.lanes[frame.direction];
    if (lane.held !== frame) return false;
    lane.held = undefined;
    return true;
  }

  /** A frame of a connection that broke, or a receiver that is gone. */
  lose(): void {
    this.counts.lost++;
    this.counts.pending--;
  }

  /** A frame sent on a connection that no longer exists. */
  sendNowhere(): void {
    this.counts.sent++;
    this.counts.lost++;
  }

  arrived(): void {
    this.counts.delivered++;
    this.counts.pending--;
  }

  /** Bytes and wake-ups of a connection's keep-alives, by formula. */
  countKeepAlives(connection: Connection): void {
    const { wakeUps, bytesEach } = keepAliveOf(this.#queue.timeUs - connection.openedUs);
    for (const host of [connection.device, connection.endpoint]) {
      const traffic = this.trafficOf(host);
      traffic.bytes[0] += wakeUps * bytesEach;
      traffic.bytes[1] += wakeUps * bytesEach;
      if (host === connection.device) traffic.keepAlives += wakeUps;
    }
  }

  trafficOf(host: string): Traffic {
    const traffic = this.traffic.get(host);
    assert(traffic !== undefined, 'every host has its traffic counted');
    return traffic;
  }

  #faultOf(frame: Frame): MetFault | undefined {
    const faults = this.#faults.get(frame.connection.device);
    if (faults === undefined) return undefined;
    const { direction, label, packet, sentUs } = frame;
    return stanzaFaultOf(faults, direction, label.kind, packet, sentUs, this.#chooser);
  }

  #deliver(lane: LaneState, frame: Frame, arrivalUs: number): void {
    this.#queue.push(arrivalUs, this.#events.arrive, 0, 0, frame);
    const { held } = lane;
    if (held === undefined) return;
    lane.held = undefined;
    this.#queue.push(arrivalUs, this.#events.arrive, 0, 0, held);
  }

  #deliverFaulty(
    lane: LaneState,
    frame: Frame,
    arrivalUs: number,
    met: MetFault,
    stanza: string,
  ): void {
    const { packet, connection, cause } = frame;
    const { fault, delayUs } = met.window;
    if (fault === 'swap' && lane.held !== undefined) {
      this.#deliver(lane, frame, arrivalUs);
      return;
    }
    connection.fired(met.lever, met.choice, `${packet} (${stanza}) meets "${fault}".`, cause);
    if (fault === 'swap') {
      lane.held = frame;
      this.#queue.push(arrivalUs + SWAP_WAIT_US, this.#events.release, 0, 0, frame);
    } else if (fault === 'withhold') {
      this.#queue.push(arrivalUs + delayUs, this.#events.arrive, 0, 0, frame);
    } else {
      this.#deliver(lane, frame, arrivalUs);
      this.counts.copied++;
      this.counts.pending++;
      const copy: Frame = { ...frame, packet: `${packet}/${fault}` };
      const copyUs = arrivalUs + (fault === 'replay' ? delayUs : 0);
      this.#queue.push(copyUs, this.#events.arrive, 1, 0, copy);
    }
  }
}
