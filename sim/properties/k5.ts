/**
 * K5: domain separation. Whatever a device signs, or checks a signature of, begins with the tag of
 * one purpose and has that purpose's shape: a signed prekey (0x05, 33 bytes), an account's or a
 * device's signature of an identity (0x0600, 0x0601), a device list (0x0602), a group ciphertext
 * (0x33). A key that signs group ciphertexts signs nothing else. Read at the crypto border.
 * Catalogue section 5; specification 1.3, 4.1, 5.5.
 */

import type { CryptoUse } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { survivedSteps } from './steps.ts';

/** K5: the definition a run judges by; the rules are at the top of this file. */
export const k5: Property = {
  id: 'K5',
  name: 'signatures have one meaning',
  summary: 'Every signed byte string begins with the tag of its one purpose.',
  judge: judgeTags,
};

const KEY_TYPE = '05';
const KEY_BYTES = 33;
const ADV_TAGS: ReadonlySet<string> = new Set(['0600', '0601', '0602']);
const SENDER_KEY_VERSION = '33';

type Purpose = 'identity' | 'group';

/** What a signature is for; undefined when its bytes carry no tag. */
function purposeOf({ signedStart = '', signedBytes = 0 }: CryptoUse): Purpose | undefined {
  if (ADV_TAGS.has(signedStart)) return 'identity';
  if (signedStart.startsWith(KEY_TYPE) && signedBytes === KEY_BYTES) return 'identity';
  return signedStart.startsWith(SENDER_KEY_VERSION) ? 'group' : undefined;
}

function judgeTags(view: JudgeView): Judge {
  const steps = survivedSteps(view.ledger);
  /** By operation and key: private and public halves have names of their own. */
  const purposes = new Map<string, Purpose>();
  return {
    kinds: ['writeless-step', 'commit'],
    observe() {
      const step = steps.current;
      if (step === undefined) return;
      for (const use of step.crypto) {
        const { operation, keysIn } = use;
        // A signature that does not hold says nothing of its key.
        if (operation !== 'sign' && !(operation === 'verify' && use.isGood)) continue;
        const purpose = purposeOf(use);
        const name = `${operation}|${keysIn[0]}`;
        const first = purposes.get(name) ?? purpose;
        if (first !== undefined) purposes.set(name, first);
        view.check(purpose !== undefined && purpose === first, keysIn[0] ?? '', () => {
          const did = operation === 'sign' ? 'signed' : 'believed a signature of';
          return `${step.node} ${did} bytes that begin with ${use.signedStart}, ${whose(first)}`;
        });
      }
    },
  };
}

function whose(first: Purpose | undefined): string {
  if (first === undefined) return 'which no purpose has';
  return first === 'group' ? 'under the key of a group' : 'under an identity key';
}
