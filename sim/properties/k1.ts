/**
 * K1: no reuse of a message key. In the whole world a key encrypts one plaintext under one IV,
 * across devices, crashes and restores. Taken from what the crypto provider was handed, for steps
 * that survived: an encryption whose commit never happened left no ciphertext behind. Catalogue
 * section 5; contract 9.
 */

import type { Judge, JudgeView, Property } from './property.ts';
import { survivedSteps } from './steps.ts';

/** K1: the definition a run judges by; the rules are at the top of this file. */
export const k1: Property = {
  id: 'K1',
  name: 'no key or nonce reuse',
  summary: 'A message key encrypts at most one plaintext in the whole run.',
  judge: judgeReuse,
};

interface FirstUse {
  readonly node: string;
  readonly plaintextDigest: string;
}

function judgeReuse(view: JudgeView): Judge {
  const steps = survivedSteps(view.ledger);
  const uses = new Map<string, FirstUse>();
  return {
    kinds: ['stepped', 'commit'],
    observe() {
      const step = steps.current;
      if (step === undefined) return;
      for (const { operation, keysIn, plaintextDigest } of step.crypto) {
        const key = keysIn[0];
        if (operation !== 'cbcEncrypt' || key === undefined || plaintextDigest === undefined)
          continue;
        const first = uses.get(key);
        if (first === undefined) uses.set(key, { node: step.node, plaintextDigest });
        const isSame =
          first === undefined ||
          (first.node === step.node && first.plaintextDigest === plaintextDigest);
        view.check(isSame, key, () => {
          return `${step.node} encrypted another plaintext under a key that ${first?.node} used`;
        });
      }
    },
  };
}
