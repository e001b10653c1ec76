/**
 * The untrusted server as a node: it moves ciphertext, keeps public keys and signed lists, and
 * holds no secret but its transport key. Every stanza is decoded from its bytes; what does not
 * decode, or is not allowed to this sender, is refused and counted.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type {
  Effect,
  Input,
  LinkedRecord,
  ProtocolNode,
  ServerSetup,
  StepContext,
} from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { STANZA_BYTES_MAX } from '../../limits.ts';
import type { Store } from '../../store.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { attribute, child, children, node, type WireNode } from '../../wire/node.ts';
import { APP_STATE_XMLNS } from '../app-state/exchange.ts';
import { Step } from '../step.ts';
import { checkAbsence, checkCompanion } from './accounts.ts';
import { takeSync } from './app-state.ts';
import { takeCall } from './calls.ts';
import { dropConnection, type ServerConnection, volatileOf } from './connections.ts';
import { takeGroupIq } from './groups.ts';
import { answerListQuery } from './lists.ts';
import { activate, noteGone, takeLogin } from './login.ts';
import { isMediaRetry, relayMediaRetry } from './media-retry.ts';
import { takeMessage } from './messages.ts';
import { abandon, takeListChange, takeSignature, takeVouching } from './pairing.ts';
import { serveBundles, serveIdentities, takeRotation, takeUpload } from './prekeys.ts';
import { closeStalled } from './queue.ts';
import { takeAck, takeReceipt } from './receipts.ts';
import { linkedDevice } from './records.ts';

/** Makes the server over its Store. */
export function createServer(store: Store, setup: ServerSetup): ProtocolNode {
  return {
    step(input: Input, context: StepContext): readonly Effect[] {
      const step = new Step(input, context, store, setup.settings);
      takeServerInput(step, input);
      return step.finish();
    },
  };
}

/** What an input asks of the server. */
export function takeServerInput(step: Step, input: Input): void {
  switch (input.kind) {
    case 'connected':
      connect(step, input.connection, bytesToHex(input.peerStaticKey));
      return;
    case 'disconnected': {
      const gone = dropConnection(step.store, input.connection);
      if (gone === undefined) return;
      abandon(step, gone, '408');
      noteGone(step, gone);
      return;
    }
    case 'frame':
      takeFrame(step, input.connection, input.bytes);
      return;
    case 'timer':
      takeTimer(step, input.name);
      return;
    case 'started':
    case 'command':
    case 'push':
      return; // nothing to do: connections come to the server, and people do not use it
  }
}

function connect(step: Step, connection: number, transportKey: string): void {
  volatileOf(step.store).connections.set(connection, {
    connection,
    transportKey,
    phase: 'fresh',
    device: undefined,
    inFlight: new Map(),
    expired: [],
    pairing: undefined,
  });
}

function takeTimer(step: Step, name: string): void {
  if (name === 'unacknowledged') closeStalled(step);
  else if (name.startsWith('companion-absence/')) checkCompanion(step, name.slice(18));
  else if (name.startsWith('primary-absence/')) checkAbsence(step, name.slice(16));
  else step.cancelTimer(name);
}

function takeFrame(step: Step, number: number, bytes: Uint8Array): void {
  const connection = volatileOf(step.store).connections.get(number);
  if (connection === undefined) return; // it ended while the frame was on its way
  if (bytes.length > STANZA_BYTES_MAX) {
    return step.refuseAs('limit-reached', 'a stanza is larger than the server takes', {
      sizeBytes: bytes.length,
    });
  }
  const stanza = decodeFrame(bytes);
  if (isRejected(stanza)) return step.refuse(stanza);
  if (connection.phase === 'fresh') return takeLogin(step, connection, stanza);
  if (connection.phase === 'pairing') {
    if (stanza.tag === 'iq') takeSignature(step, connection, stanza);
    else step.refuseAs('not-allowed', `a device that is not linked sent <${stanza.tag}>`);
    return;
  }
  const linked =
    connection.device === undefined ? undefined : linkedDevice(step, connection.device);
  if (linked === undefined) {
    step.refuseAs('not-allowed', `a device that was logged out sent <${stanza.tag}>`);
    return;
  }
  route(step, connection, linked, stanza);
}

function route(
  step: Step,
  connection: ServerConnection,
  sender: LinkedRecord,
  stanza: WireNode,
): void {
  if (isMediaRetry(stanza)) return relayMediaRetry(step, sender, stanza);
  switch (stanza.tag) {
    case 'message':
      return takeMessage(step, sender, stanza);
    case 'call':
      return takeCall(step, sender, stanza);
    case 'receipt':
      return takeReceipt(step, sender, stanza);
    case 'ack':
      return takeAck(step, sender, stanza);
    case 'iq':
      return takeQuery(step, connection, sender, stanza);
    default:
      step.refuseAs(
        'unexpected',
        `${sender.device} sent <${stanza.tag}>, which the server does not know`,
      );
  }
}

function takeQuery(
  step: Step,
  connection: ServerConnection,
  sender: LinkedRecord,
  iq: WireNode,
): void {
  const id = attribute(iq, 'id');
  const answer = (content?: readonly WireNode[]): void =>
    step.send(
      connection.connection,
      node('iq', { type: 'result', id, from: 's.whatsapp.net' }, content),
    );
  switch (attribute(iq, 'xmlns')) {
    case 'usync':
      return answer([answerListQuery(step, sender, iq)]);
    case 'passive':
      return activate(step, connection, iq);
    case 'md':
      return takeLinkQuery(step, connection, sender, iq);
    case APP_STATE_XMLNS: {
      const content = takeSync(step, sender, iq);
      return content === undefined ? refuseQuery(step, connection, sender, iq) : answer(content);
    }
    case 'encrypt':
      return takeKeyQuery(step, connection, sender, iq, answer);
    case 'w:g2':
      return takeGroupIq(step, connection, sender, iq);
    default:
      refuseQuery(step, connection, sender, iq);
  }
}

function takeLinkQuery(
  step: Step,
  connection: ServerConnection,
  sender: LinkedRecord,
  iq: WireNode,
): void {
  const vouching = child(iq, 'pair-device');
  if (vouching !== undefined) takeVouching(step, connection, sender, iq, vouching);
  else takeListChange(step, connection, sender, iq);
}

function takeKeyQuery(
  step: Step,
  connection: ServerConnection,
  sender: LinkedRecord,
  iq: WireNode,
  answer: (content?: readonly WireNode[]) => void,
): void {
  const request = child(iq, 'key');
  const rotation = child(iq, 'rotate');
  const identities = child(iq, 'identity');
  if (attribute(iq, 'type') === 'get' && identities !== undefined) {
    return answer([serveIdentities(step, identities)]);
  }
  if (request !== undefined) return answer([serveBundles(step, sender, request)]);
  if (child(iq, 'count') !== undefined) {
    const value = String(step.tx.count(`prekeys/${sender.device}`));
    return answer([node('count', { value })]);
  }
  if (rotation !== undefined) {
    if (takeRotation(step, sender.device, rotation)) return answer();
    return refuseQuery(step, connection, sender, iq);
  }
  if (children(iq).length > 0 && takeUpload(step, sender.device, iq)) return answer();
  refuseQuery(step, connection, sender, iq);
}

function refuseQuery(
  step: Step,
  connection: ServerConnection,
  sender: LinkedRecord,
  iq: WireNode,
): void {
  const xmlns = attribute(iq, 'xmlns') ?? '(none)';
  step.refuseAs('malformed', `${sender.device} sent a query the server cannot answer`, { xmlns });
  const attributes = { type: 'error', id: attribute(iq, 'id'), from: 's.whatsapp.net' };
  step.send(connection.connection, node('iq', attributes, [node('error', { code: '406' })]));
}
