/**
 * What thefts of a run expose, measured by two judges that must agree: a thief who really decrypts
 * (concrete) and the closure of the stolen keys over all operations that were seen (symbolic). What
 * the thief holds is compared with what was said; a difference between the two, in either
 * direction, is a finding against the measurement. Source: the exposure page.
 *
 * Which message a ciphertext holds: that of its stanza; of a file of history, or of what one device
 * passes on to another, what was shown in the step that opened it, and what the phone planned to
 * put into it. A message passed on that nobody ever opened has no name here.
 */

import type { DeviceJid, ShownRecord } from '../../protocol/contract.ts';
import { isRejected } from '../../protocol/errors.ts';
import type { HistoryChunkRecord } from '../../protocol/fanout/device/history-send.ts';
import { FILE_MAC_BYTES } from '../../protocol/messages/media-keys.ts';
import { parsePrekeyMessage, parseSignalMessage } from '../../protocol/signal/layout.ts';
import { parseGroupMessage } from '../../protocol/signal/sender-key-layout.ts';
import { KeyGraph, pairsIn } from '../adversary/key-graph.ts';
import { type RecordedItem, Recording } from '../adversary/recording.ts';
import { hasTheft, recordsOf, type Theft, Thefts } from '../adversary/stolen-store.ts';
import { type Finding, findingsOf } from '../adversary/thief.ts';
import { type MessageStatus, messageKey } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import type { JudgeView } from './property.ts';
import { type SurvivedSteps, survivedSteps } from './steps.ts';

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
  readonly #steps: SurvivedSteps;
  readonly #thefts: Thefts;
  readonly #recording: Recording;
  readonly #graph = new KeyGraph();
  /** Messages that were shown in the step that deciphered a ciphertext, or planned into it. */
  readonly #held = new Map<string, Set<string>>();
  #findings: readonly TheftFindings[] | undefined = undefined;

  constructor(view: JudgeView) {
    this.#view = view;
    this.#steps = survivedSteps(view.ledger);
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
    const step = this.#steps.current;
    if (step === undefined || step.changes.length === 0) return;
    for (const { collection, after } of step.changes) {
      if (after === undefined) continue;
      if (collection === 'history-chunk') this.#planned(after as HistoryChunkRecord);
      if (collection !== 'shown') continue;
      const { author, messageId } = after as ShownRecord;
      for (const { ciphertext, isGood } of step.crypto) {
        if (isGood && ciphertext !== undefined)
          this.#hold(ciphertext, messageKey(author, messageId));
      }
    }
  }

  #planned({ file, conversations }: HistoryChunkRecord): void {
    if (file === undefined) return;
    const name = this.#graph.nameOf(file.bytes.subarray(0, -FILE_MAC_BYTES));
    // Keys of `shown` begin with the chat.
    const keys = conversations.flatMap((conversation) => conversation.keys);
    for (const key of keys) this.#hold(name, key.slice(key.indexOf('|') + 1));
  }

  #hold(ciphertext: string, message: string): void {
    const held = this.#held.get(ciphertext);
    if (held === undefined) this.#held.set(ciphertext, new Set([message]));
    else held.add(message);
  }

  /** What each theft exposes; worked out once, at the end of the run. */
  findings(): readonly TheftFindings[] {
    this.#findings ??= this.#thefts.done.map((theft) => this.#measure(theft));
    return this.#findings;
  }

  #measure(theft: Theft): TheftFindings {
    const { ledger, crypto } = this.#view;
    const exposed = new Map<string, Finding>();
    const misread: string[] = [];
    for (const [key, finding] of findingsOf(theft, this.#recording, crypto)) {
      const said = ledger.message(finding.author, finding.messageId)?.said;
      if (said === undefined) continue;
      if (said.text === finding.text) exposed.set(key, finding);
      else misread.push(key);
    }
    const followed = this.#follow(theft);
    return {
      theft,
      exposed,
      onlyDecrypted: [...exposed.keys()].filter((key) => !followed.has(key)),
      onlyFollowed: [...followed].filter((key) => !exposed.has(key)),
      misread,
    };
  }

  /** The symbolic judge. */
  #follow({ store }: Theft): ReadonlySet<string> {
    const { architecture, ledger } = this.#view;
    const records = [...recordsOf(store)];
    const keys = records.flatMap((record) => architecture.keysIn(record));
    const { ciphertexts } = this.#graph.reachFrom(keys, records.flatMap(pairsIn));
    const followed = new Set<string>();
    const add = (author: DeviceJid, messageId: string): boolean => {
      const status = ledger.message(author, messageId);
      if (status !== undefined) followed.add(messageKey(author, messageId));
      return status !== undefined;
    };
    const named = new Set<string>();
    for (const item of this.#recording.items) {
      const name = this.#nameOf(item);
      if (name === undefined || !ciphertexts.has(name)) continue;
      if (add(item.author, item.messageId)) named.add(name);
    }
    for (const [name, messages] of this.#held) {
      if (!ciphertexts.has(name) || named.has(name)) continue;
      for (const key of messages) add(...partsOf(key));
    }
    for (const name of ['shown', 'outbox']) {
      for (const record of store.collection(name).values()) {
        const { author, messageId } = record as ShownRecord;
        add(author, messageId);
      }
    }
    return followed;
  }

  #nameOf(item: RecordedItem): string | undefined {
    if (item.kind === 'shared') {
      const message = parseGroupMessage(item.bytes);
      return isRejected(message) ? undefined : this.#graph.nameOf(message.ciphertext);
    }
    const outer = item.type === 'pkmsg' ? parsePrekeyMessage(item.bytes) : undefined;
    if (outer !== undefined) {
      return isRejected(outer) ? undefined : this.#graph.nameOf(outer.message.ciphertext);
    }
    const message = parseSignalMessage(item.bytes);
    return isRejected(message) ? undefined : this.#graph.nameOf(message.ciphertext);
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
  survivedSteps(view.ledger);
  return view.ledger.shared('exposure', () => new Exposure(view));
}
