import { nobleProvider } from './noble.ts';
import type { CryptoProvider } from './provider.ts';

/** The fast provider on Node. */
export function opensslProvider(): CryptoProvider {
  return { ...nobleProvider, name: 'openssl' };
}
