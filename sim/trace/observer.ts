/**
 * Whoever watches a run: properties, metrics, the hashes, the trace writer. Called in event order,
 * synchronously.
 */

import type { RunEvent } from './events.ts';

/** What an event may be. */
export type EventKind = RunEvent['kind'];

/**
 * What an observer may ask for: a kind, or a part of one that comes often. `device-send` and
 * `server-send` are the two halves of `send`, by who sends; `writeless-step` is a `stepped` whose
 * step writes nothing, so that it is over at once (any other is over with its commit).
 */
export type Wish = EventKind | 'device-send' | 'server-send' | 'writeless-step';

/** Somebody who is shown events. */
export interface Observer {
  /**
   * What it wants to be shown; everything when absent. Read once, when it joins. A short list saves
   * time: most observers want one event in ten, and a run has sixty of them.
   */
  readonly kinds?: readonly Wish[];
  /**
   * Of the commits it wants, only those that change one of these collections; all when absent. A
   * name that ends in `/` stands for every collection that begins with it.
   */
  readonly collections?: readonly string[];
  /**
   * Whether uses of the crypto provider shall say all that the graph of key knowledge needs (see
   * `CryptoUse`). Read once, before the run.
   */
  readonly wantsKeyDepth?: boolean;
  observe(event: RunEvent): void;
}
