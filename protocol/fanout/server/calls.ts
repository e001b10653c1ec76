/**
 * Calls at the server (specification 9.6, 9.7): an offer is taken apart, one copy per device, and
 * queued like a message; signals go to the device they name; media packets only to who is there
 * now. Between two accounts the server keeps nothing of a call. Of a group's call it keeps who
 * takes part (`group-call`, key: call id) and tells them of each change. Assumption: that the
 * server counts a group's participants; who does in reality is not public.
 */

import type { DeviceJid, GroupJid, LinkedRecord } from '../../contract.ts';
import {
  type CallName,
  groupUpdateNode,
  isCallId,
  type TerminateReason,
  terminateNode,
} from '../../messages/call-stanza.ts';
import type { StoredRecord } from '../../store.ts';
import { isGroupJid, userOf } from '../../wire/jid.ts';
import { attribute, child, children, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { volatileOf } from './connections.ts';
import { membershipOf } from './groups.ts';
import { rememberContact } from './lists.ts';
import { isInOrder } from './order.ts';
import { enqueue } from './queue.ts';
import { linkedDevice, nextStampUs } from './records.ts';

/** A group's call, until one participant is left. */
interface GroupCallRecord extends StoredRecord {
  readonly kind: 'group-call';
  readonly group: GroupJid;
  readonly creator: DeviceJid;
  /** Counts the changes of participants. */
  readonly version: number;
  readonly participants: readonly DeviceJid[];
  /** Devices that were offered the call and have not answered. */
  readonly ringing: readonly DeviceJid[];
  /** Whether there were two participants at some time. */
  readonly hasBegun: boolean;
}

/** Signals that go to the device they name. */
const FORWARDED = new Set(['accept', 'reject', 'terminate', 'enc_rekey']);

/** Handles `<call>` of an active device. */
export function takeCall(step: Step, sender: LinkedRecord, stanza: WireNode): void {
  const id = attribute(stanza, 'id');
  const to = attribute(stanza, 'to');
  const [signal] = children(stanza);
  if (id === undefined || to === undefined || signal === undefined) {
    step.refuseAs('malformed', `${sender.device} sent a call without id, recipient or signal`);
    return;
  }
  if (signal.tag === 'packet') return relay(step, sender, stanza, to);
  if (!isInOrder(step, sender, stanza)) return;
  const name = nameOf(signal);
  if (name === undefined) {
    step.refuseAs('malformed', `${sender.device} sent a signal that names no call`);
  } else if (isGroupJid(to)) takeForGroup(step, sender, { id, to, signal, name });
  else if (signal.tag === 'offer') takeOffer(step, sender, { id, to, signal, name });
  else if (FORWARDED.has(signal.tag)) pass(step, sender, id, to, signal);
  else step.refuseAs('not-allowed', `${sender.device} sent <${signal.tag}> in a call`);
  const online = volatileOf(step.store).online.get(sender.device);
  if (online !== undefined) {
    step.send(online.connection, node('ack', { class: 'call', id, from: to }));
  }
}

interface Signal {
  readonly id: string;
  readonly to: string;
  readonly signal: WireNode;
  readonly name: CallName;
}

function nameOf(signal: WireNode): CallName | undefined {
  const callId = attribute(signal, 'call-id');
  const creator = attribute(signal, 'call-creator');
  return isCallId(callId) && creator !== undefined ? { callId, creator } : undefined;
}

/** To a device that is connected, or to nobody: media does not wait. */
function relay(step: Step, sender: LinkedRecord, stanza: WireNode, to: DeviceJid): void {
  const online = volatileOf(step.store).online.get(to);
  if (online?.phase !== 'active') return;
  const attributes = { from: sender.device, to, id: attribute(stanza, 'id') };
  step.send(online.connection, node('call', attributes, stanza.content));
}

function pass(step: Step, sender: LinkedRecord, id: string, to: DeviceJid, signal: WireNode): void {
  if (linkedDevice(step, to) === undefined || to === sender.device) return;
  const stampUs = nextStampUs(step);
  const attributes = { from: sender.device, to, id, t: String(stampUs) };
  enqueue(step, to, node('call', attributes, [signal]), stampUs);
}

/** The ciphertexts of an offer by device; a direct one is for the device it is addressed to. */
function copiesOf(signal: WireNode, to: DeviceJid): Map<DeviceJid, WireNode> {
  const direct = child(signal, 'enc');
  if (direct !== undefined) return new Map([[to, direct]]);
  const copies = new Map<DeviceJid, WireNode>();
  const destination = child(signal, 'destination');
  for (const entry of destination === undefined ? [] : children(destination, 'to')) {
    const device = attribute(entry, 'jid');
    const enc = child(entry, 'enc');
    if (device !== undefined && enc !== undefined) copies.set(device, enc);
  }
  return copies;
}

function takeOffer(step: Step, sender: LinkedRecord, offer: Signal): void {
  rememberContact(step, sender.user, userOf(offer.to));
  offerTo(step, sender, offer, (user) => user === userOf(offer.to));
}

/** Queues each copy for its device, if it is linked and `mayRing`; the devices that got one. */
function offerTo(
  step: Step,
  sender: LinkedRecord,
  { id, to, signal }: Signal,
  mayRing: (user: string) => boolean,
): DeviceJid[] {
  const reached: DeviceJid[] = [];
  const stampUs = nextStampUs(step);
  for (const [device, enc] of copiesOf(signal, to)) {
    const linked = linkedDevice(step, device);
    if (linked === undefined || device === sender.device || !mayRing(linked.user)) continue;
    const attributes = { from: sender.device, to: device, id, t: String(stampUs) };
    enqueue(step, device, node('call', attributes, [copyFor(signal, enc)]), stampUs);
    reached.push(device);
  }
  return reached;
}

/** The offer as one device receives it. */
function copyFor(signal: WireNode, enc: WireNode): WireNode {
  const isPrekey = attribute(enc, 'type') === 'pkmsg';
  const parts: WireNode[] = [];
  for (const part of children(signal)) {
    if (part.tag === 'destination' || part.tag === 'enc') parts.push(enc);
    else if (part.tag !== 'device-identity' || isPrekey) parts.push(part);
  }
  return { ...signal, content: parts };
}

// ---------------------------------------------------------------- groups

function takeForGroup(step: Step, sender: LinkedRecord, signal: Signal): void {
  const { to: group, name } = signal;
  const members = membershipOf(step, group)?.members ?? [];
  const call = step.get<GroupCallRecord>('group-call', name.callId);
  const isKnown = call?.group === group && call.creator === name.creator;
  const isLeaving = isKnown && signal.signal.tag === 'terminate'; // also who was put out meanwhile
  const mayTakePart = members.includes(sender.user) || isLeaving;
  if (!mayTakePart || (call !== undefined && !isKnown)) {
    step.refuseAs('not-allowed', `${sender.device} may not take part in a call of ${group}`);
    return;
  }
  switch (signal.signal.tag) {
    case 'offer':
      return offerToGroup(step, sender, signal, { call, members });
    case 'accept':
      if (call === undefined) return tell(step, sender.device, signal, 'group_call_ended');
      return join(step, sender.device, signal, call);
    case 'reject':
      return call && stopRinging(step, sender.device, signal, call);
    case 'terminate':
      return call && leave(step, sender.device, signal, call);
    default:
      step.refuseAs('not-allowed', `${sender.device} sent <${signal.signal.tag}> to ${group}`);
  }
}

function offerToGroup(
  step: Step,
  sender: LinkedRecord,
  signal: Signal,
  { call, members }: { call: GroupCallRecord | undefined; members: readonly string[] },
): void {
  const { name, to: group } = signal;
  if (name.creator !== sender.device) {
    step.refuseAs('not-allowed', `${sender.device} offers a call of ${name.creator}`);
    return;
  }
  const reached = offerTo(step, sender, signal, (user) => {
    return user !== sender.user && members.includes(user);
  });
  const before: GroupCallRecord = call ?? {
    kind: 'group-call',
    group,
    creator: sender.device,
    version: 0,
    participants: [sender.device],
    ringing: [],
    hasBegun: false,
  };
  const answered = new Set([...before.ringing, ...before.participants]);
  const ringing = [...before.ringing, ...reached.filter((device) => !answered.has(device))];
  putGroupCall(step, name, { ...before, ringing });
}

function putGroupCall(step: Step, { callId }: CallName, record: GroupCallRecord): void {
  step.tx.put('group-call', callId, record);
}

function join(step: Step, device: DeviceJid, signal: Signal, call: GroupCallRecord): void {
  if (call.participants.includes(device)) return; // it asked a second time
  const elsewhere = call.participants.some((one) => userOf(one) === userOf(device));
  if (elsewhere || !call.ringing.includes(device)) {
    return tell(step, device, signal, elsewhere ? 'accepted_elsewhere' : 'timeout');
  }
  const next = withoutUser(step, device, signal, call, 'accepted_elsewhere');
  const participants = [...call.participants, device];
  update(step, signal, { ...next, participants, hasBegun: true });
}

/** Takes all devices of the account out of those that ring; the others are told why. */
function withoutUser(
  step: Step,
  device: DeviceJid,
  signal: Signal,
  call: GroupCallRecord,
  reason: TerminateReason,
): GroupCallRecord {
  const user = userOf(device);
  for (const one of call.ringing) {
    if (userOf(one) === user && one !== device) tell(step, one, signal, reason);
  }
  return { ...call, ringing: call.ringing.filter((one) => userOf(one) !== user) };
}

function stopRinging(step: Step, device: DeviceJid, signal: Signal, call: GroupCallRecord): void {
  if (!call.ringing.includes(device)) return;
  const next = withoutUser(step, device, signal, call, 'rejected_elsewhere');
  if (call.hasBegun || next.ringing.length > 0) return putGroupCall(step, signal.name, next);
  tell(step, call.creator, signal, 'rejected_elsewhere');
  step.tx.delete('group-call', signal.name.callId);
}

function leave(step: Step, device: DeviceJid, signal: Signal, call: GroupCallRecord): void {
  if (!call.participants.includes(device)) return;
  const participants = call.participants.filter((one) => one !== device);
  if (participants.length > 1 || (!call.hasBegun && participants.length === 1)) {
    return update(step, signal, { ...call, participants });
  }
  for (const one of [...participants, ...call.ringing]) {
    tell(step, one, signal, 'group_call_ended');
  }
  step.tx.delete('group-call', signal.name.callId);
}

/** One more change of participants: each of them is told. */
function update(step: Step, { id, name }: Signal, call: GroupCallRecord): void {
  const next: GroupCallRecord = { ...call, version: call.version + 1 };
  putGroupCall(step, name, next);
  const news = groupUpdateNode(name, next.version, next.participants);
  for (const device of next.participants) send(step, device, call.group, `${id}U`, news);
}

function tell(step: Step, device: DeviceJid, signal: Signal, reason: TerminateReason): void {
  send(step, device, signal.to, `${signal.id}T`, terminateNode(signal.name, reason));
}

function send(step: Step, to: DeviceJid, from: GroupJid, id: string, content: WireNode): void {
  if (linkedDevice(step, to) === undefined) return;
  const stampUs = nextStampUs(step);
  enqueue(step, to, node('call', { from, to, id, t: String(stampUs) }, [content]), stampUs);
}
