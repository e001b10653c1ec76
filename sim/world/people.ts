/**
 * The people: they give intents to devices in their time, answer what shows, and scan linking
 * codes. What a device could not take is counted as not completed, never deferred (contract 7).
 */

import type {
  AccountRecord,
  CallRecord,
  Command,
  OutboxRecord,
  QrRecord,
  ShownRecord,
  VerificationRecord,
} from '../../protocol/contract.ts';
import { assert } from '../../protocol/errors.ts';
import type { Group, TimelineEntry } from '../../scenarios/scenario.ts';
import type { Host } from '../hosts/host.ts';
import type { HostIdentity } from '../hosts/host-room.ts';
import type { Chooser } from '../kernel/chooser.ts';
import type { Draws } from '../kernel/draws.ts';
import type { EventQueue } from '../kernel/event-queue.ts';
import type { Change, WhyNotCompleted } from '../trace/events.ts';
import { AddressBook } from './address-book.ts';
import { accountNameOf, type Intent } from './intents.ts';
import type { Recorder } from './recorder.ts';
import { requestOf } from './requests.ts';
import { WORLD_EVENTS } from './world-events.ts';

/** How long a person takes to lift the phone and scan a code. Assumption. */
const SCAN_LEAST_US = 3_000_000;
const SCAN_SPREAD_US = 12_000_000;
/** Node name of events that happen at no host. */
const WORLD = 'world';

/** How long two people take to hold one phone before the other. Assumption. */
const COMPARE_LEAST_US = 5_000_000;
const COMPARE_SPREAD_US = 10_000_000;

/** Two people about to compare their security codes. */
export interface Comparison {
  readonly entry: string;
  /** Scans the code that `other` shows. */
  readonly device: string;
  readonly other: string;
}

/** A code about to be scanned. */
export interface Scan {
  /** Id of the timeline entry that began the linking. */
  readonly entry: string;
  readonly companion: string;
  readonly cause: number;
  /** The page was of the other generation: its new code is scanned. */
  readonly isAgain: boolean;
}

/** What the people see of the world. */
export interface PeopleRoom {
  readonly queue: EventQueue;
  readonly chooser: Chooser;
  readonly recorder: Recorder;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly draws: Draws;
  /** Digits by account name. */
  readonly numbers: ReadonlyMap<string, string>;
  readonly groups: readonly Group[];
  /** Microseconds since the Unix epoch at virtual time 0. */
  readonly epochUs: number;
  /** Phone by account name. */
  readonly phones: ReadonlyMap<string, string>;
  /** End of the story: nothing new is begun from then on. */
  readonly storyEndUs: number;
}

/** Gives the workload and the timeline's commands. */
export class People {
  /** Pairs `writer|reader` of accounts, or account and group, that something was written in. */
  readonly talked = new Set<string>();
  readonly book: AddressBook;
  readonly #room: PeopleRoom;
  /** Workload intents not yet given or given up, by id, in order of the list. */
  readonly #open = new Map<string, Intent>();
  /** Intents that answer an intent's message. */
  readonly #answers = new Map<string, Intent[]>();
  /** The same by message id, once it is said. */
  readonly #awaited = new Map<string, Intent[]>();
  /** Companions whose code is to be scanned, with the timeline entry that began it. */
  readonly #linking = new Map<string, string>();
  /** Companions whose code was scanned, with the entry; a page may yet reload and show another. */
  readonly #scanned = new Map<string, string>();
  /** Set by `committed` while an intent's step runs. */
  #pending: { readonly id: string; readonly isSend: boolean; hasCommitted: boolean } | undefined;

  constructor(room: PeopleRoom, intents: readonly Intent[]) {
    this.#room = room;
    this.book = new AddressBook(room.numbers, room.groups);
    for (const intent of intents) {
      if (!room.chooser.flag(`intent/${intent.id}`, true)) continue;
      this.#open.set(intent.id, intent);
      if (intent.answers === undefined) {
        room.queue.push(intent.atUs, WORLD_EVENTS.intent, -1, 0, intent);
        continue;
      }
      const others = this.#answers.get(intent.answers.intent);
      if (others === undefined) this.#answers.set(intent.answers.intent, [intent]);
      else others.push(intent);
    }
  }

  /** An intent of the workload is due. */
  give(intent: Intent, cause: number): void {
    if (!this.#open.delete(intent.id)) return;
    if (this.#room.queue.timeUs >= Math.min(this.#room.storyEndUs, intent.untilUs)) {
      this.#fail(intent.id, 'its time was over', cause, 'late');
      return;
    }
    this.send(intent.id, intent.device, intent.to, intent.text, cause);
  }

  /** A person writes; the id names the input. */
  send(id: string, device: string, to: string, text: string, cause: number): void {
    const chat = this.book.chat(to);
    const isGiven = this.#command(id, device, { kind: 'send', chat, text }, cause);
    if (isGiven) this.talked.add(`${accountNameOf(device)}|${to}`);
  }

  /** A person opens a companion, if it is of use to anybody. */
  open(id: string, device: string, cause: number): void {
    const host = this.#hostOf(device);
    if (!host.isRunning || host.store.get('account', 'self') === undefined) return;
    host.use(cause);
    host.handle({ kind: 'command', command: { kind: 'open' }, id }, id, cause);
  }

  /** A command of the timeline; other actions are the world's business. */
  entry(entry: TimelineEntry): boolean {
    const { action, id } = entry;
    switch (action.kind) {
      case 'send':
        this.send(id, action.from, action.to, action.text, -1);
        return true;
      case 'verify':
        this.#verify(id, action);
        return true;
      case 'link':
        this.#linking.set(action.companion, id);
        this.#command(id, action.companion, { kind: 'link' }, -1);
        return true;
      case 'unlink':
        this.#unlink(id, action.companion, action.by);
        return true;
      default:
        return this.#request(entry);
    }
  }

  /** Whatever else a person asks of a device; false when the entry asks nothing of one. */
  #request({ id, action }: TimelineEntry): boolean {
    const { draws, epochUs, queue } = this.#room;
    const hostOf = (device: string) => this.#hostOf(device);
    const room = { book: this.book, draws, wallUs: epochUs + queue.timeUs, hostOf };
    const request = requestOf(room, id, action);
    if (request === undefined) return false;
    if (request.kind === 'impossible') this.#fail(id, request.reason, -1, 'impossible');
    else {
      const isGiven = this.#command(id, request.device, request.command, -1);
      if (isGiven && action.kind === 'send-media') {
        this.talked.add(`${accountNameOf(action.from)}|${action.to}`);
      }
    }
    return true;
  }

  /** Both people open the screen with the code; a few seconds later one scans the other's. */
  #verify(id: string, action: { readonly by: string; readonly with: string }): void {
    const isOpen = (step: string, device: string, partner: string): boolean => {
      const user = this.book.user(accountNameOf(partner));
      if (this.#hostOf(device).store.get('verification', user) !== undefined) return true;
      return this.#command(`${id}/${step}`, device, { kind: 'show-code', user }, -1);
    };
    if (!isOpen('show', action.with, action.by) || !isOpen('open', action.by, action.with)) return;
    const delayUs = COMPARE_LEAST_US + this.#room.chooser.below(`verify/${id}`, COMPARE_SPREAD_US);
    const comparison: Comparison = { entry: id, device: action.by, other: action.with };
    const atUs = this.#room.queue.timeUs + delayUs;
    this.#room.queue.push(atUs, WORLD_EVENTS.comparison, 0, 0, comparison);
  }

  /** One person scans the code on the other's screen. */
  compare({ entry, device, other }: Comparison): void {
    const [mine, theirs] = [device, other].map((one) => this.book.user(accountNameOf(one)));
    const shown = this.#hostOf(other).store.get('verification', mine as string);
    const code = shown as VerificationRecord | undefined;
    if (code === undefined) return this.#fail(entry, `${other} shows no code`, -1, 'impossible');
    const user = theirs as string;
    this.#command(entry, device, { kind: 'compare-code', user, qr: code.qr }, -1);
  }

  /** A person holds the phone before the companion's screen. */
  scan(scan: Scan): void {
    const id = `${scan.entry}/${scan.isAgain ? 'scan-again' : 'scan'}`;
    const qr = this.#hostOf(scan.companion).store.get('qr', 'self') as QrRecord | undefined;
    const phone = this.#room.phones.get(accountNameOf(scan.companion));
    assert(phone !== undefined, 'every account has a phone');
    if (qr === undefined) {
      this.#fail(id, 'the companion shows no code any more', scan.cause, 'impossible');
    } else this.#command(id, phone, { kind: 'scan', qr: qr.text }, scan.cause);
  }

  /** Follows the commits of all hosts. */
  committed(host: HostIdentity, inputId: string, changes: readonly Change[], cause: number): void {
    const pending = this.#pending;
    if (pending?.id === inputId && !pending.isSend) pending.hasCommitted = true;
    for (const { collection, before, after } of changes) {
      if (after === undefined) continue;
      if (collection === 'outbox' && before === undefined) this.#said(host, after as OutboxRecord);
      else if (collection === 'call' && before === undefined) {
        this.book.noteCall(inputId, after as CallRecord);
      } else if (collection === 'shown' && before === undefined) {
        this.#shown(host, after as ShownRecord, cause);
      } else if (collection === 'page') this.#reloads(host);
      else if (collection === 'qr') this.#showsCode(host, cause);
    }
  }

  /** The story is over: what was never triggered is not completed. */
  endStory(cause: number): void {
    for (const intent of this.#open.values()) {
      this.#fail(intent.id, 'what it answers did not show in time', cause, 'unanswered');
    }
    this.#open.clear();
    this.#linking.clear();
  }

  #said(host: HostIdentity, record: OutboxRecord): void {
    this.book.noteSaid(record, this.book.user(accountNameOf(host.name)));
    if (this.#pending?.id === record.inputId) this.#pending.hasCommitted = true;
    const answers = this.#answers.get(record.inputId);
    if (answers !== undefined) this.#awaited.set(record.messageId, answers);
  }

  #shown(host: HostIdentity, record: ShownRecord, cause: number): void {
    const answers = this.#awaited.get(record.messageId);
    if (answers === undefined) return;
    for (const intent of answers) {
      if (intent.device !== host.name || intent.answers === undefined) continue;
      const atUs = this.#room.queue.timeUs + intent.answers.delayUs;
      this.#room.queue.push(atUs, WORLD_EVENTS.intent, cause, 0, intent);
      this.#awaited.delete(record.messageId);
    }
  }

  /** The page that was scanned becomes the other client: its person scans once more. */
  #reloads({ name }: HostIdentity): void {
    const entry = this.#scanned.get(name);
    const { queue, storyEndUs } = this.#room;
    if (entry !== undefined && queue.timeUs < storyEndUs) this.#linking.set(name, entry);
  }

  #showsCode(host: HostIdentity, cause: number): void {
    const entry = this.#linking.get(host.name);
    if (entry === undefined) return;
    this.#linking.delete(host.name);
    const isAgain = this.#scanned.get(host.name) === entry;
    this.#scanned.set(host.name, entry);
    const choice = isAgain ? `scan-again/${entry}` : `scan/${entry}`;
    const delayUs = SCAN_LEAST_US + this.#room.chooser.below(choice, SCAN_SPREAD_US);
    const scan: Scan = { entry, companion: host.name, cause, isAgain };
    this.#room.queue.push(this.#room.queue.timeUs + delayUs, WORLD_EVENTS.scan, 0, 0, scan);
  }

  #unlink(id: string, companion: string, by: 'phone' | 'companion'): void {
    const account = this.#hostOf(companion).store.get('account', 'self');
    if (account === undefined)
      return this.#fail(id, `${companion} is not linked`, -1, 'not-linked');
    const { device } = account as AccountRecord;
    const phone = this.#room.phones.get(accountNameOf(companion));
    assert(phone !== undefined, 'every account has a phone');
    this.#command(id, by === 'phone' ? phone : companion, { kind: 'unlink', device }, -1);
  }

  /** False when the device could not take it. */
  #command(id: string, device: string, command: Command, cause: number): boolean {
    const host = this.#hostOf(device);
    if (!host.isRunning) {
      const why = host.isCrashed ? 'restarting' : 'off';
      this.#fail(id, `${device} is ${why}`, cause, why);
      return false;
    }
    const isSend = command.kind === 'send';
    if (isSend && host.store.get('account', 'self') === undefined) {
      this.#fail(id, `${device} is not linked`, cause, 'not-linked');
      return false;
    }
    const { recorder } = this.#room;
    const body = { kind: 'intent', intent: id, state: 'given', reason: '' } as const;
    const given = recorder.record(WORLD, cause, body);
    host.use(given);
    const pending = { id, isSend, hasCommitted: false };
    this.#pending = pending;
    host.handle({ kind: 'command', command, id }, id, given);
    this.#pending = undefined;
    if (!pending.hasCommitted) {
      this.#fail(id, `${device} stored nothing of it`, given, 'refused');
    }
    return pending.hasCommitted;
  }

  #fail(id: string, reason: string, cause: number, why: WhyNotCompleted): void {
    const body = { kind: 'intent', intent: id, state: 'not-completed', reason, why } as const;
    this.#room.recorder.record(WORLD, cause, body);
  }

  #hostOf(device: string): Host {
    const host = this.#room.hosts.get(device);
    assert(host !== undefined, 'the loader has checked the names of devices');
    return host;
  }
}
