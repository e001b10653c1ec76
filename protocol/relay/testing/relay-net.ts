/** Small worlds of phones and browsers for the tests of the relay architecture. */

import type { QrRecord } from '../../contract.ts';
import { SmallNet } from '../../fanout/testing/small-net.ts';
import { relay } from '../index.ts';

/** Accounts with their browsers, paired before the story. */
export function relayNet(
  accounts: Readonly<Record<string, readonly string[]>>,
  unlinked: readonly string[] = [],
  groups: Readonly<Record<string, readonly string[]>> = {},
): SmallNet {
  return new SmallNet(accounts, unlinked, groups, [], () => true, {}, relay);
}

/** A person opens a browser. */
export function open(net: SmallNet, name: string): void {
  net.command(name, { kind: 'open' });
  net.settle();
}

/** The code on a browser's screen. */
export function codeOn(net: SmallNet, name: string): string | undefined {
  return (net.member(name).store.get('qr', 'self') as QrRecord | undefined)?.text;
}

/** A person joins the multi-device beta on the phone. */
export function join(net: SmallNet, account: string): void {
  net.command(`${account}.phone`, { kind: 'upgrade' });
  net.settle();
}

/** A person holds the phone before a companion's screen. */
export function scan(net: SmallNet, account: string, device: string): void {
  net.command(`${account}.phone`, { kind: 'scan', qr: codeOn(net, device) ?? 'no code' });
  net.settle();
}

/** A person links a page, scanning twice where it has to reload. */
export function linkPage(net: SmallNet, account: string, device: string): void {
  net.command(device, { kind: 'link' });
  net.settle();
  scan(net, account, device);
  if (net.member(device).store.get('account', 'self') === undefined) scan(net, account, device);
}
