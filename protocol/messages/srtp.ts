/**
 * Protection of media packets (SRTP, RFC 3711, with AES-128-CTR and HMAC-SHA1-80; specification
 * 9.6): the header stays readable, the payload is encrypted, ten bytes of MAC cover both and the
 * rollover counter. One key derivation per stream (rate 0), no identifier of the master key. Who
 * receives keeps the highest packet index seen; refusing repeats is the receiver's too.
 */

import type { CryptoProvider } from '../crypto/provider.ts';
import { assert, isRejected, type Rejection, reject } from '../errors.ts';
import { decodeRtpHeader, RTP_HEADER_BYTES } from '../wire/rtp.ts';
import type { MasterKeys } from './call-keys.ts';

/** Length of the MAC at the end of a protected packet. */
export const RTP_MAC_BYTES = 10;
const BLOCK_BYTES = 16;
/** Where a label stands in the 14 bytes of the derivation's input (RFC 3711, section 4.3.1). */
const LABEL_AT = 7;
const CIPHER_LABEL = 0;
const AUTHENTICATION_LABEL = 1;
const SALT_LABEL = 2;
const ROLLOVER_BYTES = 4;
const SEQUENCE_HALF = 32_768;
const ROLLOVER_END = 2 ** 32;

/** The keys of one direction: `cipherKey` 16 bytes, `macKey` 20, `salt` 14. */
export interface SrtpKeys {
  readonly cipherKey: Uint8Array;
  readonly macKey: Uint8Array;
  readonly salt: Uint8Array;
}

/** Derives the session keys of a sender (RFC 3711, section 4.3). Derive once, keep for the call. */
export function srtpKeys(master: MasterKeys, provider: CryptoProvider): SrtpKeys {
  const derived = (label: number, length: number): Uint8Array => {
    const block = new Uint8Array(BLOCK_BYTES);
    block.set(master.masterSalt);
    block[LABEL_AT] = (block[LABEL_AT] as number) ^ label;
    return provider.ctr(master.masterKey, block, new Uint8Array(length));
  };
  return {
    cipherKey: derived(CIPHER_LABEL, 16),
    macKey: derived(AUTHENTICATION_LABEL, 20),
    salt: derived(SALT_LABEL, 14),
  };
}

/**
 * Encrypts the payload of an RTP packet and appends the MAC. `rollover` (u32) counts how often the
 * sequence number has wrapped; no (rollover, sequence, stream) may be used for two packets.
 */
export function protectRtp(
  keys: SrtpKeys,
  packet: Uint8Array,
  rollover: number,
  provider: CryptoProvider,
): Uint8Array {
  const header = decodeRtpHeader(packet);
  assert(!isRejected(header), 'only whole packets are protected');
  const { headerBytes, sequence, streamNumber } = header;
  const block = counterBlock(keys.salt, streamNumber, rollover, sequence);
  const covered = new Uint8Array(packet.length + ROLLOVER_BYTES);
  covered.set(packet.subarray(0, headerBytes));
  covered.set(provider.ctr(keys.cipherKey, block, packet.subarray(headerBytes)), headerBytes);
  setRollover(covered, packet.length, rollover);
  const code = provider.macSha1(keys.macKey, covered, RTP_MAC_BYTES);
  const out = new Uint8Array(packet.length + RTP_MAC_BYTES);
  out.set(covered.subarray(0, packet.length));
  out.set(code, packet.length);
  return out;
}

/**
 * Checks and decrypts a protected packet: `malformed` when it is too short, `bad-mac` when it is
 * not the sender's, or `rollover` is not the sender's.
 */
export function unprotectRtp(
  keys: SrtpKeys,
  sealed: Uint8Array,
  rollover: number,
  provider: CryptoProvider,
): Uint8Array | Rejection {
  const length = sealed.length - RTP_MAC_BYTES;
  if (length < RTP_HEADER_BYTES) {
    return reject('malformed', 'A protected media packet is shorter than header and MAC.', {
      sizeBytes: sealed.length,
    });
  }
  const packet = sealed.slice(0, length);
  const header = decodeRtpHeader(packet);
  if (isRejected(header)) return header;
  const { headerBytes, sequence, streamNumber } = header;
  const covered = new Uint8Array(length + ROLLOVER_BYTES);
  covered.set(packet);
  setRollover(covered, length, rollover);
  if (!provider.macSha1Holds(keys.macKey, covered, sealed.subarray(length))) {
    return reject('bad-mac', `The MAC of media packet ${sequence} does not hold.`, {
      sequence,
      rollover,
    });
  }
  const block = counterBlock(keys.salt, streamNumber, rollover, sequence);
  packet.set(provider.ctr(keys.cipherKey, block, packet.subarray(headerBytes)), headerBytes);
  return packet;
}

/** The index of a packet: how often the sequence wrapped before it, and its number. */
export interface PacketIndex {
  readonly rollover: number;
  readonly sequence: number;
}

/**
 * Guesses the rollover counter of a packet from the highest index received so far (RFC 3711,
 * section 3.3.1): right as long as packets are less than 32,768 apart. `undefined` when the packet
 * would lie before the first or after the last.
 */
export function rolloverOf(highest: PacketIndex | undefined, sequence: number): number | undefined {
  if (highest === undefined) return 0;
  const { rollover } = highest;
  const step = sequence - highest.sequence;
  let guess = rollover;
  if (highest.sequence < SEQUENCE_HALF) {
    if (step > SEQUENCE_HALF) guess = rollover - 1;
  } else if (step < -SEQUENCE_HALF) {
    guess = rollover + 1;
  }
  return guess < 0 || guess >= ROLLOVER_END ? undefined : guess;
}

/** Salt, stream, rollover and sequence laid over each other (RFC 3711, section 4.1.1). */
function counterBlock(
  salt: Uint8Array,
  streamNumber: number,
  rollover: number,
  sequence: number,
): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const view = new DataView(block.buffer);
  view.setUint32(4, streamNumber);
  view.setUint32(8, rollover);
  view.setUint16(12, sequence);
  for (let index = 0; index < salt.length; index += 1) {
    block[index] = (block[index] as number) ^ (salt[index] as number);
  }
  return block;
}

function setRollover(target: Uint8Array, offset: number, rollover: number): void {
  assert(rollover >= 0 && rollover < ROLLOVER_END, 'a rollover counter has four bytes');
  new DataView(target.buffer).setUint32(offset, rollover);
}
