/**
 * What secures one connection, as the network sees it. Without a channel, handshake and frames are
 * modelled: their sizes by formula, their contents in clear. With one, real bytes cross the link,
 * and the sizes are those of the bytes (contract 13).
 */

import type { Direction } from './link.ts';

/** Both ends of one connection; a side is named by the direction in which it sends. */
export interface Channel {
  /**
   * Message 0, 1 or 2 of the handshake, to be asked for in this order; undefined when its sender
   * refuses `before`, the message it received (empty before the first).
   */
  hello(step: number, before: Uint8Array): Uint8Array | undefined;
  /** Whether the server's end takes the last message of the handshake. */
  accept(last: Uint8Array): boolean;
  /** 32 bytes: the static key that the handshake authenticated to this side. */
  peerKey(side: Direction): Uint8Array;
  /** Seals the next stanza of this side. */
  seal(side: Direction, stanza: Uint8Array): Uint8Array;
  /** Opens the next frame at this side; undefined when it is not exactly that one. */
  open(side: Direction, frame: Uint8Array): Uint8Array | undefined;
}

/** A frame as it crosses the link. */
export interface SealedFrame {
  readonly bytes: Uint8Array;
  /** Once its receiver has opened it. */
  stanza: Uint8Array | undefined;
}
