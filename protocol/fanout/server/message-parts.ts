/**
 * What all message stanzas at the server have in common: their copies, their answer, and the memory
 * of those that were taken.
 */

import type { DeviceJid, LinkedRecord } from '../../contract.ts';
import { messageAckStanza } from '../../messages/acks.ts';
import { attribute, child, children, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { volatileOf } from './connections.ts';
import type { AcceptedRecord } from './records.ts';

/**
 * How long an accepted stanza is remembered, so that it can be answered again: as long as queues
 * live.
 */
const ACCEPTED_RETENTION_US = 30 * 86_400_000_000;

/** The pairwise ciphertexts of `<participants>` by device. */
export function copiesOf(stanza: WireNode): Map<DeviceJid, WireNode> {
  const copies = new Map<DeviceJid, WireNode>();
  const participants = child(stanza, 'participants');
  for (const to of participants === undefined ? [] : children(participants, 'to')) {
    const device = attribute(to, 'jid');
    const enc = child(to, 'enc');
    if (device !== undefined && enc !== undefined) copies.set(device, enc);
  }
  return copies;
}

/** The server's word that it took the stanza, with its own participant hash where that differs. */
export function answer(
  step: Step,
  sender: LinkedRecord,
  stanza: WireNode,
  stampUs: number,
  participantHash: string,
): void {
  const online = volatileOf(step.store).online.get(sender.device);
  if (online === undefined) return;
  const ack = messageAckStanza({
    id: attribute(stanza, 'id') ?? '',
    from: attribute(stanza, 'to') ?? '',
    stampUs,
    participantHash: participantHash === '' ? undefined : participantHash,
    sent: attribute(stanza, 'sent'),
  });
  step.send(online.connection, ack);
}

/** Two at a time: the collection is in order of acceptance, so its head is the oldest. */
export function forgetOldAccepted(step: Step): void {
  let looked = 0;
  for (const [key, record] of step.store.collection('accepted')) {
    if (step.nowUs - (record as AcceptedRecord).stampUs <= ACCEPTED_RETENTION_US) return;
    step.tx.delete('accepted', key);
    looked += 1;
    if (looked === 2) return;
  }
}
