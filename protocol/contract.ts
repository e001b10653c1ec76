/**
 * The ports every architecture implements, and a device written by somebody else can stand behind
 * (contract sections 1, 2 and 15). A node is a synchronous reducer over a Store; the host feeds
 * inputs and carries effects out. This file is types only: it fixes what the host may read of any
 * node.
 */

import type { CryptoProvider } from './crypto/provider.ts';
import type { RecordWrite, Store, StoredRecord } from './store.ts';

// ---------------------------------------------------------------- addresses

/** `15551230001@s.whatsapp.net`: an account (and, for a 1:1 chat, the chat with it). */
export type UserJid = string;
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
}

// ---------------------------------------------------------------- inputs

/** What a person (or an operator) does with a device. */
export type Command =
  | { readonly kind: 'send'; readonly chat: UserJid; readonly text: string }
  /** Marks everything shown in the chat so far as read. */
  | { readonly kind: 'read'; readonly chat: UserJid }
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
  | { readonly kind: 'disconnected'; readonly connection: number; readonly reason: string }
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
} as const;

/** A message displayed on this device. Key: `chat|author|messageId`. */
export interface ShownRecord extends StoredRecord {
  readonly kind: 'shown';
  /** The account and the device that show it. */
  readonly account: UserJid;
  readonly device: DeviceJid;
  /** The conversation: the other account (also on the author's own other devices). */
  readonly chat: UserJid;
  readonly messageId: string;
  /** Device that wrote it. */
  readonly author: DeviceJid;
  readonly text: string;
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
  readonly chat: UserJid;
  readonly messageId: string;
  readonly author: DeviceJid;
  readonly text: string;
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
  readonly chat: UserJid;
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

// ---------------------------------------------------------------- architectures

/** Numbers a scenario sets; their defaults are the scenario language's. */
export interface Settings {
  /** One-time prekeys per upload. */
  readonly prekeyBatch: number;
  /** How long a placeholder waits before it is reported lost, in microseconds. */
  readonly placeholderDeadlineUs: number;
}

export interface DeviceSetup {
  readonly role: 'primary' | 'companion';
  readonly serverEndpoint: string;
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
}

export interface TimeZeroPlan {
  readonly accounts: readonly AccountPlan[];
  /** Companions that exist, unlinked, at time zero. */
  readonly unlinked: readonly string[];
  readonly settings: Settings;
  /** The context of one host's first boot: secrets and numbers are that host's own. */
  contextOf(host: string): StepContext;
}

/** The commits that make every Store at time zero, by host name; the server's is under `server`. */
export type TimeZero = ReadonlyMap<string, readonly RecordWrite[]>;

/** The public view of a record for people: no key bytes. */
export type RecordView = Readonly<Record<string, string | number | boolean>>;

export interface Architecture {
  readonly name: 'fanout' | 'relay';
  /** Builds all Stores by the same pure linking functions that run over the network. */
  timeZero(plan: TimeZeroPlan): TimeZero;
  device(store: Store, setup: DeviceSetup): ProtocolNode;
  server(store: Store, setup: ServerSetup): ProtocolNode;
  describe(record: StoredRecord): RecordView;
  /**
   * Every secret key the record holds, as the byte arrays themselves: judges derive ids and scan
   * the wire for them.
   */
  keysIn(record: StoredRecord): readonly Uint8Array[];
}
