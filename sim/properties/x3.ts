/**
 * X3: single writer. Two machines on one Store (a cloned device, an extension beside its app) are
 * one device to everybody else, so what they do has to be in one order: the server takes stanzas of
 * a device only from the connection that logged in last. What a machine that was displaced still
 * sends changes nothing. That the two never use one key is K1's, that they never give one id two
 * keys K3's. Catalogue section 9.
 */

import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type SurvivedSteps, survivedSteps } from './steps.ts';

/** X3: the definition a run judges by; the rules are at the top of this file. */
export const x3: Property = {
  id: 'X3',
  name: 'single writer',
  summary: 'The server takes what a device says only from the connection that logged in last.',
  judge: (view) => new Judging(view),
};

/** Server collections that a device's stanza changes for others. */
function isTaken(collection: string): boolean {
  return (
    collection === 'accepted' ||
    collection === 'bundle' ||
    collection === 'server-account' ||
    collection.startsWith('queue/') ||
    collection.startsWith('prekeys/')
  );
}

const SUCCESS = 'success-';

class Judging implements Judge {
  readonly kinds = ['writeless-step', 'commit', 'server-send'] as const;
  readonly #view: JudgeView;
  readonly #steps: SurvivedSteps;
  readonly #deviceOf = new Map<number, string>();
  readonly #latest = new Map<string, number>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#steps = survivedSteps(view.ledger);
  }

  observe(event: RunEvent): void {
    const step = this.#steps.current;
    if (step?.node === 'server' && step.input.kind === 'frame') {
      const { connection } = step.input;
      const device = this.#deviceOf.get(connection);
      const isChange = step.changes.some(({ collection }) => isTaken(collection));
      if (device !== undefined && isChange) {
        this.#view.check(this.#latest.get(device) === connection, device, () => {
          return `the server took a stanza of ${device} from a connection that was displaced`;
        });
      }
    }
    if (event.kind !== 'send' || event.source !== 'server' || event.label.kind !== 'success')
      return;
    if (!event.label.id.startsWith(SUCCESS)) return;
    const device = event.label.id.slice(SUCCESS.length);
    this.#deviceOf.set(event.connection, device);
    this.#latest.set(device, event.connection);
  }
}
