/**
 * Frames between browser and server (specification 11.2): a text is `tag,JSON`; what the server
 * hands on sealed is `tag,` then, from the browser alone, a metric byte and a flag byte, then the
 * payload. In front stands the first byte of a WebSocket frame, by which texts and bytes are told
 * apart, and both from the stanzas of phones, which begin with 0 or 2.
 *
 * Assumption: the rest of a WebSocket header (length, mask) counts as transport.
 */

import { concatBytes } from '@noble/hashes/utils.js';
import { type Rejection, reject } from '../../errors.ts';
import { RELAY_TEXT_BYTES_MAX, STANZA_BYTES_MAX } from '../../limits.ts';
import { utf8Bytes, utf8Text } from '../../wire/utf8.ts';

/** Whole message, text or binary: `FIN` and the opcode. */
const TEXT = 0x81;
const BINARY = 0x82;
const COMMA = 0x2c;
const TAG = /^[!-+\--~]{1,64}$/;

/** `tag,JSON`, either way. */
export interface TextFrame {
  readonly kind: 'text-frame';
  readonly tag: string;
  readonly text: string;
}

/** From the browser: sealed for the phone, with what the server may know of it. */
export interface BinaryFrame {
  readonly kind: 'binary-frame';
  readonly tag: string;
  readonly metric: number;
  readonly flag: number;
  readonly payload: Uint8Array;
}

/** From the server: sealed by the phone. */
export interface SealedFrame {
  readonly kind: 'sealed-frame';
  readonly tag: string;
  readonly payload: Uint8Array;
}

/** Whether these bytes are a frame of a browser, and no stanza. */
export function isBrowserFrame(bytes: Uint8Array): boolean {
  return bytes[0] === TEXT || bytes[0] === BINARY;
}

export function textFrame(tag: string, text: string): Uint8Array {
  return concatBytes(new Uint8Array([TEXT]), utf8Bytes(`${tag},${text}`));
}

/** From the browser. `metric` and `flag`: one byte each. */
export function binaryFrame(
  tag: string,
  metric: number,
  flag: number,
  payload: Uint8Array,
): Uint8Array {
  const head = concatBytes(new Uint8Array([BINARY]), utf8Bytes(`${tag},`));
  return concatBytes(head, new Uint8Array([metric, flag]), payload);
}

/** From the server. */
export function sealedFrame(tag: string, payload: Uint8Array): Uint8Array {
  return concatBytes(new Uint8Array([BINARY]), utf8Bytes(`${tag},`), payload);
}

function malformed(what: string): Rejection {
  return reject('malformed', `A frame of a browser's connection ${what}.`);
}

/** The tag and what stands behind its comma. */
function split(bytes: Uint8Array): { readonly tag: string; readonly rest: Uint8Array } | undefined {
  const comma = bytes.indexOf(COMMA, 1);
  const tag = comma < 0 ? undefined : utf8Text(bytes.subarray(1, comma));
  if (tag === undefined || !TAG.test(tag)) return undefined;
  return { tag, rest: bytes.subarray(comma + 1) };
}

function readText(tag: string, rest: Uint8Array): TextFrame | Rejection {
  if (rest.length > RELAY_TEXT_BYTES_MAX) return malformed('has a text that is too long');
  const text = utf8Text(rest);
  return text === undefined ? malformed('is not UTF-8') : { kind: 'text-frame', tag, text };
}

/** Reads what a browser sent. `malformed` when it has no tag, or is cut short or too long. */
export function readFromBrowser(bytes: Uint8Array): TextFrame | BinaryFrame | Rejection {
  const parts = split(bytes);
  if (parts === undefined) return malformed('has no tag');
  const { tag, rest } = parts;
  if (bytes[0] === TEXT) return readText(tag, rest);
  const [metric, flag] = rest;
  if (metric === undefined || flag === undefined) return malformed('ends before its payload');
  if (rest.length > STANZA_BYTES_MAX) return malformed('is larger than the server takes');
  return { kind: 'binary-frame', tag, metric, flag, payload: rest.slice(2) };
}

/** Reads what the server sent a browser. `malformed` as in `readFromBrowser`. */
export function readFromServer(bytes: Uint8Array): TextFrame | SealedFrame | Rejection {
  if (!isBrowserFrame(bytes)) return malformed('is neither text nor binary');
  const parts = split(bytes);
  if (parts === undefined) return malformed('has no tag');
  const { tag, rest } = parts;
  if (bytes[0] === TEXT) return readText(tag, rest);
  return { kind: 'sealed-frame', tag, payload: rest.slice() };
}
