/**
 * Group messages at the server (specification 7.1, 7.4, 5.14): one ciphertext goes to every device
 * of every member, with the part that was encrypted for that device alone; follow-ups go to the
 * devices they name. Devices that have nothing new of their own share one encoding.
 */

import type { DeviceJid, GroupJid, LinkedRecord, MembershipRecord } from '../../contract.ts';
import { participantHash } from '../../devices/participant-hash.ts';
import { nackStanza } from '../../messages/acks.ts';
import { attribute, bytesContent, child, children, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { volatileOf } from './connections.ts';
import { membershipOf } from './groups.ts';
import { devicesOf } from './lists.ts';
import { answer, copiesOf, forgetOldAccepted } from './message-parts.ts';
import { enqueue, enqueueAll } from './queue.ts';
import { type AcceptedRecord, isOldAccount, linkedDevice, nextStampUs } from './records.ts';

/** Assumption: the real server's code for a group one is no member of is not public. */
const NOT_A_MEMBER = 403;

/** Every linked device of every member. */
function devicesIn(step: Step, membership: MembershipRecord): DeviceJid[] {
  return membership.members.flatMap((user) => devicesOf(step, user));
}

/** A message to a group, as its author sends it first. */
export function takeGroupFanout(
  step: Step,
  sender: LinkedRecord,
  stanza: WireNode,
  id: string,
  group: GroupJid,
): void {
  const acceptedKey = `${sender.device}|${id}`;
  const before = step.get<AcceptedRecord>('accepted', acceptedKey);
  if (before !== undefined) {
    return answer(step, sender, stanza, before.stampUs, before.participantHash);
  }
  const membership = membershipOf(step, group);
  if (membership?.members.includes(sender.user) !== true) return refuse(step, sender, stanza, id);
  const stampUs = nextStampUs(step);
  // An old app knows of phones alone (12): nobody else gets it, and nobody tells it of more.
  const isOld = isOldAccount(step, sender.user);
  const devices = isOld ? membership.members : devicesIn(step, membership);
  spread(step, sender, stanza, devices, stampUs);
  const hash = participantHash(devices, step.context.crypto);
  const hashTold = isOld || hash === attribute(stanza, 'phash') ? '' : hash;
  const accepted: AcceptedRecord = { kind: 'accepted', stampUs, participantHash: hashTold };
  forgetOldAccepted(step);
  step.tx.put('accepted', acceptedKey, accepted);
  answer(step, sender, stanza, stampUs, hashTold);
}

function refuse(step: Step, sender: LinkedRecord, stanza: WireNode, id: string): void {
  const group = attribute(stanza, 'to') ?? '';
  step.refuseAs('not-allowed', `${sender.device} wrote to ${group}, of which it is no member`);
  const online = volatileOf(step.store).online.get(sender.device);
  const sent = attribute(stanza, 'sent');
  if (online === undefined) return;
  step.send(online.connection, nackStanza(id, group, NOT_A_MEMBER, { sent }));
}

function spread(
  step: Step,
  sender: LinkedRecord,
  stanza: WireNode,
  devices: readonly DeviceJid[],
  stampUs: number,
): void {
  const own = copiesOf(stanza);
  const shared = sharedPart(stanza);
  const rest: DeviceJid[] = [];
  for (const device of devices) {
    if (device === sender.device) continue;
    const enc = own.get(device);
    if (enc === undefined) rest.push(device);
    else {
      const parts = shared === undefined ? [enc] : [enc, shared];
      enqueue(step, device, groupCopy(sender, stanza, parts, stampUs), stampUs);
    }
  }
  const common = groupCopy(sender, stanza, [shared ?? node('unavailable')], stampUs);
  enqueueAll(step, rest, common, stampUs);
}

/** The ciphertext for all; undefined when it is empty or missing. */
function sharedPart(stanza: WireNode): WireNode | undefined {
  return children(stanza, 'enc').find((enc) => {
    return attribute(enc, 'type') === 'skmsg' && (bytesContent(enc)?.length ?? 0) > 0;
  });
}

function groupCopy(
  sender: LinkedRecord,
  stanza: WireNode,
  parts: readonly WireNode[],
  stampUs: number,
): WireNode {
  const identity = child(stanza, 'device-identity');
  const needsIdentity = parts.some((part) => attribute(part, 'type') === 'pkmsg');
  const attributes = {
    from: attribute(stanza, 'to'),
    participant: sender.device,
    id: attribute(stanza, 'id'),
    t: String(stampUs),
    type: attribute(stanza, 'type'),
    device_fanout: attribute(stanza, 'device_fanout'),
    notify: attribute(stanza, 'notify'),
  };
  const content = identity !== undefined && needsIdentity ? [...parts, identity] : parts;
  return node('message', attributes, content);
}

/** A retry (7.4) or a backfill (5.14): to the devices it names, at the message's own time stamp. */
export function takeGroupFollowUp(
  step: Step,
  sender: LinkedRecord,
  stanza: WireNode,
  id: string,
  group: GroupJid,
): void {
  const accepted = step.get<AcceptedRecord>('accepted', `${sender.device}|${id}`);
  const membership = membershipOf(step, group);
  const stampUs = accepted?.stampUs ?? nextStampUs(step);
  const isMember = membership?.members.includes(sender.user) === true;
  if (accepted === undefined || !isMember) {
    step.refuseAs('unexpected', `${sender.device} follows up on ${id}, which it may not`);
    return answer(step, sender, stanza, stampUs, '');
  }
  const participant = attribute(stanza, 'participant');
  const direct = participant === undefined ? undefined : child(stanza, 'enc');
  const copies =
    participant === undefined || direct === undefined
      ? copiesOf(stanza)
      : new Map([[participant, direct]]);
  for (const [device, enc] of copies) {
    const linked = linkedDevice(step, device);
    const isParty = linked !== undefined && membership.members.includes(linked.user);
    if (!isParty || device === sender.device) continue;
    enqueue(step, device, groupCopy(sender, stanza, [enc], stampUs), nextStampUs(step));
  }
  answer(step, sender, stanza, stampUs, '');
}
