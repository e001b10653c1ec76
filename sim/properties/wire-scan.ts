/**
 * Searches every frame for what must never be in one (C2, K8; contract 9): texts people wrote, and
 * secret keys any Store holds. A server sees every frame; a passive network sees the same bytes
 * where the transport is modelled, and their ciphertext where it is real.
 * One scan serves both properties, and one pass over a frame both texts and keys.
 */

import type { OutboxRecord } from '../../protocol/contract.ts';
import { utf8Bytes } from '../../protocol/wire/utf8.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import { ByteIndex } from './byte-index.ts';
import type { JudgeView } from './property.ts';

/** Shorter contents are too common to search for (contract 9). */
const CONTENT_BYTES_MIN = 12;

const NONE: readonly Uint8Array[] = [];
const NO_LEAKS: readonly Leak[] = [];

/** What a scan of one frame found. */
export interface Leak {
  readonly what: 'text' | 'key';
  /** Message id of the text, or `host collection/key` of the record that holds the key. */
  readonly name: string;
  readonly offset: number;
}

/** Scans each frame once, when it is sent. */
export class WireScan implements Observer {
  readonly kinds = ['send', 'commit'] as const;
  readonly #view: JudgeView;
  readonly #index = new ByteIndex();
  readonly #filed = new Set<string>();
  #textCount = 0;
  /** Leaks in the frame of the event at hand; undefined when the event is no frame. */
  leaks: readonly Leak[] | undefined = undefined;

  constructor(view: JudgeView) {
    this.#view = view;
  }

  observe(event: RunEvent): void {
    this.leaks = undefined;
    if (event.kind === 'send') this.leaks = this.#scan(event.bytes);
    if (event.kind !== 'commit') return;
    for (const { collection, key, before, after } of event.changes) {
      if (after === undefined) continue;
      if (collection === 'outbox') this.#fileText(after as OutboxRecord);
      const { keysIn } = this.#view.architecture;
      const secrets = keysIn(after);
      if (secrets.length === 0) continue;
      const known = before === undefined ? NONE : keysIn(before);
      for (const secret of secrets) {
        if (known.includes(secret)) continue; // filed with the version of the record before
        this.#index.addBlocks(`${event.node} ${collection}/${key}`, secret);
      }
    }
  }

  /** How many texts are searched for; without any, nothing was checked of them. */
  get textCount(): number {
    return this.#textCount;
  }

  #fileText(record: OutboxRecord): void {
    const name = `${record.author}|${record.messageId}`;
    if (this.#filed.has(name)) return;
    this.#filed.add(name);
    const bytes = utf8Bytes(record.text);
    if (bytes.length < CONTENT_BYTES_MIN) {
      this.#view.ledger.count('C2-unchecked');
      return;
    }
    this.#textCount += 1;
    this.#index.addWhole(record.messageId, bytes);
  }

  /** The first text and the first key, in this order. */
  #scan(bytes: Uint8Array): readonly Leak[] {
    const found = this.#index.find(bytes);
    if (found.length === 0) return NO_LEAKS;
    const text = found.find(({ isWhole }) => isWhole);
    const key = found.find(({ isWhole }) => !isWhole);
    return [
      ...(text === undefined ? [] : [{ what: 'text' as const, ...text }]),
      ...(key === undefined ? [] : [{ what: 'key' as const, ...key }]),
    ];
  }
}

/** The run's one scan. */
export function wireScan(view: JudgeView): WireScan {
  return view.ledger.shared('wire-scan', () => new WireScan(view));
}
