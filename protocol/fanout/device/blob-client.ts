/**
 * A device's errands at the store of files (specification 9.4): put, get and delete. Each errand is
 * a record until it is answered, so that it is run again after a break or a crash; the connection
 * is opened for the first and closed after the last. What comes of an errand goes to whoever the
 * errand is for (`blob-results.ts`). Files are checked by their owners, not here.
 *
 * Assumption: the path of a file is made of its name; real paths say more and are opaque.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { DeviceSetup, InputBody } from '../../contract.ts';
import { isRejected } from '../../errors.ts';
import {
  BLOB_ERRANDS_IN_FLIGHT_MAX,
  RECONNECT_BACKOFF_MAX_S,
  UNACKNOWLEDGED_MAX_US,
} from '../../limits.ts';
import type { StoredRecord } from '../../store.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { attribute, bytesContent, child, node, type WireNode } from '../../wire/node.ts';
import { fibonacciUs, type Step } from '../step.ts';
import { type BlobFlight, blobStateOf } from './blob-state.ts';

/** What an errand is for; `key` is the owner's own word for it. */
export interface BlobPurpose {
  readonly kind:
    | 'media-upload'
    | 'media-download'
    | 'media-reupload'
    | 'history-upload'
    | 'history-download'
    | 'app-state'
    /** Nobody waits for the answer. */
    | 'tidying';
  readonly key: string;
}

/** An errand to run. Collection `blob-job`, key: `OPERATION|KIND|KEY` of its purpose. */
export interface BlobJobRecord extends StoredRecord {
  readonly kind: 'blob-job';
  readonly operation: 'put' | 'get' | 'delete';
  /** 64 hex digits: SHA-256 of the file. */
  readonly name: string;
  /** The file to put; undefined otherwise. */
  readonly bytes: Uint8Array | undefined;
  /** How large the file is; of one to get, as far as known. */
  readonly sizeBytes: number;
  /** Refusals so far. */
  readonly refusals: number;
  readonly purpose: BlobPurpose;
}

/** How an errand ended. `missing`: there is no such file (any more). */
export type BlobOutcome =
  | { readonly kind: 'stored' | 'deleted' | 'missing' }
  | { readonly kind: 'fetched'; readonly bytes: Uint8Array }
  /** The store would not: the bytes were not those of the name. */
  | { readonly kind: 'refused'; readonly code: string };

/** Told how an errand ended, in the step of its answer. The errand's record is gone by then. */
export type BlobHandler = (step: Step, purpose: BlobPurpose, outcome: BlobOutcome) => void;

const RECONNECT_TIMER = 'blob-reconnect';
const STALL_TIMER = 'blob-stalled';
/** Microseconds a byte may take: 8 kB/s, slower than any link worth sending files over. */
const SLOWEST_BYTE_US = 125;
/** How often an errand is refused before its owner is told: the bytes were damaged on the way. */
const REFUSALS_MAX = 3;
const PATH = /^\/v\/([0-9a-f]{64})$/;

/** Where a file of this name lies: `directPath` of messages. */
export function directPathOf(name: string): string {
  return `/v/${name}`;
}

/** The name in a `directPath`; undefined when it is not a path of ours. */
export function blobNameOf(directPath: string | undefined): string | undefined {
  return PATH.exec(directPath ?? '')?.[1];
}

/** Stores a file; answers its name. The same purpose again replaces the errand. */
export function putBlob(step: Step, bytes: Uint8Array, purpose: BlobPurpose): string {
  const name = bytesToHex(step.context.crypto.sha256(bytes));
  addJob(step, { operation: 'put', name, bytes, sizeBytes: bytes.length, purpose });
  return name;
}

/** Fetches a file. `sizeBytes`: what is known of its size, so that slow links get their time. */
export function getBlob(step: Step, name: string, sizeBytes: number, purpose: BlobPurpose): void {
  addJob(step, { operation: 'get', name, bytes: undefined, sizeBytes, purpose });
}

/** Deletes a file; nobody waits for it. */
export function deleteBlob(step: Step, name: string): void {
  const purpose = { kind: 'tidying', key: name } as const;
  addJob(step, { operation: 'delete', name, bytes: undefined, sizeBytes: 0, purpose });
}

function jobKey(operation: BlobJobRecord['operation'], { kind, key }: BlobPurpose): string {
  return `${operation}|${kind}|${key}`;
}

function addJob(step: Step, job: Omit<BlobJobRecord, 'kind' | 'refusals'>): void {
  const record: BlobJobRecord = { kind: 'blob-job', ...job, refusals: 0 };
  step.tx.put('blob-job', jobKey(job.operation, job.purpose), record);
}

/** Whether such an errand is still to be run. */
export function isOnErrand(
  step: Step,
  operation: BlobJobRecord['operation'],
  purpose: BlobPurpose,
): boolean {
  return step.tx.get('blob-job', jobKey(operation, purpose)) !== undefined;
}

/** Calls an errand off; its answer, if one comes, is nobody's. */
export function cancelErrand(
  step: Step,
  operation: BlobJobRecord['operation'],
  purpose: BlobPurpose,
): void {
  step.tx.delete('blob-job', jobKey(operation, purpose));
}

// ------------------------------------------------------------------------------------ connection

/** The connection to the store of files is there; errands leave at the end of the step. */
export function takeBlobConnected(step: Step, connection: number): void {
  const state = blobStateOf(step.store);
  state.connection = connection;
  state.phase = 'open';
}

/** It ended: what was in flight is asked again on the next one, after a growing pause. */
export function takeBlobDisconnected(
  step: Step,
  { connection, reason }: Extract<InputBody, { kind: 'disconnected' }>,
): void {
  const state = blobStateOf(step.store);
  if (state.connection !== undefined && state.connection !== connection) return;
  const wasClosing = state.phase === 'closing';
  state.connection = undefined;
  state.flights.clear();
  step.cancelTimer(STALL_TIMER);
  state.phase = reason === 'doze' ? 'asleep' : 'down';
  if (reason === 'doze' || wasClosing || step.tx.count('blob-job') === 0) return;
  const pauseUs = fibonacciUs(state.failures, RECONNECT_BACKOFF_MAX_S);
  step.setTimer(RECONNECT_TIMER, step.nowUs + pauseUs);
  state.failures += 1;
}

/** A timer of this file; false when it is not one. */
export function takeBlobTimer(step: Step, name: string): boolean {
  if (name !== RECONNECT_TIMER && name !== STALL_TIMER) return false;
  step.cancelTimer(name);
  if (name === STALL_TIMER) closeIfStalled(step);
  return true;
}

function closeIfStalled(step: Step): void {
  const state = blobStateOf(step.store);
  const [head] = state.flights.values();
  if (head === undefined || state.connection === undefined) return;
  const deadlineUs = deadlineOf(head, state.headSinceUs);
  // A clock that was set back says nothing about how long it took: then too, begin anew.
  if (step.nowUs < deadlineUs && step.nowUs >= state.headSinceUs) {
    step.setTimer(STALL_TIMER, deadlineUs);
  } else {
    step.close(state.connection);
  }
}

function deadlineOf({ sizeBytes }: BlobFlight, sinceUs: number): number {
  return sinceUs + UNACKNOWLEDGED_MAX_US + sizeBytes * SLOWEST_BYTE_US;
}

/**
 * After every input: opens the connection when there are errands, sends those that fit the window,
 * closes it when none are left. Draws numbers for request ids.
 */
export function advanceBlobs(step: Step, setup: DeviceSetup, isWoken: boolean): void {
  const state = blobStateOf(step.store);
  if (state.phase === 'asleep' && isWoken) state.phase = 'down';
  const isIdle = step.tx.count('blob-job') === 0;
  if (isIdle) {
    step.cancelTimer(RECONNECT_TIMER);
    if (state.phase !== 'open' || state.connection === undefined) return;
    state.phase = 'closing';
    step.cancelTimer(STALL_TIMER);
    step.close(state.connection);
  } else if (state.phase === 'open') {
    sendErrands(step);
  } else if (state.phase === 'down' && (isWoken || !step.hasTimer(RECONNECT_TIMER))) {
    step.cancelTimer(RECONNECT_TIMER);
    state.phase = 'opening';
    step.open(setup.blobEndpoint);
  }
}

function sendErrands(step: Step): void {
  const { connection, flights } = blobStateOf(step.store);
  if (connection === undefined || flights.size >= BLOB_ERRANDS_IN_FLIGHT_MAX) return;
  const flying = new Set([...flights.values()].map(({ job }) => job));
  for (const [key, entry] of step.tx.entries('blob-job')) {
    if (flights.size >= BLOB_ERRANDS_IN_FLIGHT_MAX) return;
    if (!flying.has(key)) sendErrand(step, connection, key, entry as BlobJobRecord);
  }
}

function sendErrand(step: Step, connection: number, key: string, job: BlobJobRecord): void {
  const state = blobStateOf(step.store);
  const { operation, name, bytes, sizeBytes } = job;
  const id = step.freshId(operation);
  const type = operation === 'get' ? 'get' : 'set';
  const request = node(operation, { name }, bytes);
  step.send(connection, node('iq', { type, id, xmlns: 'w:m' }, [request]));
  if (state.flights.size === 0) becomeHead(step, { job: key, sizeBytes });
  state.flights.set(id, { job: key, sizeBytes });
}

function becomeHead(step: Step, flight: BlobFlight): void {
  const state = blobStateOf(step.store);
  state.headSinceUs = step.nowUs;
  step.setTimer(STALL_TIMER, deadlineOf(flight, step.nowUs));
}

// --------------------------------------------------------------------------------------- answers

/** An answer of the store of files; what it is the answer to learns how it went. */
export function takeBlobFrame(step: Step, bytes: Uint8Array, handle: BlobHandler): void {
  const answer = decodeFrame(bytes);
  if (isRejected(answer)) return step.refuse(answer);
  const state = blobStateOf(step.store);
  const id = attribute(answer, 'id') ?? '';
  const flight = state.flights.get(id);
  if (answer.tag !== 'iq' || flight === undefined) {
    return step.refuseAs('unexpected', 'the file store answers what was not asked');
  }
  state.flights.delete(id);
  state.failures = 0;
  const [head] = state.flights.values();
  if (head === undefined) step.cancelTimer(STALL_TIMER);
  else becomeHead(step, head);
  const job = step.get<BlobJobRecord>('blob-job', flight.job);
  if (job === undefined) return; // called off meanwhile
  const outcome = outcomeOf(answer, job);
  const refusals = job.refusals + 1;
  if (outcome.kind === 'refused' && refusals < REFUSALS_MAX) {
    step.refuseAs('malformed', `the file store refused to ${job.operation} a file`, {
      code: outcome.code,
    });
    const again: BlobJobRecord = { ...job, refusals };
    step.tx.put('blob-job', flight.job, again);
    return;
  }
  step.tx.delete('blob-job', flight.job);
  handle(step, job.purpose, outcome);
}

function outcomeOf(answer: WireNode, { operation }: BlobJobRecord): BlobOutcome {
  const error = child(answer, 'error');
  if (attribute(answer, 'type') !== 'result') {
    const code = attribute(error ?? answer, 'code') ?? 'unknown';
    return code === '404' || code === '410' ? { kind: 'missing' } : { kind: 'refused', code };
  }
  if (operation === 'put') return { kind: 'stored' };
  if (operation === 'delete') return { kind: 'deleted' };
  const bytes = bytesContent(child(answer, 'blob'));
  return bytes === undefined ? { kind: 'refused', code: 'empty' } : { kind: 'fetched', bytes };
}
