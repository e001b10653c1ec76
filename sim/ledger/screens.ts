/**
 * What each host shows and reports lost (contract 8), from its commits: on its own Store, on its
 * clone's, and what a disk took back after people had seen it. It does not ask whether a display is
 * right. Source: contract 2 and 8.
 */

import type { DeviceJid, LostRecord, ShownRecord } from '../../protocol/contract.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Linkage } from './linkage.ts';
import { deviceNumberOf, hostOfClone, messageKey, originalOf, userOf } from './names.ts';
import type { Display, LossReport, Said } from './said.ts';

/** How a commit came about: by a step, or by a disk that went back. */
export interface CommitCause {
  readonly isUndo: boolean;
  readonly isRestore: boolean;
}

/** What names a message in a record. */
type Named = Pick<LostRecord, 'chat' | 'author' | 'messageId'>;

/** The screens of all hosts. */
export class Screens {
  readonly #linkage: Linkage;
  readonly #shown = new Map<string, Map<string, Display>>();
  readonly #lost = new Map<string, Map<string, LossReport>>();
  /** Displays and reports that a disk took back, by `device|message`. */
  readonly #shownOnce = new Map<string, Display>();
  readonly #lostOnce = new Map<string, LossReport>();
  /** What a phone's disk took back before a browser mirrored it, by `browser|message`. */
  readonly #unmirrored = new Map<string, LossReport>();

  constructor(linkage: Linkage) {
    this.#linkage = linkage;
  }

  /** Takes one change of a host's `shown` collection. */
  show(host: string, change: Change, event: RunEvent, cause: CommitCause): void {
    const record = change.after as ShownRecord | undefined;
    const shown = inner(this.#shown, host);
    if (record === undefined) {
      const gone = change.before as ShownRecord;
      const key = messageKey(gone.author, gone.messageId);
      const display = shown.get(key);
      if (cause.isRestore && display !== undefined) {
        this.#shownOnce.set(`${gone.device}|${key}`, display);
      }
      if (cause.isUndo) shown.delete(key);
      if (cause.isRestore) this.loseUnmirrored(host, gone, event);
      return;
    }
    const key = messageKey(record.author, record.messageId);
    const first = shown.get(key);
    if (first === undefined) this.#findAgain(host, key);
    const sequence = first?.sequence ?? event.sequence;
    shown.set(key, { record, sequence, timeUs: first?.timeUs ?? event.timeUs });
  }

  /** Takes one change of a host's `lost` collection. */
  lose(host: string, change: Change, event: RunEvent, cause: CommitCause): void {
    const record = change.after as LostRecord | undefined;
    const lost = inner(this.#lost, host);
    if (record === undefined) {
      const gone = change.before as LostRecord;
      const key = messageKey(gone.author, gone.messageId);
      const report = lost.get(key);
      const device = this.#linkage.deviceOf(host);
      if (cause.isRestore && report !== undefined) this.#lostOnce.set(`${device}|${key}`, report);
      if (cause.isUndo) lost.delete(key);
      if (cause.isRestore) this.loseUnmirrored(host, gone, event);
      return;
    }
    const key = messageKey(record.author, record.messageId);
    const { sequence, timeUs } = event;
    lost.set(key, { record, sequence, timeUs });
  }

  /** A disk took back that a device waited for a message: nobody can tell it any more. */
  loseWaiting(host: string, change: Change, event: RunEvent): void {
    const waiting = change.before as unknown as Named;
    const report = reportOf(waiting, 'the disk took back that it was waited for', event);
    const device = this.#linkage.deviceOf(host);
    this.#lostOnce.set(`${device}|${messageKey(waiting.author, waiting.messageId)}`, report);
    this.loseUnmirrored(host, waiting, event);
  }

  /**
   * The disk of a phone took a message back. A browser shows what its phone has (specification
   * 11.1, 11.6): one that did not mirror it in time has nobody to get it from, until its phone has
   * it again.
   */
  loseUnmirrored(host: string, gone: Named, event: RunEvent): void {
    const phone = originalOf(host);
    const device = this.#linkage.deviceOf(phone);
    if (device === undefined || deviceNumberOf(device) !== 0) return;
    const key = messageKey(gone.author, gone.messageId);
    const isOn = (one: string): boolean => this.#shown.get(one)?.has(key) ?? false;
    if (isOn(phone) || isOn(hostOfClone(phone))) return;
    const report = reportOf(gone, 'the disk of its phone took it back', event);
    for (const browser of this.#linkage.linkedNow(userOf(device))) {
      const isMirrored = isOn(this.#linkage.hostOf(browser) ?? '');
      if (!this.#linkage.isBrowser(browser) || isMirrored) continue;
      this.#unmirrored.set(`${browser}|${key}`, report);
    }
  }

  /** A phone has a message again that its disk took back: its browsers are to mirror it. */
  #findAgain(host: string, key: string): void {
    if (this.#unmirrored.size === 0) return;
    const device = this.#linkage.deviceOf(originalOf(host));
    if (device === undefined || deviceNumberOf(device) !== 0) return;
    for (const browser of this.#linkage.linkedNow(device)) {
      this.#unmirrored.delete(`${browser}|${key}`);
    }
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
    return this.#on(this.#shown, this.#shownOnce, device, said);
  }

  /** The host's report that it will not show a message. */
  lostAt(host: string, said: Said): LossReport | undefined {
    return this.#lost.get(host)?.get(messageKey(said.author, said.messageId));
  }

  /**
   * The report of a device: of its host, of its clone, or one that a disk took back; of a browser,
   * that its phone's disk did.
   */
  lostOn(device: DeviceJid, said: Said): LossReport | undefined {
    const own = this.#on(this.#lost, this.#lostOnce, device, said);
    return own ?? this.#unmirrored.get(`${device}|${messageKey(said.author, said.messageId)}`);
  }

  /** Asked for every copy of a run: the rare places come last. */
  #on<Found>(
    of: ReadonlyMap<string, ReadonlyMap<string, Found>>,
    once: ReadonlyMap<string, Found>,
    device: DeviceJid,
    said: Said,
  ): Found | undefined {
    const host = this.#linkage.hostOf(device);
    if (host === undefined) return undefined;
    const key = messageKey(said.author, said.messageId);
    const here = of.get(host)?.get(key);
    if (here !== undefined) return here;
    return of.get(hostOfClone(host))?.get(key) ?? once.get(`${device}|${key}`);
  }
}

function reportOf(
  { chat, author, messageId }: Named,
  reason: string,
  { sequence, timeUs }: RunEvent,
): LossReport {
  return { record: { kind: 'lost', chat, messageId, author, reason }, sequence, timeUs };
}

function inner<Value>(outer: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const existing = outer.get(key);
  if (existing !== undefined) return existing;
  const made = new Map<string, Value>();
  outer.set(key, made);
  return made;
}
