/**
 * Pairing on the browser (specification 11.3): make a pair of keys, show a code, take the keys the
 * phone wrapped for it, and come back at once with the tokens the server gave.
 */

import type { AccountRecord, QrRecord, TransportRecord } from '../../contract.ts';
import { base64 } from '../../devices/base64.ts';
import { isRejected } from '../../errors.ts';
import type { Step } from '../../fanout/step.ts';
import { RELAY_REFERENCE_US, RELAY_REFERENCES_MAX } from '../../limits.ts';
import { userOf } from '../../wire/jid.ts';
import { ADMIN_WORDS, GOODBYE_TAG, type ServerWord } from '../wire/admin.ts';
import { browserCodeText, unwrapKeys } from '../wire/pairing-keys.ts';
import type { ChannelKeys } from '../wire/sealed.ts';
import { login } from './connection.ts';
import {
  accountOf,
  type ChannelRecord,
  type PairingRecord,
  SELF,
  type SessionRecord,
  stateOf,
} from './records.ts';
import { say } from './talk.ts';

export const QR_TIMER = 'qr';
const CLIENT_ID_BYTES = 16;
const KEY_BYTES = 32;

/** A person starts pairing on a browser that belongs to no account. */
export function takeLink(step: Step): void {
  if (accountOf(step) !== undefined) {
    // It may have been logged out and not know: it asks, and shows a code if it was.
    if (stateOf(step.store).phase === 'live') {
      return step.refuseAs('not-allowed', 'this browser is paired already');
    }
    return step.tx.put('wants-code', SELF, { kind: 'wants-code' });
  }
  if (step.tx.get('transport', SELF) === undefined) installTransport(step);
  step.tx.put('pairing', SELF, makeCode(step));
}

/** The server knows the browser: there is nothing to pair. */
export function takeStillPaired(step: Step): void {
  if (step.tx.get('wants-code', SELF) === undefined) return;
  step.tx.delete('wants-code', SELF);
  step.refuseAs('not-allowed', 'this browser is paired already');
}

/**
 * The keys under which the transport knows this browser. Draws secret `transport` (32). Assumption:
 * they stand for what a TLS session would be; the server knows a browser by its tokens.
 */
export function installTransport(step: Step): void {
  const pair = step.context.crypto.keyPair(step.context.secrets.bytes('transport', KEY_BYTES));
  const transport: TransportRecord = { kind: 'transport', ...pair };
  step.tx.put('transport', SELF, transport);
}

/** What a code is made from. Draws secret `pairing` (32), number `client-id` (16). */
export function makeCode({ context }: Pick<Step, 'context'>): PairingRecord {
  const clientId = base64(context.numbers.bytes('client-id', CLIENT_ID_BYTES));
  const keyPair = context.crypto.keyPair(context.secrets.bytes('pairing', KEY_BYTES));
  return { kind: 'pairing', clientId, keyPair };
}

/** The status of `init` or `reref`: a reference to show, or none. */
export function takeReference(
  step: Step,
  { status, ref }: Extract<ServerWord, { kind: 'status' }>,
): void {
  const pairing = step.get<PairingRecord>('pairing', SELF);
  if (pairing === undefined || stateOf(step.store).phase !== 'pairing') return;
  step.setTimer(QR_TIMER, step.nowUs + RELAY_REFERENCE_US);
  if (status === 200 && ref !== undefined) {
    const { clientId, keyPair } = pairing;
    const code = { kind: 'browser-code', reference: ref, publicKey: keyPair.publicKey } as const;
    const record: QrRecord = { kind: 'qr', text: browserCodeText({ ...code, clientId }) };
    step.tx.put('qr', SELF, record);
  } else if (status !== 304) endShowing(step);
}

/** The code's time is up: another one, or none any more. */
export function takeQrTimer(step: Step): void {
  step.cancelTimer(QR_TIMER);
  const state = stateOf(step.store);
  if (step.tx.get('pairing', SELF) === undefined) return;
  if (state.references >= RELAY_REFERENCES_MAX) return endShowing(step);
  state.references += 1;
  step.setTimer(QR_TIMER, step.nowUs + RELAY_REFERENCE_US);
  if (state.phase === 'pairing') say(step, 'reref', ADMIN_WORDS.reref);
}

/** Nobody scanned: a person has to start again. */
function endShowing(step: Step): void {
  step.tx.delete('qr', SELF);
  step.tx.delete('pairing', SELF);
  step.cancelTimer(QR_TIMER);
  step.emit('link-expired', 'nobody scanned the code in time');
  const { connection } = stateOf(step.store);
  if (connection !== undefined) step.close(connection);
}

/** `["Conn",{secret,…}]`: a phone scanned the code. */
export function takeSecret(step: Step, conn: Extract<ServerWord, { kind: 'conn' }>): void {
  const pairing = step.get<PairingRecord>('pairing', SELF);
  if (pairing === undefined || conn.secret === undefined) {
    return step.refuseAs('unexpected', 'the server sends the secret of a pairing nobody began');
  }
  const keys = unwrapKeys(pairing.keyPair.privateKey, conn.secret, step.context.crypto);
  if (isRejected(keys)) {
    step.refuse(keys);
    return say(step, 'goodbye', ADMIN_WORDS.goodbye, GOODBYE_TAG);
  }
  const { device, tokens } = conn;
  for (const name of ['pairing', 'qr']) step.tx.delete(name, SELF);
  step.cancelTimer(QR_TIMER);
  bePaired(step, device, keys, { kind: 'web-session', ...tokens, clientId: pairing.clientId });
  stateOf(step.store).mode = 'takeover';
  login(step);
}

/** From now on the browser belongs to the account. */
export function bePaired(
  step: Step,
  device: string,
  { encKey, macKey }: ChannelKeys,
  session: SessionRecord,
): void {
  const account: AccountRecord = { kind: 'account', user: userOf(device), device };
  const channel: ChannelRecord = { kind: 'channel', encKey, macKey };
  step.tx.put('account', SELF, account);
  step.tx.put('channel', SELF, channel);
  step.tx.put('web-session', SELF, session);
}
