/** From the names on the command line to what a run needs. */

import type { Architecture } from '../../protocol/contract.ts';
import { nobleProvider } from '../../protocol/crypto/noble.ts';
import { opensslProvider } from '../../protocol/crypto/openssl.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { fanout } from '../../protocol/fanout/index.ts';
import { relay } from '../../protocol/relay/index.ts';
import type { ArchitectureName, CryptoName } from '../options.ts';

/** A crypto back end by name; `openssl` keeps a cache of imported keys, so one is made per run. */
export function cryptoOf(name: CryptoName): CryptoProvider {
  return name === 'noble' ? nobleProvider : opensslProvider();
}

/** An architecture by name. */
export function architectureOf(name: ArchitectureName): Architecture {
  return name === 'relay' ? relay : fanout;
}
