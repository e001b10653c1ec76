/** Medians of interleaved rounds, and the rows every benchmark answers with. */

/** One measured figure beside its reference or its bound. */
export interface BenchRow {
  readonly benchmark: string;
  readonly what: string;
  /** Our figure with its unit. */
  readonly measured: string;
  /** What it is compared with: another program's figure, or the bound itself. */
  readonly reference: string;
  /**
   * Reference over ours (higher is better); absent when it is a bound, or the reference is missing.
   */
  readonly ratio?: number;
  /** What must be reached, in words. */
  readonly wanted: string;
  /** Undefined when the reference is a development package that is not installed. */
  readonly isMet: boolean | undefined;
}

/** Rounds of every benchmark: an odd number, so that the median is one of them. */
export const ROUNDS = 9;

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[sorted.length >> 1] ?? 0;
}

/** Milliseconds that a call takes. */
export function timeMs(call: () => void): number {
  const beganMs = performance.now();
  call();
  return performance.now() - beganMs;
}

/** Medians of several contenders whose rounds are interleaved; one round warms up. */
export function interleaved(
  contenders: readonly (() => void)[],
  rounds = ROUNDS,
): readonly number[] {
  for (const contender of contenders) contender();
  const times: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    contenders.forEach((contender, index) => {
      times[index]?.push(timeMs(contender));
    });
  }
  return times.map(median);
}
