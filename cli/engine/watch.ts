/**
 * Watches a run from inside its thread: counts events, sees whether to stop, and keeps the
 * judgements so far, so that an interrupted run can still say what was found.
 */

import type { JudgeView, Property } from '../../sim/properties/property.ts';
import type { RunEvent } from '../../sim/trace/events.ts';
import type { Observer } from '../../sim/trace/observer.ts';
import { clock } from '../words.ts';
import type { PartialJudgement, Shared } from './job.ts';

/** Thrown through the run when the person asked to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

const VIOLATIONS_KEPT = 20;

/** The watcher of one run. */
export class RunWatch implements Observer {
  readonly #shared: Shared;
  readonly #kept = new Map<string, { name: string; checked: number; violations: string[] }>();
  #events = 0;
  #timeUs = 0;
  #violations = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  observe(event: RunEvent): void {
    this.#events += 1;
    this.#timeUs = event.timeUs;
    if ((this.#events & 63) !== 0) return;
    this.#shared.progress[0] = this.#events;
    this.#shared.progress[1] = event.timeUs;
    this.#shared.progress[2] = this.#violations;
    if (Atomics.load(this.#shared.stop, 0) === 1) throw new Interrupted('asked to stop');
  }

  /** The same property, with its checks counted here too. */
  listenTo(property: Property): Property {
    const kept = { name: property.name, checked: 0, violations: [] as string[] };
    this.#kept.set(property.id, kept);
    const judge = (view: JudgeView) =>
      property.judge({
        ...view,
        check: (holds, subject, sentence) => {
          kept.checked += 1;
          if (!holds) {
            this.#violations += 1;
            if (kept.violations.length < VIOLATIONS_KEPT) {
              kept.violations.push(`${clock(this.#timeUs)} ${subject}: ${sentence()}`);
            }
          }
          view.check(holds, subject, sentence);
        },
      });
    return { ...property, judge };
  }

  /** What was found so far. */
  found(): {
    readonly events: number;
    readonly virtualUs: number;
    readonly properties: readonly PartialJudgement[];
  } {
    const properties = [...this.#kept].map(([id, kept]) => ({ id, ...kept }));
    return { events: this.#events, virtualUs: this.#timeUs, properties };
  }
}
