/**
 * SenderKeyDistributionMessage and SenderKeyMessage as bytes: version byte, protobuf, and for the
 * latter a signature over both instead of a MAC. Writes version byte 0x33, reads any with high
 * nibble 3, the signature covering the byte received. Source: specification 4.1.
 */

import { isRejected, type Rejection, reject } from '../errors.ts';
import {
  decodeSenderKeyDistribution,
  decodeSenderKeyMessage,
  encodeSenderKeyDistribution,
  encodeSenderKeyMessage,
} from '../wire/sender-key-messages.ts';
import { serialiseKey } from './keys.ts';
import { badVersion, isWholeBlocks, keyField, VERSION_BYTE } from './layout.ts';

const SIGNATURE_BYTES = 64;
const CHAIN_KEY_BYTES = 32;

/** A chain as its sender announces it. */
export interface Distribution {
  readonly chainId: number;
  /** The iteration `chainKey` stands at. */
  readonly iteration: number;
  /** 32 bytes. */
  readonly chainKey: Uint8Array;
  /** 32 raw bytes. */
  readonly signingKey: Uint8Array;
}

/** A SenderKeyMessage taken apart; its signature is not checked yet. */
export interface ParsedGroupMessage {
  readonly chainId: number;
  readonly iteration: number;
  /** A positive multiple of 16 bytes. */
  readonly ciphertext: Uint8Array;
  /** What the signature covers: version byte and protobuf. */
  readonly signed: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

function withVersion(body: Uint8Array): Uint8Array {
  const out = new Uint8Array(1 + body.length);
  out[0] = VERSION_BYTE;
  out.set(body, 1);
  return out;
}

/** Writes a SenderKeyDistributionMessage. */
export function writeDistribution(distribution: Distribution): Uint8Array {
  const body = encodeSenderKeyDistribution({
    id: distribution.chainId,
    iteration: distribution.iteration,
    chainKey: distribution.chainKey,
    signingKey: serialiseKey(distribution.signingKey),
  });
  return withVersion(body);
}

/** Takes a SenderKeyDistributionMessage apart. `malformed`, `unknown-version` or `bad-key`. */
export function parseDistribution(bytes: Uint8Array): Distribution | Rejection {
  const refusal = badVersion(bytes);
  if (refusal !== undefined) return refusal;
  const fields = decodeSenderKeyDistribution(bytes.subarray(1));
  if (isRejected(fields)) return fields;
  const { id, iteration, chainKey } = fields;
  if (id === undefined || iteration === undefined) {
    return reject('malformed', 'A sender key distribution has no chain id or iteration.');
  }
  if (chainKey === undefined || chainKey.length !== CHAIN_KEY_BYTES) {
    return reject('malformed', 'A sender key distribution has no chain key of 32 bytes.', {
      sizeBytes: chainKey?.length ?? 0,
    });
  }
  const signingKey = keyField('signing key', fields.signingKey);
  if (isRejected(signingKey)) return signingKey;
  // Copies: they become part of a record, which must not keep the whole frame alive.
  return { chainId: id, iteration, chainKey: chainKey.slice(), signingKey: signingKey.slice() };
}

/** Writes a SenderKeyMessage; `sign` gives the 64 bytes over what it is handed. */
export function writeGroupMessage(
  chainId: number,
  iteration: number,
  ciphertext: Uint8Array,
  sign: (signed: Uint8Array) => Uint8Array,
): Uint8Array {
  const signed = withVersion(encodeSenderKeyMessage({ id: chainId, iteration, ciphertext }));
  const out = new Uint8Array(signed.length + SIGNATURE_BYTES);
  out.set(signed);
  out.set(sign(signed), signed.length);
  return out;
}

/** Takes a SenderKeyMessage apart. `malformed` or `unknown-version`. */
export function parseGroupMessage(bytes: Uint8Array): ParsedGroupMessage | Rejection {
  const refusal = badVersion(bytes);
  if (refusal !== undefined) return refusal;
  const signatureAt = bytes.length - SIGNATURE_BYTES;
  if (signatureAt < 1) return reject('malformed', 'A group message has no signature.');
  const fields = decodeSenderKeyMessage(bytes.subarray(1, signatureAt));
  if (isRejected(fields)) return fields;
  const { id, iteration, ciphertext } = fields;
  if (id === undefined || iteration === undefined) {
    return reject('malformed', 'A group message has no chain id or iteration.');
  }
  if (ciphertext === undefined || !isWholeBlocks(ciphertext)) {
    return reject('malformed', 'A group message has no whole cipher blocks.', {
      sizeBytes: ciphertext?.length ?? 0,
    });
  }
  return {
    chainId: id,
    iteration,
    ciphertext,
    signed: bytes.subarray(0, signatureAt),
    signature: bytes.subarray(signatureAt),
  };
}
