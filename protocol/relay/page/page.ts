/**
 * A companion of the old architecture is a web page, and a page is of one of two generations: the
 * old one mirrors a phone, the new one is a device of fanout (specification 11.8). `page`/self says
 * which; without it the page is old. A page that shows a code to a phone of the other generation is
 * told so by the server: it forgets what it was, and shows a code of the other kind.
 */

import type {
  DeviceSetup,
  Effect,
  Input,
  PageRecord,
  ProtocolNode,
  StepContext,
} from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { goOn, takeInput } from '../../fanout/device/device.ts';
import { eraseStore } from '../../fanout/device/erase.ts';
import * as newClient from '../../fanout/device/link-companion.ts';
import { linkStateOf } from '../../fanout/device/link-state.ts';
import { runListJobWhenDue } from '../../fanout/device/list-job.ts';
import { Step } from '../../fanout/step.ts';
import type { Store } from '../../store.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { takeBrowserInput } from '../browser/browser.ts';
import * as oldClient from '../browser/pairing.ts';
import { SELF, stateOf } from '../browser/records.ts';
import { readServerWord } from '../wire/admin.ts';
import { readFromServer } from '../wire/frames.ts';
import { isDowngrade } from '../wire/pairing.ts';

type Generation = PageRecord['generation'];

/** Makes a page over its Store. */
export function createPage(store: Store, setup: DeviceSetup): ProtocolNode {
  return {
    step(input: Input, context: StepContext): readonly Effect[] {
      const step = new Step(input, context, store, setup.settings);
      const generation = step.get<PageRecord>('page', SELF)?.generation ?? 'old';
      if (generation === 'old') takeForOld(step, setup, input);
      else takeForNew(step, setup, input);
      return step.finish();
    },
  };
}

function takeForOld(step: Step, setup: DeviceSetup, input: Input): void {
  if (isUpgradeNow(step, input)) reload(step, 'new', stateOf(step.store).connection);
  else takeBrowserInput(step, setup, input);
}

function takeForNew(step: Step, setup: DeviceSetup, input: Input): void {
  if (isDowngradeNow(step, input)) return reload(step, 'old', linkStateOf(step.store).connection);
  runListJobWhenDue(step);
  takeInput(step, setup, input);
  goOn(step, setup);
  // A log-out empties the Store, but what was loaded into the page stays loaded.
  if (step.tx.get('page', SELF) === undefined) putPage(step, 'new');
}

function putPage(step: Step, generation: Generation): void {
  const record: PageRecord = { kind: 'page', generation };
  step.tx.put('page', SELF, record);
}

/** Whether the server tells a page that shows an old code to become the new client. */
function isUpgradeNow(step: Step, input: Input): boolean {
  if (input.kind !== 'frame') return false;
  const { connection, phase } = stateOf(step.store);
  const isShowing = phase === 'pairing' && step.tx.get('pairing', SELF) !== undefined;
  if (!isShowing || connection !== input.connection) return false;
  const frame = readFromServer(input.bytes);
  if (isRejected(frame) || frame.kind === 'sealed-frame') return false;
  const word = readServerWord(frame.text);
  return !isRejected(word) && word.kind === 'upgrade';
}

/** Whether the server tells a page that shows a new code to become the old client. */
function isDowngradeNow(step: Step, input: Input): boolean {
  if (input.kind !== 'frame') return false;
  const { connection, phase } = linkStateOf(step.store);
  const isShowing = phase === 'pairing' && step.tx.get('account', SELF) === undefined;
  if (!isShowing || connection !== input.connection) return false;
  const stanza = decodeFrame(input.bytes);
  return !isRejected(stanza) && isDowngrade(stanza);
}

/**
 * The page loads the other client, which begins with a new code. It connects when the end of the
 * old connection has been heard. Draws what the other client draws for a code.
 */
function reload(step: Step, generation: Generation, connection: number | undefined): void {
  eraseStore(step);
  for (const name of ['browser', 'link']) step.store.volatile.delete(name);
  putPage(step, generation);
  if (generation === 'new') newClient.takeLink(step);
  else oldClient.takeLink(step);
  const client = generation === 'new' ? 'the new client' : 'the legacy client';
  step.emit('reloaded', `the page loads ${client} and shows its code`, { generation });
  if (connection !== undefined) step.close(connection);
}
