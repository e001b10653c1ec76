/**
 * The transport of a connection (specification 6.10): header bytes, three handshake messages in
 * frames, then one sealed frame per stanza. A frame is its length (3 bytes, high byte first) and as
 * many bytes; after the handshake these are AES-256-GCM ciphertext and tag without associated data,
 * the nonce counting the frames of its direction.
 *
 * Both ends are values: every function gives a new one, and a rejection leaves the old one as it
 * was. Order is part of the cipher: a frame that is changed, missing, twice or out of turn does not
 * open, and whoever meets one must end the connection, since no later one opens either.
 *
 * Assumption: handshake payloads are empty. The certificate of the real server is not described;
 * the server's static key is known to the clients instead, and the login travels as the first
 * stanza. Nor does a further envelope surround the handshake messages.
 */

import type { CryptoProvider } from '../crypto/provider.ts';
import { assert, isRejected, type Rejection, reject } from '../errors.ts';
import { FRAME_BYTES_MAX, NOISE_COUNTER_MAX } from '../limits.ts';
import {
  beginHandshake,
  finishHandshake,
  type Handshake,
  type HandshakeKeys,
  readMessage,
  writeMessage,
} from './handshake.ts';
import { type CipherState, joined, nonceOf, TAG_BYTES, used } from './symmetric-state.ts';

/** What a device sends before its first frame; also the handshake's prologue. */
export const CONNECTION_HEADER: readonly number[] = [0x57, 0x41, 0x06, 0x03];

const HEADER = Uint8Array.from(CONNECTION_HEADER);
const LENGTH_BYTES = 3;
const NOTHING = new Uint8Array(0);

/** One end of an open connection. */
export interface Channel {
  /** 32 bytes, authenticated by the handshake. */
  readonly peerStaticKey: Uint8Array;
  readonly sending: CipherState;
  readonly receiving: CipherState;
}

/** The device's end while it waits for the answer. */
export interface Calling {
  readonly handshake: Handshake;
  /** 32 bytes: the only static key it takes for the server's. */
  readonly serverStaticKey: Uint8Array;
}

/** Device: the first bytes of a connection, 39. */
export function call(
  provider: CryptoProvider,
  keys: HandshakeKeys,
  serverStaticKey: Uint8Array,
): { readonly calling: Calling; readonly bytes: Uint8Array } {
  const begun = beginHandshake(provider, 'initiator', keys, HEADER);
  const written = writeMessage(provider, begun, NOTHING);
  assert(!isRejected(written), 'the first message agrees on nothing yet');
  const { handshake, message } = written;
  return { calling: { handshake, serverStaticKey }, bytes: joined(HEADER, framed(message)) };
}

/**
 * Server: the answer to a device's first bytes, 99. `malformed`, `bad-key` as `readMessage`;
 * `unknown-version` for another header.
 */
export function answer(
  provider: CryptoProvider,
  keys: HandshakeKeys,
  hello: Uint8Array,
): { readonly handshake: Handshake; readonly bytes: Uint8Array } | Rejection {
  if (!HEADER.every((byte, at) => hello[at] === byte)) {
    return reject('unknown-version', 'A connection begins with unknown header bytes.');
  }
  const message = unframed(hello.subarray(HEADER.length));
  if (isRejected(message)) return message;
  const begun = beginHandshake(provider, 'responder', keys, HEADER);
  const read = readMessage(provider, begun, message);
  if (isRejected(read)) return read;
  const written = writeMessage(provider, read.handshake, NOTHING);
  if (isRejected(written)) return written;
  return { handshake: written.handshake, bytes: framed(written.message) };
}

/**
 * Device: takes the server's answer and closes the handshake with 67 bytes. `untrusted-identity`
 * when the server proved another static key than the one clients know.
 */
export function confirm(
  provider: CryptoProvider,
  calling: Calling,
  reply: Uint8Array,
): { readonly channel: Channel; readonly bytes: Uint8Array } | Rejection {
  const message = unframed(reply);
  if (isRejected(message)) return message;
  const read = readMessage(provider, calling.handshake, message);
  if (isRejected(read)) return read;
  const { peerStatic } = read.handshake;
  assert(peerStatic !== undefined, 'the second message brings a static key');
  if (!calling.serverStaticKey.every((byte, at) => peerStatic[at] === byte)) {
    return reject('untrusted-identity', 'The server proved a static key that is not its own.');
  }
  const written = writeMessage(provider, read.handshake, NOTHING);
  if (isRejected(written)) return written;
  const channel = finishHandshake(provider, written.handshake);
  return { channel, bytes: framed(written.message) };
}

/** Server: takes the device's last handshake bytes. */
export function accept(
  provider: CryptoProvider,
  handshake: Handshake,
  last: Uint8Array,
): Channel | Rejection {
  const message = unframed(last);
  if (isRejected(message)) return message;
  const read = readMessage(provider, handshake, message);
  return isRejected(read) ? read : finishHandshake(provider, read.handshake);
}

/** Seals one stanza of at most `FRAME_BYTES_MAX` bytes; the frame has 19 bytes more. */
export function sealFrame(
  provider: CryptoProvider,
  channel: Channel,
  stanza: Uint8Array,
): { readonly channel: Channel; readonly frame: Uint8Array } {
  const { sending } = channel;
  assert(stanza.length <= FRAME_BYTES_MAX, 'a stanza fits a frame');
  const sealed = provider.gcmEncrypt(sending.key, nonceOf(sending), NOTHING, stanza);
  return { channel: { ...channel, sending: used(sending) }, frame: framed(sealed) };
}

/**
 * Opens the next frame of the other end. `malformed` when its length is wrong, `bad-mac` when it is
 * not exactly the next one, `limit-reached` after 2^32 frames. After any of them the connection is
 * over.
 */
export function openFrame(
  provider: CryptoProvider,
  channel: Channel,
  frame: Uint8Array,
): { readonly channel: Channel; readonly stanza: Uint8Array } | Rejection {
  const { receiving } = channel;
  const facts = { counter: receiving.counter, sizeBytes: frame.length };
  if (receiving.counter > NOISE_COUNTER_MAX) {
    return reject('limit-reached', 'A connection has used up its nonces.', facts);
  }
  const sealed = unframed(frame);
  if (isRejected(sealed)) return sealed;
  if (sealed.length < TAG_BYTES) {
    return reject('malformed', 'A frame is shorter than its tag.', facts);
  }
  const stanza = provider.gcmDecrypt(receiving.key, nonceOf(receiving), NOTHING, sealed);
  if (stanza === undefined) {
    return reject('bad-mac', `Frame ${receiving.counter} of a connection does not open.`, facts);
  }
  return { channel: { ...channel, receiving: used(receiving) }, stanza };
}

/** A body of less than 2^24 bytes behind its length. */
function framed(body: Uint8Array): Uint8Array {
  const { length } = body;
  assert(length < 2 ** 24, 'the length of a frame has three bytes');
  return joined(Uint8Array.of(length >>> 16, (length >>> 8) & 0xff, length & 0xff), body);
}

/** The body of exactly one frame. */
function unframed(bytes: Uint8Array): Uint8Array | Rejection {
  const [high = 0, middle = 0, low = 0] = bytes;
  const said = high * 65_536 + middle * 256 + low;
  if (bytes.length < LENGTH_BYTES || said !== bytes.length - LENGTH_BYTES) {
    return reject('malformed', 'A frame does not have the length it says.', {
      sizeBytes: bytes.length,
    });
  }
  return bytes.subarray(LENGTH_BYTES);
}
