/**
 * One device as interoperability tests see it, whoever implements it. Asynchronous because other
 * implementations are. Plaintexts and keys are copies; public keys are 32 raw bytes.
 */

import { assert, isRejected } from '../../errors.ts';
import type { CiphertextType, PrekeyBundle } from '../sessions.ts';
import { PROVIDERS, SignalDevice } from './device.ts';

/** A ciphertext between implementations. */
export interface InteropMessage {
  readonly type: CiphertextType;
  readonly bytes: Uint8Array;
}

/**
 * A device that talks to exactly one other. Methods reject (throw) when the implementation refuses.
 */
export interface InteropPeer {
  bundle(withPrekey: boolean): Promise<PrekeyBundle>;
  start(bundle: PrekeyBundle): Promise<void>;
  encrypt(plaintext: Uint8Array): Promise<InteropMessage>;
  decrypt(message: InteropMessage): Promise<Uint8Array>;
}

const OTHER = '15551230009@s.whatsapp.net';

/** Our own implementation over one of the back ends. */
export function ourPeer(name: string, provider = PROVIDERS[0]): InteropPeer {
  assert(provider !== undefined, 'there is a crypto provider');
  const device = new SignalDevice(name, provider).install();
  return {
    bundle: async (withPrekey) => device.bundle(withPrekey),
    start: async (bundle) => {
      const refusal = device.start(OTHER, bundle);
      if (refusal !== undefined) throw new Error(refusal.code);
    },
    encrypt: async (plaintext) => device.encrypt(OTHER, plaintext),
    decrypt: async (message) => {
      const opened = device.decrypt(OTHER, message);
      if (isRejected(opened)) throw new Error(opened.code);
      return opened.plaintext;
    },
  };
}
