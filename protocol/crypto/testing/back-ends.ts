/** The back ends every crypto test runs over, and bytes as hex digits. For tests only. */

import { nobleProvider } from '../noble.ts';
import { opensslProvider } from '../openssl.ts';

/** Both back ends; one suite is run over each. */
export const backEnds = [nobleProvider, opensslProvider()] as const;

/** Bytes of hex digits. */
export function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** Hex digits of bytes; `undefined` stays what it is. */
export function hexOf(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value).toString('hex');
}

/** ASCII text as bytes. */
export function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
