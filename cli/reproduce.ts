/** The line that repeats what was done. It can be pasted where it stands. */

import { formatDuration } from '../scenarios/duration.ts';
import type { RunJob } from './engine/job.ts';
import { shellWord } from './words.ts';

/**
 * `npx lockstep run phone-offline --seed 7 --architecture fanout`, plus what differs from the
 * defaults.
 */
export function reproduceRun(word: string, job: RunJob): string {
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
