/**
 * Peer messages (specification 8.1): what devices of one account tell each other beside chats. One
 * stanza per device, kept until that device's `peer_msg` receipt, sent again when it asks. They
 * leave no placeholder; who is not of the account is refused (I3).
 */

import type { DeviceJid } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { RETRY_COUNT_MAX, RETRY_KEYS_FROM_COUNT } from '../../limits.ts';
import { NACK_CODES } from '../../messages/acks.ts';
import { makeMessageId } from '../../messages/message-id.ts';
import { type IncomingMessage, peerStanza } from '../../messages/message-stanza.ts';
import { receiptStanza } from '../../messages/receipts.ts';
import { RETRY_ERRORS, readRetry } from '../../messages/retry-receipt.ts';
import { findPrekey } from '../../signal/prekeys.ts';
import { hasSession } from '../../signal/sessions.ts';
import type { StoredRecord } from '../../store.ts';
import { encodeMessage } from '../../wire/message.ts';
import type { WireNode } from '../../wire/node.ts';
import { encodeProtocolMessage, type ProtocolFields } from '../../wire/protocol-message.ts';
import type { Step } from '../step.ts';
import { devicesOf, isReadyFor } from './audience.ts';
import { openPairwise } from './open.ts';
import { sendReliably } from './outbound.ts';
import { ERROR_CODES } from './placeholders.ts';
import { makeRetryPrekey, nack, sendIfConnected, sendRetryReceipt } from './receipts.ts';
import { accountOf, maySealMore, nextSentCount } from './records.ts';
import { renewSession } from './resend.ts';
import { encryptTo, signedIdentityOf } from './seal.ts';

/** A peer message on its way. Collection `peer`, key `MESSAGE|DEVICE`. */
export interface PeerRecord extends StoredRecord {
  readonly kind: 'peer';
  readonly messageId: string;
  readonly target: DeviceJid;
  /** The encoded `Message`. */
  readonly content: Uint8Array;
  /** Count of the retry receipt it answers; 0 for the first sending. */
  readonly count: number;
  readonly state: 'wanting' | 'sealed';
}

/** A peer message that could not be opened. Collection `peer-wait`, key `MESSAGE|DEVICE`. */
interface PeerWaitRecord extends StoredRecord {
  readonly kind: 'peer-wait';
  /** The one-time prekey its retry receipts carry. */
  readonly prekeyId: number;
}

/**
 * Tells own other devices something; it leaves once their sessions are there. Returns the message
 * id. Draws number `message-id`.
 */
export function sendPeer(
  step: Step,
  targets: readonly DeviceJid[],
  protocol: ProtocolFields,
): string {
  const account = accountOf(step);
  if (account === undefined) return '';
  const messageId = makeMessageId(account.device, step.context);
  for (const target of targets) sendPeerAgain(step, target, messageId, protocol);
  return messageId;
}

/** Tells one own device something under an id: a new one, or that of what it may have forgotten. */
export function sendPeerAgain(
  step: Step,
  target: DeviceJid,
  messageId: string,
  protocol: ProtocolFields,
): void {
  const content = encodeMessage({ protocol: encodeProtocolMessage(protocol) });
  const named = { messageId, target, content };
  const record: PeerRecord = { kind: 'peer', ...named, count: 0, state: 'wanting' };
  step.tx.put('peer', `${messageId}|${target}`, record);
}

/** Own other devices, as listed. */
export function ownOthers(step: Step): DeviceJid[] {
  const account = accountOf(step);
  if (account === undefined) return [];
  return devicesOf(step, account.user).filter((device) => device !== account.device);
}

/**
 * After a start: what has no receipt is sealed again. The receipt may have come in the commit that
 * the crash took, and comes no more; who has the message already takes it twice without harm.
 */
export function resumePeers(step: Step): void {
  for (const [key, entry] of step.tx.entries('peer')) {
    const peer = entry as PeerRecord;
    const again: PeerRecord = { ...peer, state: 'wanting' };
    if (peer.state === 'sealed') step.tx.put('peer', key, again);
  }
}

/** Seals the peer messages whose session is there; forgets those of devices that are gone. */
export function advancePeers(step: Step): void {
  let others: readonly DeviceJid[] | undefined;
  for (const [key, entry] of step.tx.entries('peer')) {
    const peer = entry as PeerRecord;
    others ??= ownOthers(step);
    if (!others.includes(peer.target)) {
      step.tx.delete('peer', key);
      continue;
    }
    if (peer.state === 'sealed') continue;
    if (!maySealMore(step)) return;
    if (!isReadyFor(step, [peer.target]) || !hasSession(step.tx, peer.target)) continue;
    const stanza = peerStanza({
      id: peer.messageId,
      copy: encryptTo(step, peer.target, peer.content, peer.count),
      signedIdentity: signedIdentityOf(step),
      sentCount: nextSentCount(step),
    });
    const sealed: PeerRecord = { ...peer, state: 'sealed' };
    step.tx.put('peer', key, sealed);
    sendReliably(step, stanza);
  }
}

/** An own device could not open it: seal it again, at most four times. */
export function takePeerRetry(step: Step, receipt: WireNode): void {
  const request = readRetry(receipt);
  if (isRejected(request)) return step.refuse(request);
  const { id, device, count } = request;
  const key = `${id}|${device}`;
  const peer = step.get<PeerRecord>('peer', key);
  if (peer === undefined || count > RETRY_COUNT_MAX) {
    step.tx.delete('peer', key);
    step.emit('resend-refused', `${device} asks for peer message ${id} again, in vain`, {
      device,
      id,
    });
    return;
  }
  renewSession(step, request);
  const again: PeerRecord = { ...peer, count, state: 'wanting' };
  step.tx.put('peer', key, again);
}

/** Carries out what a peer message says. */
export type PeerContentHandler = (step: Step, message: IncomingMessage, bytes: Uint8Array) => void;

/** Handles `<message category="peer">`. */
export function takePeerMessage(
  step: Step,
  message: IncomingMessage,
  takeContent: PeerContentHandler,
): void {
  const { id: messageId, author, payload } = message;
  const copy = { author, messageId };
  if (message.authorUser !== accountOf(step)?.user) {
    step.refuseAs('not-allowed', `${author} is not of our account and sent a peer message`, {
      author,
    });
    return nack(step, copy, NACK_CODES.unhandledError);
  }
  if (payload.kind !== 'enc') return nack(step, copy, NACK_CODES.parsingError);
  const { type, bytes, retryCount } = payload;
  const ciphertext = { author, type, bytes, deviceIdentity: message.deviceIdentity };
  const opened = openPairwise(step, ciphertext);
  switch (opened.kind) {
    case 'unreadable':
      return nack(step, copy, opened.nackCode);
    case 'failed':
      // What was opened before was carried out in the same commit.
      if (opened.code === 'duplicate-message') return confirm(step, message);
      return askAgain(step, message, retryCount + 1, ERROR_CODES.get(opened.code) ?? 0);
    case 'opened': {
      const { body, sentTo } = opened.content;
      if (body.kind !== 'protocol' || sentTo !== undefined) {
        step.refuseAs('bad-content', `${author} sent a peer message that is none`, { author });
        return nack(step, copy, NACK_CODES.invalidProtobuf);
      }
      step.tx.delete('peer-wait', `${messageId}|${author}`);
      takeContent(step, message, body.bytes);
      return confirm(step, message);
    }
  }
}

function confirm(step: Step, { id, author }: IncomingMessage): void {
  sendIfConnected(step, receiptStanza({ type: 'peer_msg', ids: [id], to: author }));
}

function askAgain(step: Step, message: IncomingMessage, count: number, errorCode: number): void {
  const { id: messageId, author, positionUs: stampUs } = message;
  const key = `${messageId}|${author}`;
  if (count > RETRY_COUNT_MAX) {
    step.tx.delete('peer-wait', key);
    return nack(step, { messageId, author }, NACK_CODES.unhandledError);
  }
  const known = step.get<PeerWaitRecord>('peer-wait', key)?.prekeyId ?? 0;
  const isThere = known !== 0 && findPrekey(step.tx, known) !== undefined;
  const needsKeys = count >= RETRY_KEYS_FROM_COUNT || errorCode === RETRY_ERRORS.noSession;
  const prekeyId = needsKeys && !isThere ? makeRetryPrekey(step) : known;
  const record: PeerWaitRecord = { kind: 'peer-wait', prekeyId };
  step.tx.put('peer-wait', key, record);
  const copy = { author, chat: message.authorUser, messageId, stampUs, isPeer: true };
  sendRetryReceipt(step, copy, count, errorCode, needsKeys ? prekeyId : 0);
}
