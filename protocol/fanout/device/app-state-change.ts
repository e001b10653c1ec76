/**
 * What a person sets on a device (specification 8.3): it is in force here at once, and waits to be
 * sent. Ranges are made of the messages this device shows.
 */

import type { AppStateChange, ChatJid, Command, ShownRecord } from '../../contract.ts';
import type { StoredRecord } from '../../store.ts';
import {
  type AppStateAction,
  indexOf,
  mutationOf,
  type OpaqueAction,
} from '../app-state/actions.ts';
import { ruleOf } from '../app-state/collections.ts';
import { type MessageRange, rangeOf } from '../app-state/message-range.ts';
import type { Step } from '../step.ts';
import { markReadIndex, referenceTo, refreshSetting, stampS } from './app-state-effects.ts';
import { nowMs } from './app-state-keys.ts';
import { inForce, putPending } from './app-state-records.ts';
import { accountOf, messageKey, SELF } from './records.ts';

type KnownAction = Exclude<AppStateAction, OpaqueAction>;

/** A person changes something that all devices of the account share. */
export function takeAppState(step: Step, command: Extract<Command, { kind: 'app-state' }>): void {
  const account = accountOf(step);
  if (account === undefined) {
    return step.refuseAs('not-allowed', 'this device belongs to no account');
  }
  if (step.tx.get('companion', SELF) !== undefined && isLost(step)) {
    return step.refuseAs('not-allowed', 'this device has lost its app state');
  }
  change(step, actionOf(step, command.change, account.user));
}

function isLost(step: Step): boolean {
  return step.tx.get('app-state-fatal', SELF) !== undefined;
}

function change(step: Step, action: KnownAction): void {
  const { collection } = ruleOf(action.kind);
  if (collection === 'every') return; // sentinels are the engine's
  const index = indexOf(action);
  putPending(step, collection, index, mutationOf('set', action, nowMs(step)));
  refreshSetting(step, collection, index);
}

/** Who reads a chat that was marked as unread takes the mark away, on all devices. */
export function unmarkUnread(step: Step, chat: ChatJid): void {
  const action = inForce(step, 'regular_low', markReadIndex(chat))?.action;
  if (action?.kind !== 'mark-read' || action.isRead) return;
  change(step, { kind: 'mark-read', chat, isRead: true, range: rangeOfChat(step, chat) });
}

function actionOf(step: Step, wanted: AppStateChange, account: string): KnownAction {
  switch (wanted.kind) {
    case 'star': {
      const message = referenceTo(wanted.message, account);
      return { kind: 'star', message, isStarred: wanted.value };
    }
    case 'delete-message': {
      const { chat, author, messageId } = wanted.message;
      const shown = step.get<ShownRecord>('shown', messageKey(chat, author, messageId));
      const timestampS = shown === undefined ? 0 : stampS(shown);
      const message = referenceTo(wanted.message, account);
      return { kind: 'delete-message', message, deletesMedia: false, timestampS };
    }
    case 'mute':
      return { kind: 'mute', chat: wanted.chat, isMuted: wanted.value, endMs: muteEndMs(wanted) };
    case 'pin':
      return { kind: 'pin', chat: wanted.chat, isPinned: wanted.value };
    case 'contact': {
      const [firstName = ''] = wanted.name.split(' ');
      return { kind: 'contact', contact: wanted.contact, fullName: wanted.name, firstName };
    }
    case 'push-name':
      return { kind: 'push-name', name: wanted.name };
    default:
      return rangeAction(wanted, rangeOfChat(step, wanted.chat));
  }
}

type RangeChange = Extract<
  AppStateChange,
  { kind: 'archive' | 'mark-read' | 'clear-chat' | 'delete-chat' | 'pin' }
>;

function rangeAction(wanted: RangeChange, range: MessageRange): KnownAction {
  const { chat } = wanted;
  switch (wanted.kind) {
    case 'archive':
      return { kind: 'archive', chat, isArchived: wanted.value, range };
    case 'mark-read':
      return { kind: 'mark-read', chat, isRead: wanted.value, range };
    case 'clear-chat':
      return { kind: 'clear-chat', chat, deletesStarred: true, deletesMedia: false, range };
    case 'delete-chat':
      return { kind: 'delete-chat', chat, deletesMedia: false, range };
    case 'pin':
      return { kind: 'pin', chat, isPinned: wanted.value };
  }
}

/** For ever is -1 on the wire and 0 in a command. */
function muteEndMs({ value, untilUs }: Extract<AppStateChange, { kind: 'mute' }>) {
  if (!value) return undefined;
  return untilUs === 0 ? -1 : Math.floor(untilUs / 1_000);
}

function rangeOfChat(step: Step, chat: ChatJid): MessageRange {
  const messages = (step.tx.entries('shown') as [string, StoredRecord][])
    .map(([, record]) => record as ShownRecord)
    .filter((shown) => shown.chat === chat);
  return rangeOf(
    messages.map((shown) => ({
      message: referenceTo(shown, shown.account),
      timestampS: stampS(shown),
    })),
  );
}
