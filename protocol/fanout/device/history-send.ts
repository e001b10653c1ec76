/**
 * The phone hands its history to a new companion (specification 8.2): chosen once, when it is
 * linked, then sealed and uploaded part by part, each with a key of its own that is forgotten when
 * the companion has taken the part. The plan is records, so that a crash loses nothing; a part that
 * the companion cannot take blocks no other (L6).
 *
 * Assumption: RECENT goes to every companion, and so does FULL; the real one is for desktops that
 * ask for it. Names travel with app state. Files of old messages are not uploaded again (8.2).
 */

import type { ChatJid, DeviceJid, GroupRecord, ShownRecord } from '../../contract.ts';
import { assert, isRejected } from '../../errors.ts';
import {
  HISTORY_BOOTSTRAP_MESSAGES,
  HISTORY_CHUNK_BYTES_MAX,
  HISTORY_CHUNK_MESSAGES_MAX,
  HISTORY_CONVERSATIONS_MAX,
  HISTORY_FULL_US,
  HISTORY_RECENT_US,
  HISTORY_WINDOW,
} from '../../limits.ts';
import { historyPartBytes, type PassedConversation } from '../../messages/history.ts';
import { encryptMedia } from '../../messages/media-crypto.ts';
import { readReceipt } from '../../messages/receipts.ts';
import type { StoredRecord } from '../../store.ts';
import { encodeHistorySyncNotification, HISTORY_TYPES } from '../../wire/history.ts';
import { userOf } from '../../wire/jid.ts';
import { encodeMessage } from '../../wire/message.ts';
import type { WireNode } from '../../wire/node.ts';
import { PROTOCOL_TYPES } from '../../wire/protocol-message.ts';
import type { Step } from '../step.ts';
import {
  type BlobOutcome,
  cancelErrand,
  directPathOf,
  isOnErrand,
  putBlob,
} from './blob-client.ts';
import { saidFields } from './media-records.ts';
import { ownOthers, sendPeer } from './peer.ts';
import { accountOf } from './records.ts';

const MEDIA_KEY_BYTES = 32;
/** What a message takes beside its text, roughly: addresses, id, numbers. */
const MESSAGE_BYTES = 200;
/** What the reference to a file adds. */
const FILE_BYTES = 400;

/** Part of a conversation in the plan: keys of `shown`, newest first. */
interface PlannedConversation {
  readonly chat: ChatJid;
  readonly isEnd: boolean;
  readonly keys: readonly string[];
}

/** A part as it was encrypted; kept until the companion has it. */
interface HistoryFile {
  readonly mediaKey: Uint8Array;
  readonly bytes: Uint8Array;
  readonly fileSha256: Uint8Array;
  readonly fileEncSha256: Uint8Array;
  readonly fileLength: number;
  readonly name: string;
  readonly oldestUs: number;
}

/** One part on its way. Collection `history-chunk`, key `DEVICE|ORDER`. */
export interface HistoryChunkRecord extends StoredRecord {
  readonly kind: 'history-chunk';
  readonly device: DeviceJid;
  readonly state: 'planned' | 'uploading' | 'sent';
  readonly syncType: number;
  readonly order: number;
  /** 0..100 when this part is there. */
  readonly progress: number;
  readonly conversations: readonly PlannedConversation[];
  /** The request it answers; empty for what is sent on linking. */
  readonly requestId: string;
  readonly file: HistoryFile | undefined;
  /** Of the peer message that told the companion; empty before. */
  readonly messageId: string;
}

type Entry = readonly [key: string, shown: ShownRecord];

function newestFirst([oneKey, one]: Entry, [otherKey, other]: Entry): number {
  if (one.positionUs !== other.positionUs) return other.positionUs - one.positionUs;
  return oneKey < otherKey ? -1 : 1;
}

/** Shown messages by chat, newest first; the chat with the newest message first. */
function conversationsOf(step: Step, sinceUs: number): Map<ChatJid, Entry[]> {
  const entries = step.tx.entries('shown') as [string, ShownRecord][];
  const byChat = new Map<ChatJid, Entry[]>();
  for (const entry of entries.sort(newestFirst)) {
    const { chat, positionUs } = entry[1];
    if (positionUs < sinceUs) continue;
    const known = byChat.get(chat);
    if (known === undefined) byChat.set(chat, [entry]);
    else known.push(entry);
  }
  return byChat;
}

/** A part of the plan before it is numbered. */
interface Draft {
  readonly syncType: number;
  readonly conversations: readonly PlannedConversation[];
}

/** Fills parts up to their limits, conversation after conversation. */
class Packer {
  readonly drafts: Draft[] = [];
  readonly #syncType: number;
  #conversations: PlannedConversation[] = [];
  #sizeBytes = 0;
  #messages = 0;

  constructor(syncType: number) {
    this.#syncType = syncType;
  }

  add(chat: ChatJid, entries: readonly Entry[], isEnd: boolean): void {
    let keys: string[] = [];
    for (const [key, { text, media }] of entries) {
      // Up to three bytes of UTF-8 for each character of the text.
      const bytes = MESSAGE_BYTES + 3 * text.length + (media === undefined ? 0 : FILE_BYTES);
      const isFull =
        this.#sizeBytes + bytes > HISTORY_CHUNK_BYTES_MAX ||
        this.#messages >= HISTORY_CHUNK_MESSAGES_MAX;
      if (isFull && this.#messages > 0) {
        if (keys.length > 0) this.#conversations.push({ chat, isEnd: false, keys });
        keys = [];
        this.flush();
      }
      keys.push(key);
      this.#sizeBytes += bytes;
      this.#messages += 1;
    }
    if (keys.length > 0) this.#conversations.push({ chat, isEnd, keys });
    if (this.#conversations.length >= HISTORY_CONVERSATIONS_MAX) this.flush();
  }

  flush(): void {
    const conversations = this.#conversations;
    if (conversations.length > 0) this.drafts.push({ syncType: this.#syncType, conversations });
    this.#conversations = [];
    this.#sizeBytes = 0;
    this.#messages = 0;
  }
}

function draftsOf(step: Step): Draft[] {
  const bootstrap = new Packer(HISTORY_TYPES.initialBootstrap);
  const recent = new Packer(HISTORY_TYPES.recent);
  const full = new Packer(HISTORY_TYPES.full);
  for (const [chat, entries] of conversationsOf(step, step.nowUs - HISTORY_FULL_US)) {
    const first = entries.slice(0, HISTORY_BOOTSTRAP_MESSAGES);
    const rest = entries.slice(HISTORY_BOOTSTRAP_MESSAGES);
    const isOld = ([, { positionUs }]: Entry): boolean =>
      positionUs < step.nowUs - HISTORY_RECENT_US;
    const older = rest.filter(isOld);
    const newer = rest.filter((entry) => !isOld(entry));
    bootstrap.add(chat, first, rest.length === 0);
    recent.add(chat, newer, older.length === 0);
    full.add(chat, older, true);
  }
  for (const packer of [bootstrap, recent, full]) packer.flush();
  // The companion waits for a first part, even an empty one.
  if (bootstrap.drafts.length === 0) {
    bootstrap.drafts.push({ syncType: HISTORY_TYPES.initialBootstrap, conversations: [] });
  }
  return [...bootstrap.drafts, ...recent.drafts, ...full.drafts];
}

function countOf({ conversations }: Draft): number {
  return conversations.reduce((sum, { keys }) => sum + keys.length, 0);
}

/** A companion was linked: chooses what it gets. Everything else happens in `advanceHistory`. */
export function startHistory(step: Step, device: DeviceJid): void {
  const drafts = draftsOf(step);
  const total = drafts.reduce((sum, draft) => sum + countOf(draft), 0);
  let done = 0;
  for (const [order, draft] of drafts.entries()) {
    done += countOf(draft);
    const isLast = order === drafts.length - 1;
    const progress = isLast ? 100 : Math.floor((done * 99) / Math.max(1, total));
    plan(step, `${device}|${String(order).padStart(6, '0')}`, {
      ...draft,
      device,
      order,
      progress,
      requestId: '',
    });
  }
}

/** One part that a companion asked for. */
export function planOnDemand(
  step: Step,
  device: DeviceJid,
  requestId: string,
  conversations: readonly PlannedConversation[],
): void {
  const syncType = HISTORY_TYPES.onDemand;
  const key = `${device}|${requestId}`;
  plan(step, key, { syncType, conversations, device, order: 0, progress: 100, requestId });
}

type Planned = Omit<HistoryChunkRecord, 'kind' | 'state' | 'file' | 'messageId'>;

function plan(step: Step, key: string, planned: Planned): void {
  const record: HistoryChunkRecord = {
    kind: 'history-chunk',
    state: 'planned',
    ...planned,
    file: undefined,
    messageId: '',
  };
  step.tx.put('history-chunk', key, record);
}

/** Seals and uploads the next parts; forgets those of companions that are gone. */
export function advanceHistory(step: Step): void {
  if (step.tx.count('history-chunk') === 0) return;
  const others = ownOthers(step);
  let uploading = 0;
  for (const [key, entry] of step.tx.entries('history-chunk')) {
    const chunk = entry as HistoryChunkRecord;
    if (!others.includes(chunk.device)) {
      step.tx.delete('history-chunk', key);
      cancelErrand(step, 'put', { kind: 'history-upload', key });
    } else if (chunk.state === 'uploading') uploading += 1;
    else if (chunk.state === 'planned' && uploading < HISTORY_WINDOW) {
      upload(step, key, chunk);
      uploading += 1;
    }
  }
}

/** Parts whose upload is gone are sealed and uploaded again. */
export function resumeHistoryUploads(step: Step): void {
  for (const [key, entry] of step.tx.entries('history-chunk')) {
    const chunk = entry as HistoryChunkRecord;
    if (chunk.state !== 'uploading') continue;
    if (isOnErrand(step, 'put', { kind: 'history-upload', key })) continue;
    const planned: HistoryChunkRecord = { ...chunk, state: 'planned', file: undefined };
    step.tx.put('history-chunk', key, planned);
  }
}

/** Draws secret `media-key` (32). */
function upload(step: Step, key: string, chunk: HistoryChunkRecord): void {
  const { syncType, order, progress } = chunk;
  const conversations = chunk.conversations.map((part) => passedConversation(step, part));
  const plaintext = historyPartBytes({ syncType, order, progress, conversations });
  const mediaKey = step.context.secrets.bytes('media-key', MEDIA_KEY_BYTES);
  const encrypted = encryptMedia('history', mediaKey, plaintext, step.context.crypto);
  const { file: bytes, fileSha256, fileEncSha256 } = encrypted;
  const stamps = conversations.flatMap(({ messages }) =>
    messages.map(({ positionUs }) => positionUs),
  );
  const oldestUs = stamps.reduce((least, stampUs) => Math.min(least, stampUs), step.nowUs);
  const name = putBlob(step, bytes, { kind: 'history-upload', key });
  const fileLength = plaintext.length;
  const file = { mediaKey, bytes, fileSha256, fileEncSha256, fileLength, name, oldestUs };
  const uploading: HistoryChunkRecord = { ...chunk, state: 'uploading', file };
  step.tx.put('history-chunk', key, uploading);
}

function passedConversation(step: Step, part: PlannedConversation): PassedConversation {
  const { chat, isEnd, keys } = part;
  const own = accountOf(step)?.user;
  const shown = keys
    .map((key) => step.get<ShownRecord>('shown', key))
    .filter((record) => record !== undefined); // deleted since it was chosen
  return {
    chat,
    name: step.get<GroupRecord>('group', chat)?.name,
    unreadCount: shown.filter(({ isRead }) => !isRead).length,
    isEnd,
    messages: shown.map((record) => ({
      chat,
      author: record.author,
      messageId: record.messageId,
      isOwn: userOf(record.author) === own,
      positionUs: record.positionUs,
      isRead: record.isRead,
      message: encodeMessage(saidFields(step, record)),
    })),
  };
}

/** A part is stored: tells the companion where it lies. */
export function takeHistoryUpload(step: Step, key: string, outcome: BlobOutcome): void {
  const chunk = step.get<HistoryChunkRecord>('history-chunk', key);
  if (chunk === undefined || chunk.state !== 'uploading') return;
  const { device, file, syncType, order, progress, requestId } = chunk;
  assert(file !== undefined, 'a part that was uploaded has its file');
  if (outcome.kind !== 'stored') {
    step.tx.delete('history-chunk', key);
    step.emit('history-skipped', 'the file store refused a part of the history', { order });
    return;
  }
  const historySyncNotification = encodeHistorySyncNotification({
    fileSha256: file.fileSha256,
    fileLength: file.fileLength,
    mediaKey: file.mediaKey,
    fileEncSha256: file.fileEncSha256,
    directPath: directPathOf(file.name),
    syncType,
    chunkOrder: order,
    progress,
    oldestMessageS: Math.floor(file.oldestUs / 1_000_000),
    peerDataRequestSessionId: requestId === '' ? undefined : requestId,
  });
  const type = PROTOCOL_TYPES.historySyncNotification;
  const messageId = sendPeer(step, [device], { type, historySyncNotification });
  const sent: HistoryChunkRecord = { ...chunk, state: 'sent', messageId };
  step.tx.put('history-chunk', key, sent);
}

function chunkOf(
  step: Step,
  device: DeviceJid,
  messageId: string,
): [string, HistoryChunkRecord] | undefined {
  const chunks = step.tx.entries('history-chunk') as [string, HistoryChunkRecord][];
  return chunks.find(
    ([, chunk]) =>
      chunk.device === device && chunk.state === 'sent' && chunk.messageId === messageId,
  );
}

/** `hist_sync`: the companion has taken parts; their keys and files are forgotten. */
export function takeHistoryReceipt(step: Step, stanza: WireNode): void {
  const receipt = readReceipt(stanza);
  if (isRejected(receipt)) return step.refuse(receipt);
  for (const messageId of receipt.ids) {
    const found = chunkOf(step, receipt.from, messageId);
    if (found !== undefined) step.tx.delete('history-chunk', found[0]);
  }
}

/** The file of a part that this companion was told of in message `messageId`. */
export function historyFileOf(
  step: Step,
  device: DeviceJid,
  messageId: string,
): HistoryFile | undefined {
  if (step.tx.count('history-chunk') === 0) return undefined;
  return chunkOf(step, device, messageId)?.[1].file;
}
