/**
 * Connections between devices and the endpoints (server, file store), over links that lose, delay
 * and break (contract 3). Analytic: a frame costs one pending event, its arrival; a healthy
 * connection costs none but those of its opening; keep-alives are bytes and wake-ups by formula,
 * and become an event only when a link is cut.
 *
 * What it does not do: read stanzas, or know what a node is. It talks to the hosts through
 * `NetworkPort`.
 */

import type { Chooser } from '../kernel/chooser.ts';
import type { EventQueue } from '../kernel/event-queue.ts';
import {
  type Connection,
  DEVICE_SIDE,
  type Frame,
  otherSide,
  SERVER_SIDE,
  type Side,
} from './connection.ts';
import { ConnectionTable } from './connection-table.ts';
import { Frames } from './frames.ts';
import type { Link } from './link.ts';
import type { NetworkPort } from './network-port.ts';
import { shakeHands } from './opening.ts';
import { opened } from './sealing.ts';
import type { StanzaFaultWindow } from './stanza-faults.ts';
import { medianLatencyUs } from './transit.ts';

/** The network's events in the queue are 1 to this; hosts and world use greater numbers. */
export const NETWORK_EVENT_LAST = 6;
const OPEN_DEVICE = 1;
const OPEN_SERVER = 2;
const ARRIVE = 3;
const CLOSE = 4;
const WATCH = 5;
const RELEASE = 6;

/** An attempt without a radio fails at once. */
const NO_RADIO_US = 1_000;
/** Keep-alive every 20 to 30 s, answered within 10 s (specification 6.10). */
const PING_LEAST_US = 20_000_000;
const PING_SPREAD_US = 10_000_000;
const PONG_TIMEOUT_US = 10_000_000;

interface Closing {
  readonly connection: Connection;
  readonly reason: string;
}

/** All links and connections of a run. */
export class Network {
  readonly frames: Frames;
  readonly #queue: EventQueue;
  readonly #chooser: Chooser;
  readonly #port: NetworkPort;
  readonly #table: ConnectionTable;
  readonly #endpoints: readonly string[];

  /** `endpoints`: names of the hosts that connections lead to, the server first. */
  constructor(
    queue: EventQueue,
    chooser: Chooser,
    port: NetworkPort,
    endpoints: readonly string[],
  ) {
    this.#endpoints = endpoints;
    this.#table = new ConnectionTable(endpoints);
    this.frames = new Frames(queue, chooser, endpoints, { arrive: ARRIVE, release: RELEASE });
    this.#queue = queue;
    this.#chooser = chooser;
    this.#port = port;
  }

  /** Adds a device's link. Order does not matter to draws; it fixes connection numbers. */
  addLink(link: Link, faults: readonly StanzaFaultWindow[]): void {
    this.#table.addLink(link);
    this.frames.addDevice(link.device, faults);
  }

  connection(number: number): Connection | undefined {
    return this.#table.get(number);
  }

  link(device: string): Link {
    return this.#table.link(device);
  }

  /**
   * Begins to open a connection from a device; the answer is `opened` or `closed` at the device.
   */
  open(device: string, endpoint: string, cause: number): void {
    const connection = this.#attempt(device, endpoint, cause);
    const { name, startedUs, link } = connection;
    const block = link.blockedAt(DEVICE_SIDE, startedUs);
    if (block?.lever === 'offline') {
      connection.fired('offline', block.choice, `${name} finds no network.`, cause);
      this.#close(connection, DEVICE_SIDE, startedUs + NO_RADIO_US, 'offline', cause);
    } else {
      this.#shakeHands(connection, cause);
    }
  }

  /** An attempt that fails at once, since the device may not use its radio. */
  refuse(device: string, endpoint: string, reason: string, cause: number): void {
    const connection = this.#attempt(device, endpoint, cause);
    this.#close(connection, DEVICE_SIDE, this.#queue.timeUs + NO_RADIO_US, reason, cause);
  }

  /** Sends one frame now; what becomes of it is decided here. */
  send(frame: Frame): void {
    const { connection, direction, cause } = frame;
    const gaveUpUs = this.frames.send(frame);
    if (gaveUpUs !== undefined) this.#close(connection, direction, gaveUpUs, 'timeout', cause);
  }

  /** A node closes its side: the other one learns when the word arrives, or by its keep-alive. */
  close(connection: Connection, side: Side, reason: string, cause: number): void {
    if (connection.states[side] === 'closed') return;
    this.#end(connection, side);
    const sequence = this.#recordState(connection, side, 'closed', reason, cause);
    this.#tellOther(connection, side, sequence);
  }

  /** A host died without a word: all its sides are gone, the others find out by themselves. */
  dropSilently(host: string, cause: number): void {
    for (const [connection, side] of this.#sidesOf(host)) {
      connection.isSilent[side] = true;
      // The server never knew of a connection that was still opening: it may answer it after its
      // restart.
      if (side === SERVER_SIDE && connection.states[side] === 'opening') continue;
      this.#end(connection, side);
      this.#recordState(connection, side, 'closed', 'crash', cause);
      this.#noticeLater(connection, otherSide(side), cause);
    }
  }

  /** A host switches off in order: its connections are closed, its node is not told. */
  closeAll(host: string, reason: string, cause: number): void {
    for (const [one, side] of this.#sidesOf(host)) this.close(one, side, reason, cause);
  }

  /** A device's radio goes down in order: its connections are closed, and its node learns of it. */
  loseRadio(host: string, reason: string, cause: number): void {
    for (const [connection, side] of this.#sidesOf(host)) {
      this.close(connection, side, reason, cause);
      this.#port.closed(host, connection, reason, cause);
    }
  }

  /** Handles one event of the queue whose kind lies in the network's range. */
  handle(queue: EventQueue): void {
    switch (queue.kind) {
      case OPEN_DEVICE:
        return this.#openDevice(queue.payload as Connection, queue.a);
      case OPEN_SERVER:
        return this.#openServer(queue.payload as Connection, queue.a);
      case ARRIVE:
        return this.#arrive(queue.payload as Frame, queue.a === 1);
      case CLOSE: {
        const { connection, reason } = queue.payload as Closing;
        return this.#learnClosed(connection, queue.b as Side, reason, queue.a);
      }
      case WATCH:
        return this.#watch(queue.payload as Connection, queue.a);
      default: {
        const held = queue.payload as Frame;
        if (this.frames.release(held)) this.#arrive(held, false);
      }
    }
  }

  /** Adds the keep-alives of connections still open; call once, at the end of the run. */
  finish(): void {
    for (const one of this.#table.all()) {
      if (one.states[DEVICE_SIDE] === 'open') this.frames.countKeepAlives(one);
    }
  }

  // -------------------------------------------------------------- opening

  #attempt(device: string, endpoint: string, cause: number): Connection {
    const connection = this.#table.attempt(device, endpoint, this.#queue.timeUs, (...lever) =>
      this.#fired(device, ...lever),
    );
    this.frames.trafficOf(device).connections++;
    this.#recordState(connection, DEVICE_SIDE, 'opening', '', cause);
    return connection;
  }

  /** The two ends open when the last message of the opening is on its way, and when it arrives. */
  #shakeHands(connection: Connection, cause: number): void {
    connection.channel = this.#port.channelFor(connection);
    const opening = shakeHands(this.frames, connection, cause);
    if (opening.failedUs !== undefined) {
      this.#close(connection, DEVICE_SIDE, opening.failedUs, opening.reason, cause);
      return;
    }
    this.#queue.push(opening.deviceUs, OPEN_DEVICE, cause, 0, connection);
    this.#queue.push(opening.serverUs, OPEN_SERVER, cause, 0, connection);
  }

  #openDevice(connection: Connection, cause: number): void {
    if (connection.states[DEVICE_SIDE] !== 'opening') return;
    if (!this.#port.isListening(connection.endpoint)) {
      this.#learnClosed(connection, DEVICE_SIDE, 'refused', cause);
      return;
    }
    connection.states[DEVICE_SIDE] = 'open';
    connection.openedUs = this.#queue.timeUs;
    const sequence = this.#recordState(connection, DEVICE_SIDE, 'open', '', cause);
    this.#scheduleWatch(connection, this.#queue.timeUs, sequence);
    this.#port.opened(connection.device, connection, connection.endpoint, sequence);
  }

  #openServer(connection: Connection, cause: number): void {
    if (connection.states[SERVER_SIDE] !== 'opening') return;
    const isGone = connection.states[DEVICE_SIDE] === 'closed';
    const isListening = this.#port.isListening(connection.endpoint);
    if (isGone || !isListening || connection.channel?.accept(connection.hello) === false) {
      this.#end(connection, SERVER_SIDE);
      if (!isGone) this.#reset(connection, DEVICE_SIDE, cause);
      return;
    }
    connection.states[SERVER_SIDE] = 'open';
    const sequence = this.#recordState(connection, SERVER_SIDE, 'open', '', cause);
    this.#port.opened(connection.endpoint, connection, connection.device, sequence);
  }

  // -------------------------------------------------------------- arrivals

  /** A copy made by a stanza fault uses the device's present connection when its own is gone. */
  #arrive(frame: Frame, isCopy: boolean): void {
    let { connection } = frame;
    const side = otherSide(frame.direction);
    if (isCopy && connection.states[side] !== 'open') {
      connection = this.#table.current(connection.device, connection.endpoint) ?? connection;
    }
    const [host, source] = this.#ends(connection, side);
    if (connection.states[side] !== 'open' || !this.#port.isListening(host)) {
      this.frames.lose();
      const isReset = connection.isSilent[side] && this.#port.isListening(host);
      if (isReset) this.#reset(connection, frame.direction, frame.cause);
      return;
    }
    const bytes = isCopy ? frame.bytes : opened(frame);
    if (bytes === undefined) {
      this.frames.lose();
      this.#learnClosed(connection, side, 'transport', frame.cause);
      return;
    }
    this.frames.arrived();
    const { packet, label, sentUs } = frame;
    const sequence = this.#port.record(host, frame.cause, {
      kind: 'deliver',
      packet,
      source,
      target: host,
      label,
      bytes,
      sentUs,
    });
    const isAsSent = connection === frame.connection && bytes === frame.bytes;
    this.#port.arrived(host, isAsSent ? frame : { ...frame, connection, bytes }, sequence);
  }

  // -------------------------------------------------------------- closing

  #close(connection: Connection, side: Side, timeUs: number, reason: string, cause: number): void {
    const closing: Closing = { connection, reason };
    this.#queue.push(Math.max(timeUs, this.#queue.timeUs), CLOSE, cause, side, closing);
  }

  #learnClosed(connection: Connection, side: Side, reason: string, cause: number): void {
    const before = connection.states[side];
    if (before === 'closed') return;
    this.#end(connection, side);
    const [host] = this.#ends(connection, side);
    const isRefused = before === 'opening';
    const state = isRefused ? 'refused' : 'closed';
    const sequence = this.#recordState(connection, side, state, reason, cause);
    if (!isRefused && reason !== 'closed') {
      const sentence = `${connection.name} breaks at ${host}: ${reason}.`;
      this.#fired(host, 'connection-broken', connection.name, sentence, sequence);
    }
    this.#tellOther(connection, side, sequence);
    this.#port.closed(host, connection, reason, sequence);
  }

  #end(connection: Connection, side: Side): void {
    const there = otherSide(side);
    if (side === DEVICE_SIDE && connection.states[side] === 'open') {
      this.frames.countKeepAlives(connection);
    }
    connection.states[side] = 'closed';
    const coming = connection.lanes[there];
    if (coming.held !== undefined) {
      coming.held = undefined;
      this.frames.lose();
    }
    if (connection.states[there] === 'closed') this.#table.forget(connection);
  }

  /** The closing word travels behind the frames sent; where it cannot, the keep-alive finds out. */
  #tellOther(connection: Connection, side: Side, cause: number): void {
    const there = otherSide(side);
    if (connection.states[there] === 'closed') return;
    if (connection.states[there] === 'opening') return this.#end(connection, there);
    const { timeUs } = this.#queue;
    const lane = connection.lanes[side];
    if (lane.isStuck || connection.link.blockedAt(side, timeUs) !== undefined) {
      return this.#noticeLater(connection, there, cause);
    }
    const arrivalUs = timeUs + medianLatencyUs(connection.link, timeUs);
    this.#close(connection, there, Math.max(arrivalUs, lane.lastArrivalUs), 'closed', cause);
  }

  #noticeLater(connection: Connection, side: Side, cause: number): void {
    if (connection.states[side] === 'open') {
      const noticeUs = this.#queue.timeUs + this.#pingUs(connection) + PONG_TIMEOUT_US;
      this.#close(connection, side, noticeUs, 'keep-alive', cause);
    } else if (connection.states[side] === 'opening' && side === SERVER_SIDE) {
      this.#end(connection, side);
    }
  }

  #reset(connection: Connection, side: Side, cause: number): void {
    const arrivalUs = this.#queue.timeUs + medianLatencyUs(connection.link, this.#queue.timeUs);
    this.#close(connection, side, arrivalUs, 'reset', cause);
  }

  // -------------------------------------------------------------- keep-alive

  /** Microseconds until the next keep-alive after now. */
  #pingUs(connection: Connection): number {
    const id = `keep-alive/${connection.name}/${connection.noticeCount++}`;
    return PING_LEAST_US + this.#chooser.below(id, PING_SPREAD_US);
  }

  /** Looks again at the connection when its link is cut next. */
  #scheduleWatch(connection: Connection, fromUs: number, cause: number): void {
    const block = connection.link.nextBlock(fromUs);
    if (block !== undefined) this.#queue.push(block.fromUs, WATCH, cause, 0, connection);
  }

  /**
   * The link was just cut: the device notices if it still is when a keep-alive was due and
   * unanswered.
   */
  #watch(connection: Connection, cause: number): void {
    if (connection.states[DEVICE_SIDE] !== 'open') return;
    const { timeUs } = this.#queue;
    const { link } = connection;
    const blockAt = (atUs: number) => link.blockedAt(0, atUs) ?? link.blockedAt(1, atUs);
    const block = blockAt(timeUs);
    if (block?.lever === 'offline') {
      connection.fired('offline', block.choice, `${connection.name} loses its network.`, cause);
      this.#learnClosed(connection, DEVICE_SIDE, 'offline', cause);
      return;
    }
    const pingUs = timeUs + this.#pingUs(connection);
    const noticeUs = pingUs + PONG_TIMEOUT_US;
    const isNoticed = blockAt(pingUs) !== undefined && blockAt(noticeUs) !== undefined;
    if (isNoticed) this.#close(connection, DEVICE_SIDE, noticeUs, 'keep-alive', cause);
    this.#scheduleWatch(connection, Math.max(block?.untilUs ?? 0, timeUs + 1), cause);
  }

  // -------------------------------------------------------------- small things

  /** Connections on which this host's side is not closed, in order of opening. */
  #sidesOf(host: string): [Connection, Side][] {
    const isEndpoint = this.#endpoints.includes(host);
    const connections = isEndpoint ? this.#table.ofEndpoint(host) : this.#table.ofDevice(host);
    const side = isEndpoint ? SERVER_SIDE : DEVICE_SIDE;
    return connections.map((connection) => [connection, side]);
  }

  /** The host at this side, and the one at the other. */
  #ends(connection: Connection, side: Side): [string, string] {
    const { device, endpoint } = connection;
    return side === SERVER_SIDE ? [endpoint, device] : [device, endpoint];
  }

  #recordState(
    connection: Connection,
    side: Side,
    state: 'opening' | 'open' | 'closed' | 'refused',
    reason: string,
    cause: number,
  ): number {
    const [node, peer] = this.#ends(connection, side);
    const named = { connection: connection.number, peer, reason };
    return this.#port.record(node, cause, { kind: 'connection', state, ...named });
  }

  #fired(node: string, lever: string, choice: string, sentence: string, cause: number): void {
    this.#port.record(node, cause, { kind: 'lever', lever, choice, sentence });
  }
}
