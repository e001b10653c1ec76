/**
 * The state of one connection between a device and an endpoint, as the network keeps it. Plain
 * mutable fields; `network.ts` alone changes them.
 */

import type { Channel, SealedFrame } from './channel.ts';
import type { Direction, Link } from './link.ts';
import type { Label } from './plain.ts';
import type { Lane } from './transit.ts';

/**
 * Which end: 0 the device, 1 the endpoint, server or file store. A frame of side s travels in
 * direction s.
 */
export type Side = 0 | 1;
export const DEVICE_SIDE: Side = 0;
export const SERVER_SIDE: Side = 1;

export type SideState = 'opening' | 'open' | 'closed';

/** A frame under way. */
export interface Frame {
  readonly connection: Connection;
  readonly direction: Direction;
  readonly packet: string;
  readonly label: Label;
  readonly bytes: Uint8Array;
  readonly sentUs: number;
  /** Sequence of the `send` event. */
  readonly cause: number;
  /** Semantic id of what the packet descends from. */
  readonly root: string;
  /** Where the connection is secured. */
  readonly sealed?: SealedFrame;
}

export interface LaneState extends Lane {
  /** An earlier frame never came through: nothing behind it does. */
  isStuck: boolean;
  /** A frame waiting to be overtaken by the next one (stanza fault `swap`). */
  held: Frame | undefined;
  /** Sealed frames that crossed the link, in order; empty where the transport is modelled. */
  readonly unopened: SealedFrame[];
}

/** Records that a lever fired at a connection. */
export type ConnectionLever = (
  lever: string,
  choice: string,
  sentence: string,
  cause: number,
) => void;

export interface Connection {
  /**
   * Ordinal of device and endpoint * 2^20 + the attempt, so that one device's numbers do not depend
   * on another's.
   */
  readonly number: number;
  /** Its device's attempts are counted from 1. */
  readonly index: number;
  /**
   * `alice.phone/connect/3`; to an endpoint other than the server `alice.phone/connect/blobs/3`.
   */
  readonly name: string;
  readonly device: string;
  /** Host at the other end. */
  readonly endpoint: string;
  readonly link: Link;
  /** Counts what happens to its packets; `cause` is the event it happens after. */
  readonly fired: ConnectionLever;
  readonly startedUs: number;
  /** When the device's side opened; -1 before. */
  openedUs: number;
  readonly states: [SideState, SideState];
  /** The side died without a word: a frame for it is answered by a reset. */
  readonly isSilent: [boolean, boolean];
  readonly lanes: readonly [LaneState, LaneState];
  /** Undefined where the transport is modelled. */
  channel: Channel | undefined;
  /** The handshake's message under way; empty where the transport is modelled. */
  hello: Uint8Array;
  /** Keep-alive draws taken so far. */
  noticeCount: number;
}

/** A connection that begins to open now. */
export function freshConnection(
  number: number,
  index: number,
  name: string,
  endpoint: string,
  link: Link,
  startedUs: number,
  fired: ConnectionLever,
): Connection {
  return {
    number,
    index,
    name,
    device: link.device,
    endpoint,
    link,
    fired,
    startedUs,
    openedUs: -1,
    states: ['opening', 'opening'],
    isSilent: [false, false],
    lanes: [freshLane(), freshLane()],
    channel: undefined,
    hello: new Uint8Array(0),
    noticeCount: 0,
  };
}

function freshLane(): LaneState {
  return { busyUntilUs: 0, lastArrivalUs: 0, isStuck: false, held: undefined, unopened: [] };
}

/** The other end. */
export function otherSide(side: Side): Side {
  return side === DEVICE_SIDE ? SERVER_SIDE : DEVICE_SIDE;
}
