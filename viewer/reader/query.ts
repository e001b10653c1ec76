/**
 * The language of the find box: words that an event must contain, and `key:value` terms. Terms are
 * joined by "and"; a `-` before a term means "not"; `"two words"` are one. Values of one key may be
 * joined by commas: `kind:crash,power`.
 */

/** Keys of the language and what each looks at. */
export const QUERY_KEYS: readonly (readonly [key: string, means: string])[] = [
  ['kind', 'kind of event: commit, send, deliver, lever, …'],
  ['device', 'a device, the server, or an account with all its devices'],
  ['what', 'what exactly: message:text, packet-loss, shows, closed, …'],
  ['message', 'a message, by its name in the scenario or its id'],
  ['with', 'the other end of a frame or a connection'],
  ['after', 'at or after a time: 9h, 09:10, 1h30m'],
  ['before', 'at or before a time'],
  ['lost', 'frames that never arrived: lost:yes; that did: lost:no'],
];

/** One term. */
export interface QueryTerm {
  /** Empty for a word of the text. */
  readonly key: string;
  readonly values: readonly string[];
  readonly isNot: boolean;
}

/** A query as read, or the sentence that says what is wrong with it. */
export type Query =
  | { readonly kind: 'query'; readonly terms: readonly QueryTerm[] }
  | { readonly kind: 'refused'; readonly sentence: string };

/** Reads what was typed. */
export function parseQuery(typed: string): Query {
  const terms: QueryTerm[] = [];
  for (const [, minus, key, quotedValue, value, quoted, word] of typed.matchAll(
    /(-?)(?:([a-z]+):(?:"([^"]*)"|(\S+))|"([^"]*)"|(\S+))/g,
  )) {
    const isNot = minus === '-';
    if (key === undefined || (key !== '' && isUrlLike(key, value))) {
      const text = quoted ?? word ?? `${key}:${value}`;
      if (text !== '') terms.push({ key: '', values: [text], isNot });
      continue;
    }
    const values = (quotedValue ?? value ?? '').split(',').filter((one) => one !== '');
    if (!QUERY_KEYS.some(([name]) => name === key)) {
      const names = QUERY_KEYS.map(([name]) => name).join(', ');
      const nearest = nearestKey(key);
      const hint = nearest === undefined ? '' : ` Did you mean ${nearest}: ?`;
      return { kind: 'refused', sentence: `There is no key ${key}:.${hint} Keys are ${names}.` };
    }
    if (values.length > 0) terms.push({ key, values, isNot });
  }
  return { kind: 'query', terms };
}

/** `message:text` and `iq:result` are names of stanzas, and people search for them as they are. */
function isUrlLike(key: string, value: string | undefined): boolean {
  return key === 'iq' || key === 'ack' || key === 'receipt' || (value ?? '').startsWith('//');
}

/** The key that differs least, when it differs by little. */
function nearestKey(typed: string): string | undefined {
  const near = QUERY_KEYS.map(([key]) => ({ key, distance: editDistance(typed, key) }));
  near.sort((left, right) => left.distance - right.distance);
  return near[0] !== undefined && near[0].distance <= 2 ? near[0].key : undefined;
}

/** Edits that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1);
    }
    row = next;
  }
  return row[to.length] as number;
}
