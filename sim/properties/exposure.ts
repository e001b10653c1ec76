/**
 * What thefts of a run expose, measured by two judges that must agree: a thief who really decrypts
 * (concrete) and the closure of the stolen keys over all operations that were seen (symbolic). What
 * the thief holds is compared with what was said; a difference between the two, in either
 * direction, is a finding against the measurement. Source: the exposure page.
 *
 * The two are also held against each other ciphertext by ciphertext. Which message one holds, the
 * graph knows from its stanza, and of a file of history from what the phone planned to put into it;
 * of frames between a phone and its browser, and of what one device passes on to another, the
 * outside tells nothing, and what the thief read in it is believed.
 */

import type { DeviceJid, ShownRecord } from '../../protocol/contract.ts';
import { isRejected } from '../../protocol/errors.ts';
import type { HistoryChunkRecord } from '../../protocol/fanout/device/history-send.ts';
import { FILE_MAC_BYTES } from '../../protocol/messages/media-keys.ts';
import { parsePrekeyMessage, parseSignalMessage } from '../../protocol/signal/layout.ts';
import { parseGroupMessage } from '../../protocol/signal/sender-key-layout.ts';
import { KeyGraph, type Reach } from '../adversary/key-graph.ts';
import { type RecordedItem, Recording } from '../adversary/recording.ts';
import { hasTheft, recordsOf, type Theft, Thefts } from '../adversary/stolen-store.ts';
import { type Finding, Thief } from '../adversary/thief.ts';
import { type MessageStatus, messageKey } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { pairsIn } from '../trace/key-uses.ts';
import type { Observer } from '../trace/observer.ts';
import type { JudgeView } from './property.ts';

/** In front of the ciphertext of a frame between phone and browser: MAC and iv. */
const CHANNEL_HEAD_BYTES = 48;

/** What one theft opened. */
export interface TheftFindings {
  readonly theft: Theft;
  /** Messages that were said and whose plaintext the thief holds, by `author|message id`. */
  readonly exposed: ReadonlyMap<string, Finding>;
  /** Messages that the two judges see differently, and plaintexts that nobody said. */
  readonly onlyDecrypted: readonly string[];
  readonly onlyFollowed: readonly string[];
  readonly misread: readonly string[];
}

/** Both judges of all thefts of one run. */
export class Exposure implements Observer {
  readonly kinds = ['stepped', 'commit', 'send', 'lever'] as const;
  readonly #view: JudgeView;
  readonly #thefts: Thefts;
  readonly #recording: Recording;
  readonly #graph = new KeyGraph();
  /** Messages that a phone put into a file of history, by its ciphertext. */
  readonly #planned = new Map<string, readonly string[]>();
  #findings: readonly TheftFindings[] | undefined = undefined;

  constructor(view: JudgeView) {
    this.#view = view;
    this.#thefts = new Thefts(view.scenario);
    this.#recording = new Recording(view.ledger);
  }

  /** The thefts so far, in order. */
  get thefts(): readonly Theft[] {
    return this.#thefts.done;
  }

  observe(event: RunEvent): void {
    if (event.kind === 'commit' || event.kind === 'lever') this.#thefts.observe(event);
    if (event.kind === 'stepped') this.#graph.observe(event);
    if (event.kind === 'send') this.#recording.observe(event);
    if (event.kind !== 'commit' || event.node === 'server') return;
    for (const { collection, after } of event.changes) {
      if (collection === 'history-chunk' && after !== undefined) {
        this.#plan(after as HistoryChunkRecord);
      }
    }
  }

  #plan({ file, conversations }: HistoryChunkRecord): void {
    if (file === undefined) return;
    const name = this.#graph.nameOf(file.bytes.subarray(0, -FILE_MAC_BYTES));
    // Keys of `shown` begin with the chat.
    const keys = conversations.flatMap((conversation) => conversation.keys);
    this.#planned.set(
      name,
      keys.map((key) => key.slice(key.indexOf('|') + 1)),
    );
  }

  /** What each theft exposes; worked out once, at the end of the run. */
  findings(): readonly TheftFindings[] {
    this.#findings ??= this.#thefts.done.map((theft) => this.#measure(theft));
    return this.#findings;
  }

  #measure(theft: Theft): TheftFindings {
    const { ledger, crypto } = this.#view;
    const thief = new Thief(theft, this.#recording, crypto);
    thief.work();
    const exposed = new Map<string, Finding>();
    const misread: string[] = [];
    for (const [key, finding] of thief.findings) {
      const said = ledger.message(finding.author, finding.messageId)?.said;
      if (said === undefined) continue;
      if (said.text === finding.text) exposed.set(key, finding);
      else misread.push(key);
    }
    const { ciphertexts } = this.#reach(theft);
    const followed = this.#follow(theft, thief, ciphertexts);
    const onlyDecrypted = new Set([...exposed.keys()].filter((key) => !followed.has(key)));
    const onlyFollowed = new Set([...followed].filter((key) => !exposed.has(key)));
    for (const item of this.#recording.items) {
      const name = this.#nameOf(item);
      const isFollowed = name !== undefined && ciphertexts.has(name);
      if (isFollowed === thief.opened.has(item)) continue;
      (isFollowed ? onlyFollowed : onlyDecrypted).add(`${item.author}|${item.messageId}`);
    }
    return {
      theft,
      exposed,
      onlyDecrypted: [...onlyDecrypted],
      onlyFollowed: [...onlyFollowed],
      misread,
    };
  }

  #reach({ store }: Theft): Reach {
    const records = [...recordsOf(store)];
    const keys = records.flatMap((record) => this.#view.architecture.keysIn(record));
    return this.#graph.reachFrom(keys, records.flatMap(pairsIn));
  }

  /** The symbolic judge: the messages in the ciphertexts that open, and the database. */
  #follow({ store }: Theft, thief: Thief, open: ReadonlySet<string>): ReadonlySet<string> {
    const { ledger } = this.#view;
    const followed = new Set<string>();
    const add = (author: DeviceJid, messageId: string): boolean => {
      const isMessage = ledger.message(author, messageId) !== undefined;
      if (isMessage) followed.add(messageKey(author, messageId));
      return isMessage;
    };
    for (const item of this.#recording.items) {
      const name = this.#nameOf(item);
      if (name === undefined || !open.has(name)) continue;
      const isNamed = item.kind !== 'sealed' && add(item.author, item.messageId);
      if (isNamed) continue;
      for (const key of thief.opened.get(item) ?? []) add(...partsOf(key));
    }
    for (const [name, keys] of this.#planned) {
      for (const key of open.has(name) ? keys : []) add(...partsOf(key));
    }
    for (const name of ['shown', 'outbox']) {
      for (const record of store.collection(name).values()) {
        const { author, messageId } = record as ShownRecord;
        add(author, messageId);
      }
    }
    return followed;
  }

  /** The name of the ciphertext in an item; undefined when it has none that can be read. */
  #nameOf(item: RecordedItem): string | undefined {
    const ciphertext = ciphertextIn(item);
    return ciphertext && this.#graph.nameOf(ciphertext);
  }
}

function ciphertextIn(item: RecordedItem): Uint8Array | undefined {
  switch (item.kind) {
    case 'sealed':
      return item.bytes.subarray(CHANNEL_HEAD_BYTES);
    case 'shared': {
      const message = parseGroupMessage(item.bytes);
      return isRejected(message) ? undefined : message.ciphertext;
    }
    case 'copy': {
      const outer = item.type === 'pkmsg' ? parsePrekeyMessage(item.bytes) : undefined;
      if (outer !== undefined) return isRejected(outer) ? undefined : outer.message.ciphertext;
      const message = parseSignalMessage(item.bytes);
      return isRejected(message) ? undefined : message.ciphertext;
    }
  }
}

/** The author and the id of a message's name. */
function partsOf(key: string): [author: DeviceJid, messageId: string] {
  const at = key.indexOf('|');
  return [key.slice(0, at), key.slice(at + 1)];
}

/** When a message counts as written: τ_send, or its saying while it is not sealed. */
export function writtenAt({ said }: MessageStatus): number {
  return said.sealedSequence < 0 ? said.saidSequence : said.sealedSequence;
}

/** The run's one measurement; undefined where the scenario has no theft, and nothing is watched. */
export function exposure(view: JudgeView): Exposure | undefined {
  if (!hasTheft(view.scenario)) return undefined;
  return view.ledger.shared('exposure', () => new Exposure(view));
}
