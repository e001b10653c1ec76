/**
 * Repeats what the foreign library did on the device's own crypto provider: each result must be the
 * same, and judges, who learn of key use from the provider, see the library's as they see ours.
 * Development only.
 */

import type { CryptoProvider } from '../../../../protocol/crypto/provider.ts';
import { assert } from '../../../../protocol/errors.ts';
import { rawKey } from '../../../../protocol/signal/keys.ts';
import type { LibraryUse } from './library.ts';

type Repeat = (crypto: CryptoProvider, taken: readonly unknown[]) => unknown;

const bytes = (value: unknown): Uint8Array => value as Uint8Array;
const isZero = (value: Uint8Array): boolean => value.every((byte) => byte === 0);

/** By the name of the library's function; its arguments in its order. */
const REPEATS = new Map<string, Repeat>([
  ['encrypt', (crypto, [key, data, iv]) => crypto.cbcEncrypt(bytes(key), bytes(iv), bytes(data))],
  ['decrypt', (crypto, [key, data, iv]) => crypto.cbcDecrypt(bytes(key), bytes(iv), bytes(data))],
  [
    // One byte: a step of a chain.
    'calculateMAC',
    (crypto, [key, data]) =>
      bytes(data).length === 1
        ? crypto.derive(bytes(key), bytes(data))
        : crypto.mac(bytes(key), bytes(data), 32),
  ],
  [
    'deriveSecrets',
    (crypto, [input, salt, info, chunks]) =>
      crypto.hkdf(
        bytes(input),
        isZero(bytes(salt)) ? undefined : bytes(salt),
        Buffer.from(bytes(info)).toString('ascii'),
        new Array<number>((chunks as number | undefined) ?? 3).fill(32),
      ),
  ],
  [
    'calculateAgreement',
    (crypto, [publicKey, privateKey]) => {
      const raw = rawKey(bytes(publicKey));
      return raw && crypto.agree(bytes(privateKey), raw);
    },
  ],
]);

/** Repeats the uses in order. */
export function repeatUses(crypto: CryptoProvider, uses: readonly LibraryUse[]): void {
  for (const { name, taken, given, isGood } of uses) {
    if (name === 'verifyMAC') {
      const [data, key, code] = taken;
      const holds = crypto.macHolds(bytes(key), bytes(data), bytes(code));
      assert(holds === isGood, 'both say the same of a MAC');
      continue;
    }
    const repeat = REPEATS.get(name);
    assert(repeat !== undefined, `${name} of the library can be repeated`);
    if (!isGood) continue;
    assert(sameBytes(repeat(crypto, taken), given), `${name} gives the same bytes`);
  }
}

function sameBytes(ours: unknown, theirs: unknown): boolean {
  if (Array.isArray(ours)) {
    const others = theirs as readonly unknown[];
    return ours.length === others.length && ours.every((one, at) => sameBytes(one, others[at]));
  }
  return ours !== undefined && Buffer.from(bytes(ours)).equals(bytes(theirs));
}
