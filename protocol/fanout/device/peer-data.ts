/**
 * What a companion asks its phone for, on both sides (specification 6.9, 8.2): older messages of a
 * chat, which come as one more part of the history, and a message that could not be opened, which
 * comes as the answer itself. Only a phone answers, and only a phone's answers are taken (I3).
 */

import type { Command, DeviceJid, ShownRecord } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { HISTORY_ON_DEMAND_MESSAGES, PLACEHOLDER_ASK_AGE_MAX_US } from '../../limits.ts';
import { passedMessageBytes, readPassedMessage } from '../../messages/history.ts';
import type { IncomingMessage } from '../../messages/message-stanza.ts';
import type { StoredRecord } from '../../store.ts';
import { parseDeviceJid, userOf } from '../../wire/jid.ts';
import { encodeMessage } from '../../wire/message.ts';
import {
  decodePeerDataRequest,
  decodePeerDataResponse,
  encodePeerDataRequest,
  encodePeerDataResponse,
  PEER_DATA_TYPES,
  type PeerDataRequest,
} from '../../wire/peer-data.ts';
import { PROTOCOL_TYPES } from '../../wire/protocol-message.ts';
import { decodeSecurityNotificationSetting } from '../../wire/security-setting.ts';
import type { Step } from '../step.ts';
import { keepPassed } from './history-receive.ts';
import { planOnDemand } from './history-send.ts';
import { saidFields } from './media-records.ts';
import { sendPeer } from './peer.ts';
import { askTimer } from './placeholders.ts';
import { sendReceipt } from './receipts.ts';
import { accountOf, messageKey, type PlaceholderRecord, SELF } from './records.ts';

/** Messages that one request for unreadable ones may name. Assumption. */
const PLACEHOLDERS_MAX = 32;

/** Whether people are told of changed keys, as the phone is set. Key `self`. */
interface SecuritySettingRecord extends StoredRecord {
  readonly kind: 'security-setting';
  readonly isEnabled: boolean;
}

function isPhone(step: Step): boolean {
  return step.tx.get('primary', SELF) !== undefined;
}

function askPhone(step: Step, request: PeerDataRequest): void {
  const account = accountOf(step);
  if (account === undefined) return;
  sendPeer(step, [account.user], {
    type: PROTOCOL_TYPES.peerDataOperationRequest,
    peerDataOperationRequest: encodePeerDataRequest(request),
  });
}

/** A person scrolls up on a companion: asks the phone for what is older than the oldest here. */
export function takeFetchHistory(
  step: Step,
  { chat }: Extract<Command, { kind: 'fetch-history' }>,
): void {
  const account = accountOf(step);
  if (account === undefined || isPhone(step)) {
    return step.refuseAs('not-allowed', 'only a companion asks its phone for older messages');
  }
  let oldest: ShownRecord | undefined;
  for (const [, entry] of step.tx.entries('shown')) {
    const shown = entry as ShownRecord;
    if (shown.chat !== chat) continue;
    if (oldest === undefined || shown.positionUs < oldest.positionUs) oldest = shown;
  }
  const named = oldest && {
    oldestMessageId: oldest.messageId,
    oldestFromMe: userOf(oldest.author) === account.user,
    oldestUs: oldest.positionUs,
  };
  const historyOnDemand = { chatJid: chat, ...named, count: HISTORY_ON_DEMAND_MESSAGES };
  askPhone(step, { type: PEER_DATA_TYPES.historyOnDemand, historyOnDemand });
}

/** A message could not be opened for some seconds: asks the phone; false for another timer. */
export function takeAskTimer(step: Step, name: string): boolean {
  const [prefix] = askTimer('').split('|');
  if (!name.startsWith(`${prefix}|`)) return false;
  const key = name.slice(askTimer('').length);
  step.cancelTimer(name);
  const waiting = step.get<PlaceholderRecord>('placeholder', key);
  const account = accountOf(step);
  if (waiting === undefined || account === undefined || isPhone(step)) return true;
  const { author, chat, messageId, positionUs } = waiting;
  const isTooOld = step.nowUs - positionUs > PLACEHOLDER_ASK_AGE_MAX_US;
  if (isTooOld || author === account.user) return true;
  const fromMe = userOf(author) === account.user;
  const meant = { remoteJid: chat, fromMe, id: messageId, participant: author };
  step.emit('placeholder-asked', `asks the phone for ${messageId}`, { messageId });
  askPhone(step, { type: PEER_DATA_TYPES.placeholderResend, placeholders: [{ key: meant }] });
  return true;
}

/** A companion asks us. */
export function takePeerDataRequest(
  step: Step,
  { author, id }: IncomingMessage,
  bytes: Uint8Array | undefined,
): void {
  if (!isPhone(step)) {
    return step.refuseAs('not-allowed', `${author} asks a companion for messages`, { author });
  }
  const request = decodePeerDataRequest(bytes ?? new Uint8Array(0));
  if (isRejected(request)) return step.refuse(request);
  switch (request.type) {
    case PEER_DATA_TYPES.historyOnDemand:
      return giveOlder(step, author, id, request.historyOnDemand);
    case PEER_DATA_TYPES.placeholderResend:
      return giveMessages(step, author, id, request.placeholders);
    default:
      step.refuseAs('unexpected', `${author} asks for what this phone does not give`, {
        type: request.type ?? 0,
      });
  }
}

function giveOlder(
  step: Step,
  device: DeviceJid,
  id: string,
  asked: PeerDataRequest['historyOnDemand'],
): void {
  const { chatJid: chat, oldestUs = Number.MAX_SAFE_INTEGER, count = 0 } = asked ?? {};
  if (chat === undefined) return step.refuseAs('bad-content', `${device} asks for no chat`);
  const older = (step.tx.entries('shown') as [string, ShownRecord][])
    .filter(([, shown]) => shown.chat === chat && shown.positionUs < oldestUs)
    .sort(([, one], [, other]) => other.positionUs - one.positionUs);
  const most = Math.min(count, HISTORY_ON_DEMAND_MESSAGES);
  const keys = older.slice(0, most).map(([key]) => key);
  planOnDemand(step, device, id, [{ chat, isEnd: older.length <= most, keys }]);
}

function giveMessages(
  step: Step,
  device: DeviceJid,
  stanzaId: string,
  asked: PeerDataRequest['placeholders'] = [],
): void {
  const own = accountOf(step)?.user;
  const shown = asked
    .slice(0, PLACEHOLDERS_MAX)
    .map(({ key }) => messageKey(key?.remoteJid ?? '', key?.participant ?? '', key?.id ?? ''))
    .map((key) => step.get<ShownRecord>('shown', key))
    .filter((record) => record !== undefined);
  if (shown.length === 0) return;
  const results = shown.map((record) => {
    const { chat, author, messageId, positionUs, isRead } = record;
    const isOwn = userOf(author) === own;
    const message = encodeMessage(saidFields(step, record));
    const passed = { chat, author, messageId, isOwn, positionUs, isRead, message };
    return { placeholder: { webMessageInfo: passedMessageBytes(passed) } };
  });
  const type = PEER_DATA_TYPES.placeholderResend;
  sendPeer(step, [device], {
    type: PROTOCOL_TYPES.peerDataOperationResponse,
    peerDataOperationResponse: encodePeerDataResponse({ type, stanzaId, results }),
  });
}

/** The phone answers: a message this device could not open. Anything else of it is refused. */
export function takePeerDataResponse(
  step: Step,
  { author, authorDeviceId }: IncomingMessage,
  bytes: Uint8Array | undefined,
): void {
  if (authorDeviceId !== 0) {
    return step.refuseAs('not-allowed', `${author} is no phone and passes messages on`, { author });
  }
  const response = decodePeerDataResponse(bytes ?? new Uint8Array(0));
  if (isRejected(response)) return step.refuse(response);
  for (const { placeholder } of (response.results ?? []).slice(0, PLACEHOLDERS_MAX)) {
    takePassed(step, placeholder?.webMessageInfo);
  }
}

function takePassed(step: Step, bytes: Uint8Array | undefined): void {
  const message = readPassedMessage(bytes ?? new Uint8Array(0));
  if (isRejected(message)) return step.refuse(message);
  const { chat, author, messageId } = message;
  const waiting = step.get('placeholder', messageKey(chat, author, messageId));
  if (waiting === undefined) {
    return step.emit('placeholder-late', `${messageId} is not waited for any more`, { messageId });
  }
  if (!keepPassed(step, message, 'live')) return;
  const named = parseDeviceJid(author);
  if (!isRejected(named)) sendReceipt(step, { chat, author, messageId });
}

/** The phone says whether people are told of changed keys. */
export function takeSecuritySetting(
  step: Step,
  { author, authorDeviceId }: IncomingMessage,
  bytes: Uint8Array | undefined,
): void {
  if (authorDeviceId !== 0) {
    return step.refuseAs('not-allowed', `${author} is no phone and sets settings`, { author });
  }
  const isEnabled = decodeSecurityNotificationSetting(bytes ?? new Uint8Array(0));
  if (isRejected(isEnabled)) return step.refuse(isEnabled);
  const record: SecuritySettingRecord = { kind: 'security-setting', isEnabled };
  step.tx.put('security-setting', SELF, record);
}
