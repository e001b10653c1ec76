/** The library's door on Node: everything of `index.ts`, and the provider on OpenSSL. */

export { opensslProvider } from '../protocol/crypto/openssl.ts';
export * from './index.ts';
