/** Numbers of one run on their way into measures: kept, then summed up by mean or rank. */

/** One number per measure id; absent when the run had no occasion for it. */
export type Measured = Map<string, number>;

/** Ids of measures of a run whose number is a bound: what is measured had not happened yet. */
export type Bounds = Set<string>;

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

/** Waits of one kind: how long each took, and how many were not over when the story was. */
export interface Waits {
  readonly tookUs: readonly number[];
  readonly open: number;
}

/** Where the waits of a run are summed up. */
export interface WaitsRoom {
  readonly into: Measured;
  readonly bounds: Bounds;
  /** What a wait that was not over counts as: longer than any that was. */
  readonly openUs: number;
}

/**
 * A quantile over all waits, those included that were not over: they rank behind all others, and a
 * quantile that falls among them is a bound, the length of the story.
 */
export function keepWait(room: WaitsRoom, id: string, { tookUs, open }: Waits, at: number): void {
  const all = [...tookUs, ...Array.from({ length: open }, () => room.openUs)];
  const value = quantileOf(all, at);
  if (value === undefined) return;
  room.into.set(id, value);
  if (Math.ceil((all.length * at) / 100) > tookUs.length) room.bounds.add(id);
}

/** The middle, the twentieth and the hundredth worst of the waits. */
export function keepQuantiles(room: WaitsRoom, id: string, waits: Waits): void {
  for (const percent of [50, 95, 99]) keepWait(room, `${id}.p${percent}`, waits, percent);
}
