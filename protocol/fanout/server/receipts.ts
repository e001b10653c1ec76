/**
 * Receipts and client acks at the server (specification 6.6, 6.7): a receipt takes the copy out of
 * the device's queue and travels on to the author; a read receipt also reaches the reader's other
 * devices.
 */

import type { DeviceJid, GroupJid, LinkedRecord } from '../../contract.ts';
import { isGroupJid, userOf } from '../../wire/jid.ts';
import { attribute, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { volatileOf } from './connections.ts';
import { membershipOf, noteGroupsHeard } from './groups.ts';
import { devicesOf } from './lists.ts';
import { noteRetryKeys } from './prekeys.ts';
import { acknowledge, enqueue, enqueueAll, queueKey, senderIn } from './queue.ts';
import { linkedDevice, nextStampUs, type QueuedRecord, type SeenRecord } from './records.ts';

/** Handles `<receipt id to [type] [recipient]>` from an active device. */
export function takeReceipt(step: Step, sender: LinkedRecord, receipt: WireNode): void {
  const id = attribute(receipt, 'id');
  const to = attribute(receipt, 'to');
  if (id === undefined || to === undefined) {
    step.refuseAs('malformed', `${sender.device} sent a receipt without id or author`);
    return;
  }
  if (isGroupJid(to)) return takeGroupReceipt(step, sender, receipt, id, to);
  const type = attribute(receipt, 'type');
  const isRead = type === 'read' || type === 'read-self';
  if (!isRead) settle(step, sender.device, id, to, attribute(receipt, 'recipient') ?? '');
  const stampUs = nextStampUs(step);
  const forwarded = node(
    'receipt',
    {
      from: sender.device,
      id,
      type,
      recipient: attribute(receipt, 'recipient'),
      participant: isRead ? to : undefined,
      category: attribute(receipt, 'category'),
      t: String(stampUs),
    },
    receipt.content,
  );
  if (type === 'retry') noteRetryKeys(step, sender.device, receipt);
  const mayReach = linkedDevice(step, to) !== undefined;
  if (mayReach && type !== 'read-self') enqueue(step, to, forwarded, stampUs);
  if (isRead) {
    for (const own of devicesOf(step, sender.user)) {
      if (own !== sender.device && own !== to) enqueue(step, own, forwarded, stampUs);
    }
  }
  confirm(step, sender.device, id, to, type);
}

/**
 * In a group the author is named as participant. Only members reach each other; what was delivered
 * leaves the queue in any case.
 */
function takeGroupReceipt(
  step: Step,
  sender: LinkedRecord,
  receipt: WireNode,
  id: string,
  group: GroupJid,
): void {
  const author = attribute(receipt, 'participant') ?? '';
  const type = attribute(receipt, 'type');
  const isRead = type === 'read' || type === 'read-self';
  if (!isRead) settle(step, sender.device, id, senderIn(group, author), group);
  if (type === 'retry') noteRetryKeys(step, sender.device, receipt);
  const stampUs = nextStampUs(step);
  const named = { id, type, t: String(stampUs) };
  const members = membershipOf(step, group)?.members ?? [];
  const isReachable = linkedDevice(step, author) !== undefined;
  const areMembers = members.includes(sender.user) && members.includes(userOf(author));
  if (isReachable && areMembers && type !== 'read-self') {
    const told = { from: group, participant: sender.device, ...named };
    enqueue(step, author, node('receipt', told, receipt.content), stampUs);
  }
  if (isRead) {
    const told = { from: sender.device, participant: author, recipient: group, ...named };
    const others = devicesOf(step, sender.user).filter((own) => {
      return own !== sender.device && own !== author;
    });
    enqueueAll(step, others, node('receipt', told, receipt.content), stampUs);
  }
  confirm(step, sender.device, id, group, type);
}

/**
 * Takes the acknowledged message copy out of the queue and remembers it as the last one (contract
 * 2).
 */
function settle(step: Step, device: DeviceJid, id: string, from: string, chat: string): void {
  const key = queueKey('message', id, from);
  const queued = step.get<QueuedRecord>(`queue/${device}`, key);
  if (!acknowledge(step, device, key) || queued === undefined) return;
  const seen = step.get<SeenRecord>('seen', device);
  const { from: author } = queued;
  const isChatNamed = isGroupJid(chat) || userOf(author) === userOf(device);
  const recipient = isChatNamed ? chat : '';
  const record: SeenRecord = {
    kind: 'seen',
    login: seen?.login ?? 0,
    sent: seen?.sent ?? 0,
    last: { id, from: author, recipient, stampUs: queued.stampUs },
  };
  step.tx.put('seen', device, record);
}

function confirm(
  step: Step,
  device: DeviceJid,
  id: string,
  to: DeviceJid,
  type: string | undefined,
): void {
  const online = volatileOf(step.store).online.get(device);
  if (online === undefined) return;
  step.send(online.connection, node('ack', { class: 'receipt', id, from: to, type }));
}

/**
 * Handles `<ack class id to [type] [error]>` from a device: receipts, notifications, nacked
 * messages.
 */
export function takeAck(step: Step, sender: LinkedRecord, ack: WireNode): void {
  const stanza = attribute(ack, 'class') ?? '';
  const id = attribute(ack, 'id') ?? '';
  const to = attribute(ack, 'to') ?? '';
  const type = stanza === 'message' ? '' : (attribute(ack, 'type') ?? '');
  const from = senderIn(to, attribute(ack, 'participant'));
  const key = queueKey(stanza, id, from, type);
  const queued = step.get<QueuedRecord>(`queue/${sender.device}`, key);
  if (!acknowledge(step, sender.device, key) || queued === undefined) return;
  if (type === 'w:gp2') noteGroupsHeard(step, sender.device, queued.stampUs);
}
