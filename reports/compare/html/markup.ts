/**
 * HTML as values: a template whose holes are escaped unless they are HTML themselves, so that a
 * name can hold whatever it likes. Good for element content and for quoted attributes, and for
 * nothing else.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A piece of a page that needs no escaping any more. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a hole may hold; a list is joined with nothing between. */
export type Hole = string | number | Html | undefined | readonly Hole[];

function filled(hole: Hole): string {
  if (hole === undefined) return '';
  if (hole instanceof Html) return hole.text;
  if (typeof hole === 'number') return String(hole);
  if (typeof hole === 'string') return hole.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
  return hole.map(filled).join('');
}

/** A template of HTML: `` html`<b>${name}</b>` ``. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  return new Html(parts.map((part, index) => part + filled(holes[index])).join(''));
}

/** A word for an `id` or a fragment: lower case, everything else a hyphen. */
export function anchor(...words: readonly string[]): string {
  return words
    .join(' ')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Data for a script of the page: `<` is written so that no name can close the element. */
export function scriptData(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll('<', '\\u003c'));
}
