/**
 * What this device says of device lists with each one-to-one message (specification 5.12): which
 * list and which identity keys it believes in, for its own account and for the recipient's. Made
 * once per message, the same for all its copies. What others say is in `consistency-check.ts`.
 */

import type { ChatJid, DeviceJid, UserJid } from '../../contract.ts';
import { type AccountView, accountMetadata, accountView } from '../../devices/consistency.ts';
import { pinnedIdentity, selfIdentity } from '../../signal/records.ts';
import { encodeContextInfo } from '../../wire/consistency.ts';
import { deviceJid, isGroupJid } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { isOldApp } from './capability.ts';
import { type KnownMetadata, linkStateOf } from './link-state.ts';
import { accountOf, deviceListOf } from './records.ts';

/** An account as this device sees it, and what it says of it; undefined while no list is held. */
export function seenAccount(step: Step, user: UserJid): Omit<KnownMetadata, 'list'> | undefined {
  const list = deviceListOf(step, user);
  if (list === undefined) return undefined;
  // Known from a companion's own proof alone, the list that vouches for it was not seen yet.
  const isSeen = list.devices.length === 1 || list.validIndexes.length > 1;
  const known = isSeen ? list : { ...list, timestampS: 0 };
  const view = accountView(known, (id) => identityKeyOf(step, deviceJid(user, id)));
  const { metadata: kept } = linkStateOf(step.store);
  const last = kept.get(user);
  const isSame = last?.list === list && hasSameKeys(last.view, view);
  if (isSame && list.devices.length > 1) return last;
  const metadata = accountMetadata(view, step.nowUs, step.context.crypto);
  kept.set(user, { list, view, metadata });
  return { view, metadata };
}

/** The key we know of a device, our own included. */
function identityKeyOf(step: Step, device: DeviceJid): Uint8Array | undefined {
  if (device === accountOf(step)?.device) return selfIdentity(step.tx)?.keyPair.publicKey;
  return pinnedIdentity(step.tx, device)?.publicKey;
}

/** Records are replaced whole: the same array is the same key. */
function hasSameKeys(one: AccountView, other: AccountView): boolean {
  return one.devices.every(
    ({ identityKey }, index) => identityKey === other.devices[index]?.identityKey,
  );
}

/** The MessageContextInfo of a message to `chat`; undefined for groups, and from an old app. */
export function contextInfoFor(step: Step, chat: ChatJid): Uint8Array | undefined {
  const own = accountOf(step)?.user;
  if (own === undefined || isGroupJid(chat) || isOldApp(step)) return undefined;
  const sender = seenAccount(step, own)?.metadata;
  const recipient = chat === own ? undefined : seenAccount(step, chat)?.metadata;
  return encodeContextInfo({ sender, recipient });
}
