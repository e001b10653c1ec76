/**
 * What a device stores beside the public records and those of the Signal protocol. Collections:
 * `primary`/self (phone only), `companion`/self (companion only), `device-list`/USER, `wanting`
 * (messages to seal, in order), `outbound` (sealed stanzas the server has not acknowledged, in
 * order), `resend` (copies asked for again), `backfill`, `delivered/MESSAGE`, `placeholder`,
 * `unread/CHAT`, `login`/self, `recreated`/DEVICE.
 */

import type {
  AccountRecord,
  DeviceJid,
  GroupJid,
  OutboxRecord,
  StanzaLabel,
  UserJid,
} from '../../contract.ts';
import type { DeviceListRecord } from '../../devices/device-list.ts';
import { SEALED_PER_STEP_MAX } from '../../limits.ts';
import type { StoredRecord } from '../../store.ts';
import type { Step } from '../step.ts';
import { linkStateOf } from './link-state.ts';

/** The phone's own list state; the list itself is its `device-list` record. */
export interface PrimaryRecord extends StoredRecord {
  readonly kind: 'primary';
  readonly rawId: number;
  readonly currentIndex: number;
  readonly listTimestampS: number;
  /** Server time of the last word on our own devices that was heeded; 0 before the first. */
  readonly syncedUs: number;
}

/** The companion's proof of membership: the whole ADVSignedDeviceIdentity. */
export interface CompanionRecord extends StoredRecord {
  readonly kind: 'companion';
  readonly signedIdentity: Uint8Array;
  readonly keyIndex: number;
  /** False until the first prekey upload was confirmed. */
  readonly isReady: boolean;
}

/** What a companion shows before it is linked: the secret of the QR code. */
export interface AdvSecretRecord extends StoredRecord {
  readonly kind: 'adv-secret';
  readonly secret: Uint8Array;
}

/** The phone's vouching under way: asked again, same bytes, until the server answers. */
export interface PendingLinkRecord extends StoredRecord {
  readonly kind: 'pending-link';
  readonly queryId: string;
  readonly keyIndex: number;
  readonly list: DeviceListRecord;
  readonly stanza: Uint8Array;
}

/** A message to seal when lists and sessions are there. Key: message id. */
export interface WantingRecord extends StoredRecord {
  readonly kind: 'wanting';
  readonly messageId: string;
  readonly chat: UserJid;
}

/** A stanza to send until the server acknowledges it. */
export interface OutboundRecord extends StoredRecord {
  readonly kind: 'outbound';
  /** Its place among this device's stanzas with ciphertext; 0 for all others. */
  readonly sentCount: number;
  readonly label: StanzaLabel;
  readonly bytes: Uint8Array;
}

/** One device asked for a message again. Key: `MESSAGE|DEVICE`. */
export interface ResendRecord extends StoredRecord {
  readonly kind: 'resend';
  readonly messageId: string;
  readonly device: DeviceJid;
  readonly count: number;
}

/** A stale-list answer to act on. Key: message id. */
export interface BackfillRecord extends StoredRecord {
  readonly kind: 'backfill';
  readonly messageId: string;
  /** This device's clock when the ack that showed the mismatch arrived. */
  readonly ackedUs: number;
  /** A group whose members are still to be asked for anew; then their lists are. */
  readonly group: GroupJid | undefined;
  /** Accounts whose list is still to be asked for anew. */
  readonly wanted: readonly UserJid[];
}

/** A device has a message. Collection `delivered/MESSAGE`, key: device. */
export interface DeliveredRecord extends StoredRecord {
  readonly kind: 'delivered';
  readonly isRead: boolean;
}

/** "Waiting for this message." Key as `shown`. */
export interface PlaceholderRecord extends StoredRecord {
  readonly kind: 'placeholder';
  readonly chat: UserJid;
  readonly messageId: string;
  readonly author: DeviceJid;
  readonly positionUs: number;
  /** Retry receipts sent. */
  readonly count: number;
  readonly errorCode: number;
  /** The one-time prekey its retry receipts carry; 0 before one does. */
  readonly prekeyId: number;
}

/** Counters that betray a rollback (contract 2). */
export interface LoginRecord extends StoredRecord {
  readonly kind: 'login';
  readonly logins: number;
  /** Stanzas with ciphertext sealed so far. */
  readonly sent: number;
}

export interface RecreatedRecord extends StoredRecord {
  readonly kind: 'recreated';
  readonly atUs: number;
}

export const SELF = 'self';

/** Key of `shown`, `lost` and `placeholder` records. */
export function messageKey(chat: UserJid, author: DeviceJid, messageId: string): string {
  return `${chat}|${author}|${messageId}`;
}

/** Who this device is, once it is registered or linked. */
export function accountOf(step: Step): AccountRecord | undefined {
  return step.get<AccountRecord>('account', SELF);
}

export function deviceListOf(step: Step, user: UserJid): DeviceListRecord | undefined {
  return step.get<DeviceListRecord>('device-list', user);
}

export function outboxOf(step: Step, messageId: string): OutboxRecord | undefined {
  return step.get<OutboxRecord>('outbox', messageId);
}

export function putOutbox(
  step: Step,
  record: OutboxRecord,
  change: Partial<OutboxRecord>,
): OutboxRecord {
  const next: OutboxRecord = { ...record, ...change };
  step.tx.put('outbox', record.messageId, next);
  return next;
}

/**
 * Whether one more stanza may be sealed: not before a login was answered in this boot, and not
 * while `SEALED_PER_STEP_MAX` wait for the server, since no more can be lost unseen then than the
 * gap of a sending chain covers.
 */
export function maySealMore(step: Step): boolean {
  if (!linkStateOf(step.store).isConfirmed) return false;
  let waiting = 0;
  for (const [, entry] of step.tx.entries('outbound')) {
    if ((entry as OutboundRecord).sentCount > 0) waiting += 1;
  }
  return waiting < SEALED_PER_STEP_MAX;
}

/** The next number of a stanza with ciphertext; committed with it. */
export function nextSentCount(step: Step): number {
  const login = step.get<LoginRecord>('login', SELF) ?? { kind: 'login', logins: 0, sent: 0 };
  const next: LoginRecord = { ...login, sent: login.sent + 1 };
  step.tx.put('login', SELF, next);
  return next.sent;
}
