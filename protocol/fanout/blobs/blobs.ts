/**
 * The store of encrypted files as a node (specification 9.4): bytes under a name, kept for a time.
 * It knows no account and holds no key. What it stores it has checked against the name, which is
 * the hash of the bytes.
 *
 * Assumption: the real store speaks HTTP; here the same three requests are stanzas, `put`, `get`
 * and `delete`, with HTTP's codes, and nobody is asked who they are (specification 9.4 hands out
 * an authorisation with `media_conn`; it protects the operator, not the messages).
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { Effect, Input, ProtocolNode, ServerSetup, StepContext } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import { BLOB_RETENTION_US, FRAME_BYTES_MAX } from '../../limits.ts';
import type { Store, StoredRecord } from '../../store.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { attribute, bytesContent, child, node, type WireNode } from '../../wire/node.ts';
import { Step } from '../step.ts';

/** A stored file. Key: its name, 64 hex digits of its SHA-256. */
export interface BlobRecord extends StoredRecord {
  readonly kind: 'blob';
  readonly bytes: Uint8Array;
  readonly storedUs: number;
}

/** Makes the store of files over its Store. */
export function createBlobs(store: Store, setup: ServerSetup): ProtocolNode {
  return {
    step(input: Input, context: StepContext): readonly Effect[] {
      const step = new Step(input, context, store, setup.settings);
      if (input.kind === 'frame') takeFrame(step, input.connection, input.bytes);
      if (input.kind === 'timer') dropOld(step, input.name);
      return step.finish();
    },
  };
}

function takeFrame(step: Step, connection: number, bytes: Uint8Array): void {
  if (bytes.length > FRAME_BYTES_MAX) {
    return step.refuseAs('limit-reached', 'a file is larger than a frame can carry');
  }
  const iq = decodeFrame(bytes);
  if (isRejected(iq)) return step.refuse(iq);
  const id = attribute(iq, 'id');
  const answer = (type: string, content: readonly WireNode[]): void =>
    step.send(connection, node('iq', { type, id, xmlns: 'w:m' }, content));
  const request = ['put', 'get', 'delete'].map((tag) => child(iq, tag)).find(Boolean);
  const name = request && attribute(request, 'name');
  if (iq.tag !== 'iq' || request === undefined || name === undefined || name === '') {
    return step.refuseAs('malformed', 'a request to the file store names no file');
  }
  const fail = (code: string): void => answer('error', [node('error', { code })]);
  switch (request.tag) {
    case 'put':
      return put(step, name, bytesContent(request)) ? answer('result', []) : fail('400');
    case 'get': {
      const blob = step.get<BlobRecord>('blob', name);
      return blob === undefined ? fail('404') : answer('result', [node('blob', {}, blob.bytes)]);
    }
    default:
      step.tx.delete('blob', name);
      return answer('result', []);
  }
}

/** Stores the bytes under their hash; the same file twice is one file, kept from then on. */
function put(step: Step, name: string, bytes: Uint8Array | undefined): boolean {
  if (bytes === undefined || bytesToHex(step.context.crypto.sha256(bytes)) !== name) return false;
  const record: BlobRecord = { kind: 'blob', bytes, storedUs: step.nowUs };
  step.tx.put('blob', name, record);
  step.setTimer(`retention/${name}`, step.nowUs + BLOB_RETENTION_US);
  return true;
}

function dropOld(step: Step, timer: string): void {
  step.cancelTimer(timer);
  step.tx.delete('blob', timer.slice('retention/'.length));
}
