/**
 * What somebody who records the wire has of a frame that a device sent: its ciphertexts, each as it
 * left the cipher, so that its name (sim/trace/key-id.ts) is the one that uses of keys have.
 * Frames are read by the protocol's own decoders of the wire; nothing is opened here.
 */

import { decodeFrame } from '../../protocol/wire/decode-node.ts';
import type { WireNode } from '../../protocol/wire/node.ts';
import { decodeSenderKeyMessage } from '../../protocol/wire/sender-key-messages.ts';
import {
  decodePreKeySignalMessage,
  decodeSignalMessage,
} from '../../protocol/wire/signal-messages.ts';
import { bytesOf, copiesIn, type SealedCopy } from './sealed-copies.ts';

/** A ciphertext on the wire. */
export interface WireCiphertext {
  /** `pkmsg`, `msg`, `skmsg`; `paired` between a phone and its browser, `file` of a stored file. */
  readonly cipher: string;
  /** Address of the device it is for; empty when it is for whoever receives it. */
  readonly address: string;
  readonly bytes: Uint8Array;
}

const VERSION_BYTES = 1;
const MAC_BYTES = 8;
const SIGNATURE_BYTES = 64;
/** Behind a file. */
const FILE_MAC_BYTES = 10;
/** In front of what phone and browser tell each other: MAC and iv. */
const PAIRED_HEAD_BYTES = 48;
/** First byte of a browser's frame that is no text; then tag, comma, metric, flag. */
const BROWSER_BYTES = 0x82;
const COMMA = 0x2c;
const METRIC_AND_FLAG = 2;

/** The ciphertexts of a frame in hex, in its order; none when it has none that can be read. */
export function wireCiphertexts(hex: string): readonly WireCiphertext[] {
  const frame = bytesOf(hex);
  if (frame[0] === BROWSER_BYTES) {
    const payload = frame.subarray(frame.indexOf(COMMA) + 1 + METRIC_AND_FLAG);
    return whole('paired', payload.subarray(PAIRED_HEAD_BYTES));
  }
  const root = decodeFrame(frame);
  if (!('tag' in root)) return [];
  if (root.tag === 'relay') {
    const { content } = root;
    return content instanceof Uint8Array
      ? whole('paired', content.subarray(PAIRED_HEAD_BYTES))
      : [];
  }
  if (root.tag === 'iq') return whole('file', fileIn(root).subarray(0, -FILE_MAC_BYTES));
  return copiesIn(root).flatMap((copy) => {
    const bytes = innermost(copy);
    return bytes === undefined ? [] : [{ cipher: copy.type, address: copy.address, bytes }];
  });
}

function whole(cipher: string, bytes: Uint8Array): readonly WireCiphertext[] {
  return bytes.length === 0 ? [] : [{ cipher, address: '', bytes }];
}

function fileIn({ content }: WireNode): Uint8Array {
  const parts = Array.isArray(content) ? (content as readonly WireNode[]) : [];
  const file = parts.find(({ tag }) => tag === 'put')?.content;
  return file instanceof Uint8Array ? file : new Uint8Array(0);
}

/** What the cipher gave; around it are protobuf, and a MAC or a signature. */
function innermost({ type, bytes }: SealedCopy): Uint8Array | undefined {
  if (type === 'skmsg') {
    const body = bytes.subarray(VERSION_BYTES, -SIGNATURE_BYTES);
    const fields = decodeSenderKeyMessage(body);
    return 'kind' in fields ? undefined : fields.ciphertext;
  }
  if (type === 'pkmsg') {
    const fields = decodePreKeySignalMessage(bytes.subarray(VERSION_BYTES));
    return 'kind' in fields || fields.message === undefined ? undefined : ratcheted(fields.message);
  }
  return type === 'msg' ? ratcheted(bytes) : undefined;
}

function ratcheted(message: Uint8Array): Uint8Array | undefined {
  const fields = decodeSignalMessage(message.subarray(VERSION_BYTES, -MAC_BYTES));
  return 'kind' in fields ? undefined : fields.ciphertext;
}
