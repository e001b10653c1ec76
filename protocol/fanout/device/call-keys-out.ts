/**
 * Encrypting for a call (specification 9.6, 9.7): the offer to every device, its key again for a
 * device that could not open it, and in a group a new secret to each participant. Waits for lists
 * and sessions as messages do.
 *
 * Assumption: a device without a usable bundle is left out and does not ring, as with messages.
 * Current clients take all keys out of such an offer, and current clients refuse one without keys:
 * one broken device could keep its account from being called.
 */

import type { DeviceJid, UserJid } from '../../contract.ts';
import { CALL_RING_US } from '../../limits.ts';
import { offerStanza, rekeyStanza } from '../../messages/call-stanza.ts';
import { hasSession } from '../../signal/sessions.ts';
import { isGroupJid, userOf } from '../../wire/jid.ts';
import { encodeMessage } from '../../wire/message.ts';
import type { Step } from '../step.ts';
import { devicesOf, isReadyFor, usersOf } from './audience.ts';
import { finishCall, stanzaId } from './call-end.ts';
import { dropOutsiders } from './call-outsiders.ts';
import {
  type CallPeerRecord,
  callTimer,
  groupOfCall,
  type LiveCall,
  liveCall,
  peersOf,
  putPeer,
  putSide,
} from './call-records.ts';
import { sendPackets } from './calls.ts';
import { askForLists } from './known-lists.ts';
import { linkStateOf } from './link-state.ts';
import { sendReliably } from './outbound.ts';
import { accountOf, deviceListOf, maySealMore, nextSentCount } from './records.ts';
import { encryptTo, signedIdentityOf } from './seal.ts';

/** Seals what the live call waits for, and asks for what is missing. */
export function advanceCalls(step: Step): void {
  const live = liveCall(step);
  if (live === undefined) return;
  if (live.side.phase === 'wanting') return offerWhenReady(step, live);
  if (dropOutsiders(step, live)) return advanceCalls(step);
  for (const peer of peersOf(step, live.call.callId)) {
    if (peer.wants !== 'nothing') sealForPeer(step, live, peer);
  }
}

/** The devices a call is for; undefined while a list is missing. */
function calledDevices(step: Step, live: LiveCall, own: UserJid): DeviceJid[] | undefined {
  const users = usersOf(step, live.call.chat, own).filter((user) => user !== own);
  const { unlisted } = linkStateOf(step.store);
  const unknown = users.filter(
    (user) => deviceListOf(step, user) === undefined && !unlisted.has(user),
  );
  if (unknown.length > 0) {
    askForLists(step, unknown);
    return undefined;
  }
  return users.flatMap((user) => devicesOf(step, user));
}

function offerWhenReady(step: Step, live: LiveCall): void {
  const account = accountOf(step);
  if (account === undefined || !maySealMore(step)) return;
  const targets = calledDevices(step, live, account.user);
  if (targets === undefined || !isReadyFor(step, targets)) return;
  const usable = targets.filter((device) => hasSession(step.tx, device));
  if (usable.length === 0) {
    finishCall(step, live, 'failed');
    return;
  }
  const { call, side } = live;
  const content = encodeMessage({ call: { callKey: side.secret } });
  const stanza = offerStanza({
    id: stanzaId(step.context.numbers.bytes('call-stanza', 8)),
    name: call,
    to: call.chat,
    group: groupOfCall(call),
    isVideo: call.isVideo,
    copies: usable.map((device) => encryptTo(step, device, content)),
    signedIdentity: signedIdentityOf(step),
    sentCount: nextSentCount(step),
  });
  for (const device of usable) putPeer(step, call.callId, device, { state: 'offered' });
  putSide(step, live, { phase: 'offered' });
  step.setTimer(callTimer(call.callId), step.nowUs + CALL_RING_US);
  sendReliably(step, stanza);
}

function sealForPeer(step: Step, live: LiveCall, peer: CallPeerRecord): void {
  const { call, side } = live;
  const { device, wants, count } = peer;
  if (!maySealMore(step)) return;
  const isListed = devicesOf(step, userOf(device)).includes(device);
  // A participant whom no list names gets no secret: the server alone says that it takes part.
  if (!isListed || !isReadyFor(step, [device])) return;
  if (!hasSession(step.tx, device)) {
    putPeer(step, call.callId, device, { wants: 'nothing', state: 'gone' });
    return;
  }
  const content = encodeMessage({ call: { callKey: side.secret } });
  const key = {
    id: stanzaId(step.context.numbers.bytes('call-stanza', 8)),
    name: call,
    copy: encryptTo(step, device, content, count),
    signedIdentity: signedIdentityOf(step),
    sentCount: nextSentCount(step),
  };
  putPeer(step, call.callId, device, { wants: 'nothing' });
  if (wants === 'secret') {
    sendReliably(step, rekeyStanza(key, side.generation));
    return sendPackets(step, live);
  }
  const { name, id, copy, signedIdentity, sentCount } = key;
  const group = isGroupJid(call.chat) ? call.chat : undefined;
  const shared = { id, name, group, isVideo: call.isVideo, signedIdentity, sentCount };
  sendReliably(step, offerStanza({ ...shared, to: call.chat, copies: [copy] }));
}
