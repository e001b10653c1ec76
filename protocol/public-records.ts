/**
 * Records that every implementation writes in this shape, so that the host and the judges can read
 * any node, a foreign one too (contract section 2).
 */

import type { ChatJid, DeviceJid, GroupJid, UserJid } from './addresses.ts';
import type { MediaKind } from './commands.ts';
import type { StoredRecord } from './store.ts';

/** Collections whose records every implementation writes in this shape, under this name. */
export const PUBLIC_COLLECTIONS = {
  shown: 'shown',
  outbox: 'outbox',
  lost: 'lost',
  timer: 'timer',
  transport: 'transport',
  qr: 'qr',
  page: 'page',
  account: 'account',
  linked: 'linked',
  pairedBrowser: 'paired-browser',
  membership: 'membership',
  group: 'group',
  setting: 'setting',
  appStateVersion: 'app-state-version',
  media: 'media',
  call: 'call',
  verification: 'verification',
  alarm: 'alarm',
  damaged: 'damaged',
} as const;

/**
 * A record that the storage layer found damaged at the boot (its checksum did not hold) and
 * dropped. Written by the host, read and deleted by the node. Key: `COLLECTION KEY`.
 */
export interface DamagedRecord extends StoredRecord {
  readonly kind: 'damaged';
  readonly collection: string;
  readonly key: string;
}

/** A message displayed on this device. Key: `chat|author|messageId`. */
export interface ShownRecord extends StoredRecord {
  readonly kind: 'shown';
  /** The account and the device that show it. */
  readonly account: UserJid;
  readonly device: DeviceJid;
  /** The conversation: a group, or the other account (also on the author's own other devices). */
  readonly chat: ChatJid;
  readonly messageId: string;
  /** Device that wrote it. */
  readonly author: DeviceJid;
  /** How it came: as a message, or with the history a phone hands to a new companion. */
  readonly via: 'live' | 'history';
  /** Of a message with a file: its caption. */
  readonly text: string;
  /** Of a message with a file: what it is, and SHA-256 of the file in 64 hex digits. */
  readonly media?: { readonly kind: MediaKind; readonly fileDigest: string };
  /** SHA-256 of the UTF-8 text, first 16 bytes, 32 hex digits. */
  readonly textDigest: string;
  /** Server time stamp `t`: microseconds since the Unix epoch; everyone orders the chat by it. */
  readonly positionUs: number;
  readonly isRead: boolean;
}

/**
 * A message this device wrote. Key: message id. The commit that creates it is the ledger's `said`.
 */
export interface OutboxRecord extends StoredRecord {
  readonly kind: 'outbox';
  readonly state: 'wanting' | 'sealed' | 'acknowledged';
  readonly chat: ChatJid;
  readonly messageId: string;
  readonly author: DeviceJid;
  readonly text: string;
  readonly media?: { readonly kind: MediaKind; readonly fileDigest: string };
  readonly textDigest: string;
  /** The input that asked for it, so that the world can tell which intent it fulfils. */
  readonly inputId: string;
  /** Devices named when it was sealed (τ_send), in stanza order; empty before. */
  readonly targets: readonly DeviceJid[];
  /** Devices wanted but left out for want of a usable bundle (an exception of C8). */
  readonly leftOut: readonly DeviceJid[];
  /** The server's `t` from the ack; 0 before. */
  readonly positionUs: number;
}

/** A message this device knows of and will not show. Key: `chat|author|messageId`. */
export interface LostRecord extends StoredRecord {
  readonly kind: 'lost';
  readonly chat: ChatJid;
  readonly messageId: string;
  readonly author: DeviceJid;
  readonly reason: string;
}

/**
 * A deadline on this host's own clock. Key: the timer's name. The host arms and cancels from
 * commits.
 */
export interface TimerRecord extends StoredRecord {
  readonly kind: 'timer';
  readonly deadlineUs: number;
}

/**
 * Key `self`: the static key pair of the transport handshake, read by the host (and by real Noise).
 */
export interface TransportRecord extends StoredRecord {
  readonly kind: 'transport';
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** Key `self`: the linking code on this companion's screen. */
export interface QrRecord extends StoredRecord {
  readonly kind: 'qr';
  readonly text: string;
}

/**
 * Key `self`: which client a web page has loaded (specification 11.8). Absent: the old one, where
 * companions are pages at all.
 */
export interface PageRecord extends StoredRecord {
  readonly kind: 'page';
  readonly generation: 'old' | 'new';
}

/** Key `self`: who this device is; absent before registration or linking and after log-out. */
export interface AccountRecord extends StoredRecord {
  readonly kind: 'account';
  readonly user: UserJid;
  readonly device: DeviceJid;
}

/** Server only. Key: device address. Its presence is `Linked` of the ledger. */
export interface LinkedRecord extends StoredRecord {
  readonly kind: 'linked';
  readonly user: UserJid;
  readonly device: DeviceJid;
  readonly keyIndex: number;
  /** 64 hex digits of the device's transport key. */
  readonly transportKey: string;
}

/**
 * Server only. Key: device address. A browser that mirrors its account's phone: it has no identity
 * of its own, and its address is one of our books alone. Its presence is `Linked` of the ledger.
 */
export interface PairedBrowserRecord extends StoredRecord {
  readonly kind: 'paired-browser';
  readonly user: UserJid;
  /** Numbered from 1 on, per account, no number twice. */
  readonly device: DeviceJid;
  /** The same number. */
  readonly keyIndex: number;
  /** 64 hex digits of the browser's transport key. */
  readonly transportKey: string;
}

/** Server only. Key: group. Ground truth of `Members` (ledger). */
export interface MembershipRecord extends StoredRecord {
  readonly kind: 'membership';
  readonly group: GroupJid;
  readonly name: string;
  readonly members: readonly UserJid[];
  readonly admins: readonly UserJid[];
  /** Server time stamp of the last change. */
  readonly changedUs: number;
}

/** A group as this device sees it. Key: group. Gone once its account is no member any more. */
export interface GroupRecord extends StoredRecord {
  readonly kind: 'group';
  readonly group: GroupJid;
  readonly name: string;
  readonly members: readonly UserJid[];
  readonly admins: readonly UserJid[];
  /** Server time stamp of the change it reflects. */
  readonly changedUs: number;
}

/** One piece of app state in force. Key: the index, a JSON array (specification 8.3). */
export interface SettingRecord extends StoredRecord {
  readonly kind: 'setting';
  readonly collection: string;
  readonly index: string;
  /** The action's value as JSON with sorted keys; `{}` where it has none. */
  readonly value: string;
  /** Milliseconds since the Unix epoch, as the device that set it saw its clock. */
  readonly timestampMs: number;
}

/** Where a collection of app state stands. Key: its name. */
export interface AppStateVersionRecord extends StoredRecord {
  readonly kind: 'app-state-version';
  readonly collection: string;
  readonly version: number;
  /** 256 hex digits. */
  readonly ltHash: string;
}

/** The file of a shown message. Key: as `shown`. */
export interface MediaRecord extends StoredRecord {
  readonly kind: 'media';
  readonly state: 'wanted' | 'fetched' | 'missing';
  /** SHA-256 of the plain file, 64 hex digits; of a fetched one as computed here. */
  readonly fileDigest: string;
}

/** A call as one device saw it. Key: call id. */
export interface CallRecord extends StoredRecord {
  readonly kind: 'call';
  readonly callId: string;
  /** The other account, or the group. */
  readonly chat: ChatJid;
  readonly creator: DeviceJid;
  readonly isVideo: boolean;
  readonly state: 'calling' | 'ringing' | 'connected' | 'ended';
  /**
   * Empty until it has ended: `connected`, `missed`, `answered-elsewhere`, `rejected`,
   * `rejected-elsewhere`, `cancelled`, `failed`.
   */
  readonly outcome: string;
  /** Devices this device exchanges media with. */
  readonly peers: readonly DeviceJid[];
}

/** Whether the keys of an account were compared. Key: account. */
export interface VerificationRecord extends StoredRecord {
  readonly kind: 'verification';
  readonly user: UserJid;
  /** 60 digits. */
  readonly code: string;
  /** The code on the screen, for the other person's camera. */
  readonly qr: Uint8Array;
  /** `changed`: it was verified, and the keys of its primary are others since. */
  readonly state: 'unverified' | 'verified' | 'mismatch' | 'changed';
}

/** A security notice shown to the person. Key: `account|n`, n from 1. */
export interface AlarmRecord extends StoredRecord {
  readonly kind: 'alarm';
  readonly user: UserJid;
  /** `identity-changed`, `device-added`, `device-removed`, `consistency`, `code-mismatch`. */
  readonly reason: string;
  readonly atUs: number;
}
