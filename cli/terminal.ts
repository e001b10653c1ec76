/**
 * The two channels: stdout is data, stderr is talk. Colours only where a person looks, and never
 * when NO_COLOR or `--no-color` says so. Writing is synchronous, so that nothing is lost when the
 * program ends.
 */

import { writeSync } from 'node:fs';
import picocolors from 'picocolors';
import { cannotWrite } from './write-out.ts';

/** The colours of one channel; each is the identity where colour is off. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Both channels, and how much talk is wanted. */
export interface Terminal {
  /** Data: what the command was asked for. */
  print(text: string): void;
  /** Talk: progress, hints, the way to reproduce. Silent under `--quiet`. */
  say(text: string): void;
  /** An error: said even under `--quiet`. */
  complain(text: string): void;
  readonly colors: Colors;
  readonly talkColors: Colors;
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  /** Whether stderr is a terminal: a progress line may be redrawn there. */
  readonly canRedraw: boolean;
  readonly columns: number;
}

const STDOUT = 1;
const STDERR = 2;

/**
 * Writes all of a text; a closed pipe (`| head`) ends the program without a word, as others do. A
 * full stdout throws `UsageError`; talk that cannot be written has nobody to tell it to.
 */
function writeAll(descriptor: number, text: string): void {
  let rest = Buffer.from(text, 'utf8');
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EAGAIN') continue;
      if (code === 'EPIPE') process.exit(0);
      if (descriptor === STDERR) return;
      throw cannotWrite('stdout', error);
    }
  }
}

function wantsColor(stream: NodeJS.WriteStream, args: readonly string[]): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (args.includes('--no-color') || (NO_COLOR ?? '') !== '') return false;
  if ((FORCE_COLOR ?? '') !== '' && FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && TERM !== 'dumb';
}

/** Opens the channels for one invocation. */
export function openTerminal(args: readonly string[]): Terminal {
  const isQuiet = args.includes('--quiet') || args.includes('-q');
  return {
    print: (text) => writeAll(STDOUT, text),
    say: (text) => {
      if (!isQuiet) writeAll(STDERR, text);
    },
    complain: (text) => writeAll(STDERR, text),
    colors: picocolors.createColors(wantsColor(process.stdout, args)),
    talkColors: picocolors.createColors(wantsColor(process.stderr, args)),
    isQuiet,
    isVerbose: args.includes('--verbose') || args.includes('-v'),
    canRedraw: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
    columns: process.stdout.columns ?? 100,
  };
}
