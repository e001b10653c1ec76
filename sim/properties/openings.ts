/**
 * Which ciphertexts a device opened, seen from outside: the frame it was handed, and what the
 * crypto provider did in the step that handled it (contract 9): a pairwise one was opened when a
 * MAC held, one for a group when more was deciphered than MACs held. Only steps that survived
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

/** A surviving step of a device that was handed a stanza with a ciphertext. */
export interface Opening {
  readonly step: SurvivedStep;
  readonly stanza: MessageStanza;
  /** Its pairwise ciphertext; a group message may have none. */
  readonly enclosed: Enclosed | undefined;
  /** Short name of its ciphertexts together. */
  readonly name: string;
  readonly author: DeviceJid;
  /** Whether the pairwise ciphertext was opened. */
  readonly isPairwiseOpened: boolean;
  /** Whether any of its ciphertexts was opened. */
  readonly isOpened: boolean;
  /** Whether none was, and a MAC did not hold or the node said that it refused the copy. */
  readonly isRefused: boolean;
  /** What is readable of the pairwise ciphertext. */
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
    if (stanza === undefined || (enclosed === undefined && stanza.shared === undefined)) {
      return undefined;
    }
    let good = 0;
    let bad = 0;
    let deciphered = 0;
    for (const { operation, isGood } of step.crypto) {
      if (operation === 'cbcDecrypt' && isGood) deciphered += 1;
      if (operation !== 'macHolds') continue;
      if (isGood) good += 1;
      else bad += 1;
    }
    const isPairwiseOpened = enclosed !== undefined && good > 0;
    const isOpened = isPairwiseOpened || (stanza.shared !== undefined && deciphered > good);
    return {
      step,
      stanza,
      enclosed,
      name: nameOf(enclosed, stanza.shared),
      author: stanza.author ?? '',
      isPairwiseOpened,
      isOpened,
      isRefused: !isOpened && (bad > 0 || saysRefused(step)),
      head: () => enclosed && readCiphertextHead(enclosed.type, enclosed.bytes),
    };
  }
}

function nameOf(enclosed: Enclosed | undefined, shared: Uint8Array | undefined): string {
  const own = enclosed === undefined ? '' : ciphertextName(enclosed.bytes);
  return shared === undefined ? own : `${own}+${ciphertextName(shared)}`;
}

function saysRefused(step: SurvivedStep): boolean {
  return step.effects.some((effect) => effect.kind === 'emit' && effect.notice.code === 'rejected');
}
