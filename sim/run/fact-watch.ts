/**
 * Remembers what expectations ask of a run and what no Store tells at its end: which alarms were
 * raised, and what devices refused.
 */

import type { AlarmRecord, LostRecord, OutboxRecord } from '../../protocol/contract.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Observer, Wish } from '../trace/observer.ts';

/** Follows the run for its expectations. One per run. */
export class FactWatch implements Observer {
  readonly kinds: readonly Wish[] = ['intent', 'stepped', 'commit'];
  readonly collections = ['alarm', 'outbox', 'lost'];
  readonly #alarms = new Set<string>();
  /** Ids of inputs by `host|message id`. */
  readonly #written = new Map<string, string>();
  readonly #given = new Set<string>();
  readonly #refused = new Set<string>();

  /** Takes the next event. */
  observe(event: RunEvent): void {
    if (event.kind === 'intent') this.#intent(event);
    else if (event.kind === 'stepped') this.#stepped(event);
    else if (event.kind === 'commit') {
      for (const change of event.changes) this.#change(event.node, change);
    }
  }

  #change(host: string, { collection, after }: Change): void {
    if (after === undefined) return;
    if (collection === 'alarm') this.#alarms.add(`${host}|${(after as AlarmRecord).user}`);
    else if (collection === 'outbox') {
      const { messageId, inputId } = after as OutboxRecord;
      this.#written.set(`${host}|${messageId}`, inputId);
    } else if (collection === 'lost') {
      // A device that gives up what was written on itself has refused to send it.
      const inputId = this.#written.get(`${host}|${(after as LostRecord).messageId}`);
      if (inputId !== undefined) this.#refused.add(inputId);
    }
  }

  #intent({ intent, state }: RunEvent & { readonly kind: 'intent' }): void {
    if (state === 'given') this.#given.add(intent);
    // Given and yet nothing came of it: the device ran and did not take it.
    else if (this.#given.has(intent)) this.#refused.add(intent);
  }

  /**
   * A device says that it does not do what it was asked: with the notice `refused` in the step of
   * the command, or later with the command's id as the fact `input`, when the server said so.
   */
  #stepped({ input, effects }: RunEvent & { readonly kind: 'stepped' }): void {
    for (const effect of effects) {
      if (effect.kind !== 'emit' || effect.notice.code !== 'refused') continue;
      this.#refused.add(String(effect.notice.facts['input'] ?? input.id));
    }
  }

  /** Whether a host ever warned of an account (its address). */
  hasAlarm(host: string, user: string): boolean {
    return this.#alarms.has(`${host}|${user}`);
  }

  /** Whether the device that was given the entry did not take it. */
  isRefused(entry: string): boolean {
    return this.#refused.has(entry);
  }
}
