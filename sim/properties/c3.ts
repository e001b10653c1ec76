/**
 * C3: forward secrecy. What a device had opened, or sealed itself, before its Store was stolen, the
 * thief cannot read from the recorded ciphertext, whatever keys the Store held. Exceptions, by
 * definition: what lay in the database of messages, if that was taken too; history that the keys
 * open; a handshake without a one-time prekey, while the signed prekey lives. Skipped messages and
 * those in flight were not opened yet. Catalogue section 2; the exposure page, F01.
 */

import type { OutboxRecord, ShownRecord } from '../../protocol/contract.ts';
import type { Theft } from '../adversary/stolen-store.ts';
import type { Cause } from '../adversary/thief.ts';
import { messageKey } from '../ledger/ledger.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import { type Exposure, exposure } from './exposure.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type SurvivedSteps, survivedSteps } from './steps.ts';

/** C3: the definition a run judges by; the rules are at the top of this file. */
export const c3: Property = {
  id: 'C3',
  name: 'forward secrecy',
  summary: 'Stolen keys do not open what the device had opened, or sent, before the theft.',
  judge: (view) => new Judging(view),
};

/** What may open the past. */
const LAWFUL: readonly Cause[] = ['message database', 'signed prekey', 'history', 'passed on'];

class Judging implements Judge {
  readonly kinds = ['stepped', 'commit'] as const;
  readonly #view: JudgeView;
  readonly #exposure: Exposure | undefined;
  readonly #steps: SurvivedSteps;
  /** By host: what it opened or sealed, with the event. */
  readonly #handled = new Map<string, Map<string, number>>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#exposure = exposure(view);
    this.#steps = survivedSteps(view.ledger);
    for (const { action } of view.scenario.timeline) {
      if (action.kind === 'steal') this.#handled.set(action.device, new Map());
    }
  }

  observe(_event: RunEvent): void {
    const step = this.#steps.current;
    const handled = step === undefined ? undefined : this.#handled.get(step.node);
    if (step === undefined || handled === undefined) return;
    for (const change of step.changes) {
      const key = handledIn(change);
      if (key !== undefined && !handled.has(key)) handled.set(key, step.sequence);
    }
  }

  finish(): void {
    for (const { theft, exposed } of this.#exposure?.findings() ?? []) {
      for (const [key, sequence] of this.#handled.get(theft.host) ?? []) {
        if (sequence < theft.sequence) this.#judge(theft, key, exposed.get(key)?.causes);
      }
    }
  }

  #judge({ host }: Theft, key: string, causes: ReadonlySet<Cause> | undefined): void {
    const unlawful = [...(causes ?? [])].filter((cause) => !LAWFUL.includes(cause));
    this.#view.check(unlawful.length === 0, key.slice(key.indexOf('|') + 1), () => {
      return `what ${host} had handled opens with the keys stolen later (${unlawful.join(', ')})`;
    });
  }
}

/** The message that a change shows for the first time as it came, or seals. */
function handledIn({ collection, before, after }: Change): string | undefined {
  if (after === undefined) return undefined;
  if (collection === 'shown') {
    const { author, messageId, via } = after as ShownRecord;
    return before === undefined && via === 'live' ? messageKey(author, messageId) : undefined;
  }
  if (collection !== 'outbox') return undefined;
  const { author, messageId, state } = after as OutboxRecord;
  return state === 'wanting' ? undefined : messageKey(author, messageId);
}
