/** What is said of an error that reached the top, and the exit code it ends the program with. */

import { CommanderError } from 'commander';
import { visibleLines } from '../scenarios/visible.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Session } from './session.ts';
import { UsageError } from './usage-error.ts';

/** Says what went wrong on stderr; a defect is told with its stack and the line that repeats it. */
export function explainFailure(session: Session, error: unknown): ExitCode {
  const { terminal } = session;
  if (error instanceof CommanderError) {
    const isAnswer = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
    return isAnswer ? EXIT.held : EXIT.usage;
  }
  if (error instanceof UsageError) {
    terminal.complain(`${terminal.talkColors.red('error:')} ${visibleLines(error.message)}\n`);
    return EXIT.usage;
  }
  const story = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const again = session.reproduce === undefined ? '' : `\nreproduce: ${session.reproduce}`;
  terminal.complain(`This is a defect of Lockstep itself, please report it.\n${story}${again}\n`);
  return EXIT.defect;
}
