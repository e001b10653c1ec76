/** `bench [NAME]`: the benchmarks, each figure beside its reference or its bound. */

import { Argument, Command } from 'commander';
import { BENCHMARKS } from '../bench/benchmarks.ts';
import type { BenchRow } from '../bench/measure.ts';
import { withTalk } from '../options.ts';
import type { Session } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { requireWord } from '../usage-error.ts';
import { aligned } from '../words.ts';

const names = BENCHMARKS.map(({ name }) => name);

/** Rows as a table; what misses its bound is marked. */
export function benchTable(terminal: Terminal, rows: readonly BenchRow[]): string {
  const { colors } = terminal;
  const cells = rows.map(({ benchmark, what, measured, reference, ratio, wanted }) => [
    benchmark,
    what,
    measured,
    reference,
    ratio === undefined ? '' : `${ratio.toFixed(2)}x`,
    wanted,
  ]);
  return aligned(cells)
    .map((line, index) => {
      const isMet = rows[index]?.isMet;
      const mark = isMet === undefined ? '-' : isMet ? colors.green('met') : colors.red('missed');
      return `${line}  ${mark}\n`;
    })
    .join('');
}

async function bench(session: Session, typed: string | undefined, isJson: boolean): Promise<void> {
  const wanted = typed === undefined ? undefined : requireWord('benchmark', typed, names);
  const { terminal } = session;
  const all: BenchRow[] = [];
  for (const { name, summary, measure } of BENCHMARKS) {
    if (wanted !== undefined && wanted !== name) continue;
    terminal.say(`${name}: ${summary} …\n`);
    const rows = await measure();
    all.push(...rows);
    if (!isJson) terminal.print(benchTable(terminal, rows));
  }
  if (isJson) {
    terminal.print(`${JSON.stringify({ schema: 'lockstep.bench/1', rows: all }, null, 2)}\n`);
  }
}

/** The command. */
export function benchCommand(session: Session): Command {
  const command = new Command('bench')
    .description('measure, each figure beside its reference')
    .addArgument(new Argument('[name]', `one of ${names.join(', ')}; none: all`))
    .option('--json', 'print one JSON document')
    .action((typed: string | undefined, flags: { readonly json?: boolean }) =>
      bench(session, typed, flags.json === true),
    );
  return withTalk(command);
}
