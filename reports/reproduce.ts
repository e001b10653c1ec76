/** The line that repeats what was done. It can be pasted where it stands. */

import { formatDuration } from '../scenarios/duration.ts';
import { shellWord } from './shell-word.ts';

/** What of a run its line repeats. */
interface RepeatedRun {
  readonly seed: string;
  readonly architecture: string;
  readonly crypto: string;
  readonly maxEvents?: number;
  readonly maxVirtualUs?: number;
}

/**
 * `npx lockstep run phone-offline --seed 7 --architecture fanout`, plus what differs from the
 * defaults. `word` stands for the scenario as a shell reads it.
 */
export function reproduceRun(word: string, job: RepeatedRun): string {
  const parts = [
    `npx lockstep run ${word}`,
    `--seed ${shellWord(job.seed)}`,
    `--architecture ${job.architecture}`,
  ];
  if (job.crypto !== 'openssl') parts.push(`--crypto ${job.crypto}`);
  if (job.maxEvents !== undefined) parts.push(`--max-events ${job.maxEvents}`);
  if (job.maxVirtualUs !== undefined) {
    parts.push(`--max-virtual-time ${formatDuration(job.maxVirtualUs)}`);
  }
  return parts.join(' ');
}
