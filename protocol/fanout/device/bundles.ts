/** Asking for prekey bundles and starting sessions from them (specification 1.5, 2.2). */

import type { DeviceJid, UserJid } from '../../contract.ts';
import { checkAdv } from '../../devices/adv-check.ts';
import { isRejected } from '../../errors.ts';
import { equalBytes } from '../../signal/keys.ts';
import { pinnedIdentity, selfIdentity } from '../../signal/records.ts';
import { startSession } from '../../signal/sessions.ts';
import type { PrekeyBundle } from '../../signal/x3dh.ts';
import { prekeyIdFrom, registrationIdFrom } from '../../wire/integers.ts';
import { deviceIdOf, userOf } from '../../wire/jid.ts';
import { attribute, bytesContent, child, children, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { linkStateOf } from './link-state.ts';
import { ask, isAsking } from './outbound.ts';
import { accountOf, deviceListOf } from './records.ts';

/** Fetches bundles of the devices, leaving out those already asked for; waits while there is no connection. */
export function askForBundles(step: Step, devices: readonly DeviceJid[]): void {
  if (linkStateOf(step.store).phase !== 'active') return;
  const wanted = devices.filter(
    (device) => !isAsking(step, (query) => query.kind === 'bundles' && query.devices.includes(device)),
  );
  if (wanted.length === 0) return;
  const users = wanted.map((jid) => node('user', { jid }));
  const id = step.freshId('bundles');
  const iq = node('iq', { xmlns: 'encrypt', type: 'get', id }, [node('key', {}, users)]);
  ask(step, iq, { kind: 'bundles', devices: wanted });
}

/** Reads registration, identity, signed prekey and, when given, a one-time prekey from their parent. */
export function readBundle(parent: WireNode, registration: WireNode): PrekeyBundle | undefined {
  const registrationId = registrationIdFrom(bytesContent(registration));
  const identityKey = bytesContent(child(parent, 'identity'));
  const skey = child(parent, 'skey');
  const id = prekeyIdFrom(skey && bytesContent(child(skey, 'id')));
  const publicKey = skey && bytesContent(child(skey, 'value'));
  const signature = skey && bytesContent(child(skey, 'signature'));
  if (registrationId === undefined || identityKey?.length !== 32 || id === undefined) return undefined;
  if (publicKey?.length !== 32 || signature?.length !== 64) return undefined;
  return {
    registrationId,
    identityKey,
    signedPrekey: { id, publicKey, signature },
    prekey: readPrekey(child(parent, 'key')),
  };
}

function readPrekey(key: WireNode | undefined): PrekeyBundle['prekey'] {
  const id = prekeyIdFrom(key && bytesContent(child(key, 'id')));
  const publicKey = key && bytesContent(child(key, 'value'));
  return id === undefined || publicKey?.length !== 32 ? undefined : { id, publicKey };
}

/**
 * Whether the identity key in a bundle is the device's: a companion's comes with its account's signature
 * and its own (D1), or is the one already pinned. Assumption: the server hands `<device-identity>` out
 * with a companion's bundle, as it does in retry receipts; without it, it could swap keys.
 */
export function isProven(
  step: Step,
  device: DeviceJid,
  parent: WireNode,
  identityKey: Uint8Array,
): boolean {
  const user = userOf(device);
  const pinned = pinnedIdentity(step.tx, device)?.publicKey;
  if (deviceIdOf(device) === 0) return pinned === undefined || equalBytes(pinned, identityKey);
  const outcome = checkAdv(
    {
      device,
      deviceIdentity: bytesContent(child(parent, 'device-identity')),
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

/** Starts a session from each usable bundle; a device without one is left out of what is being sent. */
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
  const registration = user && child(user, 'registration');
  const bundle = user && registration && readBundle(user, registration);
  if (bundle === undefined) {
    step.emit('no-bundle', `${device} has no usable prekey bundle and is left out`, { device });
    return false;
  }
  if (user === undefined || !isProven(step, device, user, bundle.identityKey)) {
    step.refuseAs('adv-failure', `the bundle served for ${device} does not prove that it is its own`);
    return false;
  }
  const failed = startSession(step.tx, device, bundle, step.context);
  if (isRejected(failed)) step.refuse(failed);
  return failed === undefined;
}
