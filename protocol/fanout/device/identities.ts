/**
 * Asking for identity keys alone, without using up a one-time prekey: a security code covers
 * devices that this one may never write to.
 *
 * Assumption: real clients ask `<iq xmlns="encrypt"><identity>`; that a companion's comes with its
 * signed identity is ours, as with bundles: without it the server could name any key.
 */

import type { DeviceJid } from '../../contract.ts';
import { equalBytes } from '../../signal/keys.ts';
import { pinnedIdentity } from '../../signal/records.ts';
import { pinIdentity } from '../../signal/sessions.ts';
import { attribute, bytesContent, child, children, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { isProven } from './bundles.ts';
import { followIdentity } from './identity-change.ts';
import { linkStateOf } from './link-state.ts';
import { ask, isAsking } from './outbound.ts';

const KEY_BYTES = 32;

/** Asks for the identity keys of devices, leaving out what is being asked. */
export function askForIdentities(step: Step, devices: readonly DeviceJid[]): void {
  if (linkStateOf(step.store).phase !== 'active') return;
  const wanted = devices.filter(
    (device) =>
      !isAsking(step, (query) => query.kind === 'identities' && query.devices.includes(device)),
  );
  if (wanted.length === 0) return;
  const users = wanted.map((jid) => node('user', { jid }));
  const iq = node('iq', { xmlns: 'encrypt', type: 'get', id: step.freshId('identities') }, [
    node('identity', {}, users),
  ]);
  ask(step, iq, { kind: 'identities', devices: wanted });
}

/** Asks for the keys of phones that may have new ones. */
export function advanceIdentityChecks(step: Step): void {
  const doubted = step.tx.entries('identity-check').map(([user]) => user);
  if (doubted.length > 0) askForIdentities(step, doubted);
}

/** Pins the keys that prove to be their devices'; another key than the one pinned is told of. */
export function takeIdentities(step: Step, asked: readonly DeviceJid[], answer: WireNode): void {
  const list = child(answer, 'list');
  for (const user of list === undefined ? [] : children(list, 'user')) {
    const device = attribute(user, 'jid') ?? '';
    const identityKey = bytesContent(child(user, 'identity'));
    if (!asked.includes(device) || identityKey?.length !== KEY_BYTES) continue;
    const pinned = pinnedIdentity(step.tx, device)?.publicKey;
    if (pinned !== undefined && equalBytes(pinned, identityKey)) continue;
    const proof = bytesContent(child(user, 'device-identity'));
    if (!isProven(step, device, proof, identityKey)) {
      step.refuseAs('adv-failure', `the identity key served for ${device} is not proven`);
      continue;
    }
    pinIdentity(step.tx, device, identityKey);
    followIdentity(step, device, pinned);
  }
  for (const device of asked) {
    step.tx.delete('identity-check', device);
    if (pinnedIdentity(step.tx, device) === undefined) {
      linkStateOf(step.store).unidentified.add(device);
    }
  }
}
