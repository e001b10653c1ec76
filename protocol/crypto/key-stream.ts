/**
 * The labelled key stream (contract 5): every secret byte of a run (keys, nonces, XEdDSA's Z) is
 * real HMAC-SHA-256 over a label that names its cause, so adding a draw shifts no other one, and a
 * restored snapshot or a clone, which boots anew, repeats none. Built on the hashes directly: the
 * stream is the same under every crypto provider and is not itself a use of one. Nothing of it is
 * kept in a Store.
 */

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Secrets } from '../contract.ts';
import { assert } from '../errors.ts';

/** Longest secret one call gives: 255 blocks of 32 bytes. */
const SECRET_BYTES_MAX = 255 * 32;

/** Sets a run's root apart from everything else that might hash the same seed. */
const ROOT_LABEL = 'lockstep key stream 1';

/** What a secret is for; two labels that differ anywhere give unrelated secrets. */
export interface SecretLabel {
  /** The device incarnation: the host's name, with whatever tells a clone from its original. */
  readonly host: string;
  /** How often this incarnation has booted; an integer in 0..2^32 - 1. */
  readonly boot: number;
  readonly inputId: string;
  readonly purpose: string;
  /** Counts the calls for one purpose within a step, from 0. */
  readonly ordinal: number;
}

/**
 * Where the steps of one host get their secrets from: everything of a label but purpose and
 * ordinal.
 */
export type SecretScope = Pick<SecretLabel, 'host' | 'boot' | 'inputId'>;

/** The root of a run's secrets, keyed once; opaque to everyone but this file. */
export interface KeyStream {
  /** An HMAC-SHA-256 that has absorbed the root as its key and nothing else; cloned, never fed. */
  readonly keyed: KeyedHash;
}

/** The part of noble's incremental HMAC used here. */
interface KeyedHash {
  clone(): KeyedHash;
  update(bytes: Uint8Array): KeyedHash;
  digest(): Uint8Array;
}

/** The 32-byte root secret of the run whose seed has this text. */
export function rootSecret(seedText: string): Uint8Array {
  return hmac(sha256, encode([ROOT_LABEL]), encode([seedText]));
}

/** A stream under `root` (32 bytes). */
export function keyStream(root: Uint8Array): KeyStream {
  assert(root.length === 32, 'the root of a key stream has 32 bytes');
  return { keyed: hmac.create(sha256, root) };
}

/** One secret of 1..8,160 bytes, as a fresh array; the same label always gives the same bytes. */
export function secretAt(stream: KeyStream, label: SecretLabel, length: number): Uint8Array {
  return expand(scopedTo(stream, label), label.purpose, label.ordinal, length);
}

/**
 * The port a step sees: labels of this scope, with ordinals counted per purpose from 0. Make one
 * per step.
 */
export function secretsFor(stream: KeyStream, scope: SecretScope): Secrets {
  const ordinals = new Map<string, number>();
  let scoped: KeyedHash | undefined;
  return {
    bytes(purpose, length) {
      const ordinal = ordinals.get(purpose) ?? 0;
      ordinals.set(purpose, ordinal + 1);
      scoped ??= scopedTo(stream, scope);
      return expand(scoped, purpose, ordinal, length);
    },
  };
}

/** Absorbs host, boot and input id: the part of the label that all secrets of a step share. */
function scopedTo(stream: KeyStream, scope: SecretScope): KeyedHash {
  return stream.keyed.clone().update(encode([scope.host, scope.boot, scope.inputId]));
}

/** Block i (from 0) = HMAC(root, scope, purpose, ordinal, i); the last one is cut. */
function expand(scoped: KeyedHash, purpose: string, ordinal: number, length: number): Uint8Array {
  assert(length >= 1 && length <= SECRET_BYTES_MAX, 'a secret has 1..8,160 bytes');
  const output = new Uint8Array(length);
  for (let block = 0; block * 32 < length; block++) {
    const digest = scoped
      .clone()
      .update(encode([purpose, ordinal, block]))
      .digest();
    output.set(digest.subarray(0, Math.min(32, length - block * 32)), block * 32);
  }
  return output;
}

/**
 * Unambiguous bytes of a tuple: each text as a tag, its length and its UTF-16 units (so that every
 * JavaScript string, lone surrogates included, has its own encoding), each number as a tag and 4
 * bytes.
 */
function encode(fields: readonly (string | number)[]): Uint8Array {
  let size = 0;
  for (const field of fields) size += 5 + (typeof field === 'string' ? field.length * 2 : 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const field of fields) {
    const isText = typeof field === 'string';
    const word = isText ? field.length : field;
    assert(
      Number.isInteger(word) && word >= 0 && word <= 0xffff_ffff,
      'numbers and lengths of a label fit 32 bits',
    );
    bytes[offset] = isText ? 1 : 2;
    view.setUint32(offset + 1, word);
    offset += 5;
    if (!isText) continue;
    for (let index = 0; index < field.length; index++, offset += 2) {
      view.setUint16(offset, field.charCodeAt(index));
    }
  }
  return bytes;
}
