/** A large group, and what its first member's messages to it are made of, read from their bytes. */

import { isRejected } from '../../errors.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { attribute, child, children, type WireNode } from '../../wire/node.ts';
import { SmallNet } from './small-net.ts';

/** The ciphertexts of one message as it left its author. */
export interface MessageCost {
  /** For all. */
  readonly shared: number;
  /** For one device each: keys of the group. */
  readonly pairwise: number;
}

/** `size` accounts `m0`, `m1`, … with these companions, in one group that `m0` made. */
export function largeGroup(
  size: number,
  companions: readonly string[],
  /** Whether `m0` holds everybody's device list; nobody else holds any. */
  isAcquainted = true,
): SmallNet {
  const names = Array.from({ length: size }, (_, index) => `m${index}`);
  const accounts = Object.fromEntries(names.map((name) => [name, companions]));
  const knows = (name: string): boolean => isAcquainted && name === 'm0';
  return new SmallNet(accounts, [], { all: names }, [], knows);
}

/** The first member's phone writes to all. */
export function writeToAll(net: SmallNet, text: string): MessageCost {
  const made = { shared: 0, pairwise: 0 };
  net.tamper = ({ wire, toServer, kind, bytes }) => {
    if (toServer && wire.device.name === 'm0.phone' && kind.startsWith('message')) {
      const stanza = decodeFrame(bytes);
      if (!isRejected(stanza)) count(stanza, made);
    }
    return bytes;
  };
  net.command('m0.phone', { kind: 'send', chat: net.group('all'), text });
  net.settle();
  return made;
}

function count(stanza: WireNode, made: { shared: number; pairwise: number }): void {
  made.shared += children(stanza, 'enc').filter((enc) => attribute(enc, 'type') === 'skmsg').length;
  const participants = child(stanza, 'participants');
  if (participants !== undefined) made.pairwise += children(participants, 'to').length;
}
