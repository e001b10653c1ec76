/**
 * Group message stanzas (specification 7.1, 7.4, 5.14): one ciphertext for all with the sender keys
 * some devices still lack, the follow-ups for single devices, and the form one device receives.
 * What is inside the ciphertexts is not looked at.
 */

import type { DeviceJid, GroupJid, UserJid } from '../contract.ts';
import { type Rejection, reject } from '../errors.ts';
import { isGroupJid, parseDeviceJid } from '../wire/jid.ts';
import { attribute, bytesContent, child, children, node, type WireNode } from '../wire/node.ts';
import {
  type Ciphertext,
  type Copy,
  deviceIdentityNodes,
  encNode,
  isMessageId,
  participantsNode,
  readEnc,
} from './message-stanza.ts';
import { stanzaTimeUs } from './stanza-time.ts';

/** Version attribute of a ciphertext with padding (specification 6.2). */
const ENC_VERSION = '2';

/** A message to a group. */
export interface GroupMessage {
  readonly id: string;
  readonly group: GroupJid;
  /** `type` of the stanza. */
  readonly type: string;
  /** Pairwise ciphertexts: sender keys, or in a backfill the message with one. */
  readonly copies: readonly Copy[];
  /** The one ciphertext for all; undefined in a backfill, which says so by an empty one. */
  readonly ciphertext: Uint8Array | undefined;
  readonly participantHash: string | undefined;
  readonly signedIdentity: Uint8Array | undefined;
  /** Set for backfill: the original time stamp. */
  readonly backfillOfUs: number | undefined;
  /** How many stanzas with ciphertext this device has sealed (contract 2). */
  readonly sentCount: number;
}

/**
 * `<message id to=GROUP type [phash] [t device_fanout] sent>[<participants/>]<enc type="skmsg"/>
 * [<device-identity/>]</message>`.
 */
export function groupStanza(message: GroupMessage): WireNode {
  const { id, group, type, copies, ciphertext, backfillOfUs, signedIdentity } = message;
  const isBackfill = backfillOfUs !== undefined;
  const attributes = {
    id,
    to: group,
    type,
    phash: message.participantHash,
    t: isBackfill ? String(backfillOfUs) : undefined,
    device_fanout: isBackfill ? 'false' : undefined,
    sent: String(message.sentCount),
  };
  return node('message', attributes, [
    ...(copies.length === 0 ? [] : [participantsNode(copies)]),
    node('enc', { v: ENC_VERSION, type: 'skmsg' }, ciphertext),
    ...deviceIdentityNodes(copies, signedIdentity),
  ]);
}

/** A group message sent again to the one device that asked for it. */
export interface ResentGroupMessage {
  readonly id: string;
  readonly group: GroupJid;
  readonly type: string;
  readonly copy: Copy;
  readonly positionUs: number;
  readonly signedIdentity: Uint8Array | undefined;
  readonly sentCount: number;
}

/**
 * `<message id to=GROUP participant=DEVICE type t device_fanout="false" sent><enc/>
 * [<device-identity/>]</message>` (specification 7.4).
 */
export function resentGroupStanza(message: ResentGroupMessage): WireNode {
  const { id, group, type, copy, positionUs, signedIdentity, sentCount } = message;
  const attributes = {
    id,
    to: group,
    participant: copy.device,
    type,
    t: String(positionUs),
    device_fanout: 'false',
    sent: String(sentCount),
  };
  return node('message', attributes, [
    encNode(copy.enc),
    ...deviceIdentityNodes([copy], signedIdentity),
  ]);
}

/** A group message as one device receives it. */
export interface IncomingGroupMessage {
  readonly kind: 'incoming-group-message';
  readonly id: string;
  readonly group: GroupJid;
  readonly author: DeviceJid;
  readonly authorUser: UserJid;
  /** Server time stamp, microseconds since the Unix epoch. */
  readonly positionUs: number;
  /** What was encrypted for this device alone. */
  readonly pairwise: Ciphertext | undefined;
  /** What was encrypted for all. Both are missing when the server has no ciphertext for us. */
  readonly shared: Uint8Array | undefined;
  readonly deviceIdentity: Uint8Array | undefined;
}

function malformed(what: string): Rejection {
  return reject('malformed', `A group message stanza ${what}.`);
}

function isShared(enc: WireNode): boolean {
  return attribute(enc, 'type') === 'skmsg';
}

/** Whether a stanza that arrives belongs to a group. */
export function isGroupStanza(stanza: WireNode): boolean {
  return isGroupJid(attribute(stanza, 'from') ?? '');
}

/** Takes a delivered group message apart. `malformed` when an attribute or a ciphertext is bad. */
export function readIncomingGroupMessage(stanza: WireNode): IncomingGroupMessage | Rejection {
  const group = attribute(stanza, 'from') ?? '';
  const author = parseDeviceJid(attribute(stanza, 'participant'));
  if (stanza.tag !== 'message' || !isGroupJid(group)) return malformed('comes from no group');
  if (author.kind === 'rejected') return malformed('has no author');
  const id = attribute(stanza, 'id');
  if (!isMessageId(id)) return malformed('has no usable id');
  const positionUs = stanzaTimeUs(stanza);
  if (positionUs === undefined) return malformed('has no time stamp');
  const encs = children(stanza, 'enc');
  const forAll = encs.filter(isShared);
  const forUs = encs.filter((enc) => !isShared(enc));
  if (forAll.length > 1 || forUs.length > 1) return malformed('has too many ciphertexts');
  const pairwise = readEnc(forUs[0]);
  if (pairwise === undefined && forUs.length > 0) return malformed('has no usable pairwise part');
  const shared = bytesContent(forAll[0]);
  const isUsable = shared !== undefined && shared.length > 0;
  const isKnown = forAll[0] !== undefined && attribute(forAll[0], 'v') === ENC_VERSION;
  if (forAll.length > 0 && !(isUsable && isKnown)) return malformed('has no usable shared part');
  if (encs.length === 0 && child(stanza, 'unavailable') === undefined) {
    return malformed('has no ciphertext');
  }
  return {
    kind: 'incoming-group-message',
    id,
    group,
    author: author.jid,
    authorUser: author.user,
    positionUs,
    pairwise,
    shared,
    deviceIdentity: bytesContent(child(stanza, 'device-identity')),
  };
}
