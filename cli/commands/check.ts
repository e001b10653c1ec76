/** `check [SCENARIO…]`: searches for a failure, makes it small and writes it down as a scenario. */

import { Command } from 'commander';
import type { CheckFlags } from '../check/flags.ts';
import {
  parseCount,
  parseDurationFlag,
  parseShard,
  withEngine,
  withSeed,
  withTalk,
} from '../options.ts';
import type { Session } from '../session.ts';

/** The command. */
export function checkCommand(session: Session): Command {
  const command = new Command('check')
    .description('search for failures: generated scenarios, or variations of the given ones')
    .argument('[scenario...]', 'names from "list scenarios", or files; none: generated ones')
    .option('--runs <n>', 'how many runs (default: 100, unless --time is given)', parseCount)
    .option('--time <d>', 'search for so long', parseDurationFlag)
    .option(
      '--jobs <n>',
      'worker threads; 1 stays in this thread (default: one per core)',
      parseCount,
    )
    .option(
      '--corpus <dir>',
      'run the scenarios in this folder first; new failures are added to it',
    )
    .option('--out <dir>', 'where failures are written (default: the corpus, or out/check)')
    .option(
      '--every-crash',
      'crash one given scenario after every effect of every step, one by one; what the crash ' +
        'itself made impossible is not expected: a message not written, a device not linked',
    )
    .option('--fail-fast', 'end with the first failure, once it is small and written')
    .option(
      '--shard <i/n>',
      'only every n-th of the runs: n machines with the same seed do all of them',
      parseShard,
    )
    .option('--junit <file>', 'write the verdicts as JUnit XML')
    .option('--json', 'print one JSON line per finding and one at the end')
    .option('--max-events <n>', 'bound of each run (default: 2000000)', parseCount)
    .action(async (typed: readonly string[], flags: CheckFlags) => {
      const { check } = await import('../check/check.ts');
      await check(session, typed, flags);
    });
  return withTalk(withEngine(withSeed(command, 'default: random, and printed')));
}
