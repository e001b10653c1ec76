/**
 * Frames through the channel of their connection, sealed in the order of sending and opened in the
 * order of the link.
 *
 * Stanza faults stay above the channel, between its end and the node behind it: they drop a stanza
 * before it is sealed, and hold back, swap or repeat what was opened, so that they do the same to a
 * modelled connection. A frame that is changed, missing or out of turn below does not open, and
 * ends its connection.
 */

import { assert } from '../kernel/assert.ts';
import { type Frame, otherSide } from './connection.ts';

/** Seals a frame where the connection is secured, and notes it as the next its receiver opens. */
export function sealed(frame: Frame): Frame {
  const { connection, direction, bytes } = frame;
  if (connection.channel === undefined) return frame;
  const one = { bytes: connection.channel.seal(direction, bytes), stanza: undefined };
  connection.lanes[direction].unopened.push(one);
  return { ...frame, sealed: one };
}

/**
 * The stanza of a frame that arrived. Whatever was sent before it on its connection has come
 * through as well, though a stanza fault may hold it back above: it is opened first. Undefined when
 * a frame does not open.
 */
export function opened(frame: Frame): Uint8Array | undefined {
  const { connection, direction, bytes, sealed: one } = frame;
  const { channel, lanes } = connection;
  if (channel === undefined || one === undefined) return bytes;
  while (one.stanza === undefined) {
    const next = lanes[direction].unopened.shift();
    assert(next !== undefined, 'a frame that was sealed waits to be opened');
    next.stanza = channel.open(otherSide(direction), next.bytes);
    if (next.stanza === undefined) return undefined;
  }
  return one.stanza;
}
