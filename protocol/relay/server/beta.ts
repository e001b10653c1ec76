/**
 * Accounts join the multi-device beta and leave it (specification 11.8, 12). Who joins loses every
 * browser, and addresses go on counting, so that no companion gets the address of a former browser.
 * And the words that turn a page of one generation into one of the other, when the phone that
 * scanned its code is of the other.
 */

import type { LinkedRecord, UserJid } from '../../contract.ts';
import { updateAccount } from '../../fanout/server/accounts.ts';
import { volatileOf } from '../../fanout/server/connections.ts';
import { accountOf, isOldAccount } from '../../fanout/server/records.ts';
import type { Step } from '../../fanout/step.ts';
import { deviceIdOf } from '../../wire/jid.ts';
import { attribute, node, type WireNode } from '../../wire/node.ts';
import { SERVER_WORDS } from '../wire/admin.ts';
import { downgradeInfo, type Transition } from '../wire/pairing.ts';
import { unpair } from './login.ts';
import { abandonOffer, browsersOf, lastNumberOf } from './pairing.ts';
import { webOf } from './records.ts';
import { say } from './talk.ts';

/** Looks at what the step is about to commit: an app that came to know of devices. */
export function followApps(step: Step): void {
  for (const { collection, key, record } of step.tx.writes()) {
    if (collection === 'old-app' && record === undefined) endBrowsers(step, key);
  }
}

/** The account has joined: its browsers are logged out, one that is being paired is too late. */
function endBrowsers(step: Step, user: UserJid): void {
  for (const web of webOf(step.store).connections.values()) {
    if (web.offer?.user === user) abandonOffer(step, web);
  }
  for (const device of browsersOf(step, user)) unpair(step, device);
  const account = accountOf(step, user);
  const next = lastNumberOf(step, user) + 1;
  if (account !== undefined && account.nextDeviceId < next) {
    updateAccount(step, account, { nextDeviceId: next });
  }
}

/** A phone scanned the code of a page that is not of its generation. */
export function takeTransition(
  step: Step,
  phone: LinkedRecord,
  connection: number,
  iq: WireNode,
  { transition, reference }: { readonly transition: Transition; readonly reference: string },
): void {
  const id = attribute(iq, 'id');
  const isOld = isOldAccount(step, phone.user);
  const isAllowed = deviceIdOf(phone.device) === 0 && isOld === (transition === 'downgrade');
  const isDone = isAllowed && turn(step, transition, reference);
  const attributes = { id, from: 's.whatsapp.net' };
  if (isDone) return step.send(connection, node('iq', { type: 'result', ...attributes }));
  const error = node('error', { code: isAllowed ? '404' : '403' });
  step.send(connection, node('iq', { type: 'error', ...attributes }, [error]));
}

/** Tells the page behind a reference; false when no page shows it. */
function turn(step: Step, transition: Transition, reference: string): boolean {
  if (transition === 'upgrade') {
    const web = webOf(step.store).byReference.get(reference);
    if (web?.phase !== 'showing' || web.offer !== undefined) return false;
    say(step, web, 'upgrade', SERVER_WORDS.upgrade);
    return true;
  }
  const page = volatileOf(step.store).pairingByRef.get(reference);
  if (page?.pairing === undefined || page.pairing.offer !== undefined) return false;
  step.send(page.connection, downgradeInfo());
  return true;
}
