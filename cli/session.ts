/** What one invocation of the program carries along. */

import type { ProgramFacts } from '../reports/run-document.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** One invocation: where to write, which build, how it will end. */
export interface Session {
  readonly terminal: Terminal;
  readonly facts: ProgramFacts;
  /** Set by the command. */
  exitCode: ExitCode;
  /** The line that repeats what is being done, once it is known; printed with a defect. */
  reproduce?: string;
}
