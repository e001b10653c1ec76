/**
 * A scenario as plain data, after loading: every time resolved to microseconds since the epoch of
 * the scenario, every id present, every name checked. The written form (YAML, JSON, typed builder)
 * is the schema's business; nothing behind the loader sees it. JSON-serialisable.
 */

/** `alice` */
export type AccountName = string;
/** `alice.phone` */
export type DeviceName = string;
/** A probability as an integer ratio; no floats in draws. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}

export interface Scenario {
  readonly lockstep: 1;
  readonly name: string;
  readonly summary: string;
  /** Microseconds since the Unix epoch at virtual time 0. */
  readonly epochUs: number;
  /** Length of the story in virtual microseconds; the heal phase follows. */
  readonly lengthUs: number;
  readonly accounts: readonly Account[];
  /** Networks described in the scenario itself, by name, beside the built-in ones. */
  readonly networks: readonly CustomNetwork[];
  readonly settings: ScenarioSettings;
  /** Pairs of accounts that do not hold each other's device lists at time zero. */
  readonly strangers: readonly (readonly [AccountName, AccountName])[];
  readonly workload: readonly Workload[];
  /** In order of time, ties in order of writing. */
  readonly timeline: readonly TimelineEntry[];
  readonly heal: { readonly forUs: number };
  readonly mustFire: readonly string[];
  readonly mustCheck: readonly string[];
  readonly expect: readonly Expectation[];
  readonly exceptions: readonly PropertyException[];
  /** Present in a counterexample. */
  readonly seed?: string;
  readonly architecture?: 'fanout' | 'relay';
  readonly overrides: readonly Override[];
}

export interface ScenarioSettings {
  /** One-time prekeys per upload. */
  readonly prekeys: number;
  readonly placeholderDeadlineUs: number;
  /** How late a dozing device's timers may be. */
  readonly dozeLatenessUs: number;
}

export interface Account {
  readonly name: AccountName;
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

export type Action =
  | {
      readonly kind: 'send';
      readonly from: DeviceName;
      readonly to: AccountName;
      readonly text: string;
    }
  | { readonly kind: 'read'; readonly device: DeviceName; readonly chat: AccountName }
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
  | { readonly kind: 'disk-full'; readonly device: DeviceName; readonly forUs: number }
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

export interface Expectation {
  readonly kind: 'shown';
  /** Id of a `send` entry. */
  readonly message: string;
  readonly on: readonly DeviceName[];
  /** Latest time after the send; undefined: by the end. */
  readonly withinUs?: number;
  /** Not before this virtual time. */
  readonly afterUs?: number;
  /** Architectures in which it is not expected, with the reason. */
  readonly except: readonly { readonly architecture: 'fanout' | 'relay'; readonly why: string }[];
  /** 1-based line of the source, 0 for built scenarios. */
  readonly line: number;
}

export interface PropertyException {
  readonly property: string;
  readonly architecture: 'fanout' | 'relay' | 'both';
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
