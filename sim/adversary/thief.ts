/**
 * The concrete adversary: a thief with a copy of a device's Store and a recording of the wire, who
 * really decrypts. It works after the run, with the protocol's own functions, until nothing more
 * gives way: pairwise copies in both directions, group messages, what they carry (sender keys,
 * files of history, messages passed on), what a phone and its browser say to each other, and what
 * lies in plain in the database of messages. It hands over each plaintext with the cause; whether
 * it is what was said, the judge compares.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { DeviceJid, OutboxRecord, ShownRecord } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { isRejected } from '../../protocol/errors.ts';
import { type Content, readContent } from '../../protocol/messages/content.ts';
import {
  readHistoryPart,
  readPassedMessage,
  type TakenMessage,
} from '../../protocol/messages/history.ts';
import { decryptMedia, type FileHashes } from '../../protocol/messages/media-crypto.ts';
import { readMediaMessage } from '../../protocol/messages/media-message.ts';
import { unpad } from '../../protocol/messages/padding.ts';
import type { Store } from '../../protocol/store.ts';
import { decodeHistorySyncNotification } from '../../protocol/wire/history.ts';
import { decodePeerDataResponse } from '../../protocol/wire/peer-data.ts';
import { decodeProtocolMessage } from '../../protocol/wire/protocol-message.ts';
import { messageKey } from '../ledger/ledger.ts';
import { ChannelKnowledge } from './channel.ts';
import { GroupKnowledge } from './group.ts';
import { PairwiseKnowledge } from './pairwise.ts';
import type { RecordedCopy, RecordedItem, RecordedShared, Recording } from './recording.ts';
import type { Theft } from './stolen-store.ts';

/** Why a plaintext is open, in the order in which a result lists them. */
export const CAUSES = [
  'message database',
  'static key',
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

/** The thief of one theft: set to work once, then asked what it found. */
export class Thief {
  /** Messages by `author|message id`, in order of finding. */
  readonly findings = new Map<string, Finding & { readonly causes: Set<Cause> }>();
  /** Every recorded item that gave way, with the names of the messages read in it. */
  readonly opened = new Map<RecordedItem, readonly string[]>();
  readonly #theft: Theft;
  readonly #recording: Recording;
  readonly #crypto: CryptoProvider;
  readonly #pairwise: PairwiseKnowledge;
  readonly #groups: GroupKnowledge;
  readonly #channels: ChannelKnowledge;
  readonly #openedFiles = new Set<string>();

  constructor(theft: Theft, recording: Recording, crypto: CryptoProvider) {
    this.#theft = theft;
    this.#recording = recording;
    this.#crypto = crypto;
    this.#pairwise = new PairwiseKnowledge(theft.store, theft.device, crypto);
    this.#groups = new GroupKnowledge(theft.store, theft.device, crypto);
    this.#channels = new ChannelKnowledge(theft.store, crypto);
  }

  work(): void {
    this.#readDatabase(this.#theft.store);
    let closed: readonly RecordedItem[] = this.#recording.items;
    // What opens late may open what was recorded before it; each pass opens one item at least.
    for (let before = Infinity; closed.length < before; ) {
      before = closed.length;
      closed = closed.filter((item) => {
        const names = this.#try(item);
        if (names !== undefined) this.opened.set(item, names);
        return names === undefined;
      });
    }
  }

  #try(item: RecordedItem): readonly string[] | undefined {
    switch (item.kind) {
      case 'copy':
        return this.#copy(item);
      case 'shared':
        return this.#shared(item);
      case 'sealed':
        return this.#channels.open(item)?.flatMap((message) => this.#passed(message, 'static key'));
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

  /** Notes a message and answers its name. */
  #found(author: DeviceJid, messageId: string, text: string, cause: Cause): string[] {
    const name = messageKey(author, messageId);
    const known = this.findings.get(name);
    if (known !== undefined && known.text === text) known.causes.add(cause);
    else {
      // A second plaintext under one name that differs is a finding of its own.
      const key = known === undefined ? name : `${name}|again`;
      this.findings.set(key, { author, messageId, text, causes: new Set([cause]) });
    }
    return [name];
  }

  #passed({ author, messageId, content }: TakenMessage, cause: Cause): readonly string[] {
    const text = textOf(content.body);
    return text === undefined ? [] : this.#found(author, messageId, text, cause);
  }

  #copy(copy: RecordedCopy): readonly string[] | undefined {
    const opened = this.#pairwise.open(copy);
    if (opened === undefined) return undefined;
    const isPast = copy.sequence < this.#theft.sequence;
    const onSession: Cause = isPast ? 'in flight' : 'session going on';
    const cause = opened.basis === 'session' ? onSession : opened.basis;
    const content = contentOf(opened.plaintext);
    if (content === undefined) return [];
    const { distribution } = content;
    if (distribution !== undefined) {
      this.#groups.learn(distribution.group, copy.author, distribution.bytes);
    }
    return this.#read(copy, content, cause);
  }

  #shared(item: RecordedShared): readonly string[] | undefined {
    const opened = this.#groups.open(item);
    if (opened === undefined) return undefined;
    const isPast = item.sequence < this.#theft.sequence;
    const cause = opened.isSkipped ? 'skipped key' : isPast ? 'in flight' : 'sender key';
    const content = contentOf(opened.plaintext);
    return content === undefined ? [] : this.#read(item, content, cause);
  }

  #read({ author, messageId }: RecordedItem, { body }: Content, cause: Cause): readonly string[] {
    if (body.kind === 'protocol') return this.#protocol(body.bytes);
    const text = textOf(body);
    return text === undefined ? [] : this.#found(author, messageId, text, cause);
  }

  /** What devices of one account tell each other: where history lies, and messages passed on. */
  #protocol(bytes: Uint8Array): readonly string[] {
    const fields = decodeProtocolMessage(bytes);
    if (isRejected(fields)) return [];
    const { historySyncNotification: told, peerDataOperationResponse: answer } = fields;
    const notification = told && decodeHistorySyncNotification(told);
    if (notification && !isRejected(notification)) this.#history(notification);
    const response = answer && decodePeerDataResponse(answer);
    if (!response || isRejected(response)) return [];
    return (response.results ?? []).flatMap(({ placeholder }) => {
      const passed = readPassedMessage(placeholder?.webMessageInfo ?? new Uint8Array(0));
      return isRejected(passed) ? [] : this.#passed(passed, 'passed on');
    });
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
    for (const message of part.messages) this.#passed(message, 'history');
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
