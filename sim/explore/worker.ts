/**
 * The worker thread of searches and comparisons: takes a batch, answers with its reports or
 * samples. One of the few places that may name a crypto back end, since a function cannot be sent to a
 * thread. The search is loaded when it is first asked for: it brings the generators and the loader
 * with it, a quarter of the time a thread takes to load, and a comparison never searches.
 */

import { nobleProvider } from '../../protocol/crypto/noble.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import type { Engine } from './attempt.ts';
import { type PairBatch, performPairs, type Sample } from './paired.ts';
import type { Batch, TaskReport } from './task.ts';

/** The engine that a batch asks for. */
export function engineOf(batch: Batch): Engine {
  return {
    architectureOf: (name) => (name === 'relay' ? relay : fanout),
    crypto: () => (batch.crypto === 'noble' ? nobleProvider : opensslProvider()),
    maxEvents: batch.maxEvents,
  };
}

/** What the pool calls. */
export async function performInWorker(job: {
  readonly batch: Batch;
  readonly firstOrdinal: number;
}): Promise<readonly TaskReport[]> {
  const { performBatch } = await import('./search.ts');
  return performBatch(job.batch, job.firstOrdinal, engineOf(job.batch));
}

/** What the pool calls for a comparison. */
export function measureInWorker(batch: PairBatch): readonly Sample[] {
  return performPairs(batch, {
    architectures: { relay, fanout },
    crypto: () => (batch.crypto === 'noble' ? nobleProvider : opensslProvider()),
  });
}
