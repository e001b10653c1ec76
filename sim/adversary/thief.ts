/**
 * The concrete adversary: a thief with a copy of a device's Store and a recording of the wire, who
 * really decrypts. It works after the run, with the protocol's own functions, until nothing more
 * gives way: pairwise copies in both directions, group messages, what they carry (sender keys,
 * files of history, messages passed on), and what lies in plain in the database of messages. It
 * hands over each plaintext with the cause; whether it is what was said, the judge compares.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { DeviceJid, OutboxRecord, ShownRecord } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { isRejected } from '../../protocol/errors.ts';
import { type Content, readContent } from '../../protocol/messages/content.ts';
import { readHistoryPart, readPassedMessage } from '../../protocol/messages/history.ts';
import { decryptMedia, type FileHashes } from '../../protocol/messages/media-crypto.ts';
import { readMediaMessage } from '../../protocol/messages/media-message.ts';
import { unpad } from '../../protocol/messages/padding.ts';
import type { Store } from '../../protocol/store.ts';
import { decodeHistorySyncNotification } from '../../protocol/wire/history.ts';
import { decodePeerDataResponse } from '../../protocol/wire/peer-data.ts';
import { decodeProtocolMessage } from '../../protocol/wire/protocol-message.ts';
import { messageKey } from '../ledger/ledger.ts';
import { GroupKnowledge } from './group.ts';
import { PairwiseKnowledge } from './pairwise.ts';
import type { RecordedCopy, RecordedItem, RecordedShared, Recording } from './recording.ts';
import type { Theft } from './stolen-store.ts';

/** Why a plaintext is open, in the order in which a result lists them. */
export const CAUSES = [
  'message database',
  'skipped key',
  'in flight',
  'signed prekey',
  'one-time prekey',
  'session going on',
  'sender key',
  'history',
  'passed on',
] as const;
export type Cause = (typeof CAUSES)[number];

/** A message whose plaintext the thief holds. */
export interface Finding {
  readonly author: DeviceJid;
  readonly messageId: string;
  /** As it was read; of a message with a file, its caption. */
  readonly text: string;
  readonly causes: ReadonlySet<Cause>;
}

type HistoryReference = {
  readonly [Key in 'mediaKey' | keyof FileHashes]?: Uint8Array | undefined;
};

/** Everything the thief of one theft can read, in order of finding, by `author|message id`. */
export function findingsOf(
  theft: Theft,
  recording: Recording,
  crypto: CryptoProvider,
): ReadonlyMap<string, Finding> {
  const thief = new Thief(theft, recording, crypto);
  thief.work();
  return thief.findings;
}

class Thief {
  readonly findings = new Map<string, Finding & { readonly causes: Set<Cause> }>();
  readonly #theft: Theft;
  readonly #recording: Recording;
  readonly #crypto: CryptoProvider;
  readonly #pairwise: PairwiseKnowledge;
  readonly #groups: GroupKnowledge;
  readonly #openedFiles = new Set<string>();

  constructor(theft: Theft, recording: Recording, crypto: CryptoProvider) {
    this.#theft = theft;
    this.#recording = recording;
    this.#crypto = crypto;
    this.#pairwise = new PairwiseKnowledge(theft.store, theft.device, crypto);
    this.#groups = new GroupKnowledge(theft.store, theft.device, crypto);
  }

  work(): void {
    this.#readDatabase(this.#theft.store);
    let closed: readonly RecordedItem[] = this.#recording.items;
    // What opens late may open what was recorded before it; each pass opens one item at least.
    for (let before = Infinity; closed.length < before; ) {
      before = closed.length;
      closed = closed.filter(
        (item) => !(item.kind === 'copy' ? this.#copy(item) : this.#shared(item)),
      );
    }
  }

  #readDatabase(store: Store): void {
    for (const name of ['shown', 'outbox']) {
      for (const record of store.collection(name).values()) {
        const { author, messageId, text } = record as ShownRecord | OutboxRecord;
        this.#found(author, messageId, text, 'message database');
      }
    }
    for (const name of ['history-job', 'history-chunk']) {
      for (const record of store.collection(name).values()) {
        const { file } = record as { readonly file?: HistoryReference };
        this.#history(file ?? (record as HistoryReference));
      }
    }
  }

  #found(author: DeviceJid, messageId: string, text: string, cause: Cause): void {
    const key = messageKey(author, messageId);
    const known = this.findings.get(key);
    // A second plaintext under one name that differs is kept as a finding of its own.
    if (known !== undefined && known.text === text) known.causes.add(cause);
    else
      this.findings.set(known === undefined ? key : `${key}|other`, {
        author,
        messageId,
        text,
        causes: new Set([cause]),
      });
  }

  #copy(copy: RecordedCopy): boolean {
    const opened = this.#pairwise.open(copy);
    if (opened === undefined) return false;
    const isPast = copy.sequence < this.#theft.sequence;
    const onSession: Cause = isPast ? 'in flight' : 'session going on';
    const cause = opened.basis === 'session' ? onSession : opened.basis;
    const content = contentOf(opened.plaintext);
    if (content === undefined) return true;
    const { distribution } = content;
    if (distribution !== undefined) {
      this.#groups.learn(distribution.group, copy.author, distribution.bytes);
    }
    this.#read(copy, content, cause);
    return true;
  }

  #shared(item: RecordedShared): boolean {
    const opened = this.#groups.open(item);
    if (opened === undefined) return false;
    const isPast = item.sequence < this.#theft.sequence;
    const cause = opened.isSkipped ? 'skipped key' : isPast ? 'in flight' : 'sender key';
    const content = contentOf(opened.plaintext);
    if (content !== undefined) this.#read(item, content, cause);
    return true;
  }

  #read({ author, messageId }: RecordedItem, { body }: Content, cause: Cause): void {
    if (body.kind === 'protocol') return this.#protocol(body.bytes);
    const text = textOf(body);
    if (text !== undefined) this.#found(author, messageId, text, cause);
  }

  /** What devices of one account tell each other: where history lies, and messages passed on. */
  #protocol(bytes: Uint8Array): void {
    const fields = decodeProtocolMessage(bytes);
    if (isRejected(fields)) return;
    const { historySyncNotification: told, peerDataOperationResponse: answer } = fields;
    const notification = told && decodeHistorySyncNotification(told);
    if (notification && !isRejected(notification)) this.#history(notification);
    const response = answer && decodePeerDataResponse(answer);
    if (!response || isRejected(response)) return;
    for (const { placeholder } of response.results ?? []) {
      const passed = readPassedMessage(placeholder?.webMessageInfo ?? new Uint8Array(0));
      const text = isRejected(passed) ? undefined : textOf(passed.content.body);
      if (isRejected(passed) || text === undefined) continue;
      this.#found(passed.author, passed.messageId, text, 'passed on');
    }
  }

  #history({ mediaKey, fileSha256, fileEncSha256 }: HistoryReference): void {
    if (mediaKey === undefined || fileSha256 === undefined || fileEncSha256 === undefined) return;
    const name = bytesToHex(fileEncSha256);
    const file = this.#recording.files.get(name);
    if (file === undefined || this.#openedFiles.has(name)) return;
    this.#openedFiles.add(name);
    const hashes = { fileSha256, fileEncSha256 };
    const bytes = decryptMedia('history', mediaKey, file, hashes, this.#crypto);
    const part = isRejected(bytes) ? bytes : readHistoryPart(bytes);
    if (isRejected(part)) return;
    for (const { author, messageId, content } of part.messages) {
      const text = textOf(content.body);
      if (text !== undefined) this.#found(author, messageId, text, 'history');
    }
  }
}

function contentOf(plaintext: Uint8Array): Content | undefined {
  const bytes = unpad(plaintext);
  const content = isRejected(bytes) ? bytes : readContent(bytes);
  return isRejected(content) ? undefined : content;
}

function textOf(body: Content['body']): string | undefined {
  if (body.kind === 'text') return body.text;
  if (body.kind !== 'media') return undefined;
  const read = readMediaMessage(body.media, body.bytes);
  return isRejected(read) ? undefined : read.caption;
}
