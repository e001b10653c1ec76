/**
 * Bytes to stanza tree (appendix E), for bytes from anywhere: every length is checked against what
 * is left before anything is read, addresses do not nest, and each limit has its rejection. Interop
 * and Facebook addresses (245, 246) belong to later years and are unknown here. Deflated frames
 * (flag bit 1) are refused as malformed: no peer of ours sends them until deflate is added.
 */

import { type Rejection, reject } from '../errors.ts';
import { FRAME_BYTES_MAX, NODE_DEPTH_MAX } from '../limits.ts';
import * as layout from './layout.ts';
import type { WireContent, WireNode } from './node.ts';
import { DOUBLE_TOKENS, SINGLE_TOKENS } from './tokens.ts';
import { readUtf8 } from './utf8.ts';

/** The two characters of each byte of a packed string; `undefined` where a half byte has none. */
function pairsOf(alphabet: string): readonly (string | undefined)[] {
  return Array.from({ length: 256 }, (_, byte) => {
    const [high, low] = [alphabet[byte >> 4], alphabet[byte & 15]];
    return high === undefined || low === undefined ? undefined : high + low;
  });
}

const NIBBLES = '0123456789-.';
const NIBBLE_PAIRS = pairsOf(NIBBLES);
const HEX = '0123456789ABCDEF';
const HEX_PAIRS = pairsOf(HEX);

/** Reads one frame. After `problem` is set, whatever it returns is meaningless and thrown away. */
class Reader {
  readonly bytes: Uint8Array;
  position = 0;
  problem: string | undefined = undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  fail(problem: string): void {
    this.problem ??= problem;
  }

  byte(): number {
    if (this.position < this.bytes.length) return this.bytes[this.position++] as number;
    this.fail('it is cut off');
    return layout.EMPTY;
  }

  #number(length: number): number {
    let value = 0;
    for (let index = 0; index < length; index += 1) value = value * 256 + this.byte();
    return value;
  }

  /** Size of the list that `form` opens. */
  listSize(form: number): number {
    if (form === layout.EMPTY) return 0;
    if (form === layout.LIST_8) return this.byte();
    if (form === layout.LIST_16) return this.#number(2);
    this.fail(`byte ${form} does not open a list`);
    return 0;
  }

  /** End of the raw bytes that `form` opens; the position is then at their start. */
  rawEnd(form: number): number {
    const lengthBytes = form === layout.BYTES_8 ? 1 : form === layout.BYTES_20 ? 3 : 4;
    const length = this.#number(lengthBytes);
    const isTooLong = form === layout.BYTES_20 && length >= layout.BYTES_20_END;
    if (isTooLong) this.fail('a length is larger than its form allows');
    if (length > this.bytes.length - this.position) this.fail('it is cut off');
    return this.problem === undefined ? this.position + length : this.position;
  }

  #rawText(form: number): string {
    const end = this.rawEnd(form);
    const text = readUtf8(this.bytes, this.position, end);
    this.position = end;
    if (text === undefined) this.fail('a string is not UTF-8');
    return text ?? '';
  }

  #packed(alphabet: string, pairs: readonly (string | undefined)[]): string {
    const header = this.byte();
    const isOdd = header > 0x7f;
    const end = this.position + (header & 0x7f);
    if (end > this.bytes.length) this.fail('it is cut off');
    if (header === 0x80) this.fail('a packed string is odd and empty');
    if (this.problem !== undefined) return '';
    let text = '';
    for (const wholeEnd = isOdd ? end - 1 : end; this.position < wholeEnd; this.position += 1) {
      const pair = pairs[this.bytes[this.position] as number];
      if (pair === undefined) this.fail('a packed digit is out of range');
      text += pair;
    }
    if (!isOdd) return text;
    const last = this.byte();
    const digit = alphabet[last >> 4];
    if (digit === undefined) this.fail('a packed digit is out of range');
    if ((last & 15) !== layout.FILLER) this.fail('a packed string lacks its filler');
    return text + digit;
  }

  /** A string that is not an address. */
  #plain(form: number): string {
    if (form === layout.EMPTY) return '';
    if (form < layout.DOUBLE_0) return SINGLE_TOKENS[form] as string;
    const table = DOUBLE_TOKENS[form - layout.DOUBLE_0];
    if (table !== undefined) return table[this.byte()] as string;
    if (form === layout.PACKED_NIBBLES) return this.#packed(NIBBLES, NIBBLE_PAIRS);
    if (form === layout.PACKED_HEX) return this.#packed(HEX, HEX_PAIRS);
    if (form >= layout.BYTES_8 && form <= layout.BYTES_32) return this.#rawText(form);
    this.fail(`byte ${form} does not open a string`);
    return '';
  }

  #deviceJid(): string {
    const server = layout.DOMAINS[this.byte()];
    const device = this.byte();
    const user = this.#plain(this.byte());
    if (server === undefined) this.fail('a device address has an unknown domain');
    if (user === '') this.fail('a device address has no user');
    return device === 0 ? `${user}@${server}` : `${user}:${device}@${server}`;
  }

  /** Without a user it is the server's own name, as whatsmeow and zapo-js read it. */
  #jidPair(): string {
    const user = this.#plain(this.byte());
    const server = this.#plain(this.byte());
    if (server === '') this.fail('an address has no server');
    return user === '' ? server : `${user}@${server}`;
  }

  text(form: number): string {
    if (form === layout.JID_PAIR) return this.#jidPair();
    return form === layout.DEVICE_JID ? this.#deviceJid() : this.#plain(form);
  }

  name(): string {
    const text = this.text(this.byte());
    if (text === '') this.fail('a tag or an attribute has no name');
    return text;
  }

  content(depth: number): WireContent {
    const form = this.byte();
    if (form === layout.EMPTY || form === layout.LIST_8 || form === layout.LIST_16) {
      return this.nodes(this.listSize(form), depth + 1);
    }
    if (form < layout.BYTES_8 || form > layout.BYTES_32) return this.text(form);
    const end = this.rawEnd(form);
    const bytes = this.bytes.slice(this.position, end);
    this.position = end;
    return bytes;
  }

  nodes(count: number, depth: number): WireNode[] {
    const nodes: WireNode[] = [];
    if (count > 0 && depth > NODE_DEPTH_MAX) this.fail(`it is deeper than ${NODE_DEPTH_MAX}`);
    for (let index = 0; index < count && this.problem === undefined; index += 1) {
      nodes.push(this.node(depth));
    }
    return nodes;
  }

  node(depth: number): WireNode {
    const size = this.listSize(this.byte());
    if (size === 0) this.fail('an element is empty');
    const tag = this.name();
    const attributes: (readonly [string, string])[] = [];
    const attributeCount = (size - 1) >> 1;
    for (let index = 0; index < attributeCount && this.problem === undefined; index += 1) {
      const name = this.name();
      attributes.push([name, this.text(this.byte())]);
    }
    const hasContent = size % 2 === 0 && this.problem === undefined;
    return { tag, attributes, content: hasContent ? this.content(depth) : undefined };
  }
}

/**
 * Decodes a frame's plaintext (flag byte, then one node). Byte strings are copies. `malformed` when
 * cut off, oversized, deflated, followed by more bytes, too deep, or with a form that appendix E
 * lacks.
 */
export function decodeFrame(bytes: Uint8Array): WireNode | Rejection {
  const reader = new Reader(bytes);
  if (bytes.length > FRAME_BYTES_MAX) reader.fail(`it is larger than ${FRAME_BYTES_MAX} bytes`);
  else if ((reader.byte() & layout.FLAG_DEFLATED) !== 0) reader.fail('it is deflated');
  else if (bytes[0] !== layout.FLAG_PLAIN) reader.fail('its flag byte is unknown');
  if (reader.problem === undefined) {
    const root = reader.node(1);
    if (reader.position < bytes.length) reader.fail('bytes follow its node');
    if (reader.problem === undefined) return root;
  }
  return reject('malformed', `Frame does not decode: ${reader.problem}.`, {
    sizeBytes: bytes.length,
    position: reader.position,
  });
}
