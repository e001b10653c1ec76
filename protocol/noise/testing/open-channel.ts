/** Two ends that have shaken hands, and the bytes they said. For tests only. */

import type { CryptoProvider, KeyPair } from '../../crypto/provider.ts';
import { isRejected } from '../../errors.ts';
import { accept, answer, type Channel, call, confirm } from '../channel.ts';
import type { HandshakeKeys } from '../handshake.ts';

/** An open connection. */
export interface OpenChannel {
  /** The device's end, then the server's. */
  readonly ends: readonly [Channel, Channel];
  readonly hello: Uint8Array;
  readonly reply: Uint8Array;
  readonly last: Uint8Array;
  readonly sizes: readonly number[];
}

/** A key pair of 32 equal secret bytes. */
export function seeded(provider: CryptoProvider, byte: number): KeyPair {
  return provider.keyPair(new Uint8Array(32).fill(byte));
}

/** Shakes hands; throws when an end refuses. */
export function openChannel(
  provider: CryptoProvider,
  device: HandshakeKeys,
  server: HandshakeKeys,
): OpenChannel {
  const called = call(provider, device, server.fixed.publicKey);
  const answered = answer(provider, server, called.bytes);
  if (isRejected(answered)) throw new Error(answered.sentence);
  const confirmed = confirm(provider, called.calling, answered.bytes);
  if (isRejected(confirmed)) throw new Error(confirmed.sentence);
  const accepted = accept(provider, answered.handshake, confirmed.bytes);
  if (isRejected(accepted)) throw new Error(accepted.sentence);
  const messages = [called.bytes, answered.bytes, confirmed.bytes] as const;
  return {
    ends: [confirmed.channel, accepted],
    hello: messages[0],
    reply: messages[1],
    last: messages[2],
    sizes: messages.map(({ length }) => length),
  };
}
