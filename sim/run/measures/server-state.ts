/**
 * What waits at the server: how many stanzas, for how long, and how many one-time prekeys were
 * taken away. Read from the server's commits: one record of a `queue/DEVICE` collection is one
 * waiting stanza, one of a `prekeys/DEVICE` collection one prekey that can be served.
 */

import type { Change, RunEvent } from '../../trace/events.ts';
import type { Observer } from '../../trace/observer.ts';
import { SERVER } from '../../world/timeline.ts';
import { meanOf, quantileOf } from './samples.ts';

/** The queues of a story. */
export interface QueueFigures {
  readonly most: number;
  /** Over time. */
  readonly mean: number;
  /** Of everything that waited, what still waits included; undefined when nothing ever did. */
  readonly ageP95Us: number | undefined;
  readonly ageMostUs: number | undefined;
  readonly ageMeanUs: number | undefined;
}

/** Follows the server's Store. */
export class ServerState implements Observer {
  readonly kinds = ['commit'] as const;
  /** One-time prekeys that were served. */
  prekeysTaken = 0;
  readonly #since = new Map<string, number>();
  readonly #ages: number[] = [];
  #most = 0;
  #areaUs = 0;
  #atUs = 0;

  observe(event: RunEvent): void {
    if (event.kind !== 'commit' || event.node !== SERVER) return;
    // A device set up anew takes its unused prekeys with it: nobody was served those.
    const isClearing = event.changes.some((one) => one.collection === 'bundle' && !one.after);
    for (const change of event.changes) {
      if (change.collection.startsWith('queue/')) this.#queued(change, event.timeUs);
      else if (change.collection.startsWith('prekeys/') && change.after === undefined) {
        if (!isClearing) this.prekeysTaken++;
      }
    }
  }

  #queued({ collection, key, before, after }: Change, timeUs: number): void {
    this.#pass(timeUs);
    const name = `${collection} ${key}`;
    if (before === undefined && after !== undefined) this.#since.set(name, timeUs);
    else if (after === undefined) {
      const since = this.#since.get(name);
      if (since !== undefined) this.#ages.push(timeUs - since);
      this.#since.delete(name);
    }
    this.#most = Math.max(this.#most, this.#since.size);
  }

  #pass(timeUs: number): void {
    this.#areaUs += this.#since.size * (timeUs - this.#atUs);
    this.#atUs = timeUs;
  }

  /** The figures at the end of the story. */
  figures(endUs: number): QueueFigures {
    this.#pass(endUs);
    const ages = [...this.#ages, ...[...this.#since.values()].map((since) => endUs - since)];
    return {
      most: this.#most,
      mean: endUs === 0 ? 0 : this.#areaUs / endUs,
      ageP95Us: quantileOf(ages, 95),
      ageMostUs: quantileOf(ages, 100),
      ageMeanUs: meanOf(ages),
    };
  }
}
