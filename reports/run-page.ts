/** Recorded runs put into the viewer's page: one file that opens from disk and asks for nothing. */

import type { RunDocument } from './run-document.ts';

/** Where the built template takes the runs; `scripts/build-viewer.mjs` puts it there. */
const DATA_PLACE = '<!--lockstep:run-data-->';

/** One run as the page finds it. */
export interface PageRun {
  /** Null where only a trace is known. */
  readonly result: RunDocument | null;
  /** Base64 of the compressed trace. */
  readonly trace: string;
}

/**
 * The page of some runs; `template` is the text of the built `single.html`. `<` is written so that
 * no text of a scenario can close the element.
 */
export function runPage(template: string, runs: readonly PageRun[]): string {
  const parts = template.split(DATA_PLACE);
  if (parts.length !== 2) throw new Error(`the page must hold ${DATA_PLACE} exactly once`);
  const data = JSON.stringify({ runs }).replaceAll('<', '\\u003c');
  return parts.join(`<script type="application/json" id="run-data">${data}</script>`);
}
