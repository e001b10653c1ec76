/**
 * Receiving a message (specification 5.10, 6.5, D.2): prove the sender, decrypt, unpad, decode,
 * unwrap, store text and session in one commit, then acknowledge. What fails becomes a placeholder
 * and a retry receipt; what is a duplicate is acknowledged when we have it, and reported lost when
 * we have not.
 */

import type { DeviceJid, ShownRecord, UserJid } from '../../contract.ts';
import { type AdvAccepted, type AdvRefused, checkAdv } from '../../devices/adv-check.ts';
import { isListed } from '../../devices/device-list.ts';
import { isRejected, type Rejection, reject } from '../../errors.ts';
import { NACK_CODES } from '../../messages/acks.ts';
import { readContent, textDigest } from '../../messages/content.ts';
import { readIncomingMessage } from '../../messages/message-stanza.ts';
import { unpad } from '../../messages/padding.ts';
import {
  currentSession,
  type PeerIdentityRecord,
  pinnedIdentity,
  SIGNAL_COLLECTIONS,
} from '../../signal/records.ts';
import {
  type CiphertextType,
  decryptFrom,
  deleteSession,
  readPrekeyMessage,
} from '../../signal/sessions.ts';
import { deviceIdOf, userOf } from '../../wire/jid.ts';
import { attribute, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { chatOf } from './audience.ts';
import { primaryKeyOf, provenPolicy } from './bundles.ts';
import { linkStateOf } from './link-state.ts';
import { askForLists } from './lists.ts';
import { failCopy, loseCopy, missCopy, settlePlaceholder } from './placeholders.ts';
import { nack, sendReceipt } from './receipts.ts';
import { accountOf, deviceListOf, messageKey } from './records.ts';

/** A ciphertext as it came, with what its stanza says of it. */
interface Copy {
  readonly author: DeviceJid;
  readonly chat: UserJid;
  readonly messageId: string;
  readonly stampUs: number;
  readonly type: CiphertextType;
  readonly bytes: Uint8Array;
  /** Retry count of this ciphertext, 0 for the first. */
  readonly count: number;
  readonly deviceIdentity: Uint8Array | undefined;
}

/** Handles `<message>`. */
export function takeMessage(step: Step, stanza: WireNode): void {
  const message = readIncomingMessage(stanza);
  if (isRejected(message)) {
    step.refuse(message);
    const messageId = attribute(stanza, 'id') ?? '';
    const author = attribute(stanza, 'from') ?? '';
    return nack(step, { messageId, author }, NACK_CODES.parsingError);
  }
  const { id: messageId, author, positionUs: stampUs, payload, deviceIdentity } = message;
  const chat = chatOf(step, author, message.recipient);
  if (chat === undefined) {
    step.refuseAs('malformed', `${author}'s copy of an own message names no chat`, { messageId });
    return nack(step, { messageId, author }, NACK_CODES.parsingError);
  }
  if (payload.kind === 'unavailable') return missCopy(step, { author, chat, messageId, stampUs });
  const { type, bytes, retryCount: count } = payload;
  const copy: Copy = { author, chat, messageId, stampUs, type, bytes, count, deviceIdentity };
  const opened = openCopy(step, copy);
  if (opened.kind === 'opened') showCopy(step, copy, opened.text);
}

/** Decrypts and decodes; answers for itself when that fails. */
function openCopy(step: Step, copy: Copy): { kind: 'opened'; text: string } | { kind: 'answered' } {
  const answered = { kind: 'answered' } as const;
  const proof = proveSender(step, copy);
  if (proof?.kind === 'refused') {
    step.refuse(proof.rejection);
    if (proof.rejection.code === 'malformed') {
      giveUp(step, copy, 'its sender is not proven', NACK_CODES.parsingError);
    } else failCopy(step, copy, 'adv-failure');
    return answered;
  }
  const before = currentSession(step.tx, copy.author)?.senderRatchet;
  const policy = proof === undefined ? {} : provenPolicy(copy.author);
  const { author, type, bytes } = copy;
  const decrypted = decryptFrom(step.tx, author, type, bytes, step.context, policy);
  if (isRejected(decrypted)) {
    step.refuse(decrypted);
    if (decrypted.code === 'duplicate-message') answerDuplicate(step, copy);
    else failCopy(step, copy, decrypted.code);
    return answered;
  }
  if (proof !== undefined) adoptProof(step, userOf(author), proof);
  // A ratchet key made just now: nothing can have been sent on its chain.
  if (currentSession(step.tx, author)?.senderRatchet !== before) {
    linkStateOf(step.store).knownChains.add(author);
  }
  if (!isListed(deviceListOf(step, userOf(author)), deviceIdOf(author))) {
    step.refuseAs('unlisted-device', `${author} is not in its account's device list`);
    askForLists(step, [userOf(author)]);
    failCopy(step, copy, 'unlisted-device');
    return answered;
  }
  const content = readOpened(step, copy, decrypted.plaintext);
  if (isRejected(content)) {
    step.refuse(content);
    giveUp(step, copy, 'its content cannot be read', NACK_CODES.invalidProtobuf);
    return answered;
  }
  return { kind: 'opened', text: content.text };
}

/** Companions prove membership with their first message (5.10); undefined where none is needed. */
function proveSender(step: Step, copy: Copy): AdvAccepted | AdvRefused | undefined {
  if (copy.type !== 'pkmsg' || deviceIdOf(copy.author) === 0) return undefined;
  const head = readPrekeyMessage(copy.bytes);
  if (isRejected(head)) return undefined; // decryption will say what is wrong with it
  const user = userOf(copy.author);
  const outcome = checkAdv(
    {
      device: copy.author,
      deviceIdentity: copy.deviceIdentity,
      identityKey: head.identityKey,
      primaryIdentity: primaryKeyOf(step, user),
      knownIdentity: pinnedIdentity(step.tx, copy.author)?.publicKey,
      list: deviceListOf(step, user),
    },
    step.context.crypto,
  );
  if (outcome.needsSync) askForLists(step, [user]);
  return outcome;
}

/** What the proof teaches is kept only once the message has opened (I5). */
function adoptProof(step: Step, user: UserJid, proof: AdvAccepted): void {
  if (proof.pin !== undefined) {
    const pin: PeerIdentityRecord = { kind: 'peer-identity', publicKey: proof.pin };
    step.tx.put(SIGNAL_COLLECTIONS.peerIdentity, user, pin);
  }
  if (proof.record === undefined) return;
  if (proof.isReset) forgetCompanions(step, user);
  step.tx.put('device-list', user, proof.record);
}

function forgetCompanions(step: Step, user: UserJid): void {
  for (const [peer] of step.tx.entries('session')) {
    if (userOf(peer) === user && deviceIdOf(peer) !== 0) deleteSession(step.tx, peer);
  }
}

function readOpened(step: Step, copy: Copy, plaintext: Uint8Array): { text: string } | Rejection {
  const bytes = unpad(plaintext);
  if (isRejected(bytes)) return bytes;
  const content = readContent(bytes);
  if (isRejected(content)) return content;
  const isOwn = userOf(copy.author) === accountOf(step)?.user;
  if ((content.sentTo !== undefined) !== isOwn) {
    return reject('not-allowed', `${copy.author} sent a copy of the wrong kind for its account`);
  }
  if (content.sentTo !== undefined && content.sentTo !== copy.chat) {
    return reject('not-allowed', `${copy.author}'s copy names another chat than its stanza`);
  }
  return { text: content.text };
}

function showCopy(step: Step, copy: Copy, text: string): void {
  const key = messageKey(copy.chat, copy.author, copy.messageId);
  const account = accountOf(step);
  if (account !== undefined && step.tx.get('shown', key) === undefined) {
    const record: ShownRecord = {
      kind: 'shown',
      account: account.user,
      device: account.device,
      chat: copy.chat,
      messageId: copy.messageId,
      author: copy.author,
      text,
      textDigest: textDigest(text, step.context.crypto),
      positionUs: copy.stampUs,
      isRead: userOf(copy.author) === account.user,
    };
    step.tx.put('shown', key, record);
    if (!record.isRead) step.tx.put(`unread/${copy.chat}`, key, { kind: 'unread' });
  }
  settlePlaceholder(step, key);
  sendReceipt(step, copy);
}

/** The key was used before: fine if we have the message, a loss to admit if we have not (6.5). */
function answerDuplicate(step: Step, copy: Copy): void {
  const key = messageKey(copy.chat, copy.author, copy.messageId);
  if (step.tx.get('shown', key) !== undefined) return sendReceipt(step, copy);
  giveUp(step, copy, 'its key was used and its text is not stored', NACK_CODES.signalOldCounter);
}

/** A copy that no retry can help: lost, and said so to the server. */
function giveUp(step: Step, copy: Copy, reason: string, code: number): void {
  loseCopy(step, copy, reason);
  nack(step, copy, code);
}
