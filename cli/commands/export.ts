/** `export FILE --format F`: a trace in a format that other tools read. */

import { basename, join } from 'node:path';
import { Command } from 'commander';
import { exportCsv } from '../../reports/export-csv.ts';
import { exportMermaid } from '../../reports/export-mermaid.ts';
import { exportNdjson } from '../../reports/export-ndjson.ts';
import type { Trace } from '../../sim/trace/trace.ts';
import { withTalk } from '../options.ts';
import type { Session } from '../session.ts';
import { requireWord } from '../usage-error.ts';
import { makeFolder, writeOut } from '../write-out.ts';

/** Formats, and the ending of a file in each. */
const FORMATS = ['mermaid', 'csv', 'ndjson'] as const;
const ENDINGS = { mermaid: 'mmd', csv: 'csv', ndjson: 'ndjson' } as const;

function exported(trace: Trace, format: (typeof FORMATS)[number]): string {
  switch (format) {
    case 'mermaid':
      return exportMermaid(trace)
        .map((line) => `${line}\n`)
        .join('');
    case 'csv':
      return exportCsv(trace)
        .map((row) => `${row}\r\n`)
        .join('');
    case 'ndjson':
      return exportNdjson(trace)
        .map((line) => `${line}\n`)
        .join('');
  }
}

interface ExportFlags {
  readonly format: string;
  readonly out?: string;
}

async function exportTrace(session: Session, path: string, flags: ExportFlags): Promise<void> {
  const format = requireWord('format', flags.format, FORMATS);
  const { traceFile } = await import('../trace-input.ts');
  const { terminal } = session;
  const text = exported(traceFile(path, terminal), format);
  if (flags.out === undefined) {
    terminal.print(text);
    return;
  }
  const stem = basename(path).replace(/(\.trace)?(\.ndjson)?(\.gz)?$/, '');
  const file = join(flags.out, `${stem}.${ENDINGS[format]}`);
  makeFolder(flags.out);
  writeOut(file, text);
  terminal.say(`written to ${file}\n`);
}

/** The command. */
export function exportCommand(session: Session): Command {
  const command = new Command('export')
    .description('print a trace as Mermaid, CSV or NDJSON')
    .argument('<file>', 'a trace (run --trace)')
    .requiredOption('--format <name>', FORMATS.join(', '))
    .option('--out <dir>', 'write a file there instead of printing')
    .action((path: string, flags: ExportFlags) => exportTrace(session, path, flags));
  return withTalk(command);
}
