/** The border between the network and whoever runs the hosts. */

import type { RunEventBody } from '../trace/events.ts';
import type { Channel } from './channel.ts';
import type { Connection, Frame } from './connection.ts';

/** What the network needs from whoever runs the hosts. */
export interface NetworkPort {
  /** Records an event and returns its sequence. */
  record(node: string, cause: number, body: RunEventBody): number;
  /** Whether the host runs and may use its radio. */
  isListening(host: string): boolean;
  /** What secures an attempt that begins now; undefined: the transport is modelled. */
  channelFor(connection: Connection): Channel | undefined;
  opened(host: string, connection: Connection, peer: string, cause: number): void;
  arrived(host: string, frame: Frame, cause: number): void;
  /** The side learns that its connection (or its attempt at one) is gone. */
  closed(host: string, connection: Connection, reason: string, cause: number): void;
}
