/**
 * Messages at the server (specification 5.14, 6.4, 6.6): take the participants apart, queue one
 * copy per named device that is linked, `<unavailable/>` for listed devices that were not named,
 * and answer with the time stamp and, when the sender's view is stale, our own participant hash.
 */

import type { DeviceJid, LinkedRecord, UserJid } from '../../contract.ts';
import { nackStanza } from '../../messages/acks.ts';
import { isGroupJid, userOf } from '../../wire/jid.ts';
import { attribute, child, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { volatileOf } from './connections.ts';
import { takeGroupFanout, takeGroupFollowUp } from './group-messages.ts';
import { devicesOf, rememberContact, serverParticipantHash } from './lists.ts';
import { answer, copiesOf, forgetOldAccepted } from './message-parts.ts';
import { isInOrder } from './order.ts';
import { enqueue } from './queue.ts';
import {
  type AcceptedRecord,
  accountOf,
  isOldAccount,
  linkedDevice,
  nextStampUs,
} from './records.ts';

/** Assumption: the real server's code for a recipient it does not know is not public. */
const NO_SUCH_ACCOUNT = 404;
/** Handles a message stanza of an active device. */
export function takeMessage(step: Step, sender: LinkedRecord, stanza: WireNode): void {
  const id = attribute(stanza, 'id');
  const to = attribute(stanza, 'to');
  if (id === undefined || to === undefined) {
    step.refuseAs('malformed', `${sender.device} sent a message without id or recipient`);
    return;
  }
  if (!isInOrder(step, sender, stanza)) return;
  const isFollowUp = attribute(stanza, 'device_fanout') === 'false';
  if (attribute(stanza, 'category') === 'peer') takePeer(step, sender, stanza, to);
  else if (isGroupJid(to)) {
    if (isFollowUp) takeGroupFollowUp(step, sender, stanza, id, to);
    else takeGroupFanout(step, sender, stanza, id, to);
  } else if (isFollowUp) takeFollowUp(step, sender, stanza, id, to);
  else takeFanout(step, sender, stanza, id, to);
}

function takeFanout(
  step: Step,
  sender: LinkedRecord,
  stanza: WireNode,
  id: string,
  to: UserJid,
): void {
  const acceptedKey = `${sender.device}|${id}`;
  const before = step.get<AcceptedRecord>('accepted', acceptedKey);
  if (before !== undefined) {
    answer(step, sender, stanza, before.stampUs, before.participantHash);
    return;
  }
  if (accountOf(step, to) === undefined) {
    step.refuseAs('unexpected', `${sender.device} wrote to ${to}, which is not an account`);
    const online = volatileOf(step.store).online.get(sender.device);
    const sent = attribute(stanza, 'sent');
    if (online !== undefined) {
      step.send(online.connection, nackStanza(id, to, NO_SUCH_ACCOUNT, { sent }));
    }
    return;
  }
  const stampUs = nextStampUs(step);
  rememberContact(step, sender.user, to);
  const named = copiesOf(stanza);
  // An old app knows of phones alone, and nobody tells the others what it did not send them.
  const isOld = isOldAccount(step, sender.user);
  const listed = isOld
    ? [to]
    : [...devicesOf(step, to), ...(to === sender.user ? [] : devicesOf(step, sender.user))];
  for (const device of listed) {
    if (device === sender.device) continue;
    const copy = copyFor(sender, device, stanza, named.get(device), stampUs, to);
    enqueue(step, device, copy, stampUs);
  }
  const hash = serverParticipantHash(step, to, sender.user);
  const participantHash = isOld || hash === attribute(stanza, 'phash') ? '' : hash;
  const accepted: AcceptedRecord = { kind: 'accepted', stampUs, participantHash };
  forgetOldAccepted(step);
  step.tx.put('accepted', acceptedKey, accepted);
  answer(step, sender, stanza, stampUs, participantHash);
}

/**
 * Retries and backfill go only to the devices they name and change no view. They stand at the
 * message's own time stamp, which is ours to say, not the sender's.
 */
function takeFollowUp(
  step: Step,
  sender: LinkedRecord,
  stanza: WireNode,
  id: string,
  to: string,
): void {
  const accepted = step.get<AcceptedRecord>('accepted', `${sender.device}|${id}`);
  const stampUs = accepted?.stampUs ?? nextStampUs(step);
  if (accepted === undefined) {
    step.refuseAs('unexpected', `${sender.device} follows up on ${id}, which it never sent`);
    return answer(step, sender, stanza, stampUs, '');
  }
  const direct = child(stanza, 'enc');
  const chat = direct === undefined ? to : (attribute(stanza, 'recipient') ?? userOf(to));
  const copies = direct === undefined ? copiesOf(stanza) : new Map([[to, direct]]);
  for (const [device, enc] of copies) {
    const linked = linkedDevice(step, device);
    const isParty = linked?.user === sender.user || linked?.user === chat;
    if (linked === undefined || !isParty || device === sender.device) continue;
    enqueue(step, device, copyFor(sender, device, stanza, enc, stampUs, chat), nextStampUs(step));
  }
  answer(step, sender, stanza, stampUs, '');
}

/** Between devices of one account: to the one device named (specification 8.1). */
function takePeer(step: Step, sender: LinkedRecord, stanza: WireNode, to: DeviceJid): void {
  const enc = child(stanza, 'enc');
  const stampUs = nextStampUs(step);
  const target = linkedDevice(step, to);
  const isOwn = target?.user === sender.user && to !== sender.device;
  if (enc === undefined || (target !== undefined && !isOwn)) {
    step.refuseAs('not-allowed', `${sender.device} sent a peer message to ${to}`);
  } else if (isOwn) {
    const identity = child(stanza, 'device-identity');
    const attributes = {
      from: sender.device,
      to,
      id: attribute(stanza, 'id'),
      t: String(stampUs),
      type: attribute(stanza, 'type'),
      category: 'peer',
    };
    const parts = identity === undefined ? [enc] : [enc, identity];
    enqueue(step, to, node('message', attributes, parts), stampUs);
  }
  answer(step, sender, stanza, stampUs, '');
}

/** The stanza as one device receives it: its own ciphertext, or the word that there is none. */
function copyFor(
  sender: LinkedRecord,
  device: DeviceJid,
  stanza: WireNode,
  enc: WireNode | undefined,
  stampUs: number,
  chat: UserJid,
): WireNode {
  const isOwn = userOf(device) === sender.user;
  const identity = child(stanza, 'device-identity');
  const needsIdentity = enc !== undefined && attribute(enc, 'type') === 'pkmsg';
  return node(
    'message',
    {
      from: sender.device,
      to: device,
      id: attribute(stanza, 'id'),
      t: String(stampUs),
      type: attribute(stanza, 'type'),
      recipient: isOwn ? chat : undefined,
      device_fanout: attribute(stanza, 'device_fanout'),
      notify: attribute(stanza, 'notify'),
    },
    [enc ?? node('unavailable'), ...(identity !== undefined && needsIdentity ? [identity] : [])],
  );
}
