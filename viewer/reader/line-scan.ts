/**
 * Reads the few fields of an event line that the picture needs, without parsing the line: a million
 * lines are too many to parse before the first picture. It leans on the canonical order of fields
 * (sim/trace/FORMAT.md); a line of any other form makes it answer `false`, and the whole line is
 * parsed and judged when somebody looks at it.
 */

const SEQUENCE = '{"sequence":';
const TIME = ',"timeUs":';
const NODE = ',"node":';
const CAUSE = ',"cause":';
const KIND = ',"kind":';

const MINUS = 45;
const ZERO = 48;
const NINE = 57;
const QUOTE = '"';
const BACKSLASH = '\\';

/** The fields that every line has, and where the scan stands. One object serves all lines. */
export class LineScan {
  sequence = 0;
  timeUs = 0;
  node = '';
  cause = -1;
  kind = '';
  #text = '';
  #at = 0;

  /** Reads the beginning of the line at `start`; `false` when it is not a canonical event line. */
  begin(text: string, start: number): boolean {
    this.#text = text;
    this.#at = start;
    if (!this.#skip(SEQUENCE)) return false;
    this.sequence = this.#integer();
    if (!this.#skip(TIME)) return false;
    this.timeUs = this.#integer();
    if (!this.#skip(NODE)) return false;
    this.node = this.#string();
    if (!this.#skip(CAUSE)) return false;
    this.cause = this.#integer();
    if (!this.#skip(KIND)) return false;
    this.kind = this.#string();
    return this.kind !== '';
  }

  /** The text of the next field, if it has this name; else nothing, and the scan stays. */
  text(name: string): string | undefined {
    if (!this.#skip(`,"${name}":`)) return undefined;
    return this.#string();
  }

  /** The number of the next field, if it has this name. */
  number(name: string): number | undefined {
    if (!this.#skip(`,"${name}":`)) return undefined;
    return this.#integer();
  }

  /** Kind and id of the next field, if it is the label of a stanza. */
  label(): { readonly kind: string; readonly id: string } | undefined {
    if (!this.#skip(',"label":{"kind":')) return undefined;
    const kind = this.#string();
    if (!this.#skip(',"id":')) return undefined;
    const id = this.#string();
    this.#at++;
    return { kind, id };
  }

  #skip(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #integer(): number {
    let at = this.#at;
    const isNegative = this.#text.charCodeAt(at) === MINUS;
    if (isNegative) at++;
    let value = 0;
    for (let code = this.#text.charCodeAt(at); code >= ZERO && code <= NINE; ) {
      value = value * 10 + (code - ZERO);
      code = this.#text.charCodeAt(++at);
    }
    this.#at = at;
    return isNegative ? -value : value;
  }

  /** A JSON string at the scan's place; empty, and the scan stays, when there is none. */
  #string(): string {
    const text = this.#text;
    if (text[this.#at] !== QUOTE) return '';
    const start = this.#at + 1;
    let end = text.indexOf(QUOTE, start);
    if (end < 0) return '';
    const plain = text.slice(start, end);
    if (!plain.includes(BACKSLASH)) {
      this.#at = end + 1;
      return plain;
    }
    while (end >= 0 && isEscaped(text, start, end)) end = text.indexOf(QUOTE, end + 1);
    if (end < 0) return '';
    this.#at = end + 1;
    return unescaped(text.slice(start - 1, end + 1));
  }
}

/** Whether the quote at `end` is part of the string: an odd number of backslashes before it. */
function isEscaped(text: string, start: number, end: number): boolean {
  let at = end;
  while (at > start && text[at - 1] === BACKSLASH) at--;
  return (end - at) % 2 === 1;
}

/** The string a JSON literal stands for; empty for one that no writer wrote. */
function unescaped(literal: string): string {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}
