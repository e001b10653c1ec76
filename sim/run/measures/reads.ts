/**
 * How the state "read" spreads: from the read on one device until the account's other devices show
 * the same messages read. Which messages a read is about is what its device showed unread at that
 * moment; a device that never had a message is no party to it.
 */

import type { ShownRecord } from '../../../protocol/contract.ts';
import type { Change, RunEvent } from '../../trace/events.ts';
import type { Observer } from '../../trace/observer.ts';
import { accountNameOf } from '../../world/intents.ts';
import { SERVER } from '../../world/timeline.ts';
import type { Messages } from './messages.ts';
import type { PlannedAct } from './planned-acts.ts';
import type { Waits } from './samples.ts';
import type { Stage } from './stage.ts';

interface Spread {
  readonly fromUs: number;
  /** Devices that do not show all of it read yet, with the messages they lack. */
  readonly open: Map<string, Set<string>>;
  readonly devices: number;
  /** When the acting device and a second one (where there is one) had it; undefined before. */
  secondUs: number | undefined;
  allUs: number | undefined;
}

/** All reads of a run. */
export class Reads implements Observer {
  readonly kinds = ['input', 'commit'] as const;
  readonly #stage: Stage;
  readonly #messages: Messages;
  readonly #acts = new Map<string, PlannedAct>();
  /** Host to messages it shows unread: id to chat. */
  readonly #unread = new Map<string, Map<string, string>>();
  /** Host to ids it shows read. */
  readonly #read = new Map<string, Set<string>>();
  readonly #spreads = new Map<string, Spread>();
  /** Reads of a chat in which there was nothing to read, on any device. */
  readonly #empty = new Set<string>();

  constructor(stage: Stage, messages: Messages) {
    this.#stage = stage;
    this.#messages = messages;
  }

  /** The list of acts is known. */
  begin(): void {
    for (const act of this.#stage.acts) if (act.kind === 'read') this.#acts.set(act.id, act);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'input') {
      const act = this.#acts.get(event.input.id);
      if (act !== undefined && event.input.kind === 'command') this.#begin(act, event.timeUs);
    } else if (event.kind === 'commit' && event.node !== SERVER) {
      for (const change of event.changes) {
        if (change.collection === 'shown') this.#shown(event, change);
      }
    }
  }

  #begin(act: PlannedAct, fromUs: number): void {
    const chat = this.#stage.world.people.book.chat(act.about);
    const about = [...(this.#unread.get(act.device) ?? [])]
      .filter(([, where]) => where === chat)
      .map(([id]) => id);
    if (about.length === 0) {
      const isMissing =
        this.#messages.isOnTheWayTo(act.device, act.about) ||
        this.#messages.isUnwrittenFor(act.device, act.about, fromUs);
      if (!isMissing) this.#empty.add(act.id);
      return;
    }
    const open = new Map<string, Set<string>>();
    for (const host of this.#stage.inUse(accountNameOf(act.device))) {
      const has = this.#read.get(host);
      const lacking = about.filter((id) => has?.has(id) !== true);
      if (lacking.length > 0) open.set(host, new Set(lacking));
    }
    const devices = this.#stage.inUse(accountNameOf(act.device)).length;
    const spread = { fromUs, open, devices, secondUs: undefined, allUs: undefined };
    this.#spreads.set(act.id, spread);
  }

  #shown(event: RunEvent, { after }: Change): void {
    const record = after as ShownRecord | undefined;
    if (record === undefined) return;
    const { messageId, chat, isRead } = record;
    const unread = inner(this.#unread, event.node, () => new Map<string, string>());
    if (!isRead) {
      unread.set(messageId, chat);
      return;
    }
    unread.delete(messageId);
    inner(this.#read, event.node, () => new Set<string>()).add(messageId);
    for (const spread of this.#spreads.values()) this.#spreadTo(spread, event, messageId);
  }

  #spreadTo(spread: Spread, event: RunEvent, messageId: string): void {
    const lacking = spread.open.get(event.node);
    if (lacking === undefined || !lacking.delete(messageId) || lacking.size > 0) return;
    spread.open.delete(event.node);
    const having = spread.devices - spread.open.size;
    const tookUs = event.timeUs - spread.fromUs;
    if (having >= Math.min(2, spread.devices)) spread.secondUs ??= tookUs;
    if (spread.open.size === 0) spread.allUs ??= tookUs;
  }

  /** Whether there was nothing to read: the act is no occasion then. */
  isEmpty(act: string): boolean {
    return this.#empty.has(act);
  }

  /** How long it took until two devices (or the only one) showed it read. */
  secondDeviceUs(act: string): number | undefined {
    return this.#spreads.get(act)?.secondUs;
  }

  /**
   * How long each read that was meant took until all own devices showed it; one that no device took
   * or that did not get to all is open. A read of nothing is no occasion.
   */
  converging(): Waits {
    const meant = [...this.#acts.keys()].filter((id) => !this.#empty.has(id));
    const tookUs = meant.flatMap((id) => this.#spreads.get(id)?.allUs ?? []);
    return { tookUs, open: meant.length - tookUs.length };
  }
}

function inner<Value>(outer: Map<string, Value>, key: string, make: () => Value): Value {
  const existing = outer.get(key);
  if (existing !== undefined) return existing;
  const made = make();
  outer.set(key, made);
  return made;
}
