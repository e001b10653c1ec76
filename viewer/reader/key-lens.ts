/**
 * What the keys of a device at a moment could open: the closure of the keys in its records over all
 * operations of the whole trace, as the symbolic adversary follows them, held against every
 * ciphertext on the wire, earlier and later ones alike. Nothing is decrypted: a trace has names of
 * keys and no keys.
 *
 * Which messages a ciphertext holds, its stanza says. Of a file of history, of what one device
 * passes on to another and of what a phone and its browser tell each other the outside says
 * nothing: there it is the messages that came up in the step which sealed or opened it.
 */

import { KeyGraph } from '../../sim/adversary/key-graph.ts';
import { KEYED_TRACE_VERSION, type TraceEvent, type TraceKeyUse } from '../../sim/trace/trace.ts';
import type { AddressTable } from './address-table.ts';
import type { DeviceAt } from './device-at.ts';
import { KIND_CODES } from './event-kinds.ts';
import { usesOfLine } from './line-uses.ts';
import type { RunMessage } from './message-table.ts';
import type { ReadRefusal, ReadRun } from './run-reader.ts';
import { wireCiphertexts } from './wire-ciphertexts.ts';

/** One way to a message: a ciphertext on the wire that opens. */
export interface LensCopy {
  /** As in `WireCiphertext`. */
  readonly cipher: string;
  /** The device it was for; -1 when it was for whoever received it. */
  readonly lane: number;
  /** Row at which it first left its author. */
  readonly row: number;
}

/** A message of the account, or one that opens although it is not. */
export interface LensMessage {
  readonly message: number;
  /** Whether it was written before the moment, or at it. */
  readonly isBefore: boolean;
  /** Ciphertexts that open it, in order of sending; none when it stays closed. */
  readonly copies: readonly LensCopy[];
}

export interface LensCount {
  readonly open: number;
  readonly all: number;
}

/** The answer for one device and moment. */
export interface LensAnswer {
  readonly lane: number;
  readonly device: string;
  readonly timeUs: number;
  /** Whether the trace follows keys; without, nothing is known and nothing counted. */
  readonly hasKeys: boolean;
  /** Keys in the records of the device then. */
  readonly keys: number;
  readonly before: LensCount;
  readonly after: LensCount;
  /** When the last later message that opens was written; -1 for none. */
  readonly openUntilUs: number;
  /** Later messages that were written after it: closed, all of them. */
  readonly closedAfter: number;
  /** In order of writing. */
  readonly messages: readonly LensMessage[];
}

/** The lines of the trace. */
export interface LensLines {
  readonly event: (row: number) => TraceEvent | ReadRefusal;
  readonly line: (row: number) => string;
}

/** A recorded ciphertext and the messages in it. */
interface Recorded extends LensCopy {
  /** Whether its stanza says which message it holds. */
  readonly isNamed: boolean;
  readonly messages: Set<number>;
}

/** Stanzas of devices that carry ciphertexts; files go to their own server. */
const CARRIERS = /^(message|relay|web|call)/;

/** Works on one trace; what follows from what is gathered once, at the first question. */
export class KeyLens {
  readonly #run: ReadRun;
  readonly #addresses: AddressTable;
  readonly #lines: LensLines;
  readonly #graph = new KeyGraph();
  /** By the ciphertext's name, in order of sending. */
  readonly #recorded = new Map<string, Recorded>();
  readonly #hasKeys: boolean;

  constructor(run: ReadRun, addresses: AddressTable, lines: LensLines) {
    this.#run = run;
    this.#addresses = addresses;
    this.#lines = lines;
    this.#hasKeys = run.header.version === KEYED_TRACE_VERSION;
    if (!this.#hasKeys) return;
    this.#record();
    this.#follow();
  }

  /** What the records of a device open. */
  at({ lane, device, timeUs, records }: DeviceAt): LensAnswer {
    const names = new Set(records.flatMap(({ holds }) => holds));
    const pairs = records.flatMap((record) => record.pairs);
    const { ciphertexts } = this.#graph.reachFromNames(names, pairs);
    const opened = new Map<number, LensCopy[]>();
    for (const [name, { messages, cipher, lane: target, row }] of this.#recorded) {
      if (!ciphertexts.has(name)) continue;
      for (const message of messages) {
        const copies = opened.get(message);
        const copy = { cipher, lane: target, row };
        if (copies === undefined) opened.set(message, [copy]);
        else copies.push(copy);
      }
    }
    const messages = this.#messages(device, timeUs, opened);
    const common = { lane, device, timeUs, hasKeys: this.#hasKeys, keys: names.size };
    return { ...common, ...this.#counts(messages), messages };
  }

  /** Writes down every ciphertext that devices sent, with the message its stanza names. */
  #record(): void {
    const { columns, details, lanes } = this.#run;
    const isCarrier = details.map((detail) => CARRIERS.test(detail));
    const [server, blobs] = [lanes.indexOf('server'), lanes.indexOf('blobs')];
    for (let row = 0; row < columns.count; row++) {
      if (columns.kind[row] !== KIND_CODES.send) continue;
      const lane = columns.lane[row] as number;
      if (lane === server || lane === blobs) continue;
      const isFile = columns.peer[row] === blobs;
      if (!isFile && isCarrier[columns.detail[row] as number] !== true) continue;
      const sent = this.#lines.event(row);
      if (sent.kind !== 'send') continue;
      const message = columns.message[row] as number;
      for (const { cipher, address, bytes } of wireCiphertexts(sent.bytes)) {
        const name = this.#graph.nameOf(bytes);
        if (this.#recorded.has(name)) continue;
        const named = new Set(message >= 0 ? [message] : []);
        const target = this.#addresses.lane(address);
        const isNamed = message >= 0;
        this.#recorded.set(name, { cipher, lane: target, row, isNamed, messages: named });
      }
    }
  }

  /** Takes what every step did with keys, and what came up with a ciphertext that says nothing. */
  #follow(): void {
    const { columns, messages, footer } = this.#run;
    const indexOf = new Map(messages.map(({ id }, index) => [id, index]));
    for (let row = 0; row < columns.count; row++) {
      if (columns.kind[row] !== KIND_CODES.commit) continue;
      const uses = usesOfLine(this.#lines.line(row));
      if (uses?.length === 0) continue;
      const silent: Recorded[] = [];
      for (const use of uses ?? this.#usesOfEvent(row)) {
        this.#graph.add(use);
        const recorded = this.#recorded.get(use.ciphertext ?? '');
        if (recorded?.isNamed === false) silent.push(recorded);
      }
      const ids = silent.length === 0 ? [] : this.#cameUp(row, indexOf);
      for (const recorded of silent) for (const id of ids) recorded.messages.add(id);
    }
    for (const use of footer?.earlierKeys ?? []) this.#graph.add(use);
  }

  #usesOfEvent(row: number): readonly TraceKeyUse[] {
    const commit = this.#lines.event(row);
    return commit.kind === 'commit' ? [...commit.keys, ...(commit.earlierKeys ?? [])] : [];
  }

  /** Messages that a commit writes or shows for the first time. */
  #cameUp(row: number, indexOf: ReadonlyMap<string, number>): readonly number[] {
    const commit = this.#lines.event(row);
    if (commit.kind !== 'commit') return [];
    return commit.changes.flatMap(({ collection, isNew, facts }) => {
      if (!isNew || (collection !== 'shown' && collection !== 'outbox')) return [];
      return facts.flatMap(([name, value]) =>
        name === 'messageId' ? (indexOf.get(String(value)) ?? []) : [],
      );
    });
  }

  #messages(
    device: string,
    timeUs: number,
    opened: ReadonlyMap<number, readonly LensCopy[]>,
  ): readonly LensMessage[] {
    const { messages, lanes } = this.#run;
    const account = accountOf(device);
    const isOwn = lanes.map((name) => account !== '' && accountOf(name) === account);
    const isParty = ({ lane, targets, copies }: RunMessage): boolean =>
      isOwn[lane] === true ||
      copies.some((copy) => isOwn[copy.lane]) ||
      targets.some((address) => isOwn[this.#addresses.lane(address)]);
    return messages
      .flatMap((one, message) => {
        const copies = opened.get(message) ?? [];
        if (copies.length === 0 && !isParty(one)) return [];
        return [{ message, isBefore: writtenUs(one) <= timeUs, copies }];
      })
      .sort((left, right) => this.#writtenUs(left) - this.#writtenUs(right));
  }

  #writtenUs({ message }: LensMessage): number {
    return writtenUs(this.#run.messages[message] as RunMessage);
  }

  #counts(
    messages: readonly LensMessage[],
  ): Pick<LensAnswer, 'before' | 'after' | 'openUntilUs' | 'closedAfter'> {
    const countOf = (list: readonly LensMessage[]): LensCount => {
      return { open: list.filter(({ copies }) => copies.length > 0).length, all: list.length };
    };
    const later = messages.filter(({ isBefore }) => !isBefore);
    const last = later.findLastIndex(({ copies }) => copies.length > 0);
    return {
      before: countOf(messages.filter(({ isBefore }) => isBefore)),
      after: countOf(later),
      openUntilUs: last < 0 ? -1 : this.#writtenUs(later[last] as LensMessage),
      closedAfter: later.length - last - 1,
    };
  }
}

/** When a message was written; of one whose writing the trace lacks, when it was first shown. */
function writtenUs({ saidUs, copies }: RunMessage): number {
  if (saidUs >= 0) return saidUs;
  const shown = copies.map(({ shownUs }) => shownUs).filter((timeUs) => timeUs >= 0);
  return shown.length === 0 ? 0 : Math.min(...shown);
}

/** `alice` of `alice.laptop`; empty for what belongs to nobody. */
function accountOf(lane: string): string {
  const dot = lane.indexOf('.');
  return dot < 0 ? '' : lane.slice(0, dot);
}
