/**
 * A comparison as HTML, Markdown, JSON and CSV. Pure: equal documents give equal bytes, and every
 * form says the same, since all of them are drawn from the document alone.
 */

import { csvRows } from './csv.ts';
import { pageOf } from './html/page.ts';
import { markdownOf } from './markdown.ts';
import type { ComparisonDocument } from './model.ts';

/**
 * One file that opens from disk. `page` is the text of the template the build puts beside this
 * module, `page.html`; a text without its two places is refused.
 */
export function renderHtml(document: ComparisonDocument, page: string): string {
  return pageOf(document, page);
}

/** A summary for a pull request or a terminal. */
export function renderMarkdown(document: ComparisonDocument): string {
  return markdownOf(document);
}

/** The document itself; a number that JSON cannot hold is a defect, not a missing value. */
export function renderJson(document: ComparisonDocument): string {
  const checked = (key: string, value: unknown): unknown => {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new Error(`the comparison holds ${value} at "${key}"`);
    }
    return value;
  };
  return `${JSON.stringify(document, checked, 2)}\n`;
}

/** Every number in long form, RFC 4180: lines end with CR LF. */
export function renderCsv(document: ComparisonDocument): string {
  return csvRows(document)
    .map((row) => `${row}\r\n`)
    .join('');
}
