/** `view [FILE]`: the viewer in a browser, served to this machine alone. */

import { Command, InvalidArgumentError } from 'commander';
import { withBounds, withEngine, withSeed, withTalk } from '../options.ts';
import type { Session } from '../session.ts';
import type { ViewFlags } from '../view/view.ts';

const PORT_MAX = 65_535;

function parsePort(read: string): number {
  const port = Number(read);
  if (!/^\d+$/.test(read) || port < 1 || port > PORT_MAX) {
    throw new InvalidArgumentError(`'${read}' is not a port; write a number from 1 to ${PORT_MAX}`);
  }
  return port;
}

/** The command. */
export function viewCommand(session: Session): Command {
  const command = new Command('view')
    .description('look at runs in a browser; served on 127.0.0.1 until Ctrl-C')
    .argument('[file]', 'a trace, or a scenario (a name or a file) to run first')
    .option('--port <n>', 'listen on this port (default: a free one)', parsePort)
    .action(async (typed: string | undefined, flags: ViewFlags) => {
      const { view } = await import('../view/view.ts');
      await view(session, typed, flags);
    });
  return withTalk(withBounds(withEngine(withSeed(command, 'default: the scenario’s, or 1'))));
}
