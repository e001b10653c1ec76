/**
 * The life of one message as data: every copy of it, from the sealing to the screen, and every
 * event that touched it.
 */

import type { TraceEvent } from '../../sim/trace/trace.ts';
import type { AddressTable } from './address-table.ts';
import { KIND_CODES } from './event-kinds.ts';
import type { RunMessage } from './message-table.ts';
import type { ReadRefusal, ReadRun } from './run-reader.ts';
import { type SealedCopy, sealedCopies } from './sealed-copies.ts';

/** One device's copy. Times are -1 and rows -1 for what did not happen. */
export interface CopyLife {
  readonly lane: number;
  readonly device: string;
  /** `pkmsg` starts a session, `msg` goes on with one, `skmsg` is under a sender key. */
  readonly cipher: string;
  readonly ciphertextBytes: number;
  /** When the server sent it on to this device for the first time. */
  readonly sentOnUs: number;
  readonly arrivedUs: number;
  readonly arrivedRow: number;
  readonly shownUs: number;
  readonly shownRow: number;
  readonly readUs: number;
  readonly lostUs: number;
  readonly reason: string;
  /** When this device sent its first receipt. */
  readonly receiptUs: number;
  /** Receipts that asked for the message again. */
  readonly retries: number;
  /** Deliveries of the message to this device beyond the first. */
  readonly repeats: number;
}

export interface MessageLife {
  readonly message: number;
  readonly name: string;
  readonly author: string;
  /** When its author sent it for the first time, and when that reached the server. */
  readonly sentUs: number;
  readonly atServerUs: number;
  readonly copies: readonly CopyLife[];
  /** Every event about it, in order. */
  readonly rows: readonly number[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Gathers a message's life from its events. */
export function messageLife(
  run: ReadRun,
  addresses: AddressTable,
  event: (row: number) => TraceEvent | ReadRefusal,
  index: number,
): MessageLife {
  const { columns } = run;
  const message = run.messages[index] as RunMessage;
  const rows: number[] = [];
  for (let row = 0; row < columns.count; row++) if (columns.message[row] === index) rows.push(row);
  const copies = new Map<number, Mutable<CopyLife>>();
  const copyOf = (lane: number): Mutable<CopyLife> => {
    let copy = copies.get(lane);
    if (copy === undefined) copies.set(lane, (copy = noCopy(lane, run.lanes[lane] ?? '')));
    return copy;
  };
  for (const address of message.targets) {
    const lane = addresses.lane(address);
    if (lane >= 0) copyOf(lane);
  }
  const way = { sentUs: -1, atServerUs: -1 };
  const server = run.lanes.indexOf('server');
  for (const row of rows) {
    const kind = columns.kind[row];
    if (kind !== KIND_CODES.send && kind !== KIND_CODES.deliver) continue;
    const lane = columns.lane[row] as number;
    const peer = columns.peer[row] as number;
    const word = run.details[columns.detail[row] as number] ?? '';
    const timeUs = columns.timeUs[row] as number;
    if (word.startsWith('message')) {
      if (lane === message.lane && kind === KIND_CODES.send) {
        if (way.sentUs < 0) way.sentUs = timeUs;
        const sent = event(row);
        const sealed = 'bytes' in sent ? sealedCopies(sent.bytes) : [];
        for (const one of sealed) seal(one, addresses, copies, copyOf);
      } else if (lane === server && kind === KIND_CODES.deliver && peer === message.lane) {
        if (way.atServerUs < 0) way.atServerUs = timeUs;
      } else if (lane === server && kind === KIND_CODES.send) {
        if (copyOf(peer).sentOnUs < 0) copyOf(peer).sentOnUs = timeUs;
      } else if (kind === KIND_CODES.deliver) {
        arrive(copyOf(lane), timeUs, row);
      }
    } else if (word.startsWith('receipt') && kind === KIND_CODES.send && lane !== server) {
      if (lane === message.lane) continue;
      if (copyOf(lane).receiptUs < 0) copyOf(lane).receiptUs = timeUs;
      if (word === 'receipt:retry') copyOf(lane).retries++;
    }
  }
  for (const fate of message.copies) Object.assign(copyOf(fate.lane), fate);
  copies.delete(message.lane);
  copies.delete(server);
  return {
    message: index,
    name: message.inputId === '' ? message.id : message.inputId,
    author: run.lanes[message.lane] ?? 'somebody outside this trace',
    ...way,
    copies: [...copies.values()].sort((left, right) => left.lane - right.lane),
    rows,
  };
}

function noCopy(lane: number, device: string): Mutable<CopyLife> {
  return {
    ...{
      lane,
      device,
      cipher: '',
      ciphertextBytes: 0,
      sentOnUs: -1,
      arrivedUs: -1,
      arrivedRow: -1,
    },
    ...{ shownUs: -1, shownRow: -1, readUs: -1, lostUs: -1, reason: '', receiptUs: -1 },
    ...{ retries: 0, repeats: 0 },
  };
}

function arrive(copy: Mutable<CopyLife>, timeUs: number, row: number): void {
  if (copy.arrivedUs >= 0) {
    copy.repeats++;
    return;
  }
  copy.arrivedUs = timeUs;
  copy.arrivedRow = row;
}

/** A ciphertext of the author's frame; one without an address is for everybody it was meant for. */
function seal(
  sealed: SealedCopy,
  addresses: AddressTable,
  copies: ReadonlyMap<number, Mutable<CopyLife>>,
  copyOf: (lane: number) => Mutable<CopyLife>,
): void {
  const lane = addresses.lane(sealed.address);
  const meant = lane >= 0 ? [copyOf(lane)] : sealed.address === '' ? [...copies.values()] : [];
  for (const copy of meant) {
    if (copy.cipher !== '') continue;
    copy.cipher = sealed.type;
    copy.ciphertextBytes = sealed.sizeBytes;
  }
}
