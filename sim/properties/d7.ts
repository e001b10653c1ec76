/**
 * D7: index freshness. While an account keeps its phone's key, no address of a companion and no key
 * index is given to a second identity key, and an address is not given again afterwards either.
 * Judged at the server's commit that links a device, by the identity key it was linked with.
 * Catalogue section 6; specification 5.6.
 */

import type { DeviceJid, LinkedRecord, UserJid } from '../../protocol/contract.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import { deviceNumberOf, hexOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** D7: the definition a run judges by; the rules are at the top of this file. */
export const d7: Property = {
  id: 'D7',
  name: 'fresh addresses and indexes',
  summary: 'No companion gets an address or a key index that stood for another key.',
  judge: judgeFreshness,
};

/** What is read of the server's copy of a device's keys. */
interface BundleFields extends StoredRecord {
  readonly identityKey: Uint8Array;
}

function judgeFreshness(view: JudgeView): Judge {
  /** Transport key of the phone: it begins a new row of indexes. */
  const phones = new Map<UserJid, string>();
  const addresses = new Map<DeviceJid, string>();
  const indexes = new Map<string, string>();
  const judge = (linked: LinkedRecord, identity: string): void => {
    const { user, device, keyIndex } = linked;
    const index = `${user}|${phones.get(user) ?? ''}|${keyIndex}`;
    const isFresh =
      (addresses.get(device) ?? identity) === identity &&
      (indexes.get(index) ?? identity) === identity;
    addresses.set(device, identity);
    indexes.set(index, identity);
    view.check(isFresh, device, () => {
      return `${device} with index ${keyIndex} stood for another identity key before`;
    });
  };
  return {
    kinds: ['commit'],
    collections: ['linked', 'bundle'],
    observe(event: RunEvent) {
      if (event.kind !== 'commit' || event.node !== 'server' || view.ledger.isUndo) return;
      const linked: LinkedRecord[] = [];
      const identities = new Map<DeviceJid, string>();
      for (const { collection, key, after } of event.changes) {
        if (after === undefined) continue;
        if (collection === 'linked') linked.push(after as LinkedRecord);
        else if (collection === 'bundle') {
          identities.set(key, hexOf((after as BundleFields).identityKey));
        }
      }
      for (const record of linked) {
        const { user, device, transportKey } = record;
        if (deviceNumberOf(device) === 0) phones.set(user, transportKey);
      }
      for (const record of linked) {
        const identity = identities.get(record.device);
        if (deviceNumberOf(record.device) !== 0 && identity !== undefined) judge(record, identity);
      }
    },
  };
}
