/**
 * Packets of sound and picture on the wire (RFC 3550, section 5.1): version 2, without padding. It
 * writes the plain 12-byte header and reads headers with contributing sources and an extension too.
 */

import { assert, type Rejection, reject } from '../errors.ts';

/** Length of a header without contributing sources and extension. */
export const RTP_HEADER_BYTES = 12;
const VERSION = 2;
const EXTENSION_BIT = 0x10;
const WORD_BYTES = 4;

/** The fields of a header that matter here. */
export interface RtpHeader {
  /** The last packet of a picture, or the first after silence. */
  readonly isMarked: boolean;
  /** 0..127: what the payload is. */
  readonly payloadType: number;
  /** 0..65,535, one more for each packet, wrapping. */
  readonly sequence: number;
  /** Units of the payload's clock, u32, wrapping. */
  readonly timestamp: number;
  /** The stream's number (SSRC), u32. */
  readonly streamNumber: number;
}

/** A header as read; the payload starts at `headerBytes`. */
export interface ReadRtpHeader extends RtpHeader {
  readonly kind: 'rtp-header';
  readonly headerBytes: number;
}

/** Header and payload in one array. */
export function encodeRtp(header: RtpHeader, payload: Uint8Array): Uint8Array {
  const { payloadType, sequence } = header;
  assert(payloadType >= 0 && payloadType < 128, 'a payload type has seven bits');
  assert(sequence >= 0 && sequence < 65_536, 'a sequence number has two bytes');
  const packet = new Uint8Array(RTP_HEADER_BYTES + payload.length);
  const view = new DataView(packet.buffer);
  view.setUint8(0, VERSION << 6);
  view.setUint8(1, (header.isMarked ? 0x80 : 0) | payloadType);
  view.setUint16(2, sequence);
  view.setUint32(4, header.timestamp);
  view.setUint32(8, header.streamNumber);
  packet.set(payload, RTP_HEADER_BYTES);
  return packet;
}

/** Reads the header of a packet: `malformed` when it is cut off or of another version. */
export function decodeRtpHeader(packet: Uint8Array): ReadRtpHeader | Rejection {
  const facts = { sizeBytes: packet.length };
  const tooShort = () => reject('malformed', 'A media packet is shorter than its header.', facts);
  if (packet.length < RTP_HEADER_BYTES) return tooShort();
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const first = view.getUint8(0);
  if (first >> 6 !== VERSION) {
    return reject('malformed', `A media packet has version ${first >> 6}.`, facts);
  }
  let headerBytes = RTP_HEADER_BYTES + (first & 0x0f) * WORD_BYTES;
  if ((first & EXTENSION_BIT) !== 0) {
    if (packet.length < headerBytes + WORD_BYTES) return tooShort();
    headerBytes += WORD_BYTES + view.getUint16(headerBytes + 2) * WORD_BYTES;
  }
  if (packet.length < headerBytes) return tooShort();
  const second = view.getUint8(1);
  return {
    kind: 'rtp-header',
    isMarked: second >= 0x80,
    payloadType: second & 0x7f,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    streamNumber: view.getUint32(8),
    headerBytes,
  };
}
