/** What can be taken away: pictures, tables, files for other tools, the line that runs it again. */

import { useState } from 'preact/hooks';
import type { ExportFormat } from '../reader/reader-messages.ts';
import { saveFile } from '../save-file.ts';
import { svgOf } from '../timeline/svg.ts';
import type { RunProps } from './props.ts';

const FORMATS: readonly (readonly [format: ExportFormat, words: string, ending: string])[] = [
  ['csv', 'CSV, a row an event', 'csv'],
  ['perfetto', 'Perfetto', 'perfetto.json'],
  ['shiviz', 'ShiViz', 'shiviz.txt'],
  ['mermaid', 'Mermaid', 'mmd'],
  ['ndjson', 'lines of the trace', 'ndjson'],
];

export function KeepPanel({ actions, run }: RunProps) {
  const { found } = actions.store;
  const [said, setSaid] = useState('');
  const { header } = run.facts;
  const name = `${header.scenario}-${header.architecture}-${header.seed}`.replace(/[^\w.-]+/g, '_');
  const save = async (format: ExportFormat, ending: string): Promise<void> => {
    const rows = found.value === undefined ? {} : { rows: found.value.slice() };
    const text = await run.reader.ask<'export'>({ kind: 'export', format, ...rows });
    if (typeof text !== 'string') {
      setSaid(text.sentence);
      return;
    }
    saveFile(`${name}.${ending}`, 'text/plain', text);
    setSaid(`${name}.${ending} is among your downloads.`);
  };
  const copy = async (text: string, what: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(`${what} is in the clipboard.`);
    } catch {
      setSaid(`This browser does not let pages copy. Here it is: ${text}`);
    }
  };
  const reproduce =
    run.result?.reproduce ??
    `npx lockstep run ${header.scenario} --seed ${header.seed} --architecture ${header.architecture}`;
  return (
    <>
      <h3>The picture</h3>
      <div class="choices">
        <button type="button" onClick={() => savePicture(name, actions.store.isSecond)}>
          PNG of the window
        </button>
        <button
          type="button"
          onClick={() => saveFile(`${name}.svg`, 'image/svg+xml', svgOf(actions.store, run))}
        >
          SVG of the window
        </button>
      </div>
      <h3>
        {found.value === undefined
          ? 'All events'
          : `The ${found.value.length.toLocaleString('en')} events found`}
      </h3>
      <div class="choices">
        {FORMATS.map(([format, words, ending]) => (
          <button key={format} type="button" onClick={() => void save(format, ending)}>
            {words}
          </button>
        ))}
      </div>
      <h3>To run it again</h3>
      <p class="reproduce">
        <code>{reproduce}</code>
      </p>
      <div class="choices">
        <button type="button" onClick={() => void copy(reproduce, 'The line')}>
          copy the line
        </button>
        <button type="button" onClick={() => void copy(location.href, 'The link')}>
          copy the link to this view
        </button>
      </div>
      <p role="status">{said}</p>
    </>
  );
}

/** The canvas as it is on the screen. */
function savePicture(name: string, isSecond: boolean): void {
  const canvases = document.querySelectorAll<HTMLCanvasElement>('.picture canvas');
  const canvas = canvases[isSecond ? 1 : 0];
  canvas?.toBlob((blob) => {
    if (blob !== null) saveFile(`${name}.png`, 'image/png', blob);
  });
}
