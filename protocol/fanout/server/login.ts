/**
 * Logging in (specification 5.3, 6.10; contract 2): the handshake has authenticated a static key,
 * the first stanza says who is behind it. The answer echoes the counters that betray a rolled-back
 * Store.
 */

import { isRejected } from '../../errors.ts';
import { COUNT_MAX } from '../../limits.ts';
import { positiveNumber } from '../../messages/stanza-time.ts';
import type { StoredRecord } from '../../store.ts';
import { decodeClientPayload } from '../../wire/client-payload.ts';
import { prekeyIdFrom, registrationIdFrom } from '../../wire/integers.ts';
import { deviceIdOf, numberOf, userOf } from '../../wire/jid.ts';
import { attribute, bytesContent, node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { noteCompanionSeen, notePrimarySeen } from './accounts.ts';
import { appStateNodes } from './app-state.ts';
import { type ServerConnection, volatileOf } from './connections.ts';
import { groupsHeardUs, noteGroupsHeard } from './groups.ts';
import { offerReferences } from './pairing.ts';
import { warnWhenLow } from './prekeys.ts';
import { expiredCopies, flush } from './queue.ts';
import {
  accountOf,
  type KeyIdsRecord,
  linkedDevice,
  type QueuedRecord,
  type SeenRecord,
} from './records.ts';
import { register } from './register.ts';

/** Handles the first stanza of a connection. */
export function takeLogin(step: Step, connection: ServerConnection, stanza: WireNode): void {
  const bytes = bytesContent(stanza);
  const payload = bytes === undefined ? undefined : decodeClientPayload(bytes);
  if (stanza.tag !== 'login' || payload === undefined || isRejected(payload)) {
    return fail(step, connection, '400');
  }
  const pairing = payload.devicePairingData;
  if (pairing !== undefined) {
    const registrationId = registrationIdFrom(pairing.eRegid);
    const signedPrekeyId = prekeyIdFrom(pairing.eSkeyId);
    const { eIdent, eSkeyVal, eSkeySig } = pairing;
    const isWhole = eIdent?.length === 32 && eSkeyVal?.length === 32 && eSkeySig?.length === 64;
    if (!isWhole || registrationId === undefined || signedPrekeyId === undefined) {
      return fail(step, connection, '400');
    }
    const keys = {
      registrationId,
      identityKey: eIdent,
      signedPrekeyId,
      signedPrekey: eSkeyVal,
      signedPrekeySignature: eSkeySig,
    };
    if (payload.username === undefined) return offerReferences(step, connection, keys);
    const phone = register(step, connection, String(payload.username), keys);
    if (phone === undefined) return fail(step, connection, '403');
    return welcome(step, connection, phone, positiveNumber(attribute(stanza, 'counter')) ?? 0);
  }
  const index = step.tx.get('transport-index', connection.transportKey);
  const device = (index as (StoredRecord & { device?: string }) | undefined)?.device ?? '';
  const { username, device: deviceId = 0 } = payload;
  const isClaimed = deviceIdOf(device) === deviceId && numberOf(device) === String(username);
  if (!isClaimed || linkedDevice(step, device) === undefined) {
    return fail(step, connection, '401');
  }
  adoptCount(step, device, positiveNumber(attribute(stanza, 'first')) ?? 1);
  welcome(step, connection, device, positiveNumber(attribute(stanza, 'counter')) ?? 0);
}

/**
 * Counts below the first outstanding one belong to stanzas that do not exist any more. Assumption:
 * the login's attributes `counter` and `first` are ours.
 */
function adoptCount(step: Step, device: string, first: number): void {
  const seen = step.get<SeenRecord>('seen', device);
  if (first - 1 <= (seen?.sent ?? 0) || first > COUNT_MAX) return;
  const record: SeenRecord = {
    kind: 'seen',
    login: seen?.login ?? 0,
    last: seen?.last,
    sent: first - 1,
  };
  step.tx.put('seen', device, record);
}

function fail(step: Step, connection: ServerConnection, reason: string): void {
  step.send(connection.connection, node('failure', { reason }));
  step.close(connection.connection);
}

function welcome(step: Step, connection: ServerConnection, device: string, counter: number): void {
  const state = volatileOf(step.store);
  const before = state.online.get(device);
  if (before !== undefined && before !== connection) replace(step, before);
  connection.device = device;
  connection.phase = 'login';
  state.online.set(device, connection);
  const seen = step.get<SeenRecord>('seen', device);
  const expired = expiredCopies(step, device);
  // What expired unheard is missed as surely as what a disk forgot.
  for (const [, { label, stampUs }] of expired) {
    if (label.kind === 'notification:w:gp2') noteGroupsHeard(step, device, stampUs);
  }
  const heardUs = groupsHeardUs(step, device);
  connection.expired = expired.map(([key]) => key);
  step.send(
    connection.connection,
    node(
      'success',
      {
        id: `success-${device}`,
        t: String(step.nowUs),
        counter: String(seen?.login ?? 0),
        sent: String(seen?.sent ?? 0),
        groups: heardUs === 0 ? undefined : String(heardUs),
        ...keyEcho(step, device),
      },
      [
        ...lastNode(seen),
        ...expiredNodes(expired.map(([, entry]) => entry)),
        ...appStateNodes(step, userOf(device)),
      ],
    ),
  );
  const record: SeenRecord = {
    kind: 'seen',
    // A login that counts no further than the last one comes from an older Store, or from a second
    // machine: it gets a number of its own, so that the other one learns of it, too.
    login: Math.max((seen?.login ?? 0) + 1, counter),
    sent: seen?.sent ?? 0,
    last: seen?.last,
  };
  step.tx.put('seen', device, record);
  const linked = linkedDevice(step, device);
  if (linked !== undefined) notePrimarySeen(step, linked);
  noteCompanionSeen(step, device);
}

/** The latest key ids of this device, and for a phone the time stamp of its account's list. */
function keyEcho(step: Step, device: string): Record<string, string | undefined> {
  const ids = step.get<KeyIdsRecord>('key-ids', device);
  const account = deviceIdOf(device) === 0 ? accountOf(step, device) : undefined;
  const written = (value: number | undefined): string | undefined =>
    value === undefined || value === 0 ? undefined : String(value);
  return {
    prekey: written(ids?.prekeyId),
    skey: written(ids?.signedPrekeyId),
    list: written(account?.listTimestampS),
  };
}

/**
 * The message this device acknowledged last: a Store that lost its last commit does not know it.
 */
function lastNode(seen: SeenRecord | undefined): WireNode[] {
  if (seen?.last === undefined) return [];
  const { id, from, recipient, stampUs } = seen.last;
  const chat = recipient === '' ? undefined : recipient;
  return [node('last', { id, from, recipient: chat, t: String(stampUs) })];
}

function expiredNodes(expired: readonly QueuedRecord[]): WireNode[] {
  const messages = expired.filter((entry) => entry.label.kind.startsWith('message'));
  if (messages.length === 0) return [];
  return [
    node(
      'expired',
      { count: String(messages.length) },
      messages.map((entry) =>
        node('item', {
          id: entry.label.id,
          from: entry.from,
          recipient: entry.recipient === '' ? undefined : entry.recipient,
          t: String(entry.stampUs),
        }),
      ),
    ),
  ];
}

function replace(step: Step, before: ServerConnection): void {
  step.send(
    before.connection,
    node('stream:error', { code: '409' }, [node('conflict', { type: 'replaced' })]),
  );
  step.close(before.connection);
  before.device = undefined;
}

/** `<iq xmlns="passive"><active/></iq>`: from here on the device takes its queue. */
export function activate(step: Step, connection: ServerConnection, iq: WireNode): void {
  const device = connection.device;
  if (device === undefined) return;
  connection.phase = 'active';
  // The device has stored which copies expired: only now may they go.
  for (const key of connection.expired) step.tx.delete(`queue/${device}`, key);
  connection.expired = [];
  step.send(
    connection.connection,
    node('iq', { type: 'result', id: attribute(iq, 'id'), from: 's.whatsapp.net' }),
  );
  flush(step, connection, device);
  warnWhenLow(step, device);
}

/** A connection ended: the phone was seen until now, and what still waits is worth waking for. */
export function noteGone(step: Step, gone: ServerConnection): void {
  const linked = gone.device === undefined ? undefined : linkedDevice(step, gone.device);
  if (linked === undefined) return;
  if (deviceIdOf(linked.device) === 0) notePrimarySeen(step, linked);
  else noteCompanionSeen(step, linked.device);
  if (step.tx.count(`queue/${linked.device}`) > 0) step.push(linked.transportKey);
}
