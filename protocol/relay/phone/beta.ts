/**
 * The phone joins the multi-device beta (specification 12): it forgets its browsers and their keys,
 * the server is told and logs them out, and from then on it is a phone of fanout. And what a phone
 * does with the code of a page that is not of its generation (specification 11.8): the server is to
 * make the page reload.
 */

import { parseQr } from '../../devices/linking.ts';
import { isRejected } from '../../errors.ts';
import { isOldApp } from '../../fanout/device/capability.ts';
import { sendReliably } from '../../fanout/device/outbound.ts';
import { maySignList, publishOwnList } from '../../fanout/device/own-list.ts';
import { accountOf } from '../../fanout/device/records.ts';
import { takeUpgrade } from '../../fanout/device/upgrade.ts';
import type { Step } from '../../fanout/step.ts';
import { type Transition, transitionQuery } from '../wire/pairing.ts';
import { readBrowserCode } from '../wire/pairing-keys.ts';
import { bridgeOf } from './records.ts';

/** What is kept for browsers alone. */
const OF_BROWSERS = ['browser', 'pending-pair', 'browser-deed'];

/** A person joins the beta. Draws secret `list-signature` (64). */
export function takeJoin(step: Step): void {
  if (accountOf(step) === undefined || !isOldApp(step)) {
    return step.refuseAs('not-allowed', 'this is no phone that could join the beta');
  }
  if (!maySignList(step)) {
    return step.refuseAs('not-allowed', 'the phone has to connect before it joins the beta');
  }
  for (const name of OF_BROWSERS) {
    for (const [key] of step.tx.entries(name)) step.tx.delete(name, key);
  }
  const state = bridgeOf(step.store);
  state.live = undefined;
  state.unconfirmed.clear();
  state.handed.clear();
  takeUpgrade(step);
  publishOwnList(step, []);
  step.emit('joined-beta', 'this phone has joined the beta and has forgotten its browsers');
}

/** The code of a page of the other generation: it is to reload. False when it is of ours. */
export function takeForeignCode(step: Step, text: string): boolean {
  if (accountOf(step) === undefined) return false;
  const transition: Transition = isOldApp(step) ? 'downgrade' : 'upgrade';
  const code = transition === 'downgrade' ? parseQr(text) : readBrowserCode(text);
  if (isRejected(code)) return false;
  sendReliably(step, transitionQuery(step.freshId('web-turn'), transition, code.reference));
  return true;
}
