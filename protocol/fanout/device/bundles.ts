/** Asking for prekey bundles and starting sessions from them (specification 1.5, 2.2). */

import type { DeviceJid, UserJid } from '../../contract.ts';
import { checkAdv } from '../../devices/adv-check.ts';
import { isRejected } from '../../errors.ts';
import { readKeys } from '../../messages/retry-receipt.ts';
import { equalBytes } from '../../signal/keys.ts';
import { pinnedIdentity, selfIdentity } from '../../signal/records.ts';
import { type IdentityPolicy, startSession } from '../../signal/sessions.ts';
import { registrationIdFrom } from '../../wire/integers.ts';
import { deviceIdOf, userOf } from '../../wire/jid.ts';
import { attribute, bytesContent, child, children, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { followIdentity, pinnedKey } from './identity-change.ts';
import { linkStateOf } from './link-state.ts';
import { ask } from './outbound.ts';
import { accountOf, deviceListOf } from './records.ts';

/** Devices of one question for bundles. Assumption: the real server's limit is not public. */
const BUNDLES_PER_QUERY_MAX = 256;

/**
 * Fetches bundles of the devices, leaving out those already asked for; waits while there is no
 * connection.
 */
export function askForBundles(step: Step, devices: readonly DeviceJid[]): void {
  if (linkStateOf(step.store).phase !== 'active') return;
  const asked = new Set<DeviceJid>();
  for (const query of linkStateOf(step.store).queries.values()) {
    if (query.kind === 'bundles') for (const device of query.devices) asked.add(device);
  }
  const wanted = devices.filter((device) => !asked.has(device));
  for (let from = 0; from < wanted.length; from += BUNDLES_PER_QUERY_MAX) {
    const batch = wanted.slice(from, from + BUNDLES_PER_QUERY_MAX);
    const users = batch.map((jid) => node('user', { jid }));
    const id = step.freshId('bundles');
    const iq = node('iq', { xmlns: 'encrypt', type: 'get', id }, [node('key', {}, users)]);
    ask(step, iq, { kind: 'bundles', devices: batch });
  }
}

/**
 * Whether the identity key in a bundle is the device's: a companion's comes with its account's
 * signature and its own (D1), or is the one already pinned. Assumption: the server hands
 * `<device-identity>` out with a companion's bundle, as it does in retry receipts; without it, it
 * could swap keys.
 */
export function isProven(
  step: Step,
  device: DeviceJid,
  deviceIdentity: Uint8Array | undefined,
  identityKey: Uint8Array,
): boolean {
  const user = userOf(device);
  const pinned = pinnedIdentity(step.tx, device)?.publicKey;
  if (deviceIdOf(device) === 0) {
    // Of others' phones the first key is believed, and a later one with a notice (5.10).
    const isOwn = user === accountOf(step)?.user;
    return !isOwn || pinned === undefined || equalBytes(pinned, identityKey);
  }
  const outcome = checkAdv(
    {
      device,
      deviceIdentity,
      identityKey,
      primaryIdentity: primaryKeyOf(step, user),
      knownIdentity: pinned,
      list: deviceListOf(step, user),
    },
    step.context.crypto,
  );
  return outcome.kind === 'accepted';
}

/** The key that signs for an account: pinned, or our own identity when we are its phone. */
export function primaryKeyOf(step: Step, user: UserJid): Uint8Array | undefined {
  if (accountOf(step)?.device === user) return selfIdentity(step.tx)?.keyPair.publicKey;
  return pinnedIdentity(step.tx, user)?.publicKey;
}

/**
 * A companion's key that its primary has just vouched for replaces the one pinned before: a wrong
 * key from a lying server must not keep the right one out. A phone's key may change, with a notice
 * (`followIdentity`); only the own phone's never does.
 */
export function provenPolicy(step: Step, device: DeviceJid): IdentityPolicy {
  return { acceptNewIdentity: device !== accountOf(step)?.user };
}

/**
 * Starts a session from each usable bundle; a device without one is left out of what is being sent.
 */
export function takeBundles(step: Step, asked: readonly DeviceJid[], answer: WireNode): void {
  const list = child(answer, 'list');
  const users = new Map<string, WireNode>();
  for (const user of list === undefined ? [] : children(list, 'user')) {
    users.set(attribute(user, 'jid') ?? '', user);
  }
  for (const device of asked) {
    if (!startFrom(step, device, users.get(device))) linkStateOf(step.store).unusable.add(device);
  }
}

function startFrom(step: Step, device: DeviceJid, user: WireNode | undefined): boolean {
  const registrationId = registrationIdFrom(bytesContent(user && child(user, 'registration')));
  const keys = user && registrationId !== undefined ? readKeys(user, registrationId) : undefined;
  if (keys === undefined) {
    step.emit('no-bundle', `${device} has no usable prekey bundle and is left out`, { device });
    return false;
  }
  if (!isProven(step, device, keys.deviceIdentity, keys.bundle.identityKey)) {
    step.refuseAs(
      'adv-failure',
      `the bundle served for ${device} does not prove that it is its own`,
    );
    return false;
  }
  const before = pinnedKey(step, device);
  const policy = provenPolicy(step, device);
  const failed = startSession(step.tx, device, keys.bundle, step.context, policy);
  if (isRejected(failed)) step.refuse(failed);
  else {
    linkStateOf(step.store).knownChains.add(device);
    followIdentity(step, device, before);
  }
  return failed === undefined;
}
