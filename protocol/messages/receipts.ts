/**
 * Receipts (specification 6.7): delivered, sender and read, built and taken apart; for retry
 * receipts see `retry-receipt.ts`. Types of later stories (played, peer messages, history) are
 * refused here.
 */

import type { ChatJid, DeviceJid, GroupJid, UserJid } from '../contract.ts';
import { type Rejection, reject } from '../errors.ts';
import { isGroupJid, parseChatJid, parseDeviceJid } from '../wire/jid.ts';
import { attribute, child, children, node, type WireNode } from '../wire/node.ts';
import { isMessageId } from './message-stanza.ts';
import { stanzaTimeUs } from './stanza-time.ts';

/** Written type of each receipt; `delivered` has none. */
const TYPES = new Map<string | undefined, SimpleReceiptType>([
  [undefined, 'delivered'],
  ['sender', 'sender'],
  ['inactive', 'inactive'],
  ['read', 'read'],
  ['read-self', 'read-self'],
  ['peer_msg', 'peer_msg'],
  ['hist_sync', 'hist_sync'],
]);

/** Ids that one read receipt names at most, the first one included. Assumption. */
const RECEIPT_IDS_MAX = 1024;

/**
 * `inactive` is `delivered` by a device that is passive; `read-self` stays with the reader's
 * devices.
 */
export type SimpleReceiptType =
  | 'delivered'
  | 'sender'
  | 'inactive'
  | 'read'
  | 'read-self'
  /** An own device took a peer message. */
  | 'peer_msg'
  /** An own companion took a part of its history. */
  | 'hist_sync';

/**
 * A receipt to write. `to`: the message's author, or its group, and then `participant` is the
 * author. `recipient`: the chat of a device-sent copy.
 */
export interface ReceiptToSend {
  readonly type: SimpleReceiptType;
  /** One to 1,024 message ids, the oldest first. */
  readonly ids: readonly [string, ...string[]];
  readonly to: DeviceJid | GroupJid;
  readonly participant?: DeviceJid | undefined;
  readonly recipient?: UserJid | undefined;
}

/** `<receipt id to [participant] [recipient] [type]>[<list><item id/>..</list>]</receipt>`. */
export function receiptStanza(receipt: ReceiptToSend): WireNode {
  const { type, ids, to, participant, recipient } = receipt;
  const [first, ...more] = ids;
  const items = more.map((id) => node('item', { id }));
  return node(
    'receipt',
    { id: first, to, participant, recipient, type: type === 'delivered' ? undefined : type },
    items.length === 0 ? undefined : [node('list', {}, items)],
  );
}

/** A receipt as it arrives. */
export interface IncomingReceipt {
  readonly kind: 'incoming-receipt';
  readonly type: SimpleReceiptType;
  readonly ids: readonly string[];
  /** The device that delivered or read. */
  readonly from: DeviceJid;
  /** The messages' author, when the receipt went to the reader's own other devices. */
  readonly participant: DeviceJid | undefined;
  /** The chat, where the receipt names it. */
  readonly recipient: ChatJid | undefined;
  /** Server time stamp in microseconds, if it carries one. */
  readonly stampUs: number | undefined;
}

function malformed(what: string): Rejection {
  return reject('malformed', `A receipt ${what}.`);
}

/** Ids of a receipt: its own, then those of its list; `undefined` when one is unusable. */
export function receiptIds(receipt: WireNode): string[] | undefined {
  const list = child(receipt, 'list');
  const items = list === undefined ? [] : children(list, 'item');
  if (items.length >= RECEIPT_IDS_MAX) return undefined;
  const ids = [attribute(receipt, 'id'), ...items.map((item) => attribute(item, 'id'))];
  return ids.every(isMessageId) ? ids : undefined;
}

/**
 * Takes a receipt apart. `malformed` for bad attributes, `not-allowed` for a type not spoken here.
 */
export function readReceipt(receipt: WireNode): IncomingReceipt | Rejection {
  if (receipt.tag !== 'receipt') return malformed('is another stanza');
  const type = TYPES.get(attribute(receipt, 'type'));
  if (type === undefined) return reject('not-allowed', 'A receipt has a type not spoken here.');
  const group = attribute(receipt, 'from') ?? '';
  const isOfGroup = isGroupJid(group);
  // In a group it comes through the group, from one of its participants.
  const from = parseDeviceJid(attribute(receipt, isOfGroup ? 'participant' : 'from'));
  if (from.kind === 'rejected') return malformed('comes from nobody');
  const ids = receiptIds(receipt);
  if (ids === undefined) return malformed('names no usable message ids');
  const participantText = isOfGroup ? undefined : attribute(receipt, 'participant');
  const participant = participantText === undefined ? undefined : parseDeviceJid(participantText);
  if (participant?.kind === 'rejected') return malformed('has a participant that is no device');
  const recipientText = isOfGroup ? group : attribute(receipt, 'recipient');
  const recipient = recipientText === undefined ? undefined : parseChatJid(recipientText);
  if (typeof recipient === 'object') return malformed('has a recipient that is no chat');
  return {
    kind: 'incoming-receipt',
    type,
    ids,
    from: from.jid,
    participant: participant?.jid,
    recipient,
    stampUs: stanzaTimeUs(receipt),
  };
}
