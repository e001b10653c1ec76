/** `replay FILE`: runs a recorded run again and compares, event by event. */

import { Command } from 'commander';
import { withEngine, withTalk } from '../options.ts';
import type { ReplayFlags } from '../replay/replay.ts';
import type { Session } from '../session.ts';

/** The command. */
export function replayCommand(session: Session): Command {
  const command = new Command('replay')
    .description('run a recorded run again and compare')
    .argument('<file>', 'a trace, or a counterexample')
    .option('--json', 'print one JSON document')
    .action(async (file: string, flags: ReplayFlags) => {
      const { replay } = await import('../replay/replay.ts');
      await replay(session, file, flags);
    });
  return withTalk(withEngine(command));
}
