/** What the exit code says; the same table is in the documentation of the command line. */

/** Names of the exit codes. */
export const EXIT = {
  held: 0,
  violated: 1,
  usage: 2,
  notDeterministic: 3,
  undecided: 4,
  defect: 70,
  interrupted: 130,
} as const;

/** One of the codes the program leaves with. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code that a run's verdict asks for. */
export function exitCodeOf(verdict: 'held' | 'violated' | 'undecided'): ExitCode {
  return EXIT[verdict];
}
