/**
 * The hold model (pop one, push one) of the event kernel with hashing on, beside `tinyqueue`
 * driving plain closures: the way a simulator is usually begun. Both see the same delays; rounds
 * are interleaved in one process and medians compared, so that a busy machine slows both.
 *
 * What it does not do: import `tinyqueue` when the shipped program is loaded. It is a development
 * package, looked for when the benchmark runs; without it only our own figures are given.
 */

import { Hash128 } from '../trace/hash128.ts';
import { exponentialAt } from './distributions.ts';
import { createDraws } from './draws.ts';
import { EventQueue } from './event-queue.ts';

/** Medians over the rounds, in nanoseconds per hold (one pop and one push). */
export interface KernelBenchRow {
  readonly pending: number;
  readonly rounds: number;
  readonly kernelNs: number;
  /** Undefined when `tinyqueue` is not installed. */
  readonly tinyqueueNs: number | undefined;
  /** `tinyqueueNs / kernelNs`. */
  readonly ratio: number | undefined;
  /** What the ratio has to be. */
  readonly ratioMin: number;
}

export interface KernelBenchOptions {
  /** Interleaved rounds, 9 or more. */
  readonly rounds?: number;
  readonly holdsPerRound?: number;
}

interface Closure {
  readonly timeUs: number;
  readonly sequence: number;
  readonly run: () => void;
}

interface ReferenceQueue {
  push(item: Closure): void;
  pop(): Closure | undefined;
}

type ReferenceFactory = (compare: (left: Closure, right: Closure) => number) => ReferenceQueue;

/** Runs holds and returns nanoseconds per hold. */
type Hold = (holds: number) => number;

const CASES = [
  { pending: 1_000, ratioMin: 1.2 },
  { pending: 10_000, ratioMin: 1.8 },
  { pending: 100_000, ratioMin: 4 },
] as const;
const DELAYS = 1 << 16;
const MEAN_DELAY_US = 1_000_000;

/** Measures every case; takes a few seconds. */
export async function benchKernel(options: KernelBenchOptions = {}): Promise<KernelBenchRow[]> {
  const rounds = Math.max(9, options.rounds ?? 9);
  const holds = options.holdsPerRound ?? 300_000;
  const delays = exponentialDelays();
  const factory = await findTinyqueue();
  const rows: KernelBenchRow[] = [];
  for (const { pending, ratioMin } of CASES) {
    const kernel = kernelHold(pending, delays);
    const reference = factory === undefined ? undefined : closureHold(pending, delays, factory);
    kernel(holds);
    reference?.(holds);
    const kernelTimes: number[] = [];
    const referenceTimes: number[] = [];
    for (let round = 0; round < rounds; round++) {
      kernelTimes.push(kernel(holds));
      if (reference !== undefined) referenceTimes.push(reference(holds));
    }
    const kernelNs = median(kernelTimes);
    const tinyqueueNs = reference === undefined ? undefined : median(referenceTimes);
    const ratio = tinyqueueNs === undefined ? undefined : tinyqueueNs / kernelNs;
    rows.push({ pending, rounds, kernelNs, tinyqueueNs, ratio, ratioMin });
  }
  return rows;
}

/** One line per case, for people. */
export function kernelBenchLines(rows: readonly KernelBenchRow[]): string[] {
  return rows.map((row) => {
    const ours = `${row.kernelNs.toFixed(0)} ns`.padStart(8);
    const start = `${String(row.pending).padStart(8)} pending  kernel with hashing ${ours}`;
    if (row.tinyqueueNs === undefined || row.ratio === undefined) {
      return `${start}  tinyqueue is not installed (a development package)`;
    }
    const theirs = `${row.tinyqueueNs.toFixed(0)} ns`.padStart(8);
    const ratio = `${row.ratio.toFixed(2)} (at least ${row.ratioMin})`;
    return `${start}  tinyqueue ${theirs}  ratio ${ratio}`;
  });
}

function exponentialDelays(): Float64Array {
  const draws = createDraws('bench');
  return Float64Array.from({ length: DELAYS }, (_, index) =>
    exponentialAt(MEAN_DELAY_US, draws.uint32(`delay/${index}`)),
  );
}

function kernelHold(pending: number, delays: Float64Array): Hold {
  const queue = new EventQueue();
  const hash = new Hash128();
  let next = 0;
  for (let index = 0; index < pending; index++) {
    queue.push(delays[next++ & (DELAYS - 1)] as number, 1, index, index & 7);
  }
  return (holds) => {
    const startMs = performance.now();
    for (let count = 0; count < holds; count++) {
      queue.pop();
      const { timeUs, kind, a, b } = queue;
      hash.integer(timeUs);
      hash.word(kind);
      hash.word(a);
      hash.word(b);
      queue.push(timeUs + (delays[next++ & (DELAYS - 1)] as number), kind, a, b);
    }
    return ((performance.now() - startMs) * 1e6) / holds;
  };
}

function closureHold(pending: number, delays: Float64Array, factory: ReferenceFactory): Hold {
  const queue = factory(
    (left, right) => left.timeUs - right.timeUs || left.sequence - right.sequence,
  );
  let nowUs = 0;
  let next = 0;
  let sequence = 0;
  const schedule = (index: number): void => {
    const timeUs = nowUs + (delays[next++ & (DELAYS - 1)] as number);
    queue.push({ timeUs, sequence: sequence++, run: () => schedule(index) });
  };
  for (let index = 0; index < pending; index++) schedule(index);
  return (holds) => {
    const startMs = performance.now();
    for (let count = 0; count < holds; count++) {
      const item = queue.pop();
      if (item === undefined) break;
      nowUs = item.timeUs;
      item.run();
    }
    return ((performance.now() - startMs) * 1e6) / holds;
  };
}

async function findTinyqueue(): Promise<ReferenceFactory | undefined> {
  try {
    const { default: TinyQueue } = await import('tinyqueue');
    return (compare) => new TinyQueue<Closure>([], compare);
  } catch {
    return undefined;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[sorted.length >> 1] as number;
}
