/** Names of a scenario, and the ratio in which chances are written. Types only. */

/** `alice` */
export type AccountName = string;
/** `alice.phone` */
export type DeviceName = string;
/** `team`; no account has the same name. */
export type GroupName = string;
/** Somebody to write to: an account or a group. */
export type ChatName = AccountName | GroupName;
/** A probability as an integer ratio; no floats in draws. */
export interface Ratio {
  readonly numerator: number;
  readonly denominator: number;
}
