/**
 * A1: keys of app state stay where they belong. In one account an id stands for one key; no key is
 * held in two accounts; and whoever holds a key was a device of the account when it was made, or
 * became one later: a device that was unlinked before gets none (C6 for settings). Each time a
 * device comes to hold a key is one check of each. Specification 8.10; ours, beside the catalogue.
 */

import type { AccountRecord, LinkedRecord } from '../../protocol/contract.ts';
import type { SyncKey } from '../../protocol/fanout/app-state/keys.ts';
import type { SyncKeyRecord } from '../../protocol/fanout/device/app-state-records.ts';
import { hexOf } from '../ledger/ledger.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** A1: the definition a run judges by; the rules are at the top of this file. */
export const a1: Property = {
  id: 'A1',
  name: 'keys of settings',
  summary: 'A key of app state has one id, one account, and only its devices hold it.',
  judge: judgeKeys,
};

/** The user and the key index of each device that was ever linked. */
interface Known {
  readonly user: string;
  readonly keyIndex: number;
}

function judgeKeys(view: JudgeView): Judge {
  const devices = new Map<string, Known>();
  /** `USER ID` to the key. */
  const keyOfId = new Map<string, string>();
  const userOfKey = new Map<string, string>();
  const accounts = new Map<string, AccountRecord>();
  const took: { readonly host: string; readonly key: SyncKey }[] = [];
  const judge = (host: string, { keyId, keyData, fingerprint }: SyncKey): void => {
    const device = accounts.get(host)?.device ?? '';
    const known = devices.get(device);
    if (known === undefined) return;
    const [id, key] = [`${known.user} ${hexOf(keyId)}`, hexOf(keyData)];
    const first = keyOfId.get(id) ?? key;
    keyOfId.set(id, first);
    view.check(first === key, id, () => `${host} holds a second key under the id of another`);
    const owner = userOfKey.get(key) ?? known.user;
    userOfKey.set(key, owner);
    view.check(owner === known.user, id, () => `${host} holds a key of ${owner}`);
    const { deviceIndexes, currentIndex } = fingerprint;
    const isEntitled = deviceIndexes.includes(known.keyIndex) || known.keyIndex > currentIndex;
    view.check(isEntitled, id, () => `${host} holds a key made after it was unlinked`);
  };
  return {
    kinds: ['commit'],
    observe(event) {
      if (event.kind !== 'commit') return;
      for (const { collection, key, before, after } of event.changes) {
        if (after === undefined) continue;
        if (collection === 'linked') devices.set(key, after as LinkedRecord);
        else if (collection === 'account') accounts.set(event.node, after as AccountRecord);
        else if (collection === 'app-state-key' && before !== after) {
          took.push({ host: event.node, key: (after as SyncKeyRecord).key });
        }
      }
      if (event.isTimeZero && event.node !== 'server') return; // who is linked comes with it
      for (const { host, key } of took.splice(0)) judge(host, key);
    },
  };
}
