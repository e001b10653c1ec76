/** Words as a shell reads them back: what a line that repeats a run is made of. */

import { hasHidden } from '../scenarios/visible.ts';

/** `$'…'` of bash, zsh and ksh: every control or direction character by the bytes of its UTF-8. */
function dollarQuoted(word: string): string {
  const signs = [...word].map((sign) => {
    if (sign === "'" || sign === '\\') return `\\${sign}`;
    if (!hasHidden(sign)) return sign;
    const bytes = [...new TextEncoder().encode(sign)];
    return bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  });
  return `$'${signs.join('')}'`;
}

/** A word as a shell reads it back: quoted only where it must be, and safe to show. */
export function shellWord(word: string): string {
  if (hasHidden(word)) return dollarQuoted(word);
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
