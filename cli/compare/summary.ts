/** A comparison in a few lines for the terminal: what the report holds, and where it is. */

import type { ComparisonDocument } from '../../reports/compare/model.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../words.ts';

/** The text printed at the end. */
export function comparisonText(
  terminal: Terminal,
  document: ComparisonDocument,
  folder: string | undefined,
): string {
  const { scenarios, seeds, headlines } = document;
  const lines = [
    `${counted(scenarios.length, 'scenario')}, ${counted(seeds.length, 'paired seed')}`,
    ...headlines.map(({ kind, sentence }) => `  ${terminal.colors.bold(kind)} ${sentence}`),
  ];
  if (folder !== undefined)
    lines.push(
      `the report is ${folder}/report.html: open it in a browser, it needs no network ` +
        '(and .md, .json, .csv beside it)',
    );
  return `${lines.join('\n')}\n`;
}
