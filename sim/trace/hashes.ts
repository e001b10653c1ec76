/**
 * The four hashes of a run (contract 12), rolled while it runs; FORMAT.md says what each covers.
 *
 *   schedule   what happened when, where and because of what: times, nodes, kinds, causes, ids
 *   skeleton   the same without times: kinds, ids and sizes (equal with every crypto back end)
 *   bytes      frames and records to the last byte (equal with `noble` and `openssl`)
 *   shown      what people saw: `shown` and `lost` records in order, without times of events
 *
 * `stepped` events are not hashed. What it does not do: keep events.
 */

import type { Change, RunEvent } from './events.ts';
import { absorbText, Hash128 } from './hash128.ts';
import type { Observer } from './observer.ts';
import { ValueHasher } from './value-hasher.ts';

/** 32 hex digits each. */
export interface RunDigests {
  readonly schedule: string;
  readonly skeleton: string;
  readonly bytes: string;
  readonly shown: string;
}

/** The digests after the event `sequence`, when `events` events were hashed. */
export interface BlockDigest extends RunDigests {
  readonly events: number;
  readonly sequence: number;
}

/** Hashed events per block unless another number is asked for. */
export const BLOCK_EVENTS = 256;

/** Kinds by number: part of the hash, so only ever appended to. */
const KINDS = [
  'input',
  'commit',
  'commit-refused',
  'send',
  'deliver',
  'lever',
  'connection',
  'power',
  'crash',
  'emit',
  'intent',
  'phase',
] as const;
const KIND_NUMBERS: ReadonlyMap<string, number> = new Map(
  KINDS.map((kind, index) => [kind, index + 1]),
);

/** Rolls the four hashes over every event it observes. */
export class RunHashes implements Observer {
  readonly #schedule = new Hash128();
  readonly #skeleton = new Hash128();
  readonly #bytes = new Hash128();
  readonly #shown = new Hash128();
  readonly #values = new ValueHasher();
  readonly #blocks: BlockDigest[] = [];
  readonly #blockEvents: number;
  #events = 0;

  /** `blockEvents`: hashed events between two entries of `blocks()`, 1 or more. */
  constructor(blockEvents: number = BLOCK_EVENTS) {
    this.#blockEvents = blockEvents;
  }

  /** Hashed events so far. */
  get events(): number {
    return this.#events;
  }

  observe(event: RunEvent): void {
    if (event.kind === 'stepped') return;
    const kind = KIND_NUMBERS.get(event.kind) ?? 0;
    const schedule = this.#schedule;
    schedule.words(event.timeUs | 0, (event.timeUs / 2 ** 32) | 0, kind, event.cause);
    this.#skeleton.word(kind);
    this.#name(event.node);
    this.#body(event);
    this.#events++;
    if (this.#events % this.#blockEvents === 0) {
      const { events, digests } = { events: this.#events, digests: this.digests() };
      this.#blocks.push({ events, sequence: event.sequence, ...digests });
    }
  }

  /** The four hashes of everything observed so far. */
  digests(): RunDigests {
    return {
      schedule: this.#schedule.digest(),
      skeleton: this.#skeleton.digest(),
      bytes: this.#bytes.digest(),
      shown: this.#shown.digest(),
    };
  }

  /** Digests after every `blockEvents` hashed events, in order. */
  blocks(): readonly BlockDigest[] {
    return this.#blocks;
  }

  #body(event: Exclude<RunEvent, { kind: 'stepped' }>): void {
    switch (event.kind) {
      case 'input':
        this.#input(event);
        return;
      case 'commit':
        this.#name(event.inputId);
        this.#skeleton.word(event.changes.length);
        this.#bytes.word(event.changes.length);
        for (const change of event.changes) this.#change(event.node, change);
        return;
      case 'commit-refused':
        this.#name(event.inputId);
        return;
      case 'send':
        this.#name(event.packet);
        this.#schedule.words(event.connection, event.attempt, 0, 0);
        this.#skeleton.words(event.connection, event.attempt, event.bytes.length, 0);
        this.#skeleton.text(event.label.kind);
        this.#skeleton.text(event.label.id);
        this.#bytes.bytes(event.bytes);
        return;
      case 'deliver':
        // The bytes as received are hashed with the `input` event that follows.
        this.#name(event.packet);
        this.#schedule.integer(event.sentUs);
        this.#skeleton.word(event.bytes.length);
        return;
      case 'lever':
        this.#name(event.lever);
        this.#name(event.choice);
        return;
      case 'connection':
        this.#name(event.state);
        this.#name(event.peer);
        this.#schedule.word(event.connection);
        this.#name(event.reason);
        return;
      case 'power':
        this.#name(event.state);
        return;
      case 'crash':
        this.#name(event.choice);
        return;
      case 'emit':
        this.#name(event.notice.code);
        this.#bytes.text(event.notice.sentence);
        this.#values.absorb(this.#bytes, event.notice.facts);
        return;
      case 'intent':
        this.#name(event.intent);
        this.#name(event.state);
        this.#name(event.reason);
        return;
      case 'phase':
        this.#name(event.phase);
        return;
    }
  }

  /** A public word that belongs to both schedule and skeleton. */
  #name(text: string): void {
    absorbText(this.#schedule, this.#skeleton, text);
  }

  #input(event: Extract<RunEvent, { kind: 'input' }>): void {
    const { input } = event;
    this.#name(input.kind);
    this.#name(input.id);
    switch (input.kind) {
      case 'frame':
        this.#skeleton.words(input.connection, input.bytes.length, 0, 0);
        this.#bytes.bytes(input.bytes);
        return;
      case 'connected':
        this.#skeleton.word(input.connection);
        this.#name(input.endpoint);
        this.#bytes.bytes(input.peerStaticKey);
        return;
      case 'disconnected':
        this.#skeleton.word(input.connection);
        this.#name(input.reason);
        return;
      case 'timer':
        this.#name(input.name);
        return;
      case 'command':
        this.#name(input.command.kind);
        this.#values.absorb(this.#bytes, input.command);
        return;
      case 'started':
      case 'push':
        return;
    }
  }

  #change(node: string, change: Change): void {
    const { after } = change;
    this.#skeleton.text(change.collection);
    this.#skeleton.text(after === undefined ? '' : after.kind);
    this.#bytes.text(change.key);
    this.#values.absorb(this.#bytes, after);
    if (change.collection !== 'shown' && change.collection !== 'lost') return;
    this.#shown.text(node);
    this.#shown.text(change.collection);
    this.#shown.text(change.key);
    this.#values.absorb(this.#shown, after);
  }
}

/**
 * The first block in which two runs differ, or that only one of them has; undefined when none does.
 */
export function firstDifferingBlock(
  left: readonly BlockDigest[],
  right: readonly BlockDigest[],
): { readonly index: number; readonly ingredients: readonly (keyof RunDigests)[] } | undefined {
  const ingredients = ['schedule', 'skeleton', 'bytes', 'shown'] as const;
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const a = left[index];
    const b = right[index];
    if (a === undefined || b === undefined) return { index, ingredients };
    const differing = ingredients.filter((name) => a[name] !== b[name]);
    if (differing.length > 0) return { index, ingredients: differing };
  }
  return undefined;
}
