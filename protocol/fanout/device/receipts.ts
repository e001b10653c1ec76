/**
 * Receipts, both ways (specification 6.6, 6.7, 6.9). Delivery and retry receipts acknowledge a copy to
 * the server and need no storing: an unacknowledged copy comes again and is answered again. Read receipts
 * are stored until taken.
 */

import type { Command, DeviceJid, ShownRecord, UserJid } from '../../contract.ts';
import { RETRY_KEYS_FROM_COUNT } from '../../limits.ts';
import { currentSignedPrekey, makePrekeys } from '../../signal/prekeys.ts';
import { selfIdentity } from '../../signal/records.ts';
import { registrationIdBytes } from '../../wire/integers.ts';
import { userOf } from '../../wire/jid.ts';
import { attribute, child, children, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { linkStateOf } from './link-state.ts';
import { sendReliably } from './outbound.ts';
import { prekeyNode, signedPrekeyNode } from './prekeys.ts';
import {
  accountOf,
  type CompanionRecord,
  type DeliveredRecord,
  messageKey,
  outboxOf,
  SELF,
} from './records.ts';

/** Nack codes of specification 6.6. */
export const NACK_PARSING = 487;
export const NACK_CONTENT = 491;
export const NACK_OLD_COUNTER = 496;
export const NACK_UNHANDLED = 500;

/** What names a copy in a receipt. */
interface CopyName {
  readonly author: DeviceJid;
  readonly chat: UserJid;
  readonly messageId: string;
}

function sendIfConnected(step: Step, stanza: WireNode): void {
  const { connection, phase } = linkStateOf(step.store);
  if (connection !== undefined && phase === 'active') step.send(connection, stanza);
}

function isOwnCopy(step: Step, author: DeviceJid): boolean {
  return userOf(author) === accountOf(step)?.user;
}

/** Delivered here; `sender` when it is the copy of our own other device's message. */
export function sendReceipt(step: Step, copy: CopyName): void {
  const isOwn = isOwnCopy(step, copy.author);
  sendIfConnected(
    step,
    node('receipt', {
      id: copy.messageId,
      to: copy.author,
      type: isOwn ? 'sender' : undefined,
      recipient: isOwn ? copy.chat : undefined,
    }),
  );
}

/** Not delivered, and no retry helps: `<ack class="message" error>`. */
export function nack(step: Step, copy: Pick<CopyName, 'author' | 'messageId'>, code: number): void {
  const attributes = { class: 'message', id: copy.messageId, to: copy.author, error: String(code) };
  sendIfConnected(step, node('ack', attributes));
}

/**
 * Asks for a message again. Keys go along from the second time on, or when forced; they take one fresh
 * one-time prekey each time (draws secret `prekey`).
 */
export function sendRetryReceipt(
  step: Step,
  copy: CopyName & { readonly stampUs: number },
  count: number,
  errorCode: number,
  isForced: boolean,
): void {
  const identity = selfIdentity(step.tx);
  if (identity === undefined) return;
  const isOwn = isOwnCopy(step, copy.author);
  const retry = node('retry', {
    v: '1',
    count: String(count),
    id: copy.messageId,
    t: String(copy.stampUs),
    error: errorCode === 0 ? undefined : String(errorCode),
  });
  const withKeys = isForced || count >= RETRY_KEYS_FROM_COUNT;
  sendIfConnected(
    step,
    node(
      'receipt',
      {
        id: copy.messageId,
        to: copy.author,
        type: 'retry',
        recipient: isOwn ? copy.chat : undefined,
      },
      [
        retry,
        node('registration', {}, registrationIdBytes(identity.registrationId)),
        ...(withKeys ? [keysNode(step)] : []),
      ],
    ),
  );
}

function keysNode(step: Step): WireNode {
  const identity = selfIdentity(step.tx);
  const signed = currentSignedPrekey(step.tx);
  const companion = step.get<CompanionRecord>('companion', SELF);
  const [prekey] = makePrekeys(step.tx, 1, step.context);
  const content: WireNode[] = [node('type', {}, new Uint8Array([5]))];
  if (identity !== undefined) content.push(node('identity', {}, identity.keyPair.publicKey));
  if (prekey !== undefined) content.push(prekeyNode(prekey));
  if (signed !== undefined) content.push(signedPrekeyNode(signed));
  if (companion !== undefined) content.push(node('device-identity', {}, companion.signedIdentity));
  return node('keys', {}, content);
}

/** A person reads a chat: one receipt per author device, stored until the server has it. */
export function takeRead(step: Step, command: Extract<Command, { kind: 'read' }>): void {
  const byAuthor = new Map<DeviceJid, string[]>();
  for (const [key] of step.tx.entries(`unread/${command.chat}`)) {
    const shown = markRead(step, command.chat, key);
    if (shown === undefined) continue;
    const ids = byAuthor.get(shown.author) ?? [];
    ids.push(shown.messageId);
    byAuthor.set(shown.author, ids);
  }
  for (const [author, [first, ...rest]] of byAuthor) {
    const items = rest.map((id) => node('item', { id }));
    const list = rest.length === 0 ? undefined : [node('list', {}, items)];
    const attributes = { id: first, to: author, type: 'read', recipient: command.chat };
    sendReliably(step, node('receipt', attributes, list));
  }
}

function markRead(step: Step, chat: UserJid, key: string): ShownRecord | undefined {
  step.tx.delete(`unread/${chat}`, key);
  const shown = step.get<ShownRecord>('shown', key);
  if (shown === undefined || shown.isRead) return undefined;
  const read: ShownRecord = { ...shown, isRead: true };
  step.tx.put('shown', key, read);
  return read;
}

/** A receipt other than `retry` from another device: delivered, read, or read by us elsewhere. */
export function takeReceipt(step: Step, receipt: WireNode): void {
  const from = attribute(receipt, 'from') ?? '';
  const id = attribute(receipt, 'id') ?? '';
  const type = attribute(receipt, 'type');
  const list = child(receipt, 'list');
  const more = list === undefined ? [] : children(list, 'item').map((item) => attribute(item, 'id') ?? '');
  const isRead = type === 'read' || type === 'read-self';
  const author = attribute(receipt, 'participant');
  const isReadElsewhere = isRead && isOwnCopy(step, from) && author !== accountOf(step)?.device;
  for (const messageId of [id, ...more]) {
    if (isReadElsewhere) {
      const chat = attribute(receipt, 'recipient') ?? userOf(author ?? '');
      markRead(step, chat, messageKey(chat, author ?? '', messageId));
    } else noteDelivered(step, messageId, from, isRead);
  }
}

function noteDelivered(step: Step, messageId: string, device: DeviceJid, isRead: boolean): void {
  if (outboxOf(step, messageId) === undefined) return;
  const name = `delivered/${messageId}`;
  const before = step.get<DeliveredRecord>(name, device);
  if (before !== undefined && (before.isRead || !isRead)) return;
  const record: DeliveredRecord = { kind: 'delivered', isRead };
  step.tx.put(name, device, record);
}
