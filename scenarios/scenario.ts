/**
 * A scenario as plain data, after loading: every time resolved to microseconds since the epoch of
 * the scenario, every id present, every name checked. The written form (YAML, JSON, typed builder)
 * is the schema's business; nothing behind the loader sees it. JSON-serialisable.
 */

import type { AppStateSetting } from './app-state-setting.ts';
import type { Expectation } from './expectation.ts';
import type { AccountName, ChatName, DeviceName, GroupName, Ratio } from './names.ts';

export type { AppStateSetting } from './app-state-setting.ts';
export type { CallOutcome, Expectation, ExpectedFact } from './expectation.ts';
export { CALL_OUTCOMES, STATES } from './expectation.ts';
export type { AccountName, ChatName, DeviceName, GroupName, Ratio } from './names.ts';

export interface Scenario {
  readonly lockstep: 1;
  readonly name: string;
  readonly summary: string;
  /** Microseconds since the Unix epoch at virtual time 0. */
  readonly epochUs: number;
  /** Length of the story in virtual microseconds; the heal phase follows. */
  readonly lengthUs: number;
  readonly accounts: readonly Account[];
  readonly groups: readonly Group[];
  /** Networks described in the scenario itself, by name, beside the built-in ones. */
  readonly networks: readonly CustomNetwork[];
  readonly settings: ScenarioSettings;
  /** Pairs of accounts that do not hold each other's device lists at time zero. */
  readonly strangers: readonly (readonly [AccountName, AccountName])[];
  readonly workload: readonly Workload[];
  /** In order of time, ties in order of writing. */
  readonly timeline: readonly TimelineEntry[];
  /** Accounts that join the multi-device beta in stages; absent: none does but by its own entry. */
  readonly rollout?: Rollout;
  readonly heal: { readonly forUs: number };
  readonly mustFire: readonly string[];
  readonly mustCheck: readonly string[];
  readonly excused: readonly Excuse[];
  readonly expect: readonly Expectation[];
  readonly exceptions: readonly PropertyException[];
  /** Present in a counterexample. */
  readonly seed?: string;
  readonly architecture?: 'fanout' | 'relay';
  readonly overrides: readonly Override[];
}

export const TRANSPORTS = ['modelled', 'noise'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface ScenarioSettings {
  /** One-time prekeys per upload. */
  readonly prekeys: number;
  /** Connections by formula, or real handshakes and sealed frames; same schedule and sizes. */
  readonly transport: Transport;
  readonly placeholderDeadlineUs: number;
  /** How late a dozing device's timers may be. */
  readonly dozeLatenessUs: number;
  /**
   * How long a list may stay older than what a contact's message said of it (5.11: 25 h or 48 h).
   */
  readonly expectedListGraceUs: number;
  /** Whether phones pass what an old contact wrote on to their companions (12; default false). */
  readonly mirrorsOldContacts: boolean;
}

/** A staged rollout (specification 12): which accounts join in which stage is drawn. */
export interface Rollout {
  /** In order of time; `share` of all accounts that can join have joined from `atUs` on. */
  readonly stages: readonly { readonly atUs: number; readonly share: Ratio }[];
  /** Whoever joins links their companions again within this time. */
  readonly relinkWithinUs: number;
}

/** Whom a rollout is about: accounts with an old app that no entry and no `app` of theirs joins. */
export function joinersOf({
  accounts,
  timeline,
}: Pick<Scenario, 'accounts' | 'timeline'>): readonly Account[] {
  const own = new Set(
    timeline.flatMap(({ action }) => (action.kind === 'upgrade' ? [action.account] : [])),
  );
  return accounts.filter(({ name, multiDevice }) => {
    return !own.has(name) && multiDevice.every(({ isCapable }) => !isCapable);
  });
}

/** A group of accounts. */
export interface Group {
  readonly name: GroupName;
  /** At time zero, or as created by a `create-group` entry. The first is its creator and admin. */
  readonly members: readonly AccountName[];
  /** Members who may add and remove others; the creator is always one. */
  readonly admins: readonly AccountName[];
  /** False: a `create-group` entry makes it. */
  readonly existsAtStart: boolean;
}

export interface Account {
  readonly name: AccountName;
  /**
   * Whether its app knows of several devices (specification 12), from which time on; the first
   * entry has `fromUs` 0. An account that cannot has a phone only.
   */
  readonly multiDevice: readonly { readonly fromUs: number; readonly isCapable: boolean }[];
  /** Phone first, then companions in order of writing. */
  readonly devices: readonly Device[];
}

export interface Device {
  readonly name: DeviceName;
  readonly role: 'primary' | 'companion';
  /** Built-in or custom network, in force from `fromUs` on; the first entry has `fromUs` 0. */
  readonly network: readonly { readonly fromUs: number; readonly name: string }[];
  /** False: the companion exists but is linked by a timeline entry. */
  readonly isLinked: boolean;
  /** Power at time zero. */
  readonly power: 'on' | 'off' | 'doze';
  /** Its clock minus true time, in microseconds, at time zero. */
  readonly clockSkewUs: number;
}

export interface CustomNetwork {
  readonly name: string;
  /** A built-in network whose values it starts from. */
  readonly basedOn: string;
  /**
   * One-way latency quantiles 0 %, 25 %, 50 %, 75 %, 95 %, 100 % in microseconds; undefined keeps
   * the base's.
   */
  readonly latencyUs?: readonly number[];
  readonly loss?: Ratio;
  readonly duplication?: Ratio;
  readonly reordering?: Ratio;
  readonly corruption?: Ratio;
  readonly bandwidthBytesPerSecond?: number;
  /** A measured trace: rows in order of time; it repeats after its last row. */
  readonly trace?: readonly TraceRow[];
}

/** One row of a measured latency and loss trace (CSV `time_ms,latency_ms,loss`). */
export interface TraceRow {
  readonly timeUs: number;
  readonly latencyUs: number;
  readonly loss: Ratio;
}

export type Workload =
  | {
      /** Two or more sides take turns; `reply` is the chance that a shown message is answered. */
      readonly kind: 'conversation';
      readonly id: string;
      /**
       * The starter is a device or an account (its phone); others answer from a device they own
       * that is drawn per reply.
       */
      readonly between: readonly string[];
      readonly fromUs: number;
      readonly untilUs: number;
      readonly messages: number;
      readonly reply: Ratio;
    }
  | {
      /** Independent senders at a constant mean rate. */
      readonly kind: 'poisson';
      readonly id: string;
      readonly from: readonly DeviceName[];
      readonly to: readonly AccountName[];
      readonly fromUs: number;
      readonly untilUs: number;
      /** Mean messages per sender and hour. */
      readonly perHour: Ratio;
    }
  | {
      /**
       * As `poisson`, the rate following the hour of day (24 weights; the mean weight means
       * `perHour`).
       */
      readonly kind: 'diurnal';
      readonly id: string;
      readonly from: readonly DeviceName[];
      readonly to: readonly AccountName[];
      readonly fromUs: number;
      readonly untilUs: number;
      readonly perHour: Ratio;
      readonly hourWeights: readonly number[];
    };

export interface TimelineEntry {
  readonly id: string;
  readonly atUs: number;
  readonly action: Action;
}

export const STANZA_FAULTS = ['drop', 'duplicate', 'swap', 'withhold', 'replay'] as const;
export type StanzaFault = (typeof STANZA_FAULTS)[number];

export const MEDIA_KINDS = ['image', 'video', 'audio', 'document'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** What a thief copies of a Store: the keys in it, the database of messages. */
export const STEAL_SCOPES = ['keys', 'messages'] as const;
export type StealScope = (typeof STEAL_SCOPES)[number];

export const GROUP_CHANGES = ['add', 'remove', 'leave', 'promote', 'demote'] as const;
export type GroupChange = (typeof GROUP_CHANGES)[number];

export type Action =
  | {
      readonly kind: 'send';
      readonly from: DeviceName;
      readonly to: ChatName;
      readonly text: string;
    }
  /** A file of drawn bytes, uploaded once; its key goes out as a message. */
  | {
      readonly kind: 'send-media';
      readonly from: DeviceName;
      readonly to: ChatName;
      readonly media: MediaKind;
      readonly sizeBytes: number;
      readonly caption: string;
    }
  /** Downloads the file of a message that is shown on the device but was not fetched. */
  | { readonly kind: 'fetch-media'; readonly device: DeviceName; readonly message: string }
  | { readonly kind: 'read'; readonly device: DeviceName; readonly chat: ChatName }
  | { readonly kind: 'create-group'; readonly group: GroupName; readonly by: DeviceName }
  | {
      readonly kind: 'change-group';
      readonly group: GroupName;
      readonly change: GroupChange;
      /** Of `leave`: the account of `by` alone. */
      readonly members: readonly AccountName[];
      readonly by: DeviceName;
    }
  /** Settings synchronised between the devices of one account (specification 8.3). */
  | { readonly kind: 'app-state'; readonly device: DeviceName; readonly set: AppStateSetting }
  | {
      readonly kind: 'call';
      readonly from: DeviceName;
      readonly to: ChatName;
      readonly isVideo: boolean;
    }
  /** `call`: id of a `call` entry. */
  | {
      readonly kind: 'answer' | 'reject' | 'hang-up';
      readonly call: string;
      readonly on: DeviceName;
    }
  /** Two people compare their security codes by scanning: `by` scans the code on `with`. */
  | { readonly kind: 'verify'; readonly by: DeviceName; readonly with: DeviceName }
  /**
   * An attack: the app of `by` asks `times` times for prekeys of all devices of `of` that it knows,
   * and throws them away.
   */
  | {
      readonly kind: 'drain-prekeys';
      readonly by: DeviceName;
      readonly of: AccountName;
      readonly times: number;
    }
  /** The phone is set up anew: new identity, all companions unlinked (specification D.5). */
  | { readonly kind: 're-register'; readonly phone: DeviceName }
  /** The account's app learns of several devices. */
  | { readonly kind: 'upgrade'; readonly account: AccountName }
  /** The account leaves the multi-device beta: companions are unlinked, its app is an old one. */
  | { readonly kind: 'leave-beta'; readonly account: AccountName }
  /** A companion asks its phone for older messages of a chat (specification 8.2, type 6). */
  | { readonly kind: 'fetch-history'; readonly device: DeviceName; readonly chat: ChatName }
  | { readonly kind: 'link'; readonly companion: DeviceName }
  | { readonly kind: 'unlink'; readonly companion: DeviceName; readonly by: 'phone' | 'companion' }
  | { readonly kind: 'power-off'; readonly device: DeviceName }
  | { readonly kind: 'power-on'; readonly device: DeviceName }
  | { readonly kind: 'doze'; readonly device: DeviceName }
  | { readonly kind: 'wake'; readonly device: DeviceName }
  /** Airplane mode: the device runs, its link is down in both directions until `online`. */
  | { readonly kind: 'offline'; readonly device: DeviceName }
  | { readonly kind: 'online'; readonly device: DeviceName }
  /**
   * Dies at once, without closing its connection; starts again after `restartAfterUs`. `server` may
   * crash too.
   */
  | { readonly kind: 'crash'; readonly device: DeviceName; readonly restartAfterUs: number }
  /** A crash that also loses the last commit. */
  | {
      readonly kind: 'lose-last-commit';
      readonly device: DeviceName;
      readonly restartAfterUs: number;
    }
  /** `server` may run out of room too. */
  | { readonly kind: 'disk-full'; readonly device: DeviceName; readonly forUs: number }
  /**
   * The device dies and comes back with its Store as it was at virtual time `fromUs` (an old
   * backup). A snapshot from before its present linking is not restored: then it only crashes.
   */
  | {
      readonly kind: 'restore-snapshot';
      readonly device: DeviceName;
      readonly fromUs: number;
      readonly restartAfterUs: number;
    }
  /**
   * A second machine, `DEVICE~clone`, runs on a copy of the device's Store (as it is, or as it was
   * at `fromUs`) beside the original; after `forUs` it is switched off for good.
   */
  | {
      readonly kind: 'clone';
      readonly device: DeviceName;
      readonly forUs: number;
      readonly fromUs?: number;
    }
  /**
   * An adversary who records the whole wire copies the device's Store, or the named parts of it.
   * Nothing changes for its owner.
   */
  | {
      readonly kind: 'steal';
      readonly device: DeviceName;
      readonly scope: readonly StealScope[];
    }
  /**
   * A crash in which the disk damages one record, found by its checksum at the restart: the record
   * is gone and the node is told which. `collection`: of which collection (a prefix up to `/` will
   * do); a drawn record of the whole Store without it.
   */
  | {
      readonly kind: 'damage-record';
      readonly device: DeviceName;
      readonly collection?: string;
      readonly restartAfterUs: number;
    }
  /**
   * Sides name devices, accounts or `server`. `one-way` cuts only what flows from the first side to
   * the second.
   */
  | {
      readonly kind: 'partition';
      readonly sides: readonly [readonly string[], readonly string[]];
      readonly direction: 'both' | 'one-way';
      readonly forUs: number;
    }
  /** The link goes down and up in turn. */
  | {
      readonly kind: 'flap';
      readonly device: DeviceName;
      readonly forUs: number;
      readonly downUs: number;
      readonly upUs: number;
    }
  | { readonly kind: 'network'; readonly device: DeviceName; readonly network: string }
  /** Sets the device's clock to true time plus `skewUs`. */
  | { readonly kind: 'clock'; readonly device: DeviceName; readonly skewUs: number }
  /**
   * Touches whole stanzas between a device and the server. `stanza`: prefix of the stanza kind
   * (`message`, `receipt:retry`), empty for all.
   */
  | {
      readonly kind: 'stanza-fault';
      readonly fault: StanzaFault;
      readonly device: DeviceName;
      readonly direction: 'to-device' | 'to-server';
      readonly stanza: string;
      readonly forUs: number;
      readonly chance: Ratio;
      /** `withhold`: how long the stanza is kept back; `replay`: how much later its copy comes. */
      readonly delayUs: number;
    };

export interface PropertyException {
  readonly property: string;
  readonly architecture: 'fanout' | 'relay' | 'both';
  readonly why: string;
}

/** Words of `must-fire` and `must-check` that are not demanded of one architecture. */
export interface Excuse {
  readonly words: readonly string[];
  readonly architecture: 'fanout' | 'relay';
  readonly why: string;
}

/** One decision of the environment taken away from the seed. */
export interface Override {
  /** Semantic id of the choice, as the decision log prints it. */
  readonly choice: string;
  /**
   * Integer answer; for `timeline/ID` 0 means "leave it out"; for `crash/…` 1 means "crash here".
   */
  readonly value: number;
}
