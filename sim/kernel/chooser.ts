/**
 * The one way the environment decides anything (contract 6). Every decision has a semantic id; its
 * default is the keyed draw; an override with the same id takes the decision away from the seed.
 * Replay, shrinking and what-if work on overrides alone.
 *
 * What it does not do: name the decisions (ids name causes, contract 5) or know what they mean.
 */

import { assert } from './assert.ts';
import { exponentialAt, type QuantileTable, quantileAt } from './distributions.ts';
import type { Draws } from './draws.ts';

/** One decision taken away from the seed (structurally `Override` of the scenario language). */
export interface ChoiceOverride {
  readonly choice: string;
  readonly value: number;
}

/**
 * One line of the decision log: the answer a run went by. An override with (choice, value) repeats
 * it.
 */
export interface Decision {
  readonly choice: string;
  /** Booleans are 0 and 1. */
  readonly value: number;
  /** Answers that were possible: `lowest` to `highest`. */
  readonly lowest: number;
  readonly highest: number;
  readonly isOverridden: boolean;
}

/** An override that had no effect. */
export interface UnusedOverride extends ChoiceOverride {
  /** Nobody asked for this choice, or the value is none of its answers. */
  readonly reason: 'never-asked' | 'out-of-range';
}

/** Answers every environmental decision of one run. */
export class Chooser {
  readonly #draws: Draws;
  readonly #overrides: readonly ChoiceOverride[];
  /**
   * Undefined without overrides: the common run pays one comparison. The last of equal ids counts.
   */
  readonly #values: Map<string, number> | undefined;
  readonly #fates = new Map<string, 'used' | 'out-of-range'>();
  readonly #log: Map<string, Decision> | undefined;

  constructor(draws: Draws, overrides: readonly ChoiceOverride[], wantsLog: boolean) {
    this.#draws = draws;
    this.#overrides = overrides;
    this.#values =
      overrides.length === 0
        ? undefined
        : new Map(overrides.map((override) => [override.choice, override.value]));
    this.#log = wantsLog ? new Map() : undefined;
  }

  /** A whole number in [0, bound), 1 <= bound <= 2^53 - 1. */
  below(id: string, bound: number): number {
    if (this.#isPlain()) return this.#draws.below(id, bound);
    const answer = this.#override(id, 0, bound - 1);
    return this.#settle(id, answer, answer ?? this.#draws.below(id, bound), 0, bound - 1);
  }

  /** True with probability numerator / denominator. */
  chance(id: string, numerator: number, denominator: number): boolean {
    if (this.#isPlain()) return this.#draws.chance(id, numerator, denominator);
    const answer = this.#override(id, 0, 1);
    const drawn = answer ?? (this.#draws.chance(id, numerator, denominator) ? 1 : 0);
    return this.#settle(id, answer, drawn, 0, 1) === 1;
  }

  /** A decision with a fixed default, as whether a timeline entry happens. */
  flag(id: string, defaultValue: boolean): boolean {
    if (this.#isPlain()) return defaultValue;
    const answer = this.#override(id, 0, 1);
    return this.#settle(id, answer, answer ?? (defaultValue ? 1 : 0), 0, 1) === 1;
  }

  /** A whole number with a fixed default, overridable within [lowest, highest]. */
  integer(id: string, defaultValue: number, lowest: number, highest: number): number {
    assert(lowest <= defaultValue && defaultValue <= highest, 'a default is one of its answers');
    if (this.#isPlain()) return defaultValue;
    const answer = this.#override(id, lowest, highest);
    return this.#settle(id, answer, answer ?? defaultValue, lowest, highest);
  }

  /** A value of the table's distribution; overridable within the table's ends. */
  quantile(id: string, table: QuantileTable): number {
    if (this.#isPlain()) return quantileAt(table, this.#draws.uint32(id));
    const lowest = table.values[0] as number;
    const highest = table.values[table.values.length - 1] as number;
    const answer = this.#override(id, lowest, highest);
    const drawn = answer ?? quantileAt(table, this.#draws.uint32(id));
    return this.#settle(id, answer, drawn, lowest, highest);
  }

  /** A gap of a Poisson process with this mean (0 to 2^40); overridable up to 32 means. */
  exponential(id: string, mean: number): number {
    if (this.#isPlain()) return exponentialAt(mean, this.#draws.uint32(id));
    const answer = this.#override(id, 0, mean * 32);
    const drawn = answer ?? exponentialAt(mean, this.#draws.uint32(id));
    return this.#settle(id, answer, drawn, 0, mean * 32);
  }

  /** Overrides that found no place so far, in the order given. */
  unused(): UnusedOverride[] {
    const out: UnusedOverride[] = [];
    for (const { choice, value } of this.#overrides) {
      const fate = this.#fates.get(choice);
      if (fate !== 'used') out.push({ choice, value, reason: fate ?? 'never-asked' });
    }
    return out;
  }

  /** Decisions in the order of their first asking; empty unless the log was wanted. */
  log(): Decision[] {
    return this.#log === undefined ? [] : [...this.#log.values()];
  }

  #isPlain(): boolean {
    return this.#values === undefined && this.#log === undefined;
  }

  #override(id: string, lowest: number, highest: number): number | undefined {
    const value = this.#values?.get(id);
    if (value === undefined) return undefined;
    const fits = Number.isSafeInteger(value) && value >= lowest && value <= highest;
    if (fits) this.#fates.set(id, 'used');
    else if (!this.#fates.has(id)) this.#fates.set(id, 'out-of-range');
    return fits ? value : undefined;
  }

  #settle(
    choice: string,
    override: number | undefined,
    value: number,
    lowest: number,
    highest: number,
  ): number {
    if (this.#log !== undefined && !this.#log.has(choice)) {
      const isOverridden = override !== undefined;
      this.#log.set(choice, { choice, value, lowest, highest, isOverridden });
    }
    return value;
  }
}
