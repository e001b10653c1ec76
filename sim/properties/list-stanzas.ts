/** What an element of a stanza says of an account's devices (specification 5.7, 5.8). */

import {
  attribute,
  bytesContent,
  child,
  children,
  type WireNode,
} from '../../protocol/wire/node.ts';
import { deviceNumberOf } from '../ledger/ledger.ts';
import type { Named } from './account-view.ts';

/** A list a phone signed, as it travels. */
export interface SignedList {
  readonly signedList: Uint8Array;
  readonly timestampS: number;
}

/** The signed list that an element carries, if any. */
export function readList(parent: WireNode): SignedList | undefined {
  const list = child(parent, 'key-index-list');
  const signedList = bytesContent(list);
  if (list === undefined || signedList === undefined) return undefined;
  return { signedList, timestampS: Number(attribute(list, 'ts')) };
}

/** The device an element is about. */
export function readDevice(device: WireNode): Named {
  const jid = attribute(device, 'jid');
  const id = jid === undefined ? Number(attribute(device, 'id')) : deviceNumberOf(jid);
  return { id, keyIndex: Number(attribute(device, 'key-index') ?? '0') };
}

/** The devices that an element names; none without it. */
export function readDevices(parent: WireNode | undefined): readonly Named[] {
  return parent === undefined ? [] : children(parent, 'device').map(readDevice);
}
