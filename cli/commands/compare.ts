/** `compare [SCENARIO…]`: the same people, weather and seeds on both architectures, one report. */

import { Command, InvalidArgumentError, Option } from 'commander';
import { type CompareFlags, SWEEP_EXTENTS } from '../compare/flags.ts';
import { parseCount, withCrypto, withSeed, withTalk } from '../options.ts';
import type { Session } from '../session.ts';
import { refusal } from '../usage-error.ts';

function parseExtent(read: string): string {
  const found = SWEEP_EXTENTS.find((one) => one === read);
  if (found === undefined) throw new InvalidArgumentError(refusal('extent', read, SWEEP_EXTENTS));
  return found;
}

/** The command. */
export function compareCommand(session: Session): Command {
  const command = new Command('compare')
    .description('compare both architectures: paired runs, one report')
    .argument('[scenario...]', 'names from "list scenarios", or files; none: twelve common days')
    .option('--seeds <n>', 'paired runs of each scenario (default: 20)', parseCount)
    .addOption(
      new Option(
        '--sweeps <extent>',
        'none, short or full: curves over devices, group size, phone-offline share and rate ' +
          '(default: full, or none when scenarios are named)',
      ).argParser(parseExtent),
    )
    .option(
      '--jobs <n>',
      'worker threads; 1 stays in this thread (default: one per core)',
      parseCount,
    )
    .option('--out <dir>', 'where the report is written (default: out/compare)')
    .option('--json', 'print the document; nothing is written without --out')
    .option('--max-events <n>', 'bound of each run (default: 5000000)', parseCount)
    .action(async (typed: readonly string[], flags: CompareFlags) => {
      const { compare } = await import('../compare/compare.ts');
      await compare(session, typed, flags);
    });
  return withTalk(withCrypto(withSeed(command, 'default: 1; runs add their number')));
}
