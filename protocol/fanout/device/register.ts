/**
 * A phone set up anew (specification D.5): the Store is emptied, every key is new, and the server
 * is told with the first stanza of the next connection until it has confirmed. Nobody else is told
 * from here: contacts learn of the new key from the server and from the first message.
 *
 * Assumption: proof that the number is this person's (a code by text message) is not modelled. Ids
 * of prekeys go on counting, so that none ever names two keys (K3), where real phones begin
 * anywhere.
 */

import type { AccountRecord, OutboxRecord } from '../../contract.ts';
import { type DeviceListRecord, primaryOnly } from '../../devices/device-list.ts';
import { makePrekeys } from '../../signal/prekeys.ts';
import { SIGNAL_COLLECTIONS } from '../../signal/records.ts';
import { encodeClientPayload } from '../../wire/client-payload.ts';
import { numberOf } from '../../wire/jid.ts';
import type { Step } from '../step.ts';
import { eraseStore } from './erase.ts';
import { makeInstallation, registrationData } from './link-companion.ts';
import { type LinkState, linkStateOf } from './link-state.ts';
import { loseCopy } from './placeholders.ts';
import { accountOf, type PlaceholderRecord, type PrimaryRecord, SELF } from './records.ts';

const RAW_ID_MAX = 0x7f_ff_ff_ff;

/**
 * A person sets the account up anew on this phone. Draws `transport`, identity, signed prekey,
 * prekeys, then number `raw-id`.
 */
export function takeReRegister(step: Step): void {
  const account = accountOf(step);
  if (account === undefined || step.tx.get('primary', SELF) === undefined) {
    return step.refuseAs('not-allowed', 'only a phone can be set up anew');
  }
  const unfinished = unfinishedOf(step);
  const keptNames = [
    [SIGNAL_COLLECTIONS.prekeyCounter, SELF],
    ['old-app', SELF],
  ] as const;
  const kept = keptNames.map(([name, key]) => [name, key, step.tx.get(name, key)] as const);
  eraseStore(step);
  for (const [name, key, record] of kept) if (record) step.tx.put(name, key, record);
  install(step, account);
  for (const copy of unfinished) loseCopy(step, copy, 'the phone was set up anew meanwhile');
  hangUp(step, linkStateOf(step.store));
  step.emit('re-registered', `${account.user} is set up anew on this phone`);
}

/** What was written and is not known to be sent, and what is waited for: gone with the old keys. */
function unfinishedOf(step: Step): (OutboxRecord | PlaceholderRecord)[] {
  const written = step.tx.entries('outbox').map(([, entry]) => entry as OutboxRecord);
  const awaited = step.tx.entries('placeholder').map(([, entry]) => entry as PlaceholderRecord);
  return [...written.filter(({ state }) => state !== 'acknowledged'), ...awaited];
}

function install(step: Step, { user, device }: AccountRecord): void {
  makeInstallation(step);
  makePrekeys(step.tx, step.settings.prekeyBatch, step.context);
  const rawId = 1 + step.context.numbers.below('raw-id', RAW_ID_MAX);
  const account: AccountRecord = { kind: 'account', user, device };
  const primary: PrimaryRecord = {
    kind: 'primary',
    rawId,
    currentIndex: 0,
    listTimestampS: 0,
    syncedUs: 0,
  };
  step.tx.put('account', SELF, account);
  step.tx.put('primary', SELF, primary);
  const list: DeviceListRecord = { ...primaryOnly(user), rawId };
  step.tx.put('device-list', user, list);
  step.tx.put('registering', SELF, { kind: 'registering' });
}

/** The connection there is belongs to the old keys: nothing is said or heard on it any more. */
function hangUp(step: Step, state: LinkState): void {
  state.isConfirmed = false;
  state.knownChains.clear();
  state.knownGroupChains.clear();
  state.metadata.clear();
  if (state.phase === 'down') return;
  state.isDeaf = true;
  state.phase = 'opening';
  if (state.connection !== undefined) step.close(state.connection);
}

/** Whether the server has yet to confirm that this phone stands for its number. */
export function isRegistering(step: Step): boolean {
  return step.tx.get('registering', SELF) !== undefined;
}

/**
 * The first stanza's payload while registering. Assumption: the keys travel as a companion's do
 * (5.3), and the number beside them says that it is a phone that registers.
 */
export function registrationPayload(step: Step, account: AccountRecord): Uint8Array {
  return encodeClientPayload({
    username: Number(numberOf(account.device)),
    passive: true,
    devicePairingData: registrationData(step),
  });
}
