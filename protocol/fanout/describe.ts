/** Records of the fanout architecture as people and judges may see them (contract 2). */

import type { RecordView } from '../contract.ts';
import { describeSignalRecord, isSignalRecord, keysInSignalRecord } from '../signal/records.ts';
import {
  describeSenderKeyRecord,
  isSenderKeyRecord,
  keysInSenderKeyRecord,
} from '../signal/sender-key-records.ts';
import type { StoredRecord } from '../store.ts';
import type { SyncKeyRecord } from './device/app-state-records.ts';

/** The public view: plain fields as they are, byte arrays by their length, lists joined. */
export function describe(record: StoredRecord): RecordView {
  if (isSignalRecord(record)) return describeSignalRecord(record);
  if (isSenderKeyRecord(record)) return describeSenderKeyRecord(record);
  const view: Record<string, string | number | boolean> = { kind: record.kind };
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      view[name] = value;
    } else if (value instanceof Uint8Array) {
      if (!isSecret(record.kind, name)) view[`${name}Bytes`] = value.length;
    } else if (Array.isArray(value)) {
      view[`${name}Count`] = value.length;
    }
  }
  return view;
}

function isSecret(kind: string, name: string): boolean {
  const isCall = kind === 'call-side' || kind === 'call-peer';
  return (kind === 'transport' && name === 'privateKey') || kind === 'adv-secret' || isCall;
}

interface FileRecord extends StoredRecord {
  readonly mediaKey?: Uint8Array;
  readonly file?: { readonly mediaKey: Uint8Array };
}

const FILE_RECORDS = ['media-content', 'media-answer', 'history-job', 'history-chunk'];

function isFileRecord(record: StoredRecord): record is FileRecord {
  return FILE_RECORDS.includes(record.kind);
}

function keysInFileRecord({ mediaKey, file }: FileRecord): readonly Uint8Array[] {
  return [mediaKey, file?.mediaKey].filter((key) => key !== undefined);
}

/** Every secret inside a record, as the byte arrays themselves. */
export function keysIn(record: StoredRecord): readonly Uint8Array[] {
  if (isSignalRecord(record)) return keysInSignalRecord(record);
  if (isSenderKeyRecord(record)) return keysInSenderKeyRecord(record);
  if (isFileRecord(record)) return keysInFileRecord(record);
  if (record.kind === 'transport')
    return [(record as unknown as { privateKey: Uint8Array }).privateKey];
  if (record.kind === 'call-side' || record.kind === 'call-peer') {
    const { secret } = record as unknown as { secret: Uint8Array };
    return secret.length === 0 ? [] : [secret];
  }
  if (record.kind === 'app-state-key') return [(record as SyncKeyRecord).key.keyData];
  if (record.kind === 'adv-secret') return [(record as unknown as { secret: Uint8Array }).secret];
  return [];
}
