/**
 * Phone and companion as one node: the same code, told apart by what their Stores hold. Every
 * stanza is decoded from its bytes; after every input the engine of sending looks at what can go
 * on.
 */

import type {
  Command,
  DeviceSetup,
  Effect,
  Input,
  OutboxRecord,
  ProtocolNode,
  ShownRecord,
  StepContext,
} from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { RESEND_CACHE_MAX } from '../../limits.ts';
import { ackOf, readAck } from '../../messages/acks.ts';
import { isGroupStanza } from '../../messages/group-stanza.ts';
import type { Store } from '../../store.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { attribute, child, type WireNode } from '../../wire/node.ts';
import { Step } from '../step.ts';
import { advance } from './advance.ts';
import { takeAppState, unmarkUnread } from './app-state-change.ts';
import { takeResetAnswer } from './app-state-fatal.ts';
import { takeAppStateTimer, takeSyncAnswer, takeSyncNotification } from './app-state-sync.ts';
import { beginBackfill } from './backfill.ts';
import {
  advanceBlobs,
  takeBlobConnected,
  takeBlobDisconnected,
  takeBlobFrame,
  takeBlobTimer,
} from './blob-client.ts';
import { takeBlobOutcome } from './blob-results.ts';
import { blobStateOf } from './blob-state.ts';
import { takeBundles } from './bundles.ts';
import { endInterruptedCalls } from './call-end.ts';
import { takeCall, takeCallReceipt } from './call-receive.ts';
import { takeCallCommand, takeCallDeed, takeCallTimer } from './calls.ts';
import {
  connectIfDown,
  LOGIN,
  takeConnected,
  takeDisconnected,
  takeEnd,
  takeInfo,
  takeSuccess,
  wipe,
} from './connection.ts';
import { takeDamage } from './damage.ts';
import { takeDrain } from './drain-prekeys.ts';
import { resumeErrands } from './errands.ts';
import { takeChangeAnswer, takeChangeGroup, takeCreateGroup } from './group-commands.ts';
import { settleGiven } from './group-keys.ts';
import { takeGroupMessage } from './group-receive.ts';
import { takeGroupAnswer, takeGroupNotification, takeParticipating } from './groups.ts';
import { takeHistoryTimer } from './history-receive.ts';
import { noteTold, takeHistoryAgain, takeHistoryReceipt } from './history-send.ts';
import { takeIdentities } from './identities.ts';
import { takeIdentityNotification } from './identity-change.ts';
import { showFirstCode, takeLink, takePairSuccess, takeQrTimer } from './link-companion.ts';
import { leave, takeLinked, takeScan, takeUnlink } from './link-primary.ts';
import { linkStateOf } from './link-state.ts';
import { runListJobWhenDue, takeListTimer } from './list-job.ts';
import { takeListNotification, takeLists } from './lists.ts';
import { takeFetchMedia, takeMediaTimer } from './media-fetch.ts';
import { takeFileRequest, takeMediaNotification } from './media-retry.ts';
import { takeSendMedia } from './media-send.ts';
import {
  closeIfStalled,
  noteAnswered,
  outboundKey,
  settleOutbound,
  takeQuery,
} from './outbound.ts';
import { takePeerRetry } from './peer.ts';
import { takeAskTimer, takeFetchHistory } from './peer-data.ts';
import { loseCopy, takePlaceholderTimer } from './placeholders.ts';
import {
  rotateWhenNeeded,
  takeLowCount,
  takePrekeyTimer,
  takeRotated,
  takeUploaded,
  takeUploadRefused,
} from './prekeys.ts';
import { takeRead, takeReceipt } from './receipts.ts';
import { takeMessage } from './receive.ts';
import { accountOf, messageKey, outboxOf, putOutbox } from './records.ts';
import { takeReRegister } from './register.ts';
import { takeRetryReceipt } from './resend.ts';
import { takeSend } from './send.ts';
import { takeLeaveBeta, takeUpgrade } from './upgrade.ts';
import { takeCompareCode, takeShowCode } from './verify.ts';

/** Makes a device over its Store. */
export function createDevice(store: Store, setup: DeviceSetup): ProtocolNode {
  return {
    step(input: Input, context: StepContext): readonly Effect[] {
      const step = new Step(input, context, store, setup.settings);
      runListJobWhenDue(step);
      takeInput(step, setup, input);
      goOn(step, setup);
      return step.finish();
    },
  };
}

/** The second half of a step: whatever can go on now goes on. */
export function goOn(step: Step, setup: DeviceSetup): void {
  if (linkStateOf(step.store).phase !== 'pairing') advance(step);
  advanceBlobs(step, setup, ['started', 'push', 'command'].includes(step.input.kind));
}

/** The first half of a step: what the input itself asks for. */
export function takeInput(step: Step, setup: DeviceSetup, input: Input): void {
  switch (input.kind) {
    case 'started':
      takeDamage(step, setup);
      endInterruptedCalls(step);
      resumeErrands(step);
      return connectIfDown(step, setup);
    case 'push':
      return connectIfDown(step, setup);
    case 'connected':
      if (input.endpoint === setup.blobEndpoint) return takeBlobConnected(step, input.connection);
      return takeConnected(step, setup, input);
    case 'disconnected':
      if (input.endpoint === setup.blobEndpoint) return takeBlobDisconnected(step, input);
      return takeDisconnected(step, input.connection, input.reason);
    case 'frame':
      return takeFrame(step, setup, input.connection, input.bytes);
    case 'timer':
      return takeTimer(step, setup, input.name);
    case 'command':
      takeCommand(step, input.command);
      return connectIfDown(step, setup); // a hand on the device wakes it
  }
}

/** What a person does. */
export function takeCommand(step: Step, command: Command): void {
  switch (command.kind) {
    case 'send':
      return takeSend(step, command);
    case 'send-media':
      return takeSendMedia(step, command);
    case 'fetch-media':
      return takeFetchMedia(step, command);
    case 'fetch-history':
      return takeFetchHistory(step, command);
    case 'read':
      takeRead(step, command);
      return unmarkUnread(step, command.chat);
    case 'scan':
      return takeScan(step, command.qr);
    case 'unlink':
      return takeUnlink(step, command.device);
    case 'link':
      return takeLink(step);
    case 'create-group':
      return takeCreateGroup(step, command);
    case 'change-group':
      return takeChangeGroup(step, command);
    case 'call':
      return takeCallCommand(step, command);
    case 'answer-call':
    case 'reject-call':
    case 'end-call':
      return takeCallDeed(step, command.kind);
    case 're-register':
      return takeReRegister(step);
    case 'upgrade':
      return takeUpgrade(step);
    case 'leave-beta':
      return takeLeaveBeta(step);
    case 'app-state':
      return takeAppState(step, command);
    case 'drain-prekeys':
      return takeDrain(step, command);
    case 'show-code':
      return takeShowCode(step, command.user);
    case 'compare-code':
      return takeCompareCode(step, command);
    case 'open':
      return; // here every device is connected whenever it can be
  }
}

function takeTimer(step: Step, setup: DeviceSetup, name: string): void {
  if (name === 'reconnect') {
    step.cancelTimer(name);
    return connectIfDown(step, setup);
  }
  if (name === 'unacknowledged') return closeIfStalled(step);
  if (takeListTimer(step, name)) return;
  if (takePlaceholderTimer(step, name) || takePrekeyTimer(step, name)) return;
  if (takeAppStateTimer(step, name)) return;
  if (takeBlobTimer(step, name) || takeMediaTimer(step, name)) return;
  if (takeCallTimer(step, name)) return;
  if (takeHistoryAgain(step, name)) return;
  if (takeHistoryTimer(step, name) || takeAskTimer(step, name)) return;
  if (!takeQrTimer(step, name)) step.cancelTimer(name);
}

function takeFrame(step: Step, setup: DeviceSetup, connection: number, bytes: Uint8Array): void {
  if (blobStateOf(step.store).connection === connection) {
    return takeBlobFrame(step, bytes, takeBlobOutcome);
  }
  const state = linkStateOf(step.store);
  if (state.connection !== connection || state.isDeaf) return; // it ended meanwhile
  const stanza = decodeFrame(bytes);
  if (isRejected(stanza)) return step.refuse(stanza);
  const isPairing = linkStateOf(step.store).phase === 'pairing';
  if (isPairing && !['iq', 'stream:error', 'failure'].includes(stanza.tag)) {
    return step.refuseAs('not-allowed', `<${stanza.tag}> came to a device that is being linked`);
  }
  switch (stanza.tag) {
    case 'message':
      return isGroupStanza(stanza) ? takeGroupMessage(step, stanza) : takeMessage(step, stanza);
    case 'call':
      return takeCall(step, connection, stanza);
    case 'receipt':
      return takeAnyReceipt(step, connection, stanza);
    case 'ack':
      return takeAck(step, stanza);
    case 'iq':
      return takeAnswer(step, setup, stanza);
    case 'notification':
      return takeNotification(step, setup, connection, stanza);
    case 'success':
      takeSuccess(step, stanza);
      rotateWhenNeeded(step);
      return leave(step);
    case 'failure':
    case 'stream:error':
      return takeEnd(step, stanza);
    case 'ib':
      return takeInfo(step, stanza);
    default:
      step.refuseAs(
        'unexpected',
        `the server sent <${stanza.tag}>, which this device does not know`,
      );
  }
}

function takeAnyReceipt(step: Step, connection: number, receipt: WireNode): void {
  step.send(connection, ackOf(receipt));
  if (takeCallReceipt(step, receipt)) return;
  const isRetry = attribute(receipt, 'type') === 'retry';
  if (isRetry && attribute(receipt, 'category') === 'peer') takePeerRetry(step, receipt);
  else if (isRetry) takeRetryReceipt(step, receipt);
  else if (attribute(receipt, 'type') === 'server-error') takeFileRequest(step, receipt);
  else if (attribute(receipt, 'type') === 'hist_sync') takeHistoryReceipt(step, receipt);
  else takeReceipt(step, receipt);
  if (attribute(receipt, 'type') === 'peer_msg') noteTold(step, receipt);
}

function takeNotification(
  step: Step,
  setup: DeviceSetup,
  connection: number,
  notification: WireNode,
): void {
  step.send(connection, ackOf(notification));
  if (takeListNotification(step, notification)) return;
  if (takeSyncNotification(step, notification)) return;
  if (takeMediaNotification(step, notification)) return;
  if (takeGroupNotification(step, notification)) return;
  if (takeIdentityNotification(step, notification)) return;
  if (takeLowCount(step, notification, setup.settings)) return;
  const type = attribute(notification, 'type') ?? '(none)';
  step.refuseAs('unexpected', 'a notification of a type this device does not know', { type });
}

/** The server has taken a message or a receipt. */
function takeAck(step: Step, ack: WireNode): void {
  const answer = readAck(ack);
  if (isRejected(answer)) return step.refuse(answer);
  if (answer.kind === 'ack') {
    const { stanza, id, peer, errorCode } = answer;
    const type = stanza === 'message' ? answer.sent : answer.type;
    const settled = settleOutbound(step, outboundKey(stanza, id, peer ?? '', type));
    if (settled && stanza === 'message') settleGiven(step, id, answer.sent, false);
    if (settled && stanza === 'message' && errorCode !== undefined)
      giveUpSending(step, id, errorCode);
    return;
  }
  const { id, from, stampUs, participantHash, sent } = answer;
  const wasOutstanding = settleOutbound(step, outboundKey('message', id, from, sent));
  if (wasOutstanding) settleGiven(step, id, sent, true);
  const outbox = outboxOf(step, id);
  if (!wasOutstanding || outbox?.state !== 'sealed') return;
  const taken = putOutbox(step, outbox, { state: 'acknowledged', positionUs: stampUs });
  showOwn(step, taken);
  forgetOldest(step);
  if (participantHash !== undefined) beginBackfill(step, id);
}

/** The server will not take the message: its author is told that it is lost. */
function giveUpSending(step: Step, messageId: string, errorCode: number): void {
  const outbox = outboxOf(step, messageId);
  if (outbox?.state !== 'sealed') return;
  step.tx.delete('outbox', messageId);
  step.tx.delete('group-message', messageId);
  loseCopy(step, outbox, `the server refused it (${errorCode})`);
}

/**
 * The author's own device shows the message where everybody else does: at the server's time stamp.
 */
function showOwn(step: Step, outbox: OutboxRecord): void {
  const account = accountOf(step);
  if (account === undefined) return;
  const record: ShownRecord = {
    kind: 'shown',
    account: account.user,
    device: account.device,
    chat: outbox.chat,
    messageId: outbox.messageId,
    author: outbox.author,
    text: outbox.text,
    textDigest: outbox.textDigest,
    via: 'live',
    ...(outbox.media && { media: outbox.media }),
    positionUs: outbox.positionUs,
    isRead: true,
  };
  step.tx.put('shown', messageKey(outbox.chat, outbox.author, outbox.messageId), record);
}

/** Keeps the resend cache to its size, oldest out first. */
function forgetOldest(step: Step): void {
  if (step.tx.count('outbox') <= RESEND_CACHE_MAX) return;
  for (const [messageId, record] of step.store.collection('outbox')) {
    if ((record as OutboxRecord).state !== 'acknowledged') continue;
    step.tx.delete('outbox', messageId);
    step.tx.delete('group-message', messageId);
    for (const [device] of step.tx.entries(`delivered/${messageId}`)) {
      step.tx.delete(`delivered/${messageId}`, device);
    }
    return;
  }
}

/** An iq from the server: the answer to a query of ours, or a step of linking. */
function takeAnswer(step: Step, setup: DeviceSetup, iq: WireNode): void {
  const pairDevice = child(iq, 'pair-device');
  const pairSuccess = child(iq, 'pair-success');
  const isPairing = linkStateOf(step.store).phase === 'pairing';
  if (pairDevice !== undefined && isPairing) {
    noteAnswered(step, LOGIN);
    return showFirstCode(step, pairDevice);
  }
  if (pairSuccess !== undefined && isPairing) {
    return takePairSuccess(step, iq, pairSuccess, setup.settings.prekeyBatch);
  }
  const id = attribute(iq, 'id') ?? '';
  const isResult = attribute(iq, 'type') === 'result';
  const query = takeQuery(step, id);
  switch (query?.kind) {
    case 'lists':
      return takeLists(step, query, iq);
    case 'bundles':
      return takeBundles(step, query.devices, iq);
    case 'identities':
      return takeIdentities(step, query.devices, iq);
    case 'prekey-upload':
      return isResult ? takeUploaded(step, query.ids) : takeUploadRefused(step);
    case 'rotation':
      return takeRotated(step, isResult);
    case 'app-state':
      return takeSyncAnswer(step, query, iq);
    case 'app-state-reset':
      return takeResetAnswer(step, isResult);
    case 'pair-device':
      return takeLinked(step, iq);
    case 'unlink':
      return isResult ? wipe(step, 'left') : undefined;
    case 'active':
    case 'drain':
      return;
    case 'group':
      return takeGroupAnswer(step, query.group, iq);
    case 'participating':
      return takeParticipating(step, iq);
    case undefined:
      if (takeChangeAnswer(step, iq)) return;
      settleOutbound(step, outboundKey('iq', id, 's.whatsapp.net', 'set'));
  }
}
