import { expect, it } from 'vitest';
import { AcceptedSignatures } from './accepted-signatures.ts';
import { nobleProvider } from './noble.ts';
import { opensslProvider } from './openssl.ts';

const key = nobleProvider.keyPair(new Uint8Array(32).fill(7));
const message = new Uint8Array([1, 2, 3]);
const signature = nobleProvider.sign(key.privateKey, message, new Uint8Array(64).fill(9));

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

it('knows what was added, by its bytes, and nothing that differs in one bit', () => {
  const accepted = new AcceptedSignatures();
  expect(accepted.has(key.publicKey, message, signature)).toBe(false);
  accepted.add(key.publicKey, message, signature);
  expect(accepted.has(key.publicKey.slice(), message.slice(), signature.slice())).toBe(true);
  expect(accepted.has(key.publicKey, message.slice(0, 2), signature)).toBe(false);
  for (let bit = 0; bit < 64; bit += 1) {
    expect(accepted.has(key.publicKey, message, changed(signature, bit))).toBe(false);
  }
  expect(accepted.has(changed(key.publicKey, 31), message, signature)).toBe(false);
  expect(accepted.has(key.publicKey, changed(message, 0), signature)).toBe(false);
});

it('a provider that accepted once still refuses every neighbour', () => {
  const provider = opensslProvider();
  for (let round = 0; round < 2; round += 1) {
    expect(provider.verify(key.publicKey, message, signature)).toBe(true);
    expect(provider.verify(key.publicKey, changed(message, 2), signature)).toBe(false);
    expect(provider.verify(key.publicKey, message, changed(signature, 5))).toBe(false);
  }
});
