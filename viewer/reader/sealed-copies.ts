/**
 * Looks into a frame that carries a message: which ciphertext is for which device. Frames are read
 * by the protocol's own decoder, as the server would.
 */

import { decodeFrame } from '../../protocol/wire/decode-node.ts';
import { attribute, type WireNode } from '../../protocol/wire/node.ts';

/** A ciphertext inside a frame. */
export interface SealedCopy {
  /** Address of its device; empty when the frame has one ciphertext for whoever receives it. */
  readonly address: string;
  /** `pkmsg`, `msg` or `skmsg`, as the wire has it. */
  readonly type: string;
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
}

/** The ciphertexts of a frame in its order; none when it does not decode. */
export function sealedCopies(hex: string): readonly SealedCopy[] {
  const root = decodeFrame(bytesOf(hex));
  if (!('tag' in root)) return [];
  return copiesIn(root);
}

/** The ciphertexts of a stanza in its order; `address`: whose they are where none is named. */
export function copiesIn(element: WireNode, address = ''): readonly SealedCopy[] {
  const { content } = element;
  if (element.tag === 'enc') {
    const sizeBytes = content instanceof Uint8Array ? content.length : (content?.length ?? 0);
    const bytes = content instanceof Uint8Array ? content : new Uint8Array(0);
    return [{ address, type: attribute(element, 'type') ?? '', sizeBytes, bytes }];
  }
  if (!Array.isArray(content)) return [];
  const inside = element.tag === 'to' ? (attribute(element, 'jid') ?? address) : address;
  return (content as readonly WireNode[]).flatMap((child) => copiesIn(child, inside));
}

/** The bytes of hex text; what is no hex reads as zero. */
export function bytesOf(hex: string): Uint8Array {
  const out = new Uint8Array(hex.length >> 1);
  for (let at = 0; at < out.length; at++) {
    out[at] = (digitOf(hex.charCodeAt(at * 2)) << 4) | digitOf(hex.charCodeAt(at * 2 + 1));
  }
  return out;
}

/** A hex digit in lower case by its code; zero for any other character. */
function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : 0;
}
