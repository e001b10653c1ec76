/**
 * The browser of the old architecture (specification 11): it has no Signal keys and no identity; it
 * shows what its phone tells it and asks its phone to do what a person wants. Without its phone it
 * can log in and wait.
 */

import type { Command, DeviceSetup, Input } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import {
  advanceBlobs,
  takeBlobConnected,
  takeBlobDisconnected,
  takeBlobFrame,
  takeBlobTimer,
} from '../../fanout/device/blob-client.ts';
import { blobStateOf } from '../../fanout/device/blob-state.ts';
import { takeFetchMedia } from '../../fanout/device/media-fetch.ts';
import type { Step } from '../../fanout/step.ts';
import { isGroupJid } from '../../wire/jid.ts';
import { readServerWord, type ServerWord } from '../wire/admin.ts';
import { readFromServer } from '../wire/frames.ts';
import { METRICS } from '../wire/metrics.ts';
import { endCalls, takeCall, takeCallDeed, takeCallTimer } from './calls.ts';
import {
  connectIfDown,
  LOGIN_TIMER,
  RECONNECT_TIMER,
  takeChallenge,
  takeConnected,
  takeDisconnected,
  takeLive,
  takeLoginTimer,
  takeLogout,
  takeOver,
  takeReplaced,
  takeStatus,
} from './connection.ts';
import { takeDamage } from './damage.ts';
import { takeFile } from './files.ts';
import {
  QR_TIMER,
  takeLink,
  takeQrTimer,
  takeReference,
  takeSecret,
  takeStillPaired,
} from './pairing.ts';
import { accountOf, SELF, stateOf } from './records.ts';
import {
  advanceBrowser,
  PHONE_TIMER,
  takeDeed,
  takePhoneTimer,
  takePong,
  takeRead,
  takeSend,
  takeSendMedia,
} from './sending.ts';
import { takeSealed } from './taking.ts';

/** Everything a step of a browser does. */
export function takeBrowserInput(step: Step, setup: DeviceSetup, input: Input): void {
  takeInput(step, setup, input);
  advanceBrowser(step);
  advanceBlobs(step, setup, ['started', 'push', 'command'].includes(input.kind));
}

function takeInput(step: Step, setup: DeviceSetup, input: Input): void {
  switch (input.kind) {
    case 'started':
      takeDamage(step);
      endCalls(step);
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
      return takeFrame(step, input.connection, input.bytes);
    case 'timer':
      return takeTimer(step, setup, input.name);
    case 'command':
      takeCommand(step, input.command);
      return takeOver(step, setup);
  }
}

function takeCommand(step: Step, command: Command): void {
  switch (command.kind) {
    case 'send':
      return takeSend(step, command);
    case 'send-media':
      return takeSendMedia(step, command);
    case 'read':
      return takeRead(step, command);
    case 'link':
      return takeLink(step);
    case 'unlink':
      if (command.device === accountOf(step)?.device) return takeLogout(step);
      return step.refuseAs('not-allowed', 'a browser can log out only itself');
    case 'create-group':
    case 'change-group':
      return takeDeed(step, METRICS.group, command);
    case 'app-state':
      return takeDeed(step, METRICS.chat, command);
    case 'fetch-media':
      return takeFetchMedia(step, command);
    case 'call':
      return takeCall(step, command);
    case 'answer-call':
    case 'reject-call':
    case 'end-call':
      return takeCallDeed(step, command.kind);
    case 'fetch-history':
      return askForHistory(step, command.chat);
    case 'open':
      return;
    default:
      return step.refuseAs('not-allowed', `a browser has no "${command.kind}"`);
  }
}

/** A person scrolls up: the whole chat is compared with the phone's. */
function askForHistory(step: Step, chat: string): void {
  const state = stateOf(step.store);
  state.needsChats = true;
  step.emit('history', `asks the phone for ${isGroupJid(chat) ? 'a group' : 'a chat'}`, { chat });
}

function takeTimer(step: Step, setup: DeviceSetup, name: string): void {
  switch (name) {
    case RECONNECT_TIMER:
      step.cancelTimer(name);
      return connectIfDown(step, setup);
    case LOGIN_TIMER:
      return takeLoginTimer(step);
    case QR_TIMER:
      return takeQrTimer(step);
    case PHONE_TIMER:
      return takePhoneTimer(step);
    default:
      if (takeCallTimer(step, name) || takeBlobTimer(step, name)) return;
      step.cancelTimer(name);
  }
}

function takeFrame(step: Step, connection: number, bytes: Uint8Array): void {
  if (blobStateOf(step.store).connection === connection) {
    return takeBlobFrame(step, bytes, takeFile);
  }
  if (stateOf(step.store).connection !== connection) return; // it ended meanwhile
  const frame = readFromServer(bytes);
  if (isRejected(frame)) return step.refuse(frame);
  if (frame.kind === 'sealed-frame') return takeSealed(step, frame.tag, frame.payload);
  const word = readServerWord(frame.text);
  if (isRejected(word)) return step.refuse(word);
  takeWord(step, word);
}

function takeWord(step: Step, word: ServerWord): void {
  switch (word.kind) {
    case 'status':
      if (stateOf(step.store).phase === 'pairing') return takeReference(step, word);
      return takeStatusOfLogin(step, word.status);
    case 'conn':
      if (word.secret !== undefined) return takeSecret(step, word);
      takeLive(step);
      return takeStillPaired(step);
    case 'challenge':
      return takeChallenge(step, word);
    case 'replaced':
      return takeReplaced(step);
    case 'upgrade':
      // The page takes the word while it shows a code, before the browser sees it.
      return step.refuseAs('unexpected', 'a browser that shows no code is to become a new client');
    case 'pong':
      return takePong(step, word.isReachable);
  }
}

/** A browser that was logged out while it was away shows the code somebody wanted of it. */
function takeStatusOfLogin(step: Step, status: number): void {
  const wantsCode = step.tx.get('wants-code', SELF) !== undefined;
  takeStatus(step, status);
  if (wantsCode && accountOf(step) === undefined) takeLink(step);
}
