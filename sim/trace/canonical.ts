/**
 * The canonical encoding: one event, one line, always the same text. Objects are written with their
 * fields in the order of `trace.ts`; named public values are sorted pairs; bytes are lower-case
 * hex.
 *
 * Secret key bytes never pass: records become digests, a scanned linking code becomes a digest, and
 * only fields listed here leave a public record.
 */

import type { Command, Input } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import type { Change, RunEvent } from './events.ts';
import { Hash128 } from './hash128.ts';
import { type CommitUses, type KeyHoldings, keyUse } from './key-uses.ts';
import type { Facts, TraceChange, TraceCommand, TraceEvent } from './trace.ts';
import { ValueHasher } from './value-hasher.ts';

/**
 * Fields of the public records (protocol/contract.ts) that a trace shows; byte fields are in none.
 */
const PUBLIC_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['shown', ['author', 'chat', 'isRead', 'messageId', 'positionUs', 'text', 'textDigest']],
  ['outbox', ['chat', 'inputId', 'leftOut', 'messageId', 'positionUs', 'state', 'targets', 'text']],
  ['lost', ['author', 'chat', 'messageId', 'reason']],
  ['timer', ['deadlineUs']],
  ['account', ['device', 'user']],
  ['linked', ['device', 'keyIndex', 'user']],
]);

/** Whether every trace shows the records of a collection. */
export function isPublicCollection(name: string): boolean {
  return PUBLIC_FIELDS.has(name);
}

/** Public view of a record, as `Architecture.describe` gives it. */
export type Describe = (
  record: StoredRecord,
) => Readonly<Record<string, string | number | boolean>>;

const NO_USES: CommitUses = { own: [], earlier: [] };

/**
 * Turns events into trace events. `describe`: also show the views of records that are not public;
 * `holdings`: also name the keys in records.
 */
export class Canonical {
  readonly #describe: Describe | undefined;
  readonly #holdings: KeyHoldings | undefined;
  readonly #hash = new Hash128();
  readonly #values = new ValueHasher();

  constructor(describe?: Describe, holdings?: KeyHoldings) {
    this.#describe = describe;
    this.#holdings = holdings;
  }

  /** The line's content; `uses` are those that a commit tells. */
  event(event: Exclude<RunEvent, { kind: 'stepped' }>, uses = NO_USES): TraceEvent {
    const { sequence, timeUs, node, cause } = event;
    const base = { sequence, timeUs, node, cause };
    switch (event.kind) {
      case 'input':
        return { ...base, kind: 'input', ...this.#input(event.input) };
      case 'commit':
        return {
          ...base,
          kind: 'commit',
          inputId: event.inputId,
          isTimeZero: event.isTimeZero,
          changes: event.changes.map((change) => this.#change(change)),
          keys: uses.own.map(keyUse),
          ...(uses.earlier.length === 0 ? {} : { earlierKeys: uses.earlier.map(keyUse) }),
        };
      case 'commit-refused':
        return { ...base, kind: 'commit-refused', inputId: event.inputId };
      case 'send': {
        const { packet, source, target, connection, attempt } = event;
        const label = { kind: event.label.kind, id: event.label.id };
        const bytes = hex(event.bytes);
        return { ...base, kind: 'send', packet, source, target, connection, label, attempt, bytes };
      }
      case 'deliver': {
        const { packet, source, target, sentUs } = event;
        const label = { kind: event.label.kind, id: event.label.id };
        const bytes = hex(event.bytes);
        return { ...base, kind: 'deliver', packet, source, target, label, sentUs, bytes };
      }
      default:
        return plainEvent(base, event);
    }
  }

  #input(input: Input): Omit<Extract<TraceEvent, { kind: 'input' }>, 'kind' | keyof TraceBase> {
    const named = { input: input.kind, id: input.id };
    switch (input.kind) {
      case 'started':
      case 'push':
        return named;
      case 'connected': {
        const { connection, endpoint } = input;
        return { ...named, connection, endpoint, peerStaticKey: hex(input.peerStaticKey) };
      }
      case 'frame':
        return { ...named, connection: input.connection, sizeBytes: input.bytes.length };
      case 'disconnected':
        return { ...named, connection: input.connection, reason: input.reason };
      case 'timer':
        return { ...named, timer: input.name };
      case 'command':
        return { ...named, command: this.#command(input.command) };
    }
  }

  #command(command: Command): TraceCommand {
    switch (command.kind) {
      case 'send':
        return { kind: 'send', chat: command.chat, text: command.text };
      case 'read':
        return { kind: 'read', chat: command.chat };
      case 'link':
        return { kind: 'link' };
      case 'scan':
        return { kind: 'scan', digest: this.#digest(command.qr) };
      case 'unlink':
        return { kind: 'unlink', device: command.device };
      default:
        return otherCommand(command, (value) => this.#digest(value));
    }
  }

  #change({ collection, key, before, after }: Change): TraceChange {
    const isNew = before === undefined;
    if (after === undefined) return { collection, key, record: null, isNew, digest: '', facts: [] };
    const facts = this.#facts(collection, after);
    const plain = {
      collection,
      key,
      record: after.kind,
      isNew,
      digest: this.#digest(after),
      facts,
    };
    return this.#holdings === undefined ? plain : { ...plain, ...this.#holdings.of(after) };
  }

  #facts(collection: string, record: StoredRecord): Facts {
    const names = PUBLIC_FIELDS.get(collection);
    if (names === undefined) {
      return this.#describe === undefined ? [] : sortedFacts(this.#describe(record));
    }
    const values = record as unknown as Readonly<Record<string, unknown>>;
    const out: [string, string | number | boolean][] = [];
    for (const name of names) {
      const value = values[name];
      if (Array.isArray(value)) out.push([name, value.join(' ')]);
      else if (isFact(value)) out.push([name, value]);
    }
    return out;
  }

  #digest(value: unknown): string {
    this.#hash.reset();
    this.#values.absorb(this.#hash, value);
    return this.#hash.digest();
  }
}

/** Commands whose fields are written under their own names; bytes by their digest. */
function otherCommand(
  command: Exclude<Command, { kind: 'send' | 'read' | 'link' | 'scan' | 'unlink' }>,
  digest: (value: unknown) => string,
): TraceCommand {
  const facts: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(command)) {
    if (name === 'kind') continue;
    if (isFact(value)) facts[name] = value;
    else if (Array.isArray(value)) facts[name] = value.join(' ');
    else facts[name] = digest(value);
  }
  return { kind: command.kind, facts: sortedFacts(facts) };
}

interface TraceBase {
  readonly sequence: number;
  readonly timeUs: number;
  readonly node: string;
  readonly cause: number;
}

type PlainEvent = Extract<
  RunEvent,
  { kind: 'lever' | 'connection' | 'power' | 'crash' | 'emit' | 'intent' | 'phase' }
>;

/** Events whose fields are written as they are, in fixed order. */
function plainEvent(base: TraceBase, event: PlainEvent): TraceEvent {
  switch (event.kind) {
    case 'lever': {
      const { kind, lever, choice, sentence } = event;
      return { ...base, kind, lever, choice, sentence };
    }
    case 'connection': {
      const { kind, state, connection, peer, reason } = event;
      return { ...base, kind, state, connection, peer, reason };
    }
    case 'power':
      return { ...base, kind: 'power', state: event.state };
    case 'crash':
      return { ...base, kind: 'crash', choice: event.choice };
    case 'emit': {
      const { code, sentence, facts } = event.notice;
      return { ...base, kind: 'emit', code, sentence, facts: sortedFacts(facts) };
    }
    case 'intent': {
      const { kind, intent, state, reason } = event;
      return { ...base, kind, intent, state, reason };
    }
    case 'phase':
      return { ...base, kind: 'phase', phase: event.phase };
  }
}

function isFact(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Named values in code unit order of their names. */
export function sortedFacts(values: Readonly<Record<string, string | number | boolean>>): Facts {
  const names = Object.keys(values).sort();
  return names.map((name) => [name, values[name] as string | number | boolean] as const);
}

const HEX_PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** Lower-case hex. */
export function hex(bytes: Uint8Array): string {
  let out = '';
  for (let at = 0; at < bytes.length; at++) out += HEX_PAIRS[bytes[at] as number];
  return out;
}
