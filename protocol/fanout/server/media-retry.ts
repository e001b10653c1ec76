/**
 * Requests for files that are gone, and their answers, at the server (specification 9.5): passed on
 * to the device named, unread. They settle nothing: the message itself was delivered long before.
 */

import type { LinkedRecord } from '../../contract.ts';
import { attribute, child, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { volatileOf } from './connections.ts';
import { enqueue } from './queue.ts';
import { linkedDevice, nextStampUs } from './records.ts';

/** Whether a stanza is one of the two. */
export function isMediaRetry(stanza: WireNode): boolean {
  const type = attribute(stanza, 'type');
  if (stanza.tag === 'receipt') return type === 'server-error';
  return stanza.tag === 'notification' && type === 'mediaretry';
}

/** Passes it on, if its recipient is linked, and acknowledges it. */
export function relayMediaRetry(step: Step, sender: LinkedRecord, stanza: WireNode): void {
  const id = attribute(stanza, 'id');
  const to = attribute(stanza, 'to');
  if (id === undefined || to === undefined) {
    step.refuseAs('malformed', `${sender.device} asks about a file without id or recipient`);
    return;
  }
  const type = attribute(stanza, 'type');
  if (linkedDevice(step, to) !== undefined) {
    const stampUs = nextStampUs(step);
    const category = attribute(stanza, 'category');
    const attributes = { from: sender.device, id, type, category, t: String(stampUs) };
    const parts = ['encrypt', 'rmr'].map((tag) => child(stanza, tag)).filter((part) => part);
    enqueue(step, to, node(stanza.tag, attributes, parts as WireNode[]), stampUs);
  }
  const online = volatileOf(step.store).online.get(sender.device);
  if (online === undefined) return;
  step.send(online.connection, node('ack', { class: stanza.tag, id, from: to, type }));
}
