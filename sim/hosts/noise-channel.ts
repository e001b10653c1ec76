/**
 * Real Noise on one connection (specification 6.10, contract 13): both ends of the protocol's
 * channel, with the static keys of the two Stores and ephemeral keys from each host's secret
 * stream, labelled with the connection's name. The provider is the bare one: the transport is no
 * step of a node, and its uses are not among those of the protocol above it.
 *
 * What it does not do: decide what crosses the link, or when. The whole opening is computed when it
 * begins, as the model does. Keep-alives stay a formula.
 */

import type { TransportRecord } from '../../protocol/contract.ts';
import { type KeyStream, secretsFor } from '../../protocol/crypto/key-stream.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { assert, isRejected } from '../../protocol/errors.ts';
import {
  accept,
  answer,
  type Calling,
  type Channel as ChannelEnd,
  call,
  confirm,
  openFrame,
  sealFrame,
} from '../../protocol/noise/channel.ts';
import type { Handshake, HandshakeKeys } from '../../protocol/noise/handshake.ts';
import type { Store } from '../../protocol/store.ts';
import type { Channel } from '../network/channel.ts';
import { DEVICE_SIDE, SERVER_SIDE, type Side } from '../network/connection.ts';

/** A host as one end of a connection. */
export interface NoiseHost {
  readonly name: string;
  readonly boot: number;
  readonly store: Store;
}

/** What a channel is made of. */
export interface NoiseParts {
  readonly provider: CryptoProvider;
  readonly keyStream: KeyStream;
  /** Name of the connection; fresh for each attempt. */
  readonly connection: string;
  readonly device: NoiseHost;
  readonly server: NoiseHost;
  /** 32 bytes, as the device was told at time zero. */
  readonly serverStaticKey: Uint8Array;
}

/** The two ends of one connection. */
export class NoiseChannel implements Channel {
  readonly #parts: NoiseParts;
  readonly #ends: [ChannelEnd | undefined, ChannelEnd | undefined] = [undefined, undefined];
  #calling: Calling | undefined;
  #answering: Handshake | undefined;

  constructor(parts: NoiseParts) {
    this.#parts = parts;
  }

  hello(step: number, before: Uint8Array): Uint8Array | undefined {
    if (step === 0) return this.#call();
    return step === 1 ? this.#answer(before) : this.#confirm(before);
  }

  accept(last: Uint8Array): boolean {
    assert(this.#answering !== undefined, 'the server answered before it accepts');
    const end = accept(this.#parts.provider, this.#answering, last);
    if (isRejected(end)) return false;
    this.#ends[SERVER_SIDE] = end;
    return true;
  }

  peerKey(side: Side): Uint8Array {
    return this.#end(side).peerStaticKey;
  }

  seal(side: Side, stanza: Uint8Array): Uint8Array {
    const { channel, frame } = sealFrame(this.#parts.provider, this.#end(side), stanza);
    this.#ends[side] = channel;
    return frame;
  }

  open(side: Side, frame: Uint8Array): Uint8Array | undefined {
    const opened = openFrame(this.#parts.provider, this.#end(side), frame);
    if (isRejected(opened)) return undefined;
    this.#ends[side] = opened.channel;
    return opened.stanza;
  }

  #call(): Uint8Array {
    const { provider, device, serverStaticKey } = this.#parts;
    const { calling, bytes } = call(provider, this.#keysOf(device), serverStaticKey);
    this.#calling = calling;
    return bytes;
  }

  #answer(hello: Uint8Array): Uint8Array | undefined {
    const { provider, server } = this.#parts;
    const answered = answer(provider, this.#keysOf(server), hello);
    if (isRejected(answered)) return undefined;
    this.#answering = answered.handshake;
    return answered.bytes;
  }

  #confirm(reply: Uint8Array): Uint8Array | undefined {
    assert(this.#calling !== undefined, 'the device called before it confirms');
    const confirmed = confirm(this.#parts.provider, this.#calling, reply);
    if (isRejected(confirmed)) return undefined;
    this.#ends[DEVICE_SIDE] = confirmed.channel;
    return confirmed.bytes;
  }

  #keysOf({ name, boot, store }: NoiseHost): HandshakeKeys {
    const { provider, keyStream, connection } = this.#parts;
    const record = store.get('transport', 'self') as TransportRecord | undefined;
    assert(record !== undefined, 'whoever opens a connection has a transport key');
    const secrets = secretsFor(keyStream, { host: name, boot, inputId: connection });
    const ephemeral = provider.keyPair(secrets.bytes('noise-ephemeral', 32));
    return { fixed: record, ephemeral };
  }

  #end(side: Side): ChannelEnd {
    const end = this.#ends[side];
    assert(end !== undefined, 'frames follow the handshake');
    return end;
  }
}
