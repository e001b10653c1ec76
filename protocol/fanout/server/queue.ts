/**
 * Per-device queues: first in first out, kept until acknowledged, at most 30 days, redelivered from
 * the start on every login (specification 6.8; at-least-once). A queue key names the stanza, so an
 * entry that is queued again replaces itself.
 */

import type { DeviceJid } from '../../contract.ts';
import { EXPIRED_REPORT_MAX, QUEUE_RETENTION_US, UNACKNOWLEDGED_MAX_US } from '../../limits.ts';
import { encodeFrame } from '../../wire/encode-node.ts';
import { isGroupJid } from '../../wire/jid.ts';
import { attribute, node, type WireNode } from '../../wire/node.ts';
import { labelOf, type Step } from '../step.ts';
import { type ServerConnection, volatileOf } from './connections.ts';
import { asOfNow } from './late-calls.ts';
import { linkedDevice, type QueuedRecord } from './records.ts';

const UNACKNOWLEDGED_TIMER = 'unacknowledged';

/**
 * The queue key of a stanza addressed to a device: class, id, sender, and type where acks carry it.
 */
export function queueKey(stanza: string, id: string, from: string, type = ''): string {
  return `${stanza}|${id}|${from}|${type}`;
}

/** Who sent it: of what comes through a group, the group and its participant together. */
export function senderIn(from: string, participant: string | undefined): string {
  return participant !== undefined && isGroupJid(from) ? `${from}/${participant}` : from;
}

function keyOf(stanza: WireNode): string {
  const type = stanza.tag === 'message' ? '' : (attribute(stanza, 'type') ?? '');
  const from = senderIn(attribute(stanza, 'from') ?? '', attribute(stanza, 'participant'));
  return queueKey(stanza.tag, attribute(stanza, 'id') ?? '', from, type);
}

/** Puts a stanza into the device's queue and sends it at once when the device is active. */
export function enqueue(step: Step, device: DeviceJid, stanza: WireNode, stampUs: number): void {
  enqueueAll(step, [device], stanza, stampUs);
}

/** The same stanza for many devices: encoded once, its bytes shared. */
export function enqueueAll(
  step: Step,
  devices: readonly DeviceJid[],
  stanza: WireNode,
  stampUs: number,
): void {
  if (devices.length === 0) return;
  const key = keyOf(stanza);
  const from = attribute(stanza, 'from') ?? '';
  const isOfGroup = stanza.tag === 'message' && isGroupJid(from);
  const record: QueuedRecord = {
    kind: 'queued',
    label: labelOf(stanza),
    from: isOfGroup ? (attribute(stanza, 'participant') ?? '') : from,
    recipient: isOfGroup ? from : (attribute(stanza, 'recipient') ?? ''),
    bytes: encodeFrame(stanza),
    stampUs,
  };
  for (const device of devices) {
    step.tx.put(`queue/${device}`, key, record);
    const online = volatileOf(step.store).online.get(device);
    if (online?.phase === 'active') deliver(step, online, key, record);
    else if (stanza.tag === 'message' || record.label.kind === 'call:offer') wake(step, device);
  }
}

function wake(step: Step, device: DeviceJid): void {
  const linked = linkedDevice(step, device);
  if (linked !== undefined) step.push(linked.transportKey);
}

function deliver(step: Step, to: ServerConnection, key: string, record: QueuedRecord): void {
  to.inFlight.delete(key);
  to.inFlight.set(key, step.nowUs);
  step.sendBytes(to.connection, record.bytes, record.label);
  if (!step.hasTimer(UNACKNOWLEDGED_TIMER)) {
    step.setTimer(UNACKNOWLEDGED_TIMER, step.nowUs + UNACKNOWLEDGED_MAX_US);
  }
}

/** Copies past their 30 days: the device is told of them at login (contract 4). Oldest first. */
export function expiredCopies(step: Step, device: DeviceJid): [string, QueuedRecord][] {
  const entries = step.tx.entries(`queue/${device}`) as [string, QueuedRecord][];
  return entries
    .filter(([, { stampUs }]) => step.nowUs - stampUs > QUEUE_RETENTION_US)
    .slice(0, EXPIRED_REPORT_MAX);
}

/** Sends the whole queue in order, framed by the counts of specification 6.8. */
export function flush(step: Step, to: ServerConnection, device: DeviceJid): void {
  const entries = step.tx.entries(`queue/${device}`) as [string, QueuedRecord][];
  const count = String(entries.length);
  const messages = String(
    entries.filter(([, entry]) => entry.label.kind.startsWith('message')).length,
  );
  const label = { kind: 'ib', id: `offline/${device}` };
  const preview = node('ib', {}, [node('offline_preview', { count, message: messages })]);
  step.sendBytes(to.connection, encodeFrame(preview), label);
  for (const [key, record] of entries) deliver(step, to, key, asOfNow(step, record));
  const end = node('ib', {}, [node('offline', { count })]);
  step.sendBytes(to.connection, encodeFrame(end), label);
}

/** Removes an acknowledged stanza. False when the device was not sent such a stanza. */
export function acknowledge(step: Step, device: DeviceJid, key: string): boolean {
  volatileOf(step.store).online.get(device)?.inFlight.delete(key);
  if (step.tx.get(`queue/${device}`, key) === undefined) return false;
  step.tx.delete(`queue/${device}`, key);
  return true;
}

/**
 * Closes connections whose oldest stanza has waited too long, so that it is sent again after the
 * next login.
 */
export function closeStalled(step: Step): void {
  step.cancelTimer(UNACKNOWLEDGED_TIMER);
  let oldestUs = Number.POSITIVE_INFINITY;
  for (const connection of volatileOf(step.store).connections.values()) {
    for (const sentUs of connection.inFlight.values()) {
      if (step.nowUs - sentUs >= UNACKNOWLEDGED_MAX_US) step.close(connection.connection);
      else oldestUs = Math.min(oldestUs, sentUs);
      break; // insertion order is sending order
    }
  }
  if (oldestUs !== Number.POSITIVE_INFINITY) {
    step.setTimer(UNACKNOWLEDGED_TIMER, oldestUs + UNACKNOWLEDGED_MAX_US);
  }
}
