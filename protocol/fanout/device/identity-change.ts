/**
 * When the key behind an address is another than the one pinned (specification 5.10, 5.14, D.5).
 * For a phone that means a new installation: whatever hung on the old key goes, the person is told
 * in the same commit (I4), and work goes on; nothing is blocked. A companion never follows another
 * key of its own phone. Which key to believe is decided by the callers.
 */

import type { DeviceJid, OutboxRecord, UserJid } from '../../contract.ts';
import { primaryOnly } from '../../devices/device-list.ts';
import { equalBytes } from '../../signal/keys.ts';
import { pinnedIdentity, SIGNAL_COLLECTIONS } from '../../signal/records.ts';
import type { StoredRecord } from '../../store.ts';
import { deviceIdOf, deviceJid, isGroupJid, userOf } from '../../wire/jid.ts';
import { attribute, child, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { raiseAlarm } from './alarms.ts';
import { forgetDeviceInGroups } from './group-keys.ts';
import { adopt } from './known-lists.ts';
import { linkStateOf } from './link-state.ts';
import { accountOf, deviceListOf } from './records.ts';

/**
 * The last message that may have been sealed for an account's former keys. Collection
 * `identity-change`, key: account.
 */
interface IdentityChangeRecord extends StoredRecord {
  readonly kind: 'identity-change';
  /** Empty when none was. */
  readonly lastMessageId: string;
}

/** The key pinned for a device, to be handed to `followIdentity` later in the step. */
export function pinnedKey(step: Step, device: DeviceJid): Uint8Array | undefined {
  return pinnedIdentity(step.tx, device)?.publicKey;
}

/** Does what has to be done when the pin of `device` is no longer `before`. */
export function followIdentity(
  step: Step,
  device: DeviceJid,
  before: Uint8Array | undefined,
): void {
  const now = pinnedKey(step, device);
  if (before === undefined || now === undefined || equalBytes(before, now)) return;
  forgetDeviceInGroups(step, device);
  if (deviceIdOf(device) === 0) startOver(step, device);
}

/** The account has registered again: its companions went with its old key. */
function startOver(step: Step, user: UserJid): void {
  raiseAlarm(step, user, 'identity-changed');
  const record: IdentityChangeRecord = {
    kind: 'identity-change',
    lastMessageId: lastSealedFor(step, user),
  };
  step.tx.put('identity-change', user, record);
  step.tx.delete('identity-check', user);
  const gone = new Set((deviceListOf(step, user)?.devices ?? []).map(({ id }) => id));
  const { session, peerIdentity } = SIGNAL_COLLECTIONS;
  for (const name of [session, peerIdentity]) {
    for (const [peer] of step.tx.entries(name)) {
      if (userOf(peer) === user) gone.add(deviceIdOf(peer));
    }
  }
  gone.delete(0);
  const removed = [...gone].map((id) => deviceJid(user, id));
  linkStateOf(step.store).heldAnswers.delete(user);
  linkStateOf(step.store).unusable.delete(user);
  adopt(step, {
    kind: 'list-applied',
    record: primaryOnly(user),
    added: [],
    removed,
    isReset: true,
    needsSync: true,
  });
}

function lastSealedFor(step: Step, user: UserJid): string {
  let last = '';
  for (const [messageId, entry] of step.tx.entries('outbox')) {
    const { chat, state } = entry as OutboxRecord;
    const isPossible = chat === user || isGroupJid(chat);
    if (isPossible && state !== 'wanting') last = messageId;
  }
  return last;
}

/**
 * Whether a message of ours to `user` was sealed before the keys of `user` changed: then no device
 * that came with the new keys gets it, and the phone only if nobody has it yet (5.14, 6.9).
 */
export function isForFormerKeys(step: Step, user: UserJid, messageId: string): boolean {
  const lastMessageId = step.get<IdentityChangeRecord>('identity-change', user)?.lastMessageId;
  // Messages are kept in the order in which they were written, and the oldest go first.
  if (lastMessageId === undefined || step.tx.get('outbox', lastMessageId) === undefined) {
    return false;
  }
  for (const [id] of step.tx.entries('outbox')) {
    if (id === messageId) return true;
    if (id === lastMessageId) return false;
  }
  return false;
}

/** Why a device may not have a message again because of a change of keys; undefined if it may. */
export function barredByChange(
  step: Step,
  device: DeviceJid,
  messageId: string,
): string | undefined {
  const user = userOf(device);
  if (!isForFormerKeys(step, user, messageId)) return undefined;
  if (deviceIdOf(device) !== 0) return 'its account has other keys since';
  const delivered = step.tx.entries(`delivered/${messageId}`);
  const isDelivered = delivered.some(([receiver]) => userOf(receiver) === user);
  return isDelivered ? 'it was delivered before the keys changed' : undefined;
}

/**
 * `<notification type="encrypt" from=USER><identity/></notification>`: the server says that an
 * account has other keys. Its word is no proof: the key itself is asked for, over any break. False
 * when it is something else.
 */
export function takeIdentityNotification(step: Step, notification: WireNode): boolean {
  const isOurs = attribute(notification, 'type') === 'encrypt';
  if (!isOurs || child(notification, 'identity') === undefined) return false;
  doubtIdentity(step, attribute(notification, 'from') ?? '');
  return true;
}

/**
 * The pinned key of a phone may be an old one: `advanceIdentityChecks` asks for the present one.
 */
export function doubtIdentity(step: Step, user: UserJid): void {
  if (user === accountOf(step)?.user || deviceIdOf(user) !== 0) return;
  if (pinnedKey(step, user) === undefined) return; // whichever key comes first will be pinned
  step.tx.put('identity-check', user, { kind: 'identity-check' });
}
