/**
 * Counts levers and marks of a run from its events. Marks are read at the borders (stanzas, commits
 * of public or server records), never from what a node says of itself, as long as anything else
 * shows it.
 */

import type { AccountRecord, ShownRecord } from '../../protocol/contract.ts';
import { isRejected } from '../../protocol/errors.ts';
import { decodeFrame } from '../../protocol/wire/decode-node.ts';
import { attribute, child, children, type WireNode } from '../../protocol/wire/node.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import { FeatureMarks } from './feature-marks.ts';
import { LeverCounts } from './levers.ts';
import { BLOBS } from './timeline.ts';

/** A copy that arrives sooner than this after the server took it did not wait. */
const WAITED_US = 1_000_000;

type SendEvent = Extract<RunEvent, { kind: 'send' }>;

/** The counting observer of one run. */
export class Marks implements Observer {
  readonly kinds = ['lever', 'connection', 'commit', 'deliver', 'send', 'emit'] as const;
  readonly counts = new LeverCounts();
  readonly #features: FeatureMarks;
  /** Copies for many devices share their bytes: each is decoded once. */
  readonly #decoded = new WeakMap<Uint8Array, WireNode>();
  readonly #server: string;
  /** Device address by host. */
  readonly #addresses = new Map<string, string>();
  readonly #connectedUs = new Map<string, number>();
  /** When the server first took the message of this id. */
  readonly #takenUs = new Map<string, number>();
  /** Session starts that have not arrived, as `from>to` in addresses. */
  readonly #starting = new Set<string>();
  /** The same by the copy that carries it, as `message id>host`. */
  readonly #startByCopy = new Map<string, string>();
  /** Copies that were counted as having waited, as `message id>host`. */
  readonly #queued = new Set<string>();
  readonly #hasPrekeys = new Set<string>();

  constructor(server: string) {
    this.#server = server;
    this.#features = new FeatureMarks(this.counts, server);
  }

  observe(event: RunEvent): void {
    switch (event.kind) {
      case 'lever':
        this.counts.add(event.lever);
        return;
      case 'connection':
        if (event.peer === BLOBS || event.node === BLOBS) return;
        if (event.state === 'open' && event.node !== this.#server) this.#opened(event);
        return;
      case 'commit':
        for (const change of event.changes) {
          this.#changed(event.node, change);
          if (!event.isTimeZero) this.#features.changed(event.node, change);
        }
        if (event.node === this.#server) this.#uploaded(event.changes, event.isTimeZero);
        return;
      case 'deliver':
        if (event.label.kind.startsWith('message')) this.#delivered(event);
        return;
      case 'send':
        if (event.label.kind === 'receipt:retry' && event.source !== this.#server) {
          this.counts.add('retry-receipt');
        }
        if (event.label.kind.startsWith('message')) this.#message(event);
        else if (event.attempt === 0) this.#features.sent(event);
        if (event.label.kind === 'stream:error') this.#ended(event);
        return;
      case 'emit':
        return this.#features.noticed(event.notice.code);
      default:
        return;
    }
  }

  #read(bytes: Uint8Array): WireNode | undefined {
    const known = this.#decoded.get(bytes);
    if (known !== undefined) return known;
    const stanza = decodeFrame(bytes);
    if (isRejected(stanza)) return undefined;
    this.#decoded.set(bytes, stanza);
    return stanza;
  }

  #opened(event: Extract<RunEvent, { kind: 'connection' }>): void {
    if (this.#connectedUs.has(event.node)) this.counts.add('reconnect');
    this.#connectedUs.set(event.node, event.timeUs);
  }

  #changed(host: string, change: Change): void {
    const { after, before } = change;
    if (after === undefined) return;
    switch (change.collection) {
      case 'account':
        this.#addresses.set(host, (after as AccountRecord).device);
        return;
      case 'shown':
        if (before === undefined) this.#shown(after as ShownRecord);
        return;
      case 'accepted': {
        const hash = (after as { participantHash?: unknown }).participantHash;
        if (typeof hash === 'string' && hash !== '') this.counts.add('stale-list-answer');
        return;
      }
    }
  }

  #shown(record: ShownRecord): void {
    const isOwn = record.author !== record.device && userOf(record.author) === record.account;
    if (isOwn) this.counts.add('own-device-copy');
  }

  /** A server's commit that adds one-time prekeys to a pool it had seen before. */
  #uploaded(changes: readonly Change[], isTimeZero: boolean): void {
    let pool = '';
    for (const { collection, after } of changes) {
      if (collection === pool || after === undefined || !collection.startsWith('prekeys/'))
        continue;
      pool = collection;
      if (!isTimeZero && this.#hasPrekeys.has(pool)) this.counts.add('refill');
      this.#hasPrekeys.add(pool);
    }
  }

  #ended(event: SendEvent): void {
    const stanza = decodeFrame(event.bytes);
    const conflict = isRejected(stanza) ? undefined : child(stanza, 'conflict');
    const isReplaced = conflict !== undefined && attribute(conflict, 'type') === 'replaced';
    if (isReplaced) this.counts.add('connection-replaced');
  }

  #message(event: SendEvent): void {
    const stanza = this.#read(event.bytes);
    if (stanza === undefined) return;
    if (event.source === this.#server) return this.#copy(event, stanza);
    this.#fanout(event, stanza);
    if (event.attempt === 0) this.#features.message(stanza);
  }

  #delivered(event: Extract<RunEvent, { kind: 'deliver' }>): void {
    const { id } = event.label;
    if (event.target === this.#server) {
      if (!this.#takenUs.has(id)) this.#takenUs.set(id, event.timeUs);
      return;
    }
    const copy = `${id}>${event.target}`;
    const start = this.#startByCopy.get(copy);
    if (start !== undefined) {
      this.#startByCopy.delete(copy);
      this.#starting.delete(start);
    }
    const takenUs = this.#takenUs.get(id) ?? event.timeUs;
    const connectedUs = this.#connectedUs.get(event.target) ?? 0;
    const isLate = event.timeUs - takenUs > WAITED_US && connectedUs > takenUs;
    if (!isLate || this.#queued.has(copy)) return;
    this.#queued.add(copy);
    this.counts.add('queued-delivery');
  }

  /** A copy on its way from the server to a device. */
  #copy(event: SendEvent, stanza: WireNode): void {
    if (event.attempt > 0) return;
    if (child(stanza, 'unavailable') !== undefined) this.counts.add('unavailable');
    const enc = child(stanza, 'enc');
    if (enc === undefined || attribute(enc, 'type') !== 'pkmsg') return;
    this.counts.add('prekey-message');
    const author = attribute(stanza, 'participant') ?? attribute(stanza, 'from');
    const start = `${author}>${this.#addresses.get(event.target)}`;
    this.#startByCopy.set(`${event.label.id}>${event.target}`, start);
  }

  /** A message on its way from a device to the server. */
  #fanout(event: SendEvent, stanza: WireNode): void {
    const participants = child(stanza, 'participants');
    if (attribute(stanza, 'device_fanout') === 'false') {
      this.counts.add(participants === undefined ? 'resend' : 'backfill');
    }
    const from = this.#addresses.get(event.source);
    if (participants === undefined || from === undefined) return;
    for (const to of children(participants)) {
      const enc = child(to, 'enc');
      if (enc === undefined || attribute(enc, 'type') !== 'pkmsg') continue;
      const peer = attribute(to, 'jid') ?? '';
      if (this.#starting.has(`${peer}>${from}`)) this.counts.add('simultaneous-start');
      this.#starting.add(`${from}>${peer}`);
    }
  }
}

/** The account of a device address: `15551230001:2@s…` -> `15551230001@s…`. */
function userOf(device: string): string {
  const colon = device.indexOf(':');
  return colon < 0 ? device : device.slice(0, colon) + device.slice(device.indexOf('@'));
}
