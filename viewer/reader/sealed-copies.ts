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
}

/** The ciphertexts of a frame in its order; none when it does not decode. */
export function sealedCopies(hex: string): readonly SealedCopy[] {
  const root = decodeFrame(bytesOf(hex));
  if (!('tag' in root)) return [];
  return ciphertexts(root, '');
}

function ciphertexts(element: WireNode, address: string): readonly SealedCopy[] {
  const { content } = element;
  if (element.tag === 'enc') {
    const sizeBytes = content instanceof Uint8Array ? content.length : (content?.length ?? 0);
    return [{ address, type: attribute(element, 'type') ?? '', sizeBytes }];
  }
  if (!Array.isArray(content)) return [];
  const inside = element.tag === 'to' ? (attribute(element, 'jid') ?? address) : address;
  return (content as readonly WireNode[]).flatMap((child) => ciphertexts(child, inside));
}

/** The bytes of hex text; what is no hex reads as zero. */
export function bytesOf(hex: string): Uint8Array {
  const out = new Uint8Array(hex.length >> 1);
  for (let at = 0; at < out.length; at++) {
    out[at] = Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16);
  }
  return out;
}
