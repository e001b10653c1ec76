/**
 * What a step may know: its clock, its secrets, its public numbers, the crypto provider (contract
 * 1, 5).
 */

import type { PublicNumbers, StepContext } from '../../protocol/contract.ts';
import { type KeyStream, secretsFor } from '../../protocol/crypto/key-stream.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import type { Draws } from '../kernel/draws.ts';

/** The sources of one run, shared by all hosts. */
export interface ContextSources {
  readonly keyStream: KeyStream;
  readonly draws: Draws;
}

/** The context of one step of one boot; make one per step, since ordinals count within it. */
export function stepContext(
  sources: ContextSources,
  crypto: CryptoProvider,
  host: string,
  boot: number,
  inputId: string,
  wallUs: number,
): StepContext {
  const { keyStream, draws } = sources;
  const numbers = publicNumbers(draws, `public/${host}/${boot}/${inputId}`);
  return { wallUs, secrets: secretsFor(keyStream, { host, boot, inputId }), numbers, crypto };
}

/** Draws named by (scope, purpose, ordinal of the purpose within the step). */
function publicNumbers(draws: Draws, scope: string): PublicNumbers {
  let ordinals: Map<string, number> | undefined;
  const nextId = (purpose: string): string => {
    ordinals ??= new Map();
    const ordinal = ordinals.get(purpose) ?? 0;
    ordinals.set(purpose, ordinal + 1);
    return `${scope}/${purpose}/${ordinal}`;
  };
  return {
    below: (purpose, bound) => draws.below(nextId(purpose), bound),
    bytes: (purpose, length) => draws.bytes(nextId(purpose), length),
  };
}
