/**
 * A companion takes the history that its phone hands over (specification 8.2): fetch each part,
 * verify, inflate, keep its messages, confirm. Messages that are here already stay as they are
 * (O1). Only the phone may hand history over (I3). A part that cannot be used is reported and
 * skipped (L6). A companion whose first part or critical settings do not come in time logs itself
 * out (L7).
 */

import type { DeviceJid, ShownRecord } from '../../contract.ts';
import { isRejected, type Rejection, reject } from '../../errors.ts';
import {
  HISTORY_DEADLINE_US,
  HISTORY_INFLATED_BYTES_MAX,
  MEDIA_FETCHES_MAX,
  MEDIA_REQUESTS_MAX,
} from '../../limits.ts';
import { type Content, textDigest } from '../../messages/content.ts';
import { readHistoryPart, type TakenMessage } from '../../messages/history.ts';
import { decryptMedia } from '../../messages/media-crypto.ts';
import { type ReadMedia, readMediaMessage } from '../../messages/media-message.ts';
import { sealMediaRequest } from '../../messages/media-retry.ts';
import { mediaRequestStanza } from '../../messages/media-retry-stanza.ts';
import type { IncomingMessage } from '../../messages/message-stanza.ts';
import { receiptStanza } from '../../messages/receipts.ts';
import type { StoredRecord } from '../../store.ts';
import {
  decodeHistorySyncNotification,
  HISTORY_TYPES,
  type HistorySyncNotification,
} from '../../wire/history.ts';
import type { Step } from '../step.ts';
import { isBehind } from './app-state-records.ts';
import { type BlobOutcome, blobNameOf, deleteBlob, getBlob, isOnErrand } from './blob-client.ts';
import { leave } from './link-primary.ts';
import { linkStateOf } from './link-state.ts';
import { shownMedia, takeMedia } from './media-fetch.ts';
import { sendReliably } from './outbound.ts';
import { settlePlaceholder } from './placeholders.ts';
import { takePushNames } from './push-names.ts';
import { accountOf, messageKey, SELF } from './records.ts';

const KEY_BYTES = 32;
const RETRY_IV_BYTES = 12;
const DEADLINE_TIMER = 'history-deadline';

/** A part to fetch. Collection `history-job`, key: id of the peer message that told of it. */
export interface HistoryJobRecord extends StoredRecord {
  readonly kind: 'history-job';
  /** The phone. */
  readonly from: DeviceJid;
  readonly state: 'fetching' | 'asking';
  readonly syncType: number;
  readonly progress: number;
  readonly mediaKey: Uint8Array;
  readonly fileSha256: Uint8Array;
  readonly fileEncSha256: Uint8Array;
  readonly fileLength: number;
  readonly name: string;
  /** Damaged files in a row. */
  readonly fetches: number;
  /** How often the phone was asked for it again. */
  readonly requests: number;
}

/** How far the history has come. Key `self`; companions linked during the run have it. */
export interface HistoryStateRecord extends StoredRecord {
  readonly kind: 'history-state';
  /** Whether the first part is here. */
  readonly isBegun: boolean;
  /** 0..100, the highest that a part said. */
  readonly progress: number;
  /** Whether the settings were here that nobody uses the account without; stays true. */
  readonly hasCriticalState: boolean;
}

/** The collections that linking waits for (specification 8.2). */
const CRITICAL = ['critical_block', 'critical_unblock_low'] as const;

function hasCriticalState(step: Step): boolean {
  return CRITICAL.every((name) => !isBehind(step, name));
}

function isLinkedWhole({ isBegun, hasCriticalState: isThere }: HistoryStateRecord): boolean {
  return isBegun && isThere;
}

function stateOf(step: Step): HistoryStateRecord | undefined {
  return step.get<HistoryStateRecord>('history-state', SELF);
}

/** Just linked: from now on the first part of the history is due. */
export function awaitHistory(step: Step): void {
  const state: HistoryStateRecord = {
    kind: 'history-state',
    isBegun: false,
    progress: 0,
    hasCriticalState: false,
  };
  step.tx.put('history-state', SELF, state);
  step.setTimer(DEADLINE_TIMER, step.nowUs + HISTORY_DEADLINE_US);
}

function retryTimer(id: string): string {
  return `history-retry|${id}`;
}

/**
 * The time is up; false when the timer is another. Assumption: while the device is off line, or a
 * part is being fetched, it is given as long again.
 */
export function takeHistoryTimer(step: Step, name: string): boolean {
  if (name.startsWith('history-retry|')) {
    const id = name.slice('history-retry|'.length);
    step.cancelTimer(name);
    const job = step.get<HistoryJobRecord>('history-job', id);
    if (job?.state === 'asking') askPhone(step, id, job);
    return true;
  }
  if (name !== DEADLINE_TIMER) return false;
  step.cancelTimer(name);
  const state = stateOf(step);
  if (state === undefined || accountOf(step) === undefined || isLinkedWhole(state)) return true;
  if (state.isBegun && hasCriticalState(step)) {
    const whole: HistoryStateRecord = { ...state, hasCriticalState: true };
    step.tx.put('history-state', SELF, whole);
    return true;
  }
  const isOnLine = linkStateOf(step.store).phase === 'active';
  if (!isOnLine || step.tx.count('history-job') > 0) {
    step.setTimer(DEADLINE_TIMER, step.nowUs + HISTORY_DEADLINE_US);
    return true;
  }
  const missing = state.isBegun ? 'the settings of the account' : 'the history';
  step.emit('link-failed', `${missing} did not come in time; this device logs itself out`);
  step.tx.put('leaving', SELF, { kind: 'leaving' });
  leave(step);
  return true;
}

/** The phone says where a part lies. */
export function takeHistoryNotification(
  step: Step,
  message: IncomingMessage,
  bytes: Uint8Array | undefined,
): void {
  const { author, authorDeviceId, id } = message;
  if (authorDeviceId !== 0) {
    return step.refuseAs('not-allowed', `${author} is no phone and hands over history`, { author });
  }
  if (step.tx.get('history-job', id) !== undefined) return; // told again while it is being fetched
  if (step.tx.get('history-taken', id) !== undefined) return confirm(step, author, id);
  const told = decodeHistorySyncNotification(bytes ?? new Uint8Array(0));
  const job = isRejected(told) ? told : jobOf(told, author);
  if (isRejected(job)) {
    step.refuse(job);
    return confirm(step, author, id);
  }
  step.tx.put('history-job', id, job);
  fetchPart(step, id, job);
}

function jobOf(told: HistorySyncNotification, from: DeviceJid): HistoryJobRecord | Rejection {
  const { mediaKey, fileSha256, fileEncSha256, fileLength, directPath, syncType } = told;
  const name = blobNameOf(directPath);
  const isWhole =
    mediaKey?.length === KEY_BYTES &&
    fileSha256?.length === KEY_BYTES &&
    fileEncSha256?.length === KEY_BYTES &&
    fileLength !== undefined &&
    syncType !== undefined &&
    name !== undefined;
  if (!isWhole) return reject('bad-content', 'The notice of a part of the history lacks a field.');
  if (fileLength > HISTORY_INFLATED_BYTES_MAX) {
    return reject('limit-reached', `A part of the history has ${fileLength} bytes.`, {
      fileLength,
    });
  }
  const progress = Math.min(100, told.progress ?? 0);
  return {
    kind: 'history-job',
    from,
    state: 'fetching',
    syncType,
    progress,
    mediaKey,
    fileSha256,
    fileEncSha256,
    fileLength,
    name,
    fetches: 0,
    requests: 0,
  };
}

function fetchPart(step: Step, id: string, job: HistoryJobRecord): void {
  getBlob(step, job.name, job.fileLength, { kind: 'history-download', key: id });
}

/** Parts that nothing fetches any more, and a deadline that is gone, are taken up again. */
export function resumeHistory(step: Step): void {
  for (const [id, entry] of step.tx.entries('history-job')) {
    const job = entry as HistoryJobRecord;
    const isFetching = isOnErrand(step, 'get', { kind: 'history-download', key: id });
    if (job.state === 'fetching' && !isFetching) fetchPart(step, id, job);
    const isWaiting = job.state === 'asking' && !step.hasTimer(retryTimer(id));
    if (isWaiting) {
      step.setTimer(retryTimer(id), step.nowUs + step.settings.placeholderDeadlineUs);
    }
  }
  const state = stateOf(step);
  if (state !== undefined && !isLinkedWhole(state) && !step.hasTimer(DEADLINE_TIMER)) {
    step.setTimer(DEADLINE_TIMER, step.nowUs + HISTORY_DEADLINE_US);
  }
}

/** What came of fetching the part that message `id` told of. */
export function takeHistoryDownload(step: Step, id: string, outcome: BlobOutcome): void {
  const job = step.get<HistoryJobRecord>('history-job', id);
  if (job === undefined) return;
  if (outcome.kind !== 'fetched') return askPhone(step, id, job);
  const part = decryptMedia('history', job.mediaKey, outcome.bytes, job, step.context.crypto);
  if (isRejected(part)) {
    step.refuse(part);
    const again: HistoryJobRecord = { ...job, fetches: job.fetches + 1 };
    if (again.fetches >= MEDIA_FETCHES_MAX) return askPhone(step, id, job);
    step.tx.put('history-job', id, again);
    return fetchPart(step, id, again);
  }
  takePart(step, id, job, part);
}

function takePart(step: Step, id: string, job: HistoryJobRecord, bytes: Uint8Array): void {
  const part = readHistoryPart(bytes);
  if (isRejected(part)) {
    step.refuse(part);
    return endJob(step, id, job, 'history-skipped', 'a part of the history cannot be used');
  }
  takePushNames(step, part.pushNames);
  let kept = 0;
  for (const message of part.messages) if (keepPassed(step, message, 'history')) kept += 1;
  const state = stateOf(step);
  if (state !== undefined) {
    const isFirst = job.syncType === HISTORY_TYPES.initialBootstrap;
    const next: HistoryStateRecord = {
      kind: 'history-state',
      isBegun: state.isBegun || isFirst,
      progress: Math.max(state.progress, job.progress),
      hasCriticalState: state.hasCriticalState || hasCriticalState(step),
    };
    step.tx.put('history-state', SELF, next);
    if (isLinkedWhole(next)) step.cancelTimer(DEADLINE_TIMER);
  }
  const count = part.messages.length;
  endJob(step, id, job, 'history', `took ${kept} of ${count} messages of the history`);
}

/** Done with a part, for better or worse: the phone may forget it, and so may the store. */
function endJob(
  step: Step,
  id: string,
  job: HistoryJobRecord,
  code: string,
  sentence: string,
): void {
  step.tx.delete('history-job', id);
  step.tx.put('history-taken', id, { kind: 'history-taken' });
  step.cancelTimer(retryTimer(id));
  deleteBlob(step, job.name);
  step.emit(code, sentence, { type: job.syncType, progress: job.progress });
  confirm(step, job.from, id);
}

function confirm(step: Step, phone: DeviceJid, id: string): void {
  sendReliably(step, receiptStanza({ type: 'hist_sync', ids: [id], to: phone }));
}

/** Keeps a message unless it is here; false when it is, or is none that could be shown. */
export function keepPassed(step: Step, message: TakenMessage, via: ShownRecord['via']): boolean {
  const { chat, author, messageId, positionUs, isRead, content } = message;
  const key = messageKey(chat, author, messageId);
  const account = accountOf(step);
  if (account === undefined || step.tx.get('shown', key) !== undefined) return false;
  const said = saidIn(content);
  if (isRejected(said)) {
    step.refuse(said);
    return false;
  }
  const { text, read } = said;
  const record: ShownRecord = {
    kind: 'shown',
    account: account.user,
    device: account.device,
    chat,
    messageId,
    author,
    via,
    text,
    ...(read && { media: shownMedia(read) }),
    textDigest: textDigest(text, step.context.crypto),
    positionUs,
    isRead,
  };
  step.tx.put('shown', key, record);
  if (!isRead) step.tx.put(`unread/${chat}`, key, { kind: 'unread' });
  if (read !== undefined) takeMedia(step, { chat, author, messageId }, read, via);
  settlePlaceholder(step, key);
  return true;
}

interface Said {
  readonly text: string;
  readonly read: ReadMedia | undefined;
}

function saidIn({ body }: Content): Said | Rejection {
  if (body.kind === 'text') return { text: body.text, read: undefined };
  if (body.kind !== 'media') {
    return reject('bad-content', `The history holds ${body.kind} content as a message.`);
  }
  const read = readMediaMessage(body.media, body.bytes);
  return isRejected(read) ? read : { text: read.caption, read };
}

// ------------------------------------------------------------------------------- a file is gone

/** The file is not there, or not whole: asks the phone to upload it again (specification 9.5). */
function askPhone(step: Step, id: string, job: HistoryJobRecord): void {
  const account = accountOf(step);
  if (account === undefined) return;
  if (job.requests >= MEDIA_REQUESTS_MAX) {
    return endJob(step, id, job, 'history-skipped', 'a part of the history is nowhere any more');
  }
  const iv = step.context.secrets.bytes('media-retry-iv', RETRY_IV_BYTES);
  const sealed = sealMediaRequest(job.mediaKey, id, iv, step.context.crypto);
  const asked: HistoryJobRecord = {
    ...job,
    state: 'asking',
    fetches: 0,
    requests: job.requests + 1,
  };
  step.tx.put('history-job', id, asked);
  step.setTimer(retryTimer(id), step.nowUs + step.settings.placeholderDeadlineUs);
  step.emit('media-request', 'asks the phone for a part of the history again', { messageId: id });
  const { user: chat } = account;
  const { from: to } = job;
  const request = { messageId: id, chat, author: to, to, isPeer: true, isOwn: true, sealed };
  sendReliably(step, mediaRequestStanza(request));
}

/** The key of the part that message `id` told of, while it is being fetched. */
export function historyKeyOf(step: Step, id: string): Uint8Array | undefined {
  return step.get<HistoryJobRecord>('history-job', id)?.mediaKey;
}

/** The phone has stored the part again, or has it no more. */
export function takeHistoryAnswer(step: Step, id: string, directPath: string | undefined): void {
  const job = step.get<HistoryJobRecord>('history-job', id);
  if (job?.state !== 'asking') return;
  const name = blobNameOf(directPath);
  if (name === undefined) {
    return endJob(step, id, job, 'history-skipped', 'the phone has lost a part of the history');
  }
  step.cancelTimer(retryTimer(id));
  const moved: HistoryJobRecord = { ...job, state: 'fetching', name };
  step.tx.put('history-job', id, moved);
  fetchPart(step, id, moved);
}
