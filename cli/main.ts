/**
 * Builds the command tree, runs what was asked for and turns what happened into an exit code. Each
 * command loads its engine only when it is called.
 */

import { Command } from 'commander';
import { visibleLines } from '../scenarios/visible.ts';
import { buildFacts } from './build-facts.ts';
import { benchCommand } from './commands/bench.ts';
import { checkCommand } from './commands/check.ts';
import { compareCommand } from './commands/compare.ts';
import { completionCommand } from './commands/completion.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { listCommand } from './commands/list.ts';
import { replayCommand } from './commands/replay.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { viewCommand } from './commands/view.ts';
import { EXIT } from './exit-codes.ts';
import { explainFailure } from './failure.ts';
import type { Session } from './session.ts';
import { openTerminal } from './terminal.ts';
import { requireWord } from './usage-error.ts';

const AFTER_HELP = `
Begin with:
  lockstep list scenarios
  lockstep run phone-offline --seed 7

Exit codes: 0 held · 1 violated · 2 wrong usage or bad file · 3 not deterministic ·
            4 undecided · 70 a defect of Lockstep · 130 interrupted`;

/** The whole tree of commands. */
export function buildProgram(session: Session): Command {
  const program = new Command('lockstep')
    .description('Deterministic simulator and test bench for multi-device encrypted messaging.')
    .version(session.facts.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .addHelpText('after', AFTER_HELP)
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => session.terminal.print(text),
      writeErr: (text) => session.terminal.complain(visibleLines(text)),
    });
  const commands = [
    runCommand,
    viewCommand,
    replayCommand,
    checkCommand,
    compareCommand,
    explainCommand,
    exportCommand,
    listCommand,
    schemaCommand,
    benchCommand,
    completionCommand,
  ];
  for (const make of commands) {
    const command = make(session);
    command.copyInheritedSettings(program).helpOption('-h, --help', 'show help');
    program.addCommand(command);
  }
  return program;
}

/** Refuses an unknown command with all there are. */
function requireCommand(program: Command, [typed]: readonly string[]): void {
  if (typed === undefined || typed.startsWith('-')) return;
  requireWord(
    'command',
    typed,
    program.commands.map((command) => command.name()),
  );
}

/** Runs the program with its arguments and sets the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const session: Session = {
    terminal: openTerminal(args),
    facts: buildFacts(),
    exitCode: EXIT.held,
  };
  try {
    const program = buildProgram(session);
    requireCommand(program, args);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    session.exitCode = explainFailure(session, error);
  }
  process.exitCode = session.exitCode;
}
