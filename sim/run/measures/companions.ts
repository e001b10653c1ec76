/**
 * Companions that come and go: how long a new one takes from the scan of its code until its person
 * can write on it and read on it, and what one that was logged out still shows or learns.
 */

import type { ShownRecord } from '../../../protocol/contract.ts';
import type { RunEvent } from '../../trace/events.ts';
import type { Observer } from '../../trace/observer.ts';
import type { Messages } from './messages.ts';
import type { Stage } from './stage.ts';

/** Follows linkings and log-outs. */
export class Companions implements Observer {
  readonly kinds = ['input', 'commit'] as const;
  readonly scanToSendUs: number[] = [];
  readonly scanToShownUs: number[] = [];
  readonly #stage: Stage;
  readonly #messages: Messages;
  /** Companion by the id of the scan of its code. */
  readonly #scans = new Map<string, string>();
  readonly #sendWaits = new Map<string, number>();
  readonly #showWaits = new Map<string, number>();
  readonly #leftUs = new Map<string, number>();
  readonly #screens = new Map<string, Set<string>>();
  #learnedAfter = 0;

  constructor(stage: Stage, messages: Messages) {
    this.#stage = stage;
    this.#messages = messages;
  }

  /** The list of acts is known. */
  begin(): void {
    for (const { id, kind, device } of this.#stage.acts) {
      if (kind !== 'link') continue;
      for (const scan of ['scan', 'scan-again']) this.#scans.set(`${id}/${scan}`, device);
    }
  }

  observe(event: RunEvent): void {
    if (event.kind === 'input') {
      const companion = this.#scans.get(event.input.id);
      if (companion === undefined || event.input.kind !== 'command') return;
      this.#sendWaits.set(companion, event.timeUs);
      this.#showWaits.set(companion, event.timeUs);
    } else if (event.kind === 'commit' && this.#stage.roleOf(event.node) === 'companion') {
      this.#committed(event);
    }
  }

  #committed({ node, timeUs, changes }: RunEvent & { readonly kind: 'commit' }): void {
    for (const { collection, key, before, after } of changes) {
      if (collection === 'account') this.#account(node, timeUs, after !== undefined);
      else if (collection === 'shown') {
        const screen = this.#screens.get(node) ?? new Set<string>();
        this.#screens.set(node, screen);
        if (after === undefined) screen.delete(key);
        else screen.add(key);
        if (before === undefined && after !== undefined) {
          this.#shown(node, timeUs, after as ShownRecord);
        }
      }
    }
  }

  #account(node: string, timeUs: number, isLinked: boolean): void {
    if (!isLinked) {
      this.#leftUs.set(node, timeUs);
      return;
    }
    this.#leftUs.delete(node);
    settle(this.#sendWaits, node, timeUs, this.scanToSendUs);
  }

  #shown(node: string, timeUs: number, { messageId }: ShownRecord): void {
    settle(this.#showWaits, node, timeUs, this.scanToShownUs);
    const leftUs = this.#leftUs.get(node);
    const actUs = this.#messages.byId(messageId)?.actUs;
    if (leftUs !== undefined && actUs !== undefined && actUs > leftUs) this.#learnedAfter++;
  }

  /** Messages written after a log-out that the device showed; undefined without log-outs. */
  learnedAfterLogOut(): number | undefined {
    return this.#leftUs.size === 0 ? undefined : this.#learnedAfter;
  }

  /** Messages that logged-out devices still hold; undefined without log-outs. */
  heldAfterLogOut(): number | undefined {
    if (this.#leftUs.size === 0) return undefined;
    let held = 0;
    for (const node of this.#leftUs.keys()) held += this.#screens.get(node)?.size ?? 0;
    return held;
  }
}

function settle(waits: Map<string, number>, node: string, timeUs: number, into: number[]): void {
  const fromUs = waits.get(node);
  if (fromUs === undefined) return;
  into.push(timeUs - fromUs);
  waits.delete(node);
}
