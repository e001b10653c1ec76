/**
 * Texts from files and traces, made safe to show: control characters (C0, C1) and those that turn
 * the direction of writing would let a text paint over the terminal or read as what it is not.
 */

/** C0, DEL and C1, the Arabic letter mark, direction marks, separators, embeddings, isolates. */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Whether a text holds a character that would not be seen as itself. */
export function hasHidden(text: string): boolean {
  return text.search(HIDDEN) >= 0;
}

/** Each such character as `\u001b`; line feeds as well. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As `visible`, but line feeds stay: for texts of several lines. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** Each such character as one column, so that marks below a line keep their place. */
export function visibleInColumns(text: string): string {
  return text.replace(HIDDEN, (sign) => {
    const code = sign.charCodeAt(0);
    if (sign === '\t') return ' ';
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\u2426';
  });
}
