/**
 * One step of a node in the making: reads and writes go through a transaction, effects are
 * gathered, and `finish` puts the commit first (contract 1). Shared by device and server; knows
 * nothing of either.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { Effect, Input, Settings, StanzaLabel, StepContext } from '../contract.ts';
import { type Rejection, reject } from '../errors.ts';
import { type Store, type StoredRecord, Transaction } from '../store.ts';
import { encodeFrame } from '../wire/encode-node.ts';
import { attribute, children, type WireNode } from '../wire/node.ts';

/**
 * The label under which the host knows a stanza: tag, type (of a call: its signal), id. A refusal
 * is called `nack`, though its tag is `ack`: a reader of labels must not take it for the contrary.
 */
export function labelOf(stanza: WireNode): StanzaLabel {
  const type = attribute(stanza, 'type');
  const naming = stanza.tag === 'iq' ? 'xmlns' : stanza.tag === 'ack' ? 'class' : 'type';
  const signal = stanza.tag === 'call' ? children(stanza)[0]?.tag : undefined;
  const suffix = signal ?? attribute(stanza, naming) ?? type;
  const isRefusal = stanza.tag === 'ack' && attribute(stanza, 'error') !== undefined;
  const tag = isRefusal ? 'nack' : stanza.tag;
  return {
    kind: suffix === undefined ? tag : `${tag}:${suffix}`,
    id: attribute(stanza, 'id') ?? stanza.tag,
  };
}

/** Collects what one step does. */
export class Step {
  readonly input: Input;
  readonly context: StepContext;
  readonly store: Store;
  readonly settings: Settings;
  readonly tx: Transaction;
  readonly #effects: Effect[] = [];

  constructor(input: Input, context: StepContext, store: Store, settings: Settings) {
    this.input = input;
    this.context = context;
    this.store = store;
    this.settings = settings;
    this.tx = new Transaction(store);
  }

  /**
   * A stanza id that stays the same when unrelated commands of the run change: drawn for this
   * input.
   */
  freshId(prefix: string): string {
    return `${prefix}-${bytesToHex(this.context.numbers.bytes('stanza-id', 8))}`;
  }

  get nowUs(): number {
    return this.context.wallUs;
  }

  /** The record under (collection, key), asserted to be of the caller's kind. */
  get<Kind extends StoredRecord>(collection: string, key: string): Kind | undefined {
    return this.tx.get(collection, key) as Kind | undefined;
  }

  send(connection: number, stanza: WireNode): void {
    this.sendBytes(connection, encodeFrame(stanza), labelOf(stanza));
  }

  sendBytes(connection: number, bytes: Uint8Array, label: StanzaLabel): void {
    this.#effects.push({ kind: 'send', connection, bytes, label });
  }

  open(endpoint: string): void {
    this.#effects.push({ kind: 'open', endpoint });
  }

  close(connection: number): void {
    this.#effects.push({ kind: 'close', connection });
  }

  push(device: string): void {
    this.#effects.push({ kind: 'push', device });
  }

  emit(
    code: string,
    sentence: string,
    facts: Readonly<Record<string, string | number>> = {},
  ): void {
    this.#effects.push({ kind: 'emit', notice: { code, sentence, facts } });
  }

  /** Tells people and traces that outside input was refused. */
  refuse(rejection: Rejection): void {
    this.emit('rejected', rejection.sentence, { ...rejection.facts, code: rejection.code });
  }

  /** As `refuse`, for a refusal made here. */
  refuseAs(
    code: Rejection['code'],
    sentence: string,
    facts: Readonly<Record<string, string | number>> = {},
  ): void {
    this.refuse(reject(code, sentence, facts));
  }

  /** Arms the named timer, unless it already stands at that deadline. */
  setTimer(name: string, deadlineUs: number): void {
    const current = this.tx.get('timer', name) as { deadlineUs?: number } | undefined;
    if (current?.deadlineUs !== deadlineUs) this.tx.put('timer', name, timerRecord(deadlineUs));
  }

  cancelTimer(name: string): void {
    this.tx.delete('timer', name);
  }

  /** Whether the named timer stands. */
  hasTimer(name: string): boolean {
    return this.tx.get('timer', name) !== undefined;
  }

  /** The effects in contract order. */
  finish(): readonly Effect[] {
    const writes = this.tx.writes();
    if (writes.length === 0) return this.#effects;
    return [{ kind: 'commit', writes }, ...this.#effects];
  }
}

function timerRecord(deadlineUs: number): StoredRecord & { readonly deadlineUs: number } {
  return { kind: 'timer', deadlineUs };
}

/**
 * The n-th wait of a Fibonacci back-off, n from 0: 1, 1, 2, 3, 5, … seconds up to `maxS`, in
 * microseconds.
 */
export function fibonacciUs(attempt: number, maxS: number): number {
  let [current, next] = [1, 1];
  for (let index = 0; index < attempt && current < maxS; index++) {
    [current, next] = [next, current + next];
  }
  return Math.min(current, maxS) * 1_000_000;
}
