/**
 * The life of every message that people meant to write, from their act to each display, joined by
 * message id across whatever devices an architecture sends it through: the act names the input, the
 * `outbox` record the message, `shown` records the displays.
 */

import type { MediaRecord, OutboxRecord, ShownRecord } from '../../../protocol/contract.ts';
import type { Change, RunEvent } from '../../trace/events.ts';
import type { Observer } from '../../trace/observer.ts';
import { accountNameOf } from '../../world/intents.ts';
import { SERVER } from '../../world/timeline.ts';
import type { PlannedAct } from './planned-acts.ts';
import type { Stage } from './stage.ts';

/** The first display on one host. */
export interface FirstDisplay {
  readonly timeUs: number;
  readonly sequence: number;
  readonly via: ShownRecord['via'];
}

/** One message of an act. */
export interface WrittenMessage {
  readonly act: PlannedAct;
  readonly messageId: string;
  /** When the person acted, and the event of it. */
  readonly actUs: number;
  readonly actSequence: number;
  readonly saidSequence: number;
  readonly hasFile: boolean;
  /** By host; the device it was written on is not among them. */
  readonly displays: ReadonlyMap<string, FirstDisplay>;
  /** Hosts that have its file. */
  readonly fetchedOn: ReadonlySet<string>;
}

interface Growing extends WrittenMessage {
  readonly displays: Map<string, FirstDisplay>;
  readonly fetchedOn: Set<string>;
}

/** The moment of an act. */
export interface Moment {
  readonly timeUs: number;
  readonly sequence: number;
}

/** All messages of a run's acts. */
export class Messages implements Observer {
  readonly kinds = ['input', 'commit'] as const;
  readonly #stage: Stage;
  readonly #moments = new Map<string, Moment>();
  readonly #byAct = new Map<string, Growing>();
  readonly #byId = new Map<string, Growing>();
  readonly #acts = new Map<string, PlannedAct>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** The list of acts is known. */
  begin(): void {
    for (const act of this.#stage.acts) this.#acts.set(act.id, act);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'input') {
      const { input, timeUs, sequence } = event;
      if (input.kind !== 'command' || this.#moments.has(input.id)) return;
      this.#moments.set(input.id, { timeUs, sequence });
    } else if (event.kind === 'commit' && event.node !== SERVER && !event.isTimeZero) {
      for (const change of event.changes) this.#change(event, change);
    }
  }

  #change(event: RunEvent & { readonly kind: 'commit' }, change: Change): void {
    const { collection, before, after } = change;
    if (after === undefined) return;
    if (collection === 'outbox' && before === undefined) this.#said(event, after as OutboxRecord);
    else if (collection === 'shown' && before === undefined) {
      this.#shown(event, after as ShownRecord);
    } else if (collection === 'media' && (after as MediaRecord).state === 'fetched') {
      this.#fetched(event.node, change.key);
    }
  }

  #said(event: RunEvent, record: OutboxRecord): void {
    const act = this.#acts.get(record.inputId);
    const moment = this.#moments.get(record.inputId);
    if (act?.kind !== 'message' || moment === undefined || this.#byAct.has(act.id)) return;
    const message: Growing = {
      act,
      messageId: record.messageId,
      actUs: moment.timeUs,
      actSequence: moment.sequence,
      saidSequence: event.sequence,
      hasFile: record.media !== undefined,
      displays: new Map(),
      fetchedOn: new Set(),
    };
    this.#byAct.set(act.id, message);
    this.#byId.set(record.messageId, message);
  }

  #shown(event: RunEvent, { messageId, via }: ShownRecord): void {
    const message = this.#byId.get(messageId);
    if (message === undefined || event.node === message.act.device) return;
    if (this.#stage.roleOf(event.node) === undefined || message.displays.has(event.node)) return;
    const { timeUs, sequence } = event;
    message.displays.set(event.node, { timeUs, sequence, via });
  }

  /** Keys are those of `shown`: chat, author and message id. */
  #fetched(host: string, key: string): void {
    const message = this.#byId.get(key.slice(key.lastIndexOf('|') + 1));
    if (message !== undefined && this.#stage.roleOf(host) !== undefined) {
      message.fetchedOn.add(host);
    }
  }

  /** When the input of an act was handled; undefined when no device took it. */
  momentOf(act: string): Moment | undefined {
    return this.#moments.get(act);
  }

  /** Messages that were written, in order of writing. */
  written(): Iterable<WrittenMessage> {
    return this.#byAct.values();
  }

  ofAct(act: string): WrittenMessage | undefined {
    return this.#byAct.get(act);
  }

  byId(messageId: string): WrittenMessage | undefined {
    return this.#byId.get(messageId);
  }

  /** Whether a message of a chat, as a device names it, was written and does not show on it. */
  isOnTheWayTo(device: string, chat: string): boolean {
    const account = accountNameOf(device);
    for (const { act, displays } of this.#byAct.values()) {
      const isOfChat = act.about === chat || accountNameOf(act.device) === chat;
      const isIn = act.about === account || this.#stage.world.people.book.isGroup(act.about);
      if (isOfChat && isIn && act.device !== device && !displays.has(device)) return true;
    }
    return false;
  }

  /** Whether a message of a chat was due by now and was not written: nothing to read is a lack. */
  isUnwrittenFor(device: string, chat: string, nowUs: number): boolean {
    const account = accountNameOf(device);
    const isGroup = this.#stage.world.people.book.isGroup(chat);
    return this.#stage.acts.some(({ id, kind, about, atUs, ...act }) => {
      if (kind !== 'message' || atUs < 0 || atUs > nowUs || this.#byAct.has(id)) return false;
      const author = accountNameOf(act.device);
      if (author === account) return false;
      return isGroup ? about === chat : about === account && author === chat;
    });
  }

  /**
   * When the server had taken a message and at least one device of each recipient showed it;
   * undefined while one of them lacks it.
   */
  completedUs(message: WrittenMessage): number | undefined {
    const { act, saidSequence, messageId, displays } = message;
    const recipients = this.#stage.recipientsOf(act.about, act.device, saidSequence);
    const first = new Map<string, number>();
    for (const [host, { timeUs }] of displays) {
      const account = accountNameOf(host);
      first.set(account, Math.min(first.get(account) ?? timeUs, timeUs));
    }
    let lastUs = this.#stage.ledger.messageById(messageId)?.acceptedUs ?? -1;
    if (lastUs < 0 || recipients.length === 0) return undefined;
    for (const account of recipients) {
      const firstUs = first.get(account);
      if (firstUs === undefined) return undefined;
      lastUs = Math.max(lastUs, firstUs);
    }
    return lastUs;
  }
}
