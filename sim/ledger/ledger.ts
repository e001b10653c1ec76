/**
 * The ledger of ground truth (contract 8): what people said, which devices were linked when, what
 * each device showed or reported lost, and which intents came to nothing. It is fed by run events
 * alone and is invisible to nodes. It must observe an event before any judge does, since judges ask
 * it about that event.
 *
 * It decodes no frame and verifies no signature: folds that do (the view of device lists) are made
 * by the judges and shared through `shared`. Source: contract sections 4, 7, 8 and 10.
 */

import type { Architecture, DeviceJid, OutboxRecord, UserJid } from '../../protocol/contract.ts';
import { Audience } from '../trace/audience.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import { Entitlement, type Moment } from './entitlement.ts';
import { Linkage } from './linkage.ts';
import { Membership } from './membership.ts';
import { isClone, messageKey, originalOf, userOf } from './names.ts';
import { notCompletedOf } from './not-completed.ts';
import { OldApps } from './old-apps.ts';
import type { CopyTotals, Display, IntentFate, LossReport, MessageStatus, Said } from './said.ts';
import { Screens } from './screens.ts';

export {
  deviceJidOf,
  deviceNumberOf,
  hexOf,
  isClone,
  isGroup,
  messageKey,
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

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Ground truth of one run. One instance per run. */
export class Ledger implements Observer {
  readonly architecture: Architecture;
  readonly linkage = new Linkage();
  readonly membership = new Membership();
  readonly oldApps = new OldApps();
  readonly #screens = new Screens(this.linkage);
  readonly #entitlement = new Entitlement(this, this.#screens);
  readonly #messages = new Map<string, Mutable<MessageStatus>>();
  /** `host|messageId` of the author's host: what an ack to that host names. */
  readonly #byHost = new Map<string, Mutable<MessageStatus>>();
  readonly #byId = new Map<string, Mutable<MessageStatus>>();
  readonly #saidCount = new Map<string, number>();
  readonly #intents = new Map<string, IntentFate>();
  readonly #counters = new Map<string, number>();
  readonly #folds = new Map<string, Observer>();
  readonly #audience = new Audience();
  readonly #steppedInput = new Map<string, string>();
  #phase: 'story' | 'heal' | 'probe' | 'end' = 'story';
  #now: Moment = { sequence: -1, timeUs: 0 };
  /**
   * Whether the event at hand takes the last commit of its host back (a store fault, contract 2): a
   * commit no step asked for, with its changes reversed. Judges of steps pass over it.
   */
  isUndo = false;
  /**
   * Whether that undoing is a disk's that lost more than its last commit: an old snapshot came
   * back, a record was damaged, a clone was put away. What was shown was shown, and people saw it.
   */
  isRestore = false;
  /** Hosts whose disk is about to change, by the lever that was pulled. */
  readonly #faulty = new Set<string>();
  readonly #damaged = new Set<string>();

  constructor(architecture: Architecture) {
    this.architecture = architecture;
  }

  /** Takes the next event, then hands it to the shared folds. */
  observe(event: RunEvent): void {
    this.#now = event;
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
      this.#intents.set(event.intent, { state, reason, why: event.why, timeUs });
    } else if (event.kind === 'phase') this.#phase = event.phase;
    this.#audience.show(event);
  }

  #lever(host: string, lever: string): void {
    if (lever === 'snapshot-restored' || lever === 'record-damaged') this.#faulty.add(host);
    if (lever === 'record-damaged') this.#damaged.add(host);
  }

  /** A device that deletes its account after damage says that it is of no use any more. */
  #account(host: string, change: Change): void {
    if (change.after !== undefined) this.#entitlement.unusable.delete(host);
    else if (this.#damaged.has(host) && !isClone(host)) this.#entitlement.unusable.add(host);
  }

  #change(host: string, change: Change, event: RunEvent): void {
    switch (change.collection) {
      case 'linked':
      case 'paired-browser':
        if (host === 'server') this.linkage.serverChange(change, event.sequence, event.timeUs);
        break;
      case 'membership':
        if (host === 'server') this.membership.serverChange(change, event.sequence);
        break;
      case 'old-app':
        this.oldApps.change(host, change, event.sequence);
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
        this.#screens.show(host, change, event, this);
        break;
      case 'lost':
        this.#screens.lose(host, change, event, this);
        break;
      case 'placeholder':
        if (this.isRestore && change.after === undefined) {
          this.#screens.loseWaiting(host, change, event);
        }
        break;
    }
  }

  #outbox(host: string, change: Change, event: RunEvent): void {
    if (this.isUndo) this.#unsay(host, change, event);
    const record = change.after as OutboxRecord | undefined;
    if (record === undefined) return;
    const key = messageKey(record.author, record.messageId);
    const status = this.#messages.get(key) ?? this.#say(key, host, record, event);
    // A browser's phone seals it, and is who sends it and hears that it was taken.
    if (status.said.host !== host && !isClone(host))
      this.#byHost.set(`${host}|${record.messageId}`, status);
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
  #unsay(host: string, change: Change, event: RunEvent): void {
    const record = (change.before ?? change.after) as OutboxRecord;
    const key = messageKey(record.author, record.messageId);
    const status = this.#messages.get(key);
    // A clone that is put away takes its copies of the original's messages with it, not these.
    if (status === undefined || status.said.host !== host) return;
    if (change.after === undefined && status.hasLeft) {
      status.isForgotten = true;
      this.#screens.loseUnmirrored(host, record, event);
    } else if (change.after === undefined) {
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
        device: this.#deviceOf(host, record.author),
        chat: record.chat,
        text: record.text,
        textDigest: record.textDigest,
        media: record.media,
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

  /** The device of the host that says something: its author's, or a browser of that account. */
  #deviceOf(host: string, author: DeviceJid): DeviceJid {
    const device = this.linkage.deviceOf(host);
    return device !== undefined && this.linkage.isBrowser(device) ? device : author;
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

  /** Whether a device is linked now, and its host of use. */
  isInUse(device: DeviceJid): boolean {
    return this.linkage.isLinkedNow(device) && !this.isUnusable(this.linkage.hostOf(device) ?? '');
  }

  /** Whether the disk of a host has damaged a record. */
  isDamaged(host: string): boolean {
    return this.#damaged.has(host);
  }

  /** Whether a host lost a record it cannot do without, and has left its account because of it. */
  isUnusable(host: string): boolean {
    return this.#entitlement.unusable.has(host);
  }

  /** What became of the workload's intents and the timeline's commands, in order of giving. */
  intents(): IterableIterator<[string, IntentFate]> {
    return this.#intents.entries();
  }

  /** Whether a person asked a device for this message. */
  wasAskedFor(said: Said): boolean {
    return this.#intents.has(said.inputId);
  }

  /** The phase the run is in. */
  phase(): 'story' | 'heal' | 'probe' | 'end' {
    return this.#phase;
  }

  /** What a host shows of a message. */
  shownAt(host: string, said: Said): Display | undefined {
    return this.#screens.shownAt(host, said);
  }

  /** As `Screens.shownOn`: on a device's host, on its clone, or once on either. */
  shownOn(device: DeviceJid, said: Said): Display | undefined {
    return this.#screens.shownOn(device, said);
  }

  /** The host's report that it will not show a message. */
  lostAt(host: string, said: Said): LossReport | undefined {
    return this.#screens.lostAt(host, said);
  }

  /** As `Screens.lostOn`. */
  lostOn(device: DeviceJid, said: Said): LossReport | undefined {
    return this.#screens.lostOn(device, said);
  }

  /** As `Entitlement.isParty`: whether devices of an account may learn a message. */
  isParty(status: MessageStatus, user: UserJid): boolean {
    return this.#entitlement.isParty(status, user);
  }

  /** As `Entitlement.isEntitled`: whether a device may learn a message as such. */
  isEntitled(status: MessageStatus, device: DeviceJid): boolean {
    return this.#entitlement.isEntitled(status, device, this.#now);
  }

  /** As `Entitlement.due`: the devices owed a message. */
  due(status: MessageStatus): readonly DeviceJid[] {
    return this.#entitlement.due(status, this.#now);
  }

  /** As `Entitlement.isOnItsWay`: whether its author could still send a message. */
  canStillSend(status: MessageStatus): boolean {
    return this.#entitlement.isOnItsWay(status);
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
    return { ...totals, ...notCompletedOf(this.#intents.values()) };
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
