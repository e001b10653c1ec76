/** Asking for prekey bundles and starting sessions from them (specification 1.5, 2.2). */

import type { DeviceJid } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { startSession } from '../../signal/sessions.ts';
import type { PrekeyBundle } from '../../signal/x3dh.ts';
import { prekeyIdFrom, registrationIdFrom } from '../../wire/integers.ts';
import { attribute, bytesContent, child, children, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { linkStateOf } from './link-state.ts';
import { ask, isAsking } from './outbound.ts';

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
  const failed = startSession(step.tx, device, bundle, step.context);
  if (isRejected(failed)) step.refuse(failed);
  return failed === undefined;
}
