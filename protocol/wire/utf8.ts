/**
 * UTF-8 without the platform: strict decoding (no overlong forms, no surrogates, nothing past
 * U+10FFFF) and encoding straight into a larger buffer. Source: Unicode 15, table 3-7 (well-formed
 * byte sequences).
 */

const REPLACEMENT = 0xfffd;
/** Arguments per `String.fromCharCode` call: far below every engine's limit. */
const CHUNK = 4096;

/** The code point at `index`; a lone surrogate counts as U+FFFD, as in every platform encoder. */
function codePointAt(text: string, index: number): number {
  const point = text.codePointAt(index) ?? REPLACEMENT;
  return point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point;
}

/** Bytes that `text` takes in UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) {
      length += 1;
      continue;
    }
    length += 2;
    if (codePointAt(text, index) > 0xffff) index += 1;
  }
  return length;
}

/** Writes `text` at `offset` of `target`, which must have room, and returns the offset after it. */
export function writeUtf8(text: string, target: Uint8Array, offset: number): number {
  let at = offset;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      target[at++] = unit;
      continue;
    }
    const point = codePointAt(text, index);
    if (point < 0x800) {
      target[at++] = 0xc0 | (point >> 6);
    } else if (point < 0x10000) {
      target[at++] = 0xe0 | (point >> 12);
      target[at++] = 0x80 | ((point >> 6) & 0x3f);
    } else {
      index += 1;
      target[at++] = 0xf0 | (point >> 18);
      target[at++] = 0x80 | ((point >> 12) & 0x3f);
      target[at++] = 0x80 | ((point >> 6) & 0x3f);
    }
    target[at++] = 0x80 | (point & 0x3f);
  }
  return at;
}

/** `text` as UTF-8 in a fresh array; lone surrogates become U+FFFD. */
export function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(text, bytes, 0);
  return bytes;
}

/** Bytes of the sequence that `lead` opens: 2..4, or 0 when no sequence starts with it. */
function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/** The code point of the sequence at `index`, or -1 when it is not well formed. */
function multiBytePoint(bytes: Uint8Array, index: number, end: number): number {
  const lead = bytes[index] as number;
  const length = sequenceLength(lead);
  if (length === 0 || index + length > end) return -1;
  let point = lead & (0xff >> (length + 1));
  for (let offset = 1; offset < length; offset += 1) {
    const next = bytes[index + offset] as number;
    if ((next & 0xc0) !== 0x80) return -1;
    point = (point << 6) | (next & 0x3f);
  }
  if (length === 3 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) return -1;
  if (length === 4 && (point < 0x10000 || point > 0x10ffff)) return -1;
  return point;
}

/** The text of ASCII bytes, or `undefined` at the first byte that is not ASCII. */
function readAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = '';
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index] as number;
    if (byte > 0x7f) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/**
 * The text in bytes `start` to before `end`, or `undefined` when they are not well-formed UTF-8.
 */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  // Names, numbers and most texts are ASCII.
  const ascii = readAscii(bytes, start, end);
  if (ascii !== undefined) return ascii;
  let text = '';
  let units: number[] = [];
  for (let index = start; index < end; index += 1) {
    const lead = bytes[index] as number;
    const point = lead < 0x80 ? lead : multiBytePoint(bytes, index, end);
    if (point < 0) return undefined;
    if (point > 0xffff) {
      units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
      index += 3;
    } else {
      units.push(point);
      index += point < 0x80 ? 0 : point < 0x800 ? 1 : 2;
    }
    if (units.length >= CHUNK) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}

/** Whole array as text, or `undefined` when it is not well-formed UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  return readUtf8(bytes, 0, bytes.length);
}
