/** Whoever watches a run: properties, metrics, the hashes, the trace writer. Called in event order, synchronously. */

import type { RunEvent } from './events.ts';

export interface Observer {
  observe(event: RunEvent): void;
}
