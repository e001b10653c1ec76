/**
 * The comparison of two architectures as plain data: what the JSON document holds and what every
 * other form (HTML, Markdown, CSV) is drawn from. Nothing here is measured or formatted; a sentence
 * of the first screen carries the numbers it follows from.
 *
 * One run gives one number per measure; everything below is about those numbers over paired runs:
 * the same scenario, the same seed, so the same intents and the same weather, on both sides.
 */

/** The two sides of the comparison, in the order every table has them. */
export const SIDES = ['relay', 'fanout'] as const;
export type Side = (typeof SIDES)[number];

/** What a number counts; forms choose their words and scales from it. */
export type Unit =
  | 'share' // 0 to 1
  | 'microseconds'
  | 'bytes'
  | 'count'
  | 'joules'
  | 'seconds';

/** One measure: what it is, in words a product manager and an engineer both accept. */
export interface Measure {
  /** Stable id, as `availability.first-minute` or `latency.companion-to-companion.p50`. */
  readonly id: string;
  /** The group of tables it stands in, as `Availability` or `Exposure`. */
  readonly group: string;
  readonly name: string;
  /** One or two sentences: what is counted, from which event to which. */
  readonly explanation: string;
  readonly unit: Unit;
  readonly better: 'more' | 'less' | 'neither';
}

/** A mean over seeds with its 95 % interval (seeded bootstrap, percentile). */
export interface Estimate {
  /** Null when no run had an occasion for it. */
  readonly mean: number | null;
  /** Absent when there were too few seeds for one, which the forms say. */
  readonly low?: number;
  readonly high?: number;
  /**
   * Runs of which the number is a bound, since what is measured did not happen within the story:
   * the mean is at least what it says. Absent when there was none, and for differences.
   */
  readonly bounds?: number;
  /** Runs that had an occasion; of a difference, pairs in which both sides had. */
  readonly seeds: number;
}

/** A measure of one scenario on both sides. */
export interface MeasureRow {
  /** Id of the measure. */
  readonly measure: string;
  readonly relay: Estimate;
  readonly fanout: Estimate;
  /** Fanout minus relay, over pairs. */
  readonly difference: Estimate;
}

/** How the runs of one side were judged. */
export interface Verdicts {
  readonly held: number;
  readonly violated: number;
  readonly undecided: number;
  /** One line per reason that is not `held`, with the seeds it came up with; at most twenty. */
  readonly reasons: readonly string[];
}

/** What a side cannot do by its nature, as its scenario declares it, and how often it showed. */
export interface DeclaredException {
  readonly side: Side;
  /** Property or expectation. */
  readonly subject: string;
  readonly why: string;
  /** Violations that were seen over all seeds: what was declared must also have happened. */
  readonly seen: number;
}

/** One scenario. */
export interface ScenarioSection {
  readonly scenario: string;
  readonly summary: string;
  readonly verdicts: { readonly relay: Verdicts; readonly fanout: Verdicts };
  readonly exceptions: readonly DeclaredException[];
  readonly rows: readonly MeasureRow[];
}

/** One point of a curve: the varied value, what was measured there, and what the formula says. */
export interface SweepPoint {
  readonly at: number;
  readonly measured: Estimate;
  /** Absent where no closed formula is claimed. */
  readonly formula?: number;
}

/** One curve. */
export interface SweepSeries {
  readonly side: Side;
  readonly measure: string;
  readonly points: readonly SweepPoint[];
  /** The formula in words, as `1 + 2(d − 1)`; absent where none is claimed. */
  readonly formula?: string;
  /**
   * Difference from the formula that is still agreement, relative to its value or to 1, whichever
   * is greater; absent without a formula.
   */
  readonly tolerance?: number;
  readonly agrees?: boolean;
}

/** One value varied, others held. */
export interface Sweep {
  /** As `devices`, `group-size`, `phone-offline-share`, `message-rate`. */
  readonly id: string;
  readonly title: string;
  /** What is varied, with its unit, as the axis says it. */
  readonly axis: string;
  readonly isLogarithmic: boolean;
  readonly series: readonly SweepSeries[];
}

/** What one theft opened, by two judges that must agree (adversary and graph of keys). */
export interface ExposureRow {
  readonly side: Side;
  /** What was stolen, as `a companion's whole store on day 20`. */
  readonly theft: string;
  /** Messages the victim's account could read in the whole story. */
  readonly messages: Estimate;
  /** Opened from before the theft, split by cause. */
  readonly past: Estimate;
  readonly pastByCause: readonly { readonly cause: string; readonly messages: Estimate }[];
  /** Opened from after the theft and before the log-out. */
  readonly future: Estimate;
  /** Opened from after the log-out (or the removal from the list). */
  readonly afterLogOut: Estimate;
  /** Runs in which both judges named the same messages; all of them, or the report says so. */
  readonly agreeing: number;
  readonly seeds: number;
}

/** A sentence of the first screen and the numbers it follows from. */
export interface Headline {
  /** `bought`: what fanout gives; `paid`: what it costs; `same`: what it left as it was. */
  readonly kind: 'bought' | 'paid' | 'same';
  readonly sentence: string;
  /** Paths into this document, as `overall/availability.first-minute/fanout/mean`. */
  readonly numbers: readonly { readonly path: string; readonly value: number }[];
}

/** One line of the cost table or the battery model, with its source. */
export interface ModelConstant {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly source: string;
}

/** Something that was computed twice, and whether it came out the same. */
export interface CrossCheck {
  readonly what: string;
  readonly checked: number;
  readonly differing: number;
}

/**
 * The whole comparison. Field order is stable; two builds of the same command are byte-identical.
 */
export interface ComparisonDocument {
  readonly schema: 'lockstep.compare/1';
  /** The command that makes it again. */
  readonly reproduce: string;
  readonly lockstep: string;
  readonly build: string;
  readonly crypto: string;
  readonly seeds: readonly string[];
  /** Fewer seeds than this give no interval. */
  readonly seedsForInterval: number;
  readonly headlines: readonly Headline[];
  readonly measures: readonly Measure[];
  /** Means over scenarios, every scenario the same weight. */
  readonly overall: readonly MeasureRow[];
  readonly scenarios: readonly ScenarioSection[];
  readonly sweeps: readonly Sweep[];
  readonly exposure: readonly ExposureRow[];
  readonly costs: readonly ModelConstant[];
  readonly battery: readonly ModelConstant[];
  readonly crossChecks: readonly CrossCheck[];
  /** What the model leaves out, one sentence each. */
  readonly limits: readonly string[];
}
