/** Numbers of one run on their way into measures: kept, then summed up by mean or rank. */

/** One number per measure id; absent when the run had no occasion for it. */
export type Measured = Map<string, number>;

/** Keeps a number, unless there was no occasion for it. */
export function keep(into: Measured, id: string, value: number | undefined): void {
  if (value !== undefined) into.set(id, value);
}

export function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** The mean; undefined of nothing. */
export function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : sumOf(values) / values.length;
}

/** A part of a whole; undefined of a whole of nothing. */
export function shareOf(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

/**
 * Nearest rank: the smallest value that at least `percent` of the values do not exceed; undefined
 * of nothing.
 */
export function quantileOf(values: readonly number[], percent: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
}

/** The middle, the twentieth and the hundredth worst of the values. */
export function keepQuantiles(into: Measured, id: string, values: readonly number[]): void {
  for (const percent of [50, 95, 99]) keep(into, `${id}.p${percent}`, quantileOf(values, percent));
}
