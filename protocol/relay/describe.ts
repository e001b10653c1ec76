/** Records of the relay architecture as people and judges may see them (contract 2). */

import type { RecordView } from '../contract.ts';
import type { KeyPair } from '../crypto/provider.ts';
import * as fanout from '../fanout/describe.ts';
import type { StoredRecord } from '../store.ts';

/** Kinds that hold the two keys of a pairing. */
const CHANNELS: readonly string[] = ['browser', 'pending-pair', 'channel'];

interface ChannelFields extends StoredRecord {
  readonly encKey: Uint8Array;
  readonly macKey: Uint8Array;
}

/** The public view: as on fanout; of what browsers have, nothing of a key or a token. */
export function describe(record: StoredRecord): RecordView {
  const { kind } = record;
  if (kind === 'pairing') return { kind };
  if (kind === 'web-session' || kind === 'browser-session') return { kind };
  const { encKeyBytes: _enc, macKeyBytes: _mac, ...view } = fanout.describe(record);
  return CHANNELS.includes(kind) ? view : fanout.describe(record);
}

/** Every secret inside a record, as the byte arrays themselves. */
export function keysIn(record: StoredRecord): readonly Uint8Array[] {
  if (CHANNELS.includes(record.kind)) {
    const { encKey, macKey } = record as ChannelFields;
    return [encKey, macKey];
  }
  if (record.kind === 'pairing') {
    return [(record as StoredRecord & { readonly keyPair: KeyPair }).keyPair.privateKey];
  }
  return fanout.keysIn(record);
}
