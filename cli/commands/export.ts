/** `export FILE --format F`: a trace in a format that other tools read. */

import { basename, join } from 'node:path';
import { Command } from 'commander';
import { exportCsv } from '../../reports/export-csv.ts';
import { exportMermaid } from '../../reports/export-mermaid.ts';
import { exportNdjson } from '../../reports/export-ndjson.ts';
import { exportPerfetto } from '../../reports/export-perfetto.ts';
import { exportShiviz } from '../../reports/export-shiviz.ts';
import type { Trace } from '../../sim/trace/trace.ts';
import { withTalk } from '../options.ts';
import type { Session } from '../session.ts';
import { requireWord } from '../usage-error.ts';
import { makeFolder, requireApart, writeOut } from '../write-out.ts';

interface Format {
  /** What a file in it ends with. */
  readonly ending: string;
  readonly lineEnd: string;
  readonly lines: (trace: Trace) => readonly string[];
}

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['perfetto', { ending: 'perfetto.json', lineEnd: '\n', lines: exportPerfetto }],
  ['shiviz', { ending: 'shiviz.log', lineEnd: '\n', lines: exportShiviz }],
  ['mermaid', { ending: 'mmd', lineEnd: '\n', lines: (trace) => exportMermaid(trace) }],
  ['csv', { ending: 'csv', lineEnd: '\r\n', lines: exportCsv }],
  ['ndjson', { ending: 'ndjson', lineEnd: '\n', lines: exportNdjson }],
] satisfies [string, Format][]);
const NAMES = [...FORMATS.keys()];

interface ExportFlags {
  readonly format: string;
  readonly out?: string;
}

async function exportTrace(session: Session, path: string, flags: ExportFlags): Promise<void> {
  const format = FORMATS.get(requireWord('format', flags.format, NAMES)) as Format;
  const { traceFile } = await import('../trace-input.ts');
  const { terminal } = session;
  const stem = basename(path).replace(/(\.trace)?(\.ndjson)?(\.gz)?$/, '');
  const file = flags.out === undefined ? undefined : join(flags.out, `${stem}.${format.ending}`);
  if (file !== undefined) {
    requireApart([{ what: 'trace', path }], [{ what: flags.format, path: file }]);
  }
  const lines = format.lines(traceFile(path, terminal));
  const text = lines.map((line) => `${line}${format.lineEnd}`).join('');
  if (flags.out === undefined || file === undefined) {
    terminal.print(text);
    return;
  }
  makeFolder(flags.out);
  writeOut(file, text);
  terminal.say(`written to ${file}\n`);
}

/** The command. */
export function exportCommand(session: Session): Command {
  const command = new Command('export')
    .description('print a trace for Perfetto or ShiViz, or as Mermaid, CSV or NDJSON')
    .argument('<file>', 'a trace (run --trace)')
    .requiredOption('--format <name>', NAMES.join(', '))
    .option('--out <dir>', 'write a file there instead of printing')
    .action((path: string, flags: ExportFlags) => exportTrace(session, path, flags));
  return withTalk(command);
}
