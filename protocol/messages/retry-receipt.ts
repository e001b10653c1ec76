/**
 * Retry receipts (specification 6.9): "could not decrypt, send again", with the receiver's
 * registration id and, from the second on, fresh keys. When to send or heed one is decided by the
 * device.
 */

import type { DeviceJid, GroupJid, UserJid } from '../contract.ts';
import { type Rejection, reject } from '../errors.ts';
import type { PrekeyBundle } from '../signal/x3dh.ts';
import {
  prekeyIdBytes,
  prekeyIdFrom,
  registrationIdBytes,
  registrationIdFrom,
} from '../wire/integers.ts';
import { isGroupJid, parseDeviceJid, parseUserJid } from '../wire/jid.ts';
import { attribute, bytesContent, child, node, type WireNode } from '../wire/node.ts';
import { isMessageId } from './message-stanza.ts';
import { positiveNumber } from './stanza-time.ts';

const RETRY_VERSION = '1';
const KEY_TYPE = new Uint8Array([5]);
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Largest error code of the specification's list. */
const ERROR_MAX = 13;

/** Why a message could not be opened: the codes of specification 6.9 that this edition uses. */
export const RETRY_ERRORS = {
  unknown: 0,
  noSession: 1,
  invalidKey: 2,
  invalidKeyId: 3,
  invalidMessage: 4,
  invalidSignature: 5,
  futureMessage: 6,
  badMac: 7,
  invalidSession: 8,
  unlistedCompanion: 11,
  advFailure: 12,
} as const;

/** Keys for a new session: a bundle, and a companion's proof that it belongs to its account. */
export interface RetryKeys {
  readonly bundle: PrekeyBundle;
  readonly deviceIdentity: Uint8Array | undefined;
}

/** A retry receipt. `count` starts at 1; `positionUs` is the failed message's `t`. */
export interface RetryRequest {
  readonly kind: 'retry-request';
  readonly id: string;
  /** Whom it goes to when written, whom it comes from when read. */
  readonly device: DeviceJid;
  /** The group of a group message. */
  readonly group?: GroupJid | undefined;
  readonly recipient: UserJid | undefined;
  readonly count: number;
  readonly positionUs: number;
  readonly errorCode: number;
  readonly registrationId: number;
  readonly keys: RetryKeys | undefined;
  /** Of a peer message (specification 8.1). */
  readonly isPeer: boolean;
}

/** `<key>` or `<skey>`: id, 32-byte value and, for a signed prekey, its 64-byte signature. */
export function prekeyNode(
  tag: 'key' | 'skey',
  key: { readonly id: number; readonly publicKey: Uint8Array; readonly signature?: Uint8Array },
): WireNode {
  const parts = [node('id', {}, prekeyIdBytes(key.id)), node('value', {}, key.publicKey)];
  if (key.signature !== undefined) parts.push(node('signature', {}, key.signature));
  return node(tag, {}, parts);
}

function keysNode({ bundle, deviceIdentity }: RetryKeys): WireNode {
  const parts = [node('type', {}, KEY_TYPE), node('identity', {}, bundle.identityKey)];
  if (bundle.prekey !== undefined) parts.push(prekeyNode('key', bundle.prekey));
  parts.push(prekeyNode('skey', bundle.signedPrekey));
  if (deviceIdentity !== undefined) parts.push(node('device-identity', {}, deviceIdentity));
  return node('keys', {}, parts);
}

/**
 * `<receipt type="retry" id to [participant]
 * [recipient]><retry/><registration/>[<keys/>]</receipt>`.
 */
export function retryStanza(request: Omit<RetryRequest, 'kind'>): WireNode {
  const { id, device, group, recipient, count, positionUs, errorCode, registrationId, keys } =
    request;
  const category = request.isPeer ? 'peer' : undefined;
  const retry = node('retry', {
    v: RETRY_VERSION,
    count: String(count),
    id,
    t: String(positionUs),
    error: errorCode === 0 ? undefined : String(errorCode),
  });
  const registration = node('registration', {}, registrationIdBytes(registrationId));
  const to = group ?? device;
  const participant = group === undefined ? undefined : device;
  return node('receipt', { type: 'retry', id, to, participant, recipient, category }, [
    retry,
    registration,
    ...(keys === undefined ? [] : [keysNode(keys)]),
  ]);
}

function readPrekey(
  element: WireNode | undefined,
): { id: number; publicKey: Uint8Array } | undefined {
  if (element === undefined) return undefined;
  const id = prekeyIdFrom(bytesContent(child(element, 'id')));
  const publicKey = bytesContent(child(element, 'value'));
  if (id === undefined || id === 0 || publicKey?.length !== KEY_BYTES) return undefined;
  return { id, publicKey };
}

/**
 * Reads `<keys>` (or a `<user>` of a prekey answer without its registration); `undefined` when
 * unusable.
 */
export function readKeys(element: WireNode, registrationId: number): RetryKeys | undefined {
  const identityKey = bytesContent(child(element, 'identity'));
  const type = bytesContent(child(element, 'type'));
  const skey = child(element, 'skey');
  const signed = readPrekey(skey);
  const signature = skey && bytesContent(child(skey, 'signature'));
  const key = child(element, 'key');
  const prekey = readPrekey(key);
  const isUsable =
    identityKey?.length === KEY_BYTES &&
    (type === undefined || (type.length === 1 && type[0] === KEY_TYPE[0])) &&
    signed !== undefined &&
    signature?.length === SIGNATURE_BYTES &&
    (key === undefined || prekey !== undefined);
  if (!isUsable) return undefined;
  const signedPrekey = { ...signed, signature };
  return {
    bundle: { registrationId, identityKey, signedPrekey, prekey },
    deviceIdentity: bytesContent(child(element, 'device-identity')),
  };
}

function malformed(what: string): Rejection {
  return reject('malformed', `A retry receipt ${what}.`);
}

/**
 * Takes a retry receipt apart. `malformed` when an attribute, the registration id or the keys are
 * unusable.
 */
export function readRetry(receipt: WireNode): RetryRequest | Rejection {
  const sender = attribute(receipt, 'from') ?? '';
  const group = isGroupJid(sender) ? sender : undefined;
  const from = parseDeviceJid(group === undefined ? sender : attribute(receipt, 'participant'));
  const isRetry = receipt.tag === 'receipt' && attribute(receipt, 'type') === 'retry';
  if (!isRetry || from.kind === 'rejected') return malformed('comes from nobody');
  const id = attribute(receipt, 'id');
  const retry = child(receipt, 'retry');
  if (!isMessageId(id) || retry === undefined) return malformed('names no message');
  const count = positiveNumber(attribute(retry, 'count'));
  const positionUs = positiveNumber(attribute(retry, 't'));
  if (count === undefined || positionUs === undefined) return malformed('has no count or time');
  const errorText = attribute(retry, 'error') ?? '0';
  const errorCode = errorText === '0' ? 0 : positiveNumber(errorText);
  if (errorCode === undefined || errorCode > ERROR_MAX) return malformed('has an unknown error');
  const registrationId = registrationIdFrom(bytesContent(child(receipt, 'registration')));
  if (registrationId === undefined) return malformed('has no registration id');
  const recipientText = attribute(receipt, 'recipient');
  const recipient = recipientText === undefined ? undefined : parseUserJid(recipientText);
  if (typeof recipient === 'object') return malformed('has a recipient that is no account');
  const keysElement = child(receipt, 'keys');
  const keys = keysElement === undefined ? undefined : readKeys(keysElement, registrationId);
  if (keysElement !== undefined && keys === undefined) return malformed('has unusable keys');
  return {
    kind: 'retry-request',
    id,
    device: from.jid,
    group,
    recipient,
    count,
    positionUs,
    errorCode,
    registrationId,
    keys,
    isPeer: attribute(receipt, 'category') === 'peer',
  };
}
