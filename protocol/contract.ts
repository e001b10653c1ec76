/**
 * The ports every architecture implements, and a device written by somebody else can stand behind
 * (contract sections 1, 2 and 15). A node is a synchronous reducer over a Store; the host feeds
 * inputs and carries effects out. Types only; the commands of people and the records that a host
 * may read of any node have files of their own and are handed on from here.
 */

import type { GroupJid } from './addresses.ts';
import type { Command } from './commands.ts';
import type { CryptoProvider } from './crypto/provider.ts';
import type { SessionLayer } from './signal/session-layer.ts';
import type { RecordWrite, Store, StoredRecord } from './store.ts';

// ---------------------------------------------------------------- addresses, commands, records

export type { ChatJid, DeviceJid, GroupJid, UserJid } from './addresses.ts';
export type { AppStateChange, Command, MediaKind, MessageName } from './commands.ts';
export type {
  AccountRecord,
  AlarmRecord,
  AppStateVersionRecord,
  CallRecord,
  DamagedRecord,
  GroupRecord,
  LinkedRecord,
  LostRecord,
  MediaRecord,
  MembershipRecord,
  OutboxRecord,
  PageRecord,
  PairedBrowserRecord,
  QrRecord,
  SettingRecord,
  ShownRecord,
  TimerRecord,
  TransportRecord,
  VerificationRecord,
} from './public-records.ts';
export { PUBLIC_COLLECTIONS } from './public-records.ts';

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
  /** Tag and type: `message`, `receipt:retry`, `iq:encrypt`, `ack:message`, `nack:message`. */
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
  /**
   * Which of an account's companions can be live: all of them, or one, which the command `open`
   * makes another one.
   */
  readonly companionsLive: 'all' | 'one';
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
