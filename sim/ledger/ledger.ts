/**
 * The ledger of ground truth (contract 8): what people said, which devices were linked when, what
 * each device showed or reported lost, and which intents came to nothing. It is fed by run events
 * alone and is invisible to nodes. It must observe an event before any judge does, since judges ask
 * it about that event.
 *
 * It decodes no frame and verifies no signature: folds that do (the view of device lists) are made
 * by the judges and shared through `shared`. Source: contract sections 4, 7, 8 and 10.
 */

import type {
  Architecture,
  DeviceJid,
  LostRecord,
  OutboxRecord,
  ShownRecord,
  UserJid,
} from '../../protocol/contract.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import { Audience, type Observer } from '../trace/observer.ts';
import { Linkage } from './linkage.ts';
import { hostOfClone, isClone, messageKey, originalOf, userOf } from './names.ts';
import type { CopyTotals, Display, IntentFate, LossReport, MessageStatus, Said } from './said.ts';

export {
  deviceJidOf,
  deviceNumberOf,
  hexOf,
  isClone,
  messageKey,
  originalOf,
  userOf,
} from './names.ts';
export type {
  CopyTotals,
  Display,
  IntentFate,
  LossReport,
  MessageStatus,
  Said,
} from './said.ts';

/** Backfill of a stale list ends this long after the ack that showed it (specification 5.14). */
const BACKFILL_WINDOW_US = 5 * 60_000_000;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Ground truth of one run. One instance per run. */
export class Ledger implements Observer {
  readonly architecture: Architecture;
  readonly linkage = new Linkage();
  readonly #messages = new Map<string, Mutable<MessageStatus>>();
  /** `host|messageId` of the author's host: what an ack to that host names. */
  readonly #byHost = new Map<string, Mutable<MessageStatus>>();
  readonly #byId = new Map<string, Mutable<MessageStatus>>();
  readonly #saidCount = new Map<string, number>();
  readonly #shown = new Map<string, Map<string, Display>>();
  readonly #lost = new Map<string, Map<string, LossReport>>();
  readonly #intents = new Map<string, IntentFate>();
  readonly #counters = new Map<string, number>();
  readonly #folds = new Map<string, Observer>();
  readonly #audience = new Audience();
  readonly #steppedInput = new Map<string, string>();
  #phase: 'story' | 'heal' | 'probe' | 'end' = 'story';
  #nowUs = 0;
  /**
   * Whether the event at hand takes the last commit of its host back (a store fault, contract 2): a
   * commit no step asked for, with its changes reversed. Judges of steps pass over it.
   */
  isUndo = false;
  /**
   * Whether that undoing is a disk's that lost more than its last commit: an old snapshot came back,
   * a record was damaged, a clone was put away. What was shown was shown, and people saw it.
   */
  isRestore = false;
  /** Hosts whose disk is about to change, by the lever that was pulled. */
  readonly #faulty = new Set<string>();
  /** Displays and reports that a disk took back, by `device|message`. */
  readonly #shownOnce = new Map<string, Display>();
  readonly #lostOnce = new Map<string, LossReport>();
  /** Hosts that lost a record they cannot do without, and have said so by leaving their account. */
  readonly #damaged = new Set<string>();
  readonly #unusable = new Set<string>();

  constructor(architecture: Architecture) {
    this.architecture = architecture;
  }

  /** Takes the next event, then hands it to the shared folds. */
  observe(event: RunEvent): void {
    this.#nowUs = event.timeUs;
    this.isUndo = false;
    this.isRestore = false;
    if (event.kind === 'lever') this.#lever(event.node, event.lever);
    else if (event.kind === 'stepped') this.#steppedInput.set(event.node, event.input.id);
    else if (event.kind === 'commit') {
      this.isUndo = !event.isTimeZero && this.#steppedInput.get(event.node) !== event.inputId;
      this.isRestore = this.isUndo && (isClone(event.node) || this.#faulty.delete(event.node));
      this.#steppedInput.delete(event.node);
      for (const change of event.changes) this.#change(event.node, change, event);
    } else if (event.kind === 'send') {
      if (event.source !== 'server') this.#left(event);
      else if (event.label.kind === 'ack:message') this.#accepted(event);
    } else if (event.kind === 'intent') {
      const { state, reason, timeUs } = event;
      this.#intents.set(event.intent, { state, reason, timeUs });
    } else if (event.kind === 'phase') this.#phase = event.phase;
    this.#audience.show(event);
  }

  #lever(host: string, lever: string): void {
    if (lever === 'snapshot-restored' || lever === 'record-damaged') this.#faulty.add(host);
    if (lever === 'record-damaged') this.#damaged.add(host);
  }

  /** A device that deletes its account after damage says that it is of no use any more. */
  #account(host: string, change: Change): void {
    if (change.after !== undefined) this.#unusable.delete(host);
    else if (this.#damaged.has(host) && !isClone(host)) this.#unusable.add(host);
  }

  #change(host: string, change: Change, event: RunEvent): void {
    switch (change.collection) {
      case 'linked':
        if (host === 'server') this.linkage.serverChange(change, event.sequence, event.timeUs);
        break;
      case 'transport':
        if (host !== 'server') this.linkage.transportChange(host, change);
        break;
      case 'device-list':
        if (host !== 'server') this.linkage.listChange(host, change, event.sequence, event.timeUs);
        break;
      case 'account':
        this.#account(host, change);
        break;
      case 'accepted':
        if (host === 'server') this.#taken(change, event);
        break;
      case 'outbox':
        this.#outbox(host, change, event);
        break;
      case 'shown':
        this.#show(host, change, event);
        break;
      case 'lost':
        this.#lose(host, change, event);
        break;
      case 'placeholder':
        if (this.isRestore && change.after === undefined) this.#loseWaiting(host, change, event);
        break;
    }
  }

  #outbox(host: string, change: Change, event: RunEvent): void {
    if (this.isUndo) this.#unsay(host, change);
    const record = change.after as OutboxRecord | undefined;
    if (record === undefined) return;
    const key = messageKey(record.author, record.messageId);
    const status = this.#messages.get(key) ?? this.#say(key, host, record, event);
    if (record.state === 'wanting') return;
    if (status.said.sealedSequence < 0) {
      status.said = { ...status.said, sealedSequence: event.sequence, sealedUs: event.timeUs };
    }
    if (record.state === 'acknowledged' && status.acknowledgedUs < 0) {
      status.acknowledgedUs = event.timeUs;
    }
  }

  /**
   * The commit that said or sealed a message is gone: so is the saying, or the sealing. What has
   * left its device was said: others may show it, its author alone has forgotten it.
   */
  #unsay(host: string, change: Change): void {
    const record = (change.before ?? change.after) as OutboxRecord;
    const key = messageKey(record.author, record.messageId);
    const status = this.#messages.get(key);
    // A clone that is put away takes its copies of the original's messages with it, not these.
    if (status === undefined || status.said.host !== host) return;
    if (change.after === undefined && status.hasLeft) status.isForgotten = true;
    else if (change.after === undefined) {
      this.#messages.delete(key);
      this.#byHost.delete(`${host}|${record.messageId}`);
      this.#byId.delete(record.messageId);
    } else if ((change.after as OutboxRecord).state === 'wanting') {
      status.said = { ...status.said, sealedSequence: -1, sealedUs: -1 };
    } else if ((change.after as OutboxRecord).state === 'sealed') status.acknowledgedUs = -1;
  }

  #say(key: string, host: string, record: OutboxRecord, event: RunEvent): Mutable<MessageStatus> {
    const ordinal = this.#saidCount.get(host) ?? 0;
    this.#saidCount.set(host, ordinal + 1);
    const status: Mutable<MessageStatus> = {
      said: {
        messageId: record.messageId,
        author: record.author,
        authorUser: userOf(record.author),
        host,
        chat: record.chat,
        text: record.text,
        textDigest: record.textDigest,
        inputId: record.inputId,
        saidSequence: event.sequence,
        saidUs: event.timeUs,
        sealedSequence: -1,
        sealedUs: -1,
      },
      ordinal,
      isProbe: this.#phase === 'probe' || this.#phase === 'end',
      acceptedSequence: -1,
      acceptedUs: -1,
      acknowledgedUs: -1,
      hasLeft: false,
      isForgotten: false,
    };
    this.#messages.set(key, status);
    this.#byHost.set(`${host}|${record.messageId}`, status);
    if (!this.#byId.has(record.messageId)) this.#byId.set(record.messageId, status);
    return status;
  }

  /** A device sent a stanza: from now on what it says cannot be taken back. */
  #left(event: RunEvent & { readonly kind: 'send' }): void {
    if (!event.label.kind.startsWith('message')) return;
    const status = this.#byHost.get(`${event.source}|${event.label.id}`);
    if (status !== undefined) status.hasLeft = true;
  }

  /** The server stored that it took the message `author|id`. */
  #taken(change: Change, event: RunEvent): void {
    const status = this.#messages.get(change.key);
    if (change.after === undefined || status === undefined || status.acceptedSequence >= 0) return;
    status.acceptedSequence = event.sequence;
    status.acceptedUs = event.timeUs;
  }

  /** Servers that keep no such record: the first ack says so. */
  #accepted(event: RunEvent & { readonly kind: 'send' }): void {
    const status = this.#byHost.get(`${event.target}|${event.label.id}`);
    if (status === undefined || status.acceptedSequence >= 0) return;
    status.acceptedSequence = event.sequence;
    status.acceptedUs = event.timeUs;
  }

  #show(host: string, change: Change, event: RunEvent): void {
    const record = change.after as ShownRecord | undefined;
    const shown = inner(this.#shown, host);
    if (record === undefined) {
      const gone = change.before as ShownRecord;
      const key = messageKey(gone.author, gone.messageId);
      const display = shown.get(key);
      if (this.isRestore && display !== undefined) {
        this.#shownOnce.set(`${gone.device}|${key}`, display);
      }
      if (this.isUndo) shown.delete(key);
      return;
    }
    const key = messageKey(record.author, record.messageId);
    const first = shown.get(key);
    const sequence = first?.sequence ?? event.sequence;
    shown.set(key, { record, sequence, timeUs: first?.timeUs ?? event.timeUs });
  }

  #lose(host: string, change: Change, event: RunEvent): void {
    const record = change.after as LostRecord | undefined;
    const lost = inner(this.#lost, host);
    if (record === undefined) {
      const gone = change.before as LostRecord;
      const key = messageKey(gone.author, gone.messageId);
      const report = lost.get(key);
      const device = this.linkage.deviceOf(host);
      if (this.isRestore && report !== undefined) this.#lostOnce.set(`${device}|${key}`, report);
      if (this.isUndo) lost.delete(key);
      return;
    }
    const key = messageKey(record.author, record.messageId);
    const { sequence, timeUs } = event;
    lost.set(key, { record, sequence, timeUs });
  }

  /** A disk took back that a device waited for a message: nobody can tell it any more. */
  #loseWaiting(host: string, change: Change, { sequence, timeUs }: RunEvent): void {
    const waiting = change.before as unknown as Omit<LostRecord, 'kind' | 'reason'>;
    const { chat, messageId, author } = waiting;
    const reason = 'the disk took back that it was waited for';
    const record: LostRecord = { kind: 'lost', chat, messageId, author, reason };
    const device = this.linkage.deviceOf(host);
    const key = `${device}|${messageKey(author, messageId)}`;
    this.#lostOnce.set(key, { record, sequence, timeUs });
  }

  // ------------------------------------------------------------------ questions

  /** Every message said, probes included, in order of saying. */
  messages(): IterableIterator<MessageStatus> {
    return this.#messages.values();
  }

  /** The message this device said under this id. */
  message(author: DeviceJid, messageId: string): MessageStatus | undefined {
    return this.#messages.get(messageKey(author, messageId));
  }

  /** The first message anybody said under this id. */
  messageById(messageId: string): MessageStatus | undefined {
    return this.#byId.get(messageId);
  }

  /** The message a host said under this id. */
  messageOfHost(host: string, messageId: string): MessageStatus | undefined {
    const own = this.#byHost.get(`${host}|${messageId}`);
    // A clone sends what its original said before it was copied.
    if (own !== undefined || !isClone(host)) return own;
    return this.#byHost.get(`${originalOf(host)}|${messageId}`);
  }

  /** What a host shows of a message. */
  shownAt(host: string, said: Said): Display | undefined {
    return this.#shown.get(host)?.get(messageKey(said.author, said.messageId));
  }

  /**
   * What the people with a device have seen of a message: on its host, on its clone, or once on
   * either before a disk took it back.
   */
  shownOn(device: DeviceJid, said: Said): Display | undefined {
    const host = this.linkage.hostOf(device);
    if (host === undefined) return undefined;
    return (
      this.shownAt(host, said) ??
      this.shownAt(hostOfClone(host), said) ??
      this.#shownOnce.get(`${device}|${messageKey(said.author, said.messageId)}`)
    );
  }

  /** The host's report that it will not show a message. */
  lostAt(host: string, said: Said): LossReport | undefined {
    return this.#lost.get(host)?.get(messageKey(said.author, said.messageId));
  }

  /** The report of a device: of its host, of its clone, or one that a disk took back. */
  lostOn(device: DeviceJid, said: Said): LossReport | undefined {
    const host = this.linkage.hostOf(device);
    if (host === undefined) return undefined;
    return (
      this.lostAt(host, said) ??
      this.lostAt(hostOfClone(host), said) ??
      this.#lostOnce.get(`${device}|${messageKey(said.author, said.messageId)}`)
    );
  }

  /** Whether a host lost a record it cannot do without, and has left its account because of it. */
  isUnusable(host: string): boolean {
    return this.#unusable.has(host);
  }

  /** What became of the workload's intents and the timeline's commands, in order of giving. */
  intents(): IterableIterator<[string, IntentFate]> {
    return this.#intents.entries();
  }

  /** The phase the run is in. */
  phase(): 'story' | 'heal' | 'probe' | 'end' {
    return this.#phase;
  }

  /**
   * Whether a device may learn a message (contract 8, `Entitled`): it belongs to the author's or
   * the recipient's account and was linked at τ_send, or was linked before the message's backfill
   * window closed.
   */
  isEntitled(status: MessageStatus, device: DeviceJid): boolean {
    const { said, acknowledgedUs } = status;
    const fromSequence = said.sealedSequence < 0 ? said.saidSequence : said.sealedSequence;
    const closesUs = acknowledgedUs < 0 ? this.#nowUs : acknowledgedUs + BACKFILL_WINDOW_US;
    return this.linkage
      .stretchesOf(device)
      .some(
        (stretch) =>
          (stretch.user === said.authorUser || stretch.user === said.chat) &&
          (stretch.untilSequence < 0 || stretch.untilSequence > fromSequence) &&
          (stretch.fromSequence <= fromSequence || stretch.fromUs <= closesUs),
      );
  }

  /**
   * The devices owed a message: linked at τ_send, or linked before the server took it (then the
   * server's answer shows the stale list and backfill follows), and linked ever since; the author's
   * device is not. Empty while it is not sealed, and when it never reached the server because its
   * device was unlinked or has forgotten it.
   */
  due(status: MessageStatus): readonly DeviceJid[] {
    const { said, acceptedSequence } = status;
    if (said.sealedSequence < 0) return [];
    const isGone = status.isForgotten || this.isUnusable(said.host);
    const isOnItsWay = !isGone && this.linkage.isLinkedNow(said.author);
    if (acceptedSequence < 0 && !isOnItsWay) return [];
    const until = Math.max(said.sealedSequence, acceptedSequence);
    const due: DeviceJid[] = [];
    for (const user of membersOf(said)) {
      for (const device of this.linkage.linkedBetween(user, said.sealedSequence, until)) {
        const last = this.linkage.stretchesOf(device).at(-1);
        if (last === undefined || last.untilSequence >= 0 || last.fromSequence > until) continue;
        if (this.isUnusable(this.linkage.hostOf(device) ?? '')) continue;
        if (device !== said.author) due.push(device);
      }
    }
    return due;
  }

  /** Sums up; costs one look at every copy, so it belongs to the end of a run. */
  totals(): CopyTotals {
    const totals = { sent: 0, copiesDue: 0, copiesShown: 0, copiesLost: 0, reportedLost: 0 };
    for (const status of this.#messages.values()) {
      if (status.isProbe) continue;
      totals.sent += 1;
      for (const device of this.due(status)) {
        totals.copiesDue += 1;
        if (this.shownOn(device, status.said) !== undefined) totals.copiesShown += 1;
        else if (this.lostOn(device, status.said) !== undefined) totals.reportedLost += 1;
        else totals.copiesLost += 1;
      }
    }
    let notCompleted = 0;
    for (const fate of this.#intents.values()) {
      if (fate.state === 'not-completed') notCompleted += 1;
    }
    return { ...totals, notCompleted };
  }

  // ------------------------------------------------------------------ for judges

  /**
   * A fold several judges read: made at the first request, then fed every event before the judges
   * are.
   */
  shared<Fold extends Observer>(name: string, make: () => Fold): Fold {
    const existing = this.#folds.get(name);
    if (existing !== undefined) return existing as Fold;
    const fold = make();
    this.#folds.set(name, fold);
    this.#audience.add(fold);
    return fold;
  }

  /** Counts something that is worth a number but is neither a check nor a violation. */
  count(name: string): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + 1);
  }

  /** The counters so far, in order of first use. */
  counters(): ReadonlyMap<string, number> {
    return this.#counters;
  }
}

/** The accounts of a 1:1 conversation: one when somebody writes to themselves. */
function membersOf(said: Said): readonly UserJid[] {
  return said.chat === said.authorUser ? [said.chat] : [said.chat, said.authorUser];
}

function inner<Value>(outer: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const existing = outer.get(key);
  if (existing !== undefined) return existing;
  const made = new Map<string, Value>();
  outer.set(key, made);
  return made;
}
