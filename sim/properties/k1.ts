/**
 * K1: no reuse of a key with its nonce. In the whole world a key encrypts one plaintext under one
 * IV, across devices, crashes and restores; a message key comes with its IV, so it encrypts one
 * message. The same plaintext again gives the same bytes and is no reuse: a file is uploaded again
 * by another device of its account. Taken from what the crypto provider was handed, for steps
 * that survived: an encryption whose commit never happened left no ciphertext behind. Catalogue
 * section 5; contract 9.
 */

import type { Judge, JudgeView, Property } from './property.ts';
import { survivedSteps } from './steps.ts';

/** K1: the definition a run judges by; the rules are at the top of this file. */
export const k1: Property = {
  id: 'K1',
  name: 'no key or nonce reuse',
  summary: 'A key and its IV encrypt at most one plaintext in the whole run.',
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
    kinds: ['writeless-step', 'commit'],
    observe() {
      const step = steps.current;
      if (step === undefined) return;
      for (const { keysIn, plaintextDigest, nonce } of step.crypto) {
        const key = keysIn[0];
        if (key === undefined || plaintextDigest === undefined) continue;
        const name = `${key}|${nonce}`;
        const first = uses.get(name);
        if (first === undefined) uses.set(name, { node: step.node, plaintextDigest });
        const isSame = first === undefined || first.plaintextDigest === plaintextDigest;
        view.check(isSame, key, () => {
          return `${step.node} encrypted another plaintext under a key that ${first?.node} used`;
        });
      }
    },
  };
}
