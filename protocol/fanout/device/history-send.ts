/**
 * The phone hands its history to a new companion (specification 8.2): chosen once, when it is
 * linked, then sealed and uploaded part by part, each with a key of its own that is forgotten when
 * the companion has taken the part. The plan is records, so that a crash loses nothing; a part that
 * the companion cannot take blocks no other (L6).
 * Files of old messages are not uploaded again (8.2). What goes into which part: history-plan.ts.
 */

import type { DeviceJid, GroupRecord, ShownRecord } from '../../contract.ts';
import { assert, isRejected } from '../../errors.ts';
import { HISTORY_AGAIN_US, HISTORY_TELLINGS_MAX, HISTORY_WINDOW } from '../../limits.ts';
import { historyPartBytes, type PassedConversation } from '../../messages/history.ts';
import { encryptMedia } from '../../messages/media-crypto.ts';
import { readReceipt } from '../../messages/receipts.ts';
import type { StoredRecord } from '../../store.ts';
import { encodeHistorySyncNotification, HISTORY_TYPES } from '../../wire/history.ts';
import { userOf } from '../../wire/jid.ts';
import { encodeMessage } from '../../wire/message.ts';
import type { WireNode } from '../../wire/node.ts';
import { PROTOCOL_TYPES, type ProtocolFields } from '../../wire/protocol-message.ts';
import type { Step } from '../step.ts';
import {
  type BlobOutcome,
  cancelErrand,
  directPathOf,
  isOnErrand,
  putBlob,
} from './blob-client.ts';
import { countOf, draftsOf, type PlannedConversation } from './history-plan.ts';
import { saidFields } from './media-records.ts';
import { ownOthers, sendPeer, sendPeerAgain } from './peer.ts';
import { knownPushNames } from './push-names.ts';
import { accountOf } from './records.ts';

const MEDIA_KEY_BYTES = 32;
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
  /** That peer message as it was sealed, to tell it again; empty before. */
  readonly notice: ProtocolFields;
  /** How often it was told. */
  readonly tellings: number;
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

type Planned = Omit<
  HistoryChunkRecord,
  'kind' | 'state' | 'file' | 'messageId' | 'notice' | 'tellings'
>;

function plan(step: Step, key: string, planned: Planned): void {
  const record: HistoryChunkRecord = {
    kind: 'history-chunk',
    state: 'planned',
    ...planned,
    file: undefined,
    messageId: '',
    notice: {},
    tellings: 0,
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
      step.cancelTimer(againTimer(key));
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
  const pushNames = syncType === HISTORY_TYPES.pushName ? knownPushNames(step) : [];
  const plaintext = historyPartBytes({ syncType, order, progress, conversations, pushNames });
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
  const notice = { type, historySyncNotification };
  const messageId = sendPeer(step, [device], notice);
  const sent: HistoryChunkRecord = { ...chunk, state: 'sent', messageId, notice, tellings: 1 };
  step.tx.put('history-chunk', key, sent);
}

function againTimer(key: string): string {
  return `history-again|${key}`;
}

/**
 * `peer_msg`: the companion knows of parts, which it has not taken yet. A Store that loses its last
 * commit can forget them again, so they are told again until they are taken.
 */
export function noteTold(step: Step, stanza: WireNode): void {
  const receipt = readReceipt(stanza);
  if (isRejected(receipt) || step.tx.count('history-chunk') === 0) return;
  for (const messageId of receipt.ids) {
    const found = chunkOf(step, receipt.from, messageId);
    if (found === undefined) continue;
    const [key, { tellings }] = found;
    step.setTimer(againTimer(key), step.nowUs + HISTORY_AGAIN_US * 2 ** (tellings - 1));
  }
}

/** Tells of a part again, or gives it up; false when the timer is another. */
export function takeHistoryAgain(step: Step, name: string): boolean {
  if (!name.startsWith('history-again|')) return false;
  const key = name.slice('history-again|'.length);
  step.cancelTimer(name);
  const chunk = step.get<HistoryChunkRecord>('history-chunk', key);
  if (chunk?.state !== 'sent') return true;
  const { device, order, notice, messageId, tellings } = chunk;
  if (tellings >= HISTORY_TELLINGS_MAX) {
    step.tx.delete('history-chunk', key);
    step.emit('history-skipped', `${device} does not take a part of its history`, { order });
    return true;
  }
  sendPeerAgain(step, device, messageId, notice);
  const told: HistoryChunkRecord = { ...chunk, tellings: tellings + 1 };
  step.tx.put('history-chunk', key, told);
  return true;
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
    if (found === undefined) continue;
    step.tx.delete('history-chunk', found[0]);
    step.cancelTimer(againTimer(found[0]));
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
