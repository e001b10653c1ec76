/**
 * The phone of the old architecture: the same Signal code as everywhere, in its app that knows of
 * no companions, and a bridge to its browsers (specification 11.1). What is about browsers is
 * looked at first; everything else goes to the app. Then the bridge tells the live browser. A phone
 * that has joined the multi-device beta has no browsers, and is a phone of fanout.
 */

import type {
  Command,
  DeviceSetup,
  Effect,
  Input,
  ProtocolNode,
  StepContext,
} from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { isOldApp } from '../../fanout/device/capability.ts';
import { connectIfDown } from '../../fanout/device/connection.ts';
import { goOn, takeInput } from '../../fanout/device/device.ts';
import { linkStateOf } from '../../fanout/device/link-state.ts';
import { runListJobWhenDue } from '../../fanout/device/list-job.ts';
import { Step } from '../../fanout/step.ts';
import { ackOf } from '../../messages/acks.ts';
import type { Store } from '../../store.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import type { WireNode } from '../../wire/node.ts';
import { takeForeignCode, takeJoin } from './beta.ts';
import { advanceBridge, takeGone, takePushTimer, takeRelay } from './bridge.ts';
import { endCallsOf, takeRelayedCall } from './calls.ts';
import { isPairingAnswer, takePaired, takeScan, takeUnpair } from './pairing.ts';

/** Makes a phone over its Store. */
export function createPhone(store: Store, setup: DeviceSetup): ProtocolNode {
  return {
    step(input: Input, context: StepContext): readonly Effect[] {
      const step = new Step(input, context, store, setup.settings);
      runListJobWhenDue(step);
      if (input.kind === 'started') endCallsOf(step, undefined);
      if (!takeForBridge(step, setup, input)) takeInput(step, setup, input);
      goOn(step, setup);
      advanceBridge(step);
      return step.finish();
    },
  };
}

/** False when the input is not about browsers. */
function takeForBridge(step: Step, setup: DeviceSetup, input: Input): boolean {
  switch (input.kind) {
    case 'frame':
      return takeFrame(step, input.connection, input.bytes);
    case 'timer':
      return takePushTimer(step, input.name);
    case 'command':
      if (!takeCommand(step, input.command)) return false;
      connectIfDown(step, setup);
      return true;
    default:
      return false;
  }
}

/** What a person does with browsers in mind; false when the app does it. */
function takeCommand(step: Step, command: Command): boolean {
  switch (command.kind) {
    case 'scan':
      if (takeForeignCode(step, command.qr)) return true;
      if (!isOldApp(step)) return false;
      takeScan(step, command.qr);
      return true;
    case 'unlink':
      if (!isOldApp(step)) return false;
      takeUnpair(step, command.device);
      return true;
    case 'upgrade':
      takeJoin(step);
      return true;
    default:
      return false;
  }
}

function takeFrame(step: Step, connection: number, bytes: Uint8Array): boolean {
  const state = linkStateOf(step.store);
  if (state.connection !== connection || state.isDeaf || state.phase !== 'active') return false;
  const stanza = decodeFrame(bytes);
  if (isRejected(stanza)) return false; // the app says what is wrong with it
  if (stanza.tag === 'relay') takeRelay(step, stanza);
  else if (isPairingAnswer(step, stanza)) takePaired(step, stanza);
  else if (takeRelayedCall(step, connection, stanza)) return true;
  else return takeNotification(step, connection, stanza);
  return true;
}

function takeNotification(step: Step, connection: number, stanza: WireNode): boolean {
  if (stanza.tag !== 'notification' || !takeGone(step, stanza)) return false;
  step.send(connection, ackOf(stanza));
  return true;
}
