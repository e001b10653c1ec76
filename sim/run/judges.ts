/**
 * Runs the properties over a run's events: gives each its view, counts its checks, keeps its
 * violations.
 */

import type { Architecture } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { countsAgainst, type Mode, modeOf } from '../properties/modes.ts';
import type {
  Judge,
  JudgeView,
  Property,
  PropertyVerdict,
  VerdictWord,
  Violation,
} from '../properties/property.ts';
import { Audience } from '../trace/audience.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';

/** Violations kept per property; further ones are counted in the checks only. */
const VIOLATIONS_MAX = 1_000;

/** What all judges of a run look at. */
export interface JudgeRoom {
  readonly scenario: Scenario;
  readonly architecture: Architecture;
  readonly crypto: CryptoProvider;
  readonly ledger: Ledger;
  readonly hosts: readonly string[];
}

/** All judges of one run as one observer; feed it after the ledger. */
export class Judges implements Observer {
  readonly #room: JudgeRoom;
  readonly #mode: Mode;
  readonly #seats: Seat[];
  readonly #audience: Audience;
  #sequence = -1;
  #timeUs = 0;

  constructor(properties: readonly Property[], room: JudgeRoom) {
    this.#room = room;
    this.#mode = modeOf(room.scenario);
    this.#seats = properties.map((property) => this.#seat(property));
    this.#audience = new Audience(this.#seats.map(({ judge }) => judge));
  }

  observe(event: RunEvent): void {
    this.#sequence = event.sequence;
    this.#timeUs = event.timeUs;
    this.#audience.show(event);
  }

  /** After the last event; only when the run reached its end. */
  finish(): void {
    for (const { judge } of this.#seats) judge.finish?.();
  }

  /**
   * What each found. One that checked nothing is undecided, and so is one that was violated and is
   * excepted, or of which the mode of the run demands nothing.
   */
  verdicts(): PropertyVerdict[] {
    return this.#seats.map(({ property, checked, violations }) => {
      const { id, name } = property;
      const verdict = this.#verdictOf(id, checked, violations);
      return { id, name, verdict, checked, violations };
    });
  }

  #verdictOf(id: string, checked: number, violations: readonly Violation[]): VerdictWord {
    if (violations.length === 0) return checked === 0 ? 'undecided' : 'held';
    if (!countsAgainst(id, this.#mode)) return 'undecided';
    const { scenario, architecture } = this.#room;
    const isExcepted = scenario.exceptions.some(
      (exception) =>
        exception.property === id &&
        (exception.architecture === 'both' || exception.architecture === architecture.name),
    );
    return isExcepted ? 'undecided' : 'violated';
  }

  #seat(property: Property): Seat {
    const violations: Violation[] = [];
    const view: JudgeView = {
      ...this.#room,
      check: (holds, subject, sentence) => {
        seat.checked++;
        if (holds || violations.length >= VIOLATIONS_MAX) return;
        const [sequence, timeUs] = [this.#sequence, this.#timeUs];
        violations.push({ subject, sequence, timeUs, sentence: sentence() });
      },
    };
    const seat: Seat = { property, judge: SILENT, checked: 0, violations };
    seat.judge = property.judge(view);
    return seat;
  }
}

interface Seat {
  readonly property: Property;
  judge: Judge;
  checked: number;
  readonly violations: readonly Violation[];
}

const SILENT: Judge = { observe() {} };
