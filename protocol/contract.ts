/**
 * The ports every architecture implements, and a device written by somebody else can stand behind
 * (contract sections 1, 2 and 15). A node is a synchronous reducer over a Store; the host feeds
 * inputs and carries effects out. This file is types only: it fixes what the host may read of any
 * node.
 */

import type { CryptoProvider } from './crypto/provider.ts';
import type { SessionLayer } from './signal/session-layer.ts';
import type { RecordWrite, Store, StoredRecord } from './store.ts';

// ---------------------------------------------------------------- addresses

/** `15551230001@s.whatsapp.net`: an account (and, for a 1:1 chat, the chat with it). */
export type UserJid = string;
/** `120363000000000001@g.us` */
export type GroupJid = string;
/** Whom a message is for: an account or a group. */
export type ChatJid = UserJid | GroupJid;
/** `15551230001:2@s.whatsapp.net`; the primary is device 0 and is written without `:0`. */
export type DeviceJid = string;

// ---------------------------------------------------------------- what a step is given

/**
 * Secret bytes: HMAC over (device incarnation, boot, input id, purpose, ordinal). Never in the
 * Store, never the PRNG.
 */
export interface Secrets {
  /**
   * A fresh array of `length` bytes (1..255 * 32). Each call for one purpose within a step advances
   * its ordinal.
   */
  bytes(purpose: string, length: number): Uint8Array;
}

/** Numbers that need not be secret: registration ids, raw ids, padding lengths, message ids. */
export interface PublicNumbers {
  /** Uniform integer in [0, bound), 1 <= bound <= 2^32. */
  below(purpose: string, bound: number): number;
  bytes(purpose: string, length: number): Uint8Array;
}

/** All that a step may know besides its Store and its input. */
export interface StepContext {
  /**
   * Microseconds since the Unix epoch as this host's clock shows them (safe integer; may be skewed
   * or step back).
   */
  readonly wallUs: number;
  readonly secrets: Secrets;
  readonly numbers: PublicNumbers;
  readonly crypto: CryptoProvider;
  /** Another library's pairwise sessions behind this device; absent: those of this program. */
  readonly sessions?: SessionLayer;
}

// ---------------------------------------------------------------- inputs

/** Kinds of files that are sent in messages (specification 9.1, 9.3). */
export type MediaKind = 'image' | 'video' | 'audio' | 'document';

/** One message as public records name it. */
export interface MessageName {
  readonly chat: ChatJid;
  readonly author: DeviceJid;
  readonly messageId: string;
}

/** What a person sets in the state that all devices of an account share (specification 8.3). */
export type AppStateChange =
  | { readonly kind: 'star'; readonly message: MessageName; readonly value: boolean }
  | { readonly kind: 'delete-message'; readonly message: MessageName }
  /** `untilUs`: microseconds since the Unix epoch, 0 for ever; only with `value` true. */
  | {
      readonly kind: 'mute';
      readonly chat: ChatJid;
      readonly value: boolean;
      readonly untilUs: number;
    }
  | {
      readonly kind: 'pin' | 'archive' | 'mark-read';
      readonly chat: ChatJid;
      readonly value: boolean;
    }
  | { readonly kind: 'clear-chat' | 'delete-chat'; readonly chat: ChatJid }
  | { readonly kind: 'contact'; readonly contact: UserJid; readonly name: string }
  | { readonly kind: 'push-name'; readonly name: string };

/** What a person (or an operator) does with a device. */
export type Command =
  | { readonly kind: 'send'; readonly chat: ChatJid; readonly text: string }
  | {
      readonly kind: 'send-media';
      readonly chat: ChatJid;
      readonly media: MediaKind;
      /** The file as the person has it. */
      readonly bytes: Uint8Array;
      readonly caption: string;
    }
  /** Fetches the file of a shown message. */
  | { readonly kind: 'fetch-media'; readonly message: MessageName }
  /** Marks everything shown in the chat so far as read. */
  | { readonly kind: 'read'; readonly chat: ChatJid }
  /**
   * Assumption: whoever makes a group names its address; the real server gives it. `members` are
   * the others.
   */
  | {
      readonly kind: 'create-group';
      readonly group: GroupJid;
      readonly name: string;
      readonly members: readonly UserJid[];
    }
  /** Of `leave`, `members` is empty. */
  | {
      readonly kind: 'change-group';
      readonly group: GroupJid;
      readonly change: 'add' | 'remove' | 'leave' | 'promote' | 'demote';
      readonly members: readonly UserJid[];
    }
  | { readonly kind: 'app-state'; readonly change: AppStateChange }
  | { readonly kind: 'call'; readonly to: ChatJid; readonly isVideo: boolean }
  /** Of the call that rings, or is under way, on this device. */
  | { readonly kind: 'answer-call' | 'reject-call' | 'end-call' }
  /** Shows the security code with an account (public record `verification`). */
  | { readonly kind: 'show-code'; readonly user: UserJid }
  /** Scans the other person's code. */
  | { readonly kind: 'compare-code'; readonly user: UserJid; readonly qr: Uint8Array }
  /** Primary: sets the account up anew on this phone, with new keys and an empty store. */
  | { readonly kind: 're-register' }
  /** The app is updated: from now on it knows of several devices (specification 12). */
  | { readonly kind: 'upgrade' }
  /** Companion: asks the phone for older messages of a chat. */
  | { readonly kind: 'fetch-history'; readonly chat: ChatJid }
  /** Unregistered companion: connect and show a linking QR code (public record `qr`). */
  | { readonly kind: 'link' }
  /** Primary: scan a companion's QR code. */
  | { readonly kind: 'scan'; readonly qr: string }
  /** Primary: unlink one companion. Companion: `device` is its own address, it logs itself out. */
  | { readonly kind: 'unlink'; readonly device: DeviceJid };

export type InputBody =
  | { readonly kind: 'started' }
  | {
      readonly kind: 'connected';
      readonly connection: number;
      readonly endpoint: string;
      /** 32 bytes: the static key the handshake authenticated at the other end. */
      readonly peerStaticKey: Uint8Array;
    }
  | { readonly kind: 'frame'; readonly connection: number; readonly bytes: Uint8Array }
  /** Also the end of an attempt that never came to `connected`. */
  | {
      readonly kind: 'disconnected';
      readonly connection: number;
      /** The host at the other end. */
      readonly endpoint: string;
      readonly reason: string;
    }
  | { readonly kind: 'timer'; readonly name: string }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'push' };

/**
 * `id` names the input within the run: the scenario's id, a packet's id, a timer's. Stable under
 * unrelated changes.
 */
export type Input = InputBody & { readonly id: string };

// ---------------------------------------------------------------- effects

/**
 * The public name of a stanza, so that the host can tell a repeat from a new one and name its
 * packets.
 */
export interface StanzaLabel {
  /** Tag and type, as `message`, `receipt:retry`, `iq:encrypt`, `ack:message`. */
  readonly kind: string;
  /** The stanza's `id` attribute (or another stable public word where it has none). */
  readonly id: string;
}

/** Told to people and traces; nothing depends on it. */
export interface Notice {
  /** Stable word: `rejected`, `linked`, `logged-out`, `security-code-changed`, `rolled-back`, … */
  readonly code: string;
  readonly sentence: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** In this order within one step: at most one `commit`, first; then the rest in the order given. */
export type Effect =
  | { readonly kind: 'commit'; readonly writes: readonly RecordWrite[] }
  | {
      readonly kind: 'send';
      readonly connection: number;
      /** One encoded stanza (appendix E). */
      readonly bytes: Uint8Array;
      readonly label: StanzaLabel;
    }
  | { readonly kind: 'open'; readonly endpoint: string }
  | { readonly kind: 'close'; readonly connection: number }
  /** Server only: wake the device whose transport key this is (64 hex digits). */
  | { readonly kind: 'push'; readonly device: string }
  | { readonly kind: 'emit'; readonly notice: Notice };

/** A protocol node. It keeps nothing between steps but its Store. Never throws on outside bytes. */
export interface ProtocolNode {
  step(input: Input, context: StepContext): readonly Effect[];
}

// ---------------------------------------------------------------- public records

/** Collections whose records every implementation writes in this shape, under this name. */
export const PUBLIC_COLLECTIONS = {
  shown: 'shown',
  outbox: 'outbox',
  lost: 'lost',
  timer: 'timer',
  transport: 'transport',
  qr: 'qr',
  account: 'account',
  linked: 'linked',
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
 * A record that the storage layer found damaged at the boot (its checksum did not hold) and dropped.
 * Written by the host, read and deleted by the node. Key: `COLLECTION KEY`.
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

// ---------------------------------------------------------------- architectures

/** Numbers a scenario sets; their defaults are the scenario language's. */
export interface Settings {
  /** One-time prekeys per upload. */
  readonly prekeyBatch: number;
  /** How long a placeholder waits before it is reported lost, in microseconds. */
  readonly placeholderDeadlineUs: number;
  /** Specification 5.11: how long a list may stay older than what a message said of it. */
  readonly expectedListGraceUs: number;
  /** Specification 12: whether phones pass what an old contact wrote on to their companions. */
  readonly mirrorsOldContacts: boolean;
}

export interface DeviceSetup {
  readonly role: 'primary' | 'companion';
  readonly serverEndpoint: string;
  /** Where files are stored. */
  readonly blobEndpoint: string;
  /** 32 bytes, known to every client. */
  readonly serverStaticKey: Uint8Array;
  readonly settings: Settings;
}

export interface ServerSetup {
  readonly settings: Settings;
}

/** An account as it stands at time zero. */
export interface AccountPlan {
  /** Full digits, fixed width. */
  readonly number: string;
  /** Host name of the primary, as `alice.phone`. */
  readonly primary: string;
  /** Host names of companions already linked, in order of linking. */
  readonly companions: readonly string[];
  /** Accounts (numbers) whose device lists it holds, without sessions. */
  readonly contacts: readonly string[];
  /** Whether its app knows of several devices (specification 12). */
  readonly isCapable: boolean;
}

/** A group as it stands at time zero. */
export interface GroupPlan {
  readonly group: GroupJid;
  readonly name: string;
  /** Numbers of accounts; the creator first. */
  readonly members: readonly string[];
  readonly admins: readonly string[];
}

export interface TimeZeroPlan {
  readonly accounts: readonly AccountPlan[];
  readonly groups: readonly GroupPlan[];
  /** Companions that exist, unlinked, at time zero. */
  readonly unlinked: readonly string[];
  readonly settings: Settings;
  /** The context of one host's first boot: secrets and numbers are that host's own. */
  contextOf(host: string): StepContext;
}

/**
 * The commits that make every Store at time zero, by host name; the server's is under `server`,
 * that of the file store under `blobs`.
 */
export type TimeZero = ReadonlyMap<string, readonly RecordWrite[]>;

/** The public view of a record for people: no key bytes. */
export type RecordView = Readonly<Record<string, string | number | boolean>>;

export interface Architecture {
  readonly name: 'fanout' | 'relay';
  /** Builds all Stores by the same pure linking functions that run over the network. */
  timeZero(plan: TimeZeroPlan): TimeZero;
  device(store: Store, setup: DeviceSetup): ProtocolNode;
  server(store: Store, setup: ServerSetup): ProtocolNode;
  /** The store of encrypted files: holds bytes under names, knows no account and no key. */
  blobs(store: Store, setup: ServerSetup): ProtocolNode;
  describe(record: StoredRecord): RecordView;
  /**
   * Every secret key the record holds, as the byte arrays themselves: judges derive ids and scan
   * the wire for them.
   */
  keysIn(record: StoredRecord): readonly Uint8Array[];
}
