/**
 * Linking on the companion (specification 5.3): make keys, show codes, check what the phone vouched
 * for, sign it, come back as a linked device.
 */

import type { AccountRecord, QrRecord, TransportRecord } from '../../contract.ts';
import { acceptPairing, qrText } from '../../devices/linking.ts';
import { assert, isRejected } from '../../errors.ts';
import { QR_FIRST_US, QR_NEXT_US } from '../../limits.ts';
import {
  currentSignedPrekey,
  installIdentity,
  makePrekeys,
  makeSignedPrekey,
} from '../../signal/prekeys.ts';
import { type PeerIdentityRecord, SIGNAL_COLLECTIONS, selfIdentity } from '../../signal/records.ts';
import { type ClientPayload, encodeClientPayload } from '../../wire/client-payload.ts';
import { prekeyIdBytes, registrationIdBytes } from '../../wire/integers.ts';
import { parseDeviceJid, userOf } from '../../wire/jid.ts';
import {
  attribute,
  bytesContent,
  child,
  children,
  node,
  textContent,
  type WireNode,
} from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { awaitHistory } from './history-receive.ts';
import { linkStateOf } from './link-state.ts';
import { expectAnswer } from './outbound.ts';
import { armRotation } from './prekeys.ts';
import { type AdvSecretRecord, accountOf, type CompanionRecord, SELF } from './records.ts';

const QR_TIMER = 'qr';
const KEY_TYPE = new Uint8Array([5]);
/** What can stand in a code: a comma would end it early. */
const REFERENCE = /^[^,]{1,256}$/;

/**
 * A person starts linking on a device that belongs to no account. Draws `transport`, identity,
 * signed prekey, `adv-secret`.
 */
export function takeLink(step: Step): void {
  if (accountOf(step) !== undefined) {
    return step.refuseAs('not-allowed', 'this device is linked already');
  }
  if (selfIdentity(step.tx) === undefined) makeInstallation(step);
  const secret: AdvSecretRecord = {
    kind: 'adv-secret',
    secret: step.context.secrets.bytes('adv-secret', 32),
  };
  step.tx.put('adv-secret', SELF, secret);
}

/** The keys of a new installation: transport, identity, signed prekey. */
export function makeInstallation(step: Step): void {
  const pair = step.context.crypto.keyPair(step.context.secrets.bytes('transport', 32));
  const transport: TransportRecord = { kind: 'transport', ...pair };
  step.tx.put('transport', SELF, transport);
  installIdentity(step.tx, step.context);
  makeSignedPrekey(step.tx, step.context);
  armRotation(step);
}

/** The registration payload of the first stanza. */
export function pairingPayload(step: Step): Uint8Array {
  return encodeClientPayload({ passive: false, devicePairingData: registrationData(step) });
}

/** The public keys of this installation. */
export function registrationData(step: Step): NonNullable<ClientPayload['devicePairingData']> {
  const identity = selfIdentity(step.tx);
  const signed = currentSignedPrekey(step.tx);
  assert(identity !== undefined && signed !== undefined, 'a device that links has made its keys');
  return {
    eRegid: registrationIdBytes(identity.registrationId),
    eKeytype: KEY_TYPE,
    eIdent: identity.keyPair.publicKey,
    eSkeyId: prekeyIdBytes(signed.id),
    eSkeyVal: signed.keyPair.publicKey,
    eSkeySig: signed.signature,
  };
}

/** The server's references have come: show the first code. */
export function showFirstCode(step: Step, pairDevice: WireNode): void {
  const state = linkStateOf(step.store);
  state.refs = children(pairDevice, 'ref')
    .map(textContent)
    .filter((content) => content !== undefined)
    .filter((content) => REFERENCE.test(content));
  showCode(step, QR_FIRST_US);
}

function showCode(step: Step, forUs: number): void {
  const state = linkStateOf(step.store);
  const [reference, ...rest] = state.refs;
  const secret = step.get<AdvSecretRecord>('adv-secret', SELF);
  const transport = step.get<TransportRecord>('transport', SELF);
  const identity = selfIdentity(step.tx);
  if (reference === undefined) return endShowing(step);
  if (secret === undefined || transport === undefined || identity === undefined) return;
  state.refs = rest;
  const record: QrRecord = {
    kind: 'qr',
    text: qrText({
      reference,
      transportKey: transport.publicKey,
      identityKey: identity.keyPair.publicKey,
      advSecret: secret.secret,
    }),
  };
  step.tx.put('qr', SELF, record);
  step.setTimer(QR_TIMER, step.nowUs + forUs);
}

/** Nobody scanned: the codes are used up, a person has to start again. */
function endShowing(step: Step): void {
  step.tx.delete('qr', SELF);
  step.tx.delete('adv-secret', SELF);
  step.cancelTimer(QR_TIMER);
  step.emit('link-expired', 'nobody scanned the code in time');
  const { connection } = linkStateOf(step.store);
  if (connection !== undefined) step.close(connection);
}

/** The code's time is up; false when the timer is not ours. */
export function takeQrTimer(step: Step, name: string): boolean {
  if (name !== QR_TIMER) return false;
  if (linkStateOf(step.store).phase === 'pairing') showCode(step, QR_NEXT_US);
  else step.cancelTimer(QR_TIMER);
  return true;
}

/**
 * `pair-success`: the phone has vouched; check, sign, answer (steps 5 and 6). Draws secret
 * `device-signature` (64).
 */
export function takePairSuccess(step: Step, iq: WireNode, success: WireNode, batch: number): void {
  const id = attribute(iq, 'id');
  const { connection } = linkStateOf(step.store);
  const identity = selfIdentity(step.tx);
  const secret = step.get<AdvSecretRecord>('adv-secret', SELF);
  const named = parseDeviceJid(attribute(child(success, 'device') ?? success, 'jid'));
  const device = isRejected(named) || named.deviceId === 0 ? undefined : named.jid;
  const bytes = bytesContent(child(success, 'device-identity'));
  if (connection === undefined || identity === undefined || secret === undefined) return;
  const outcome =
    bytes === undefined || device === undefined
      ? ({ kind: 'pairing-refused', problem: 'malformed', code: 500 } as const)
      : acceptPairing(
          identity.keyPair,
          secret.secret,
          bytes,
          step.context.secrets.bytes('device-signature', 64),
          step.context.crypto,
        );
  if (outcome.kind === 'pairing-refused' || device === undefined) {
    const problem = outcome.kind === 'pairing-refused' ? outcome.problem : 'malformed';
    step.refuseAs('adv-failure', `linking refused: ${problem}`, { problem });
    const error = node('error', { code: problem === 'malformed' ? '500' : '401', text: problem });
    return step.send(connection, node('iq', { type: 'error', id }, [error]));
  }
  const account: AccountRecord = { kind: 'account', user: userOf(device), device };
  const companion: CompanionRecord = {
    kind: 'companion',
    signedIdentity: outcome.signedIdentity,
    keyIndex: outcome.keyIndex,
    isReady: false,
  };
  const primary: PeerIdentityRecord = { kind: 'peer-identity', publicKey: outcome.primaryKey };
  step.tx.put('account', SELF, account);
  step.tx.put('companion', SELF, companion);
  step.tx.put(SIGNAL_COLLECTIONS.peerIdentity, account.user, primary);
  for (const name of ['qr', 'adv-secret']) step.tx.delete(name, SELF);
  step.cancelTimer(QR_TIMER);
  makePrekeys(step.tx, batch, step.context);
  awaitHistory(step);
  const reply = node('device-identity', { 'key-index': String(outcome.keyIndex) }, outcome.reply);
  step.send(
    connection,
    node('iq', { type: 'result', id }, [node('pair-device-sign', {}, [reply])]),
  );
  // The answer is the end of this connection (515); without it, a login will tell where we stand.
  expectAnswer(step, 'pair-device-sign');
}
