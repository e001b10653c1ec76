/** `completion SHELL`: a script that completes commands, flags and library names. */

import { Argument, Command } from 'commander';
import { completionScript, describeTree, SHELLS } from '../completion.ts';
import { withTalk } from '../options.ts';
import type { Session } from '../session.ts';
import { requireWord } from '../usage-error.ts';

const HOW = `
Put it where your shell looks:
  bash   lockstep completion bash > ~/.local/share/bash-completion/completions/lockstep
  zsh    lockstep completion zsh > "\${fpath[1]}/_lockstep"
  fish   lockstep completion fish > ~/.config/fish/completions/lockstep.fish`;

/** The command. */
export function completionCommand(session: Session): Command {
  const command = new Command('completion')
    .description('print a completion script for bash, zsh or fish')
    .addArgument(new Argument('<shell>', SHELLS.join(', ')))
    .addHelpText('after', HOW)
    .action(async (typed: string) => {
      const shell = requireWord('shell', typed, SHELLS);
      const { listScenarios } = await import('../../scenarios/library.ts');
      const root = command.parent ?? command;
      const words = describeTree(
        root,
        listScenarios().map(({ name }) => name),
      );
      session.terminal.print(completionScript(shell, words));
    });
  return withTalk(command);
}
