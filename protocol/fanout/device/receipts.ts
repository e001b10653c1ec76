/**
 * Receipts, both ways (specification 6.6, 6.7, 6.9). Delivery and retry receipts acknowledge a copy
 * to the server and need no storing: an unacknowledged copy comes again and is answered again. Read
 * receipts are stored until taken.
 */

import type {
  ChatJid,
  Command,
  DeviceJid,
  GroupJid,
  ShownRecord,
  UserJid,
} from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { nackStanza } from '../../messages/acks.ts';
import { readReceipt, receiptStanza } from '../../messages/receipts.ts';
import { type RetryKeys, retryStanza } from '../../messages/retry-receipt.ts';
import {
  currentSignedPrekey,
  findPrekey,
  makePrekeys,
  markUploaded,
} from '../../signal/prekeys.ts';
import { type SelfIdentityRecord, selfIdentity } from '../../signal/records.ts';
import { isGroupJid, userOf } from '../../wire/jid.ts';
import type { WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { usersOf } from './audience.ts';
import { linkStateOf } from './link-state.ts';
import { sendReliably } from './outbound.ts';
import {
  accountOf,
  type CompanionRecord,
  type DeliveredRecord,
  messageKey,
  outboxOf,
  SELF,
} from './records.ts';

/** What names a copy in a receipt. */
interface CopyName {
  readonly author: DeviceJid;
  readonly chat: UserJid;
  readonly messageId: string;
}

/** For what is answered anew when it comes again: sent now or not at all. */
export function sendIfConnected(step: Step, stanza: WireNode): void {
  const { connection, phase } = linkStateOf(step.store);
  if (connection !== undefined && phase === 'active') step.send(connection, stanza);
}

function isOwnCopy(step: Step, author: DeviceJid): boolean {
  return userOf(author) === accountOf(step)?.user;
}

/** Where a receipt goes: to the author, through the group if it is one's. */
function addressOf({ author, chat }: Pick<CopyName, 'author' | 'chat'>): {
  readonly to: DeviceJid | GroupJid;
  readonly participant?: DeviceJid;
} {
  return isGroupJid(chat) ? { to: chat, participant: author } : { to: author };
}

/** Delivered here; `sender` when it is the copy of our own other device's message. */
export function sendReceipt(step: Step, copy: CopyName): void {
  const isOwn = isOwnCopy(step, copy.author);
  const type = isOwn ? 'sender' : 'delivered';
  const recipient = isOwn && !isGroupJid(copy.chat) ? copy.chat : undefined;
  const ids = [copy.messageId] as const;
  sendIfConnected(step, receiptStanza({ type, ids, ...addressOf(copy), recipient }));
}

/** Not delivered, and no retry helps: `<ack class="message" error>`. */
export function nack(
  step: Step,
  copy: Pick<CopyName, 'author' | 'messageId'> & { readonly chat?: string | undefined },
  code: number,
): void {
  const { to, participant } = addressOf({ author: copy.author, chat: copy.chat ?? '' });
  const named = participant === undefined ? {} : { participant };
  sendIfConnected(step, nackStanza(copy.messageId, to, code, named));
}

/**
 * Asks for a message again; with keys when `prekeyId` is not 0: identity, signed prekey, that
 * one-time prekey, and a companion's proof.
 */
export function sendRetryReceipt(
  step: Step,
  copy: CopyName & { readonly stampUs: number; readonly isPeer?: boolean },
  count: number,
  errorCode: number,
  prekeyId: number,
): void {
  const identity = selfIdentity(step.tx);
  if (identity === undefined) return;
  const { isPeer = false } = copy;
  const isOwn = isOwnCopy(step, copy.author);
  sendIfConnected(
    step,
    retryStanza({
      id: copy.messageId,
      device: copy.author,
      group: isGroupJid(copy.chat) ? copy.chat : undefined,
      recipient: isOwn && !isPeer && !isGroupJid(copy.chat) ? copy.chat : undefined,
      isPeer,
      count,
      positionUs: copy.stampUs,
      errorCode,
      registrationId: identity.registrationId,
      keys: prekeyId === 0 ? undefined : retryKeys(step, identity, prekeyId),
    }),
  );
}

/** A one-time prekey for the retry receipts of one placeholder. Draws secret `prekey`. */
export function makeRetryPrekey(step: Step): number {
  const [prekey] = makePrekeys(step.tx, 1, step.context);
  if (prekey === undefined) return 0;
  // It goes to this one peer: were it uploaded too, the server would hand it to a second one (K2).
  markUploaded(step.tx, [prekey.id]);
  return prekey.id;
}

function retryKeys(
  step: Step,
  identity: SelfIdentityRecord,
  prekeyId: number,
): RetryKeys | undefined {
  const signed = currentSignedPrekey(step.tx);
  const prekey = findPrekey(step.tx, prekeyId);
  if (signed === undefined) return undefined;
  return {
    bundle: {
      registrationId: identity.registrationId,
      identityKey: identity.keyPair.publicKey,
      signedPrekey: {
        id: signed.id,
        publicKey: signed.keyPair.publicKey,
        signature: signed.signature,
      },
      prekey: prekey && { id: prekey.id, publicKey: prekey.keyPair.publicKey },
    },
    deviceIdentity: step.get<CompanionRecord>('companion', SELF)?.signedIdentity,
  };
}

/**
 * A person reads a chat, up to a place in it when one is given: one receipt per author device,
 * stored until the server has it.
 */
export function takeRead(
  step: Step,
  command: Pick<Extract<Command, { kind: 'read' }>, 'chat'>,
  untilUs = Number.MAX_SAFE_INTEGER,
): void {
  const byAuthor = new Map<DeviceJid, string[]>();
  for (const [key] of step.tx.entries(`unread/${command.chat}`)) {
    if ((step.get<ShownRecord>('shown', key)?.positionUs ?? 0) > untilUs) continue;
    const shown = markRead(step, command.chat, key);
    if (shown === undefined) continue;
    const ids = byAuthor.get(shown.author) ?? [];
    ids.push(shown.messageId);
    byAuthor.set(shown.author, ids);
  }
  for (const [author, [first, ...more]] of byAuthor) {
    if (first === undefined) continue;
    const ids = [first, ...more] as const;
    const address = addressOf({ author, chat: command.chat });
    const recipient = isGroupJid(command.chat) ? undefined : command.chat;
    sendReliably(step, receiptStanza({ type: 'read', ids, ...address, recipient }));
  }
}

function markRead(step: Step, chat: ChatJid, key: string): ShownRecord | undefined {
  step.tx.delete(`unread/${chat}`, key);
  const shown = step.get<ShownRecord>('shown', key);
  if (shown === undefined || shown.isRead) return undefined;
  const read: ShownRecord = { ...shown, isRead: true };
  step.tx.put('shown', key, read);
  return read;
}

/** A receipt other than `retry` from another device: delivered, read, or read by us elsewhere. */
export function takeReceipt(step: Step, stanza: WireNode): void {
  const receipt = readReceipt(stanza);
  if (isRejected(receipt)) return step.refuse(receipt);
  const { from, ids, participant, recipient } = receipt;
  if (receipt.type === 'peer_msg') {
    for (const id of ids) step.tx.delete('peer', `${id}|${from}`);
    return;
  }
  const isRead = receipt.type === 'read' || receipt.type === 'read-self';
  const isReadElsewhere =
    isRead && isOwnCopy(step, from) && participant !== accountOf(step)?.device;
  for (const messageId of ids) {
    if (isReadElsewhere && participant !== undefined) {
      const chat = recipient ?? userOf(participant);
      markRead(step, chat, messageKey(chat, participant, messageId));
    } else noteDelivered(step, messageId, from, isRead);
  }
}

function isPartyOf(step: Step, chat: ChatJid, user: UserJid): boolean {
  return usersOf(step, chat, accountOf(step)?.user ?? '').includes(user);
}

function noteDelivered(step: Step, messageId: string, device: DeviceJid, isRead: boolean): void {
  const outbox = outboxOf(step, messageId);
  if (outbox === undefined || !isPartyOf(step, outbox.chat, userOf(device))) return;
  const name = `delivered/${messageId}`;
  const before = step.get<DeliveredRecord>(name, device);
  if (before !== undefined && (before.isRead || !isRead)) return;
  const record: DeliveredRecord = { kind: 'delivered', isRead };
  step.tx.put(name, device, record);
}
