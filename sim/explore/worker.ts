/**
 * The worker thread of a search: takes a batch, answers with its reports. One of the few places
 * that may name a crypto back end, since a function cannot be sent to a thread.
 */

import { nobleProvider } from '../../protocol/crypto/noble.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import type { Engine } from './attempt.ts';
import { type PairBatch, performPairs, type Sample } from './paired.ts';
import { performBatch } from './search.ts';
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
export function performInWorker(job: {
  readonly batch: Batch;
  readonly firstOrdinal: number;
}): readonly TaskReport[] {
  return performBatch(job.batch, job.firstOrdinal, engineOf(job.batch));
}

/** What the pool calls for a comparison. */
export function measureInWorker(batch: PairBatch): readonly Sample[] {
  return performPairs(batch, {
    architectures: { relay, fanout },
    crypto: () => (batch.crypto === 'noble' ? nobleProvider : opensslProvider()),
  });
}
