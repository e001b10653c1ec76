/**
 * Stanza tree to bytes (appendix E). Every string gets the first form that fits, in the order of
 * the specification, so that one tree has one encoding. Frames are never deflated yet (the flag
 * byte is 0).
 */

import { assert } from '../errors.ts';
import { FRAME_BYTES_MAX, NODE_DEPTH_MAX, NODE_LIST_MAX } from '../limits.ts';
import * as layout from './layout.ts';
import type { WireNode } from './node.ts';
import { DOUBLE_TOKENS, SINGLE_TOKENS } from './tokens.ts';
import { utf8Length, writeUtf8 } from './utf8.ts';

/**
 * Token to its bytes: below 256 one byte, else 236 + table in the high byte and the index in the
 * low.
 */
const TOKENS: ReadonlyMap<string, number> = new Map([
  ...DOUBLE_TOKENS.flatMap((tokens, table) =>
    tokens.map((token, index) => [token, ((layout.DOUBLE_0 + table) << 8) | index] as const),
  ),
  ...SINGLE_TOKENS.slice(1).map((token, index) => [token, index + 1] as const),
]);

/** Nibble of a character of a packed number, or -1: digits, `-` 10, `.` 11. */
function nibbleOf(unit: number): number {
  if (unit >= 48 && unit <= 57) return unit - 48;
  return unit === 45 ? 10 : unit === 46 ? 11 : -1;
}

/** Value of an upper-case hexadecimal digit, or -1. */
function hexOf(unit: number): number {
  if (unit >= 48 && unit <= 57) return unit - 48;
  return unit >= 65 && unit <= 70 ? unit - 55 : -1;
}

function isAll(text: string, digitOf: (unit: number) => number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (digitOf(text.charCodeAt(index)) < 0) return false;
  }
  return true;
}

/**
 * Device id in `user:id` (canonical, 1..255, user not empty), or 0 when the text has no such form.
 */
function deviceOf(text: string, at: number): number {
  const colon = text.indexOf(':');
  const digits = at - colon - 1;
  if (colon <= 0 || digits < 1 || digits > 3 || text.charCodeAt(colon + 1) === 48) return 0;
  let id = 0;
  for (let index = colon + 1; index < at; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 48 || unit > 57) return 0;
    id = id * 10 + unit - 48;
  }
  return id <= 255 ? id : 0;
}

/** One growing buffer for a whole frame. */
class Writer {
  #bytes = new Uint8Array(512);
  #size = 0;

  #reserve(count: number): void {
    const wanted = this.#size + count;
    if (wanted <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(wanted, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
  }

  byte(value: number): void {
    if (this.#size === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#size++] = value;
  }

  list(size: number): void {
    assert(size <= NODE_LIST_MAX, 'a list fits its header');
    if (size === 0) {
      this.byte(layout.EMPTY);
    } else if (size < 256) {
      this.byte(layout.LIST_8);
      this.byte(size);
    } else {
      this.byte(layout.LIST_16);
      this.byte(size >> 8);
      this.byte(size & 255);
    }
  }

  #length(length: number): void {
    if (length < 256) {
      this.byte(layout.BYTES_8);
    } else if (length < layout.BYTES_20_END) {
      this.byte(layout.BYTES_20);
      this.byte(length >> 16);
      this.byte((length >> 8) & 255);
    } else {
      this.byte(layout.BYTES_32);
      this.byte(length >>> 24);
      this.byte((length >> 16) & 255);
      this.byte((length >> 8) & 255);
    }
    this.byte(length & 255);
  }

  raw(bytes: Uint8Array): void {
    this.#length(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  #rawText(text: string): void {
    const length = utf8Length(text);
    this.#length(length);
    this.#reserve(length);
    this.#size = writeUtf8(text, this.#bytes, this.#size);
  }

  #packed(text: string, form: number, digitOf: (unit: number) => number): void {
    this.byte(form);
    this.byte(((text.length + 1) >> 1) | ((text.length & 1) << 7));
    for (let index = 0; index < text.length; index += 2) {
      const isLast = index + 1 === text.length;
      const low = isLast ? layout.FILLER : digitOf(text.charCodeAt(index + 1));
      this.byte((digitOf(text.charCodeAt(index)) << 4) | low);
    }
  }

  /** Token, packed or raw: every form but an address. True when written. */
  #plain(text: string, isRawAllowed: boolean): boolean {
    const token = TOKENS.get(text);
    if (token !== undefined) {
      if (token > 255) this.byte(token >> 8);
      this.byte(token & 255);
    } else if (text.length === 0) {
      this.#length(0);
    } else if (text.length <= layout.PACKED_MAX && isAll(text, nibbleOf)) {
      this.#packed(text, layout.PACKED_NIBBLES, nibbleOf);
    } else if (text.length <= layout.PACKED_MAX && isAll(text, hexOf)) {
      this.#packed(text, layout.PACKED_HEX, hexOf);
    } else if (isRawAllowed) {
      this.#rawText(text);
    } else {
      return false;
    }
    return true;
  }

  /** Writes a string in the first form that fits. */
  text(text: string): void {
    const at = text.indexOf('@');
    if (at < 0) {
      this.#plain(text, true);
    } else if (!this.#plain(text, false)) {
      const server = text.slice(at + 1);
      const isAddress = at > 0 && server.length > 0 && !server.includes('@');
      if (!isAddress) this.#rawText(text);
      else this.#address(text, at, server);
    }
  }

  #address(text: string, at: number, server: string): void {
    const domain = layout.DOMAINS.indexOf(server);
    const device = domain < 0 ? 0 : deviceOf(text, at);
    if (device > 0) {
      this.byte(layout.DEVICE_JID);
      this.byte(domain);
      this.byte(device);
      this.#plain(text.slice(0, text.indexOf(':')), true);
      return;
    }
    this.byte(layout.JID_PAIR);
    this.#plain(text.slice(0, at), true);
    this.#plain(server, true);
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }
}

function writeNode(element: WireNode, writer: Writer, depth: number): void {
  const { tag, attributes, content } = element;
  assert(depth <= NODE_DEPTH_MAX, 'our own stanzas are not deeper than a decoder allows');
  assert(tag.length > 0, 'an element has a tag');
  writer.list(1 + 2 * attributes.length + (content === undefined ? 0 : 1));
  writer.text(tag);
  for (const [name, value] of attributes) {
    assert(name.length > 0, 'an attribute has a name');
    writer.text(name);
    writer.text(value);
  }
  if (typeof content === 'string') {
    writer.text(content);
  } else if (content instanceof Uint8Array) {
    writer.raw(content);
  } else if (content !== undefined) {
    writer.list(content.length);
    for (const item of content) writeNode(item, writer, depth + 1);
  }
}

/**
 * A frame's plaintext: flag byte 0, then the node. Text content that has no compact form is written
 * as raw bytes, which a reader takes for a byte string. Fails an assertion beyond the limits of a
 * decoder.
 */
export function encodeFrame(root: WireNode): Uint8Array {
  const writer = new Writer();
  writer.byte(layout.FLAG_PLAIN);
  writeNode(root, writer, 1);
  const frame = writer.take();
  assert(frame.length <= FRAME_BYTES_MAX, 'our own frames are not larger than a decoder allows');
  return frame;
}
