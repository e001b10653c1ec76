/**
 * Which ciphertexts a device opened, seen from outside: the frame it was handed, and whether a MAC
 * held among the operations of the step that handled it (contract 9). Only steps that survived
 * count.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import type { JudgeView } from './property.ts';
import {
  type CiphertextHead,
  ciphertextName,
  type Enclosed,
  type MessageStanza,
  readCiphertextHead,
  type Stanzas,
  stanzas,
} from './stanzas.ts';
import { type SurvivedStep, type SurvivedSteps, survivedSteps } from './steps.ts';

/** A surviving step of a device that was handed a message stanza with a ciphertext. */
export interface Opening {
  readonly step: SurvivedStep;
  readonly stanza: MessageStanza;
  readonly enclosed: Enclosed;
  /** Short name of the ciphertext. */
  readonly name: string;
  readonly author: DeviceJid;
  /** Whether some MAC held in the step. */
  readonly isOpened: boolean;
  /** Whether no MAC held, and some did not or the node said that it refused the copy. */
  readonly isRefused: boolean;
  head(): CiphertextHead | undefined;
}

/** Answers, for each event, the handling of a ciphertext that the event completed. */
export function openings(view: JudgeView): () => Opening | undefined {
  const { ledger } = view;
  const shared = ledger.shared('openings', () => {
    return new Openings(survivedSteps(ledger), stanzas(ledger));
  });
  return () => shared.current();
}

/** Looks at each step once, however many judges ask. */
class Openings implements Observer {
  readonly kinds = [] as const;
  readonly #steps: SurvivedSteps;
  readonly #frames: Stanzas;
  #step: SurvivedStep | undefined = undefined;
  #opening: Opening | undefined = undefined;

  constructor(steps: SurvivedSteps, frames: Stanzas) {
    this.#steps = steps;
    this.#frames = frames;
  }

  observe(_event: RunEvent): void {}

  current(): Opening | undefined {
    const step = this.#steps.current;
    if (step !== this.#step) {
      this.#step = step;
      this.#opening = step === undefined ? undefined : this.#openingOf(step);
    }
    return this.#opening;
  }

  #openingOf(step: SurvivedStep): Opening | undefined {
    if (step.node === 'server' || step.input.kind !== 'frame') return undefined;
    const stanza = this.#frames.message(step.input.bytes);
    const enclosed = stanza?.enclosed[0];
    if (stanza === undefined || enclosed === undefined) return undefined;
    let good = 0;
    let bad = 0;
    for (const use of step.crypto) {
      if (use.operation !== 'macHolds') continue;
      if (use.isGood) good += 1;
      else bad += 1;
    }
    return {
      step,
      stanza,
      enclosed,
      name: ciphertextName(enclosed.bytes),
      author: stanza.from ?? '',
      isOpened: good > 0,
      isRefused: good === 0 && (bad > 0 || saysRefused(step)),
      head: () => readCiphertextHead(enclosed.type, enclosed.bytes),
    };
  }
}

function saysRefused(step: SurvivedStep): boolean {
  return step.effects.some((effect) => effect.kind === 'emit' && effect.notice.code === 'rejected');
}
