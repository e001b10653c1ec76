/**
 * The judges' own check of who vouched for whom (D1, the view of device lists): signatures over
 * device lists and device identities, under the primary's true identity key, which is read from the
 * Store of the phone itself. Each signature is verified once in a run. Source: specification 5.4,
 * 5.5.
 */

import type { DeviceJid, UserJid } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { isRejected } from '../../protocol/errors.ts';
import {
  type DeviceIdentity,
  decodeDeviceIdentity,
  decodeKeyIndexList,
  decodeSignedDeviceIdentity,
  decodeSignedKeyIndexList,
  type KeyIndexList,
  type SignedKeyIndexList,
} from '../../protocol/wire/adv.ts';
import { hexOf, type Ledger } from '../ledger/ledger.ts';
import type { JudgeView } from './property.ts';
import { type SignalState, signalState } from './signal-state.ts';

/** A device identity whose signatures hold, and the key they hold for. */
export interface ProvenIdentity extends DeviceIdentity {
  readonly identityKey: Uint8Array;
}

const ACCOUNT = [6, 0];
const DEVICE = [6, 1];
const LIST = [6, 2];

/** Verifies and remembers. */
export class Signatures {
  readonly #crypto: CryptoProvider;
  readonly #ledger: Ledger;
  readonly #state: SignalState;
  readonly #lists = new Map<string, KeyIndexList | undefined>();
  readonly #identities = new Map<string, ProvenIdentity | undefined>();

  constructor(view: JudgeView) {
    this.#crypto = view.crypto;
    this.#ledger = view.ledger;
    this.#state = signalState(view.ledger);
  }

  /** The identity key (32 bytes) of the device behind an address, from its own Store. */
  trueKeyOf(device: DeviceJid): Uint8Array | undefined {
    const host = this.#ledger.linkage.hostOf(device);
    return host === undefined ? undefined : this.#state.identityOf(host);
  }

  /** Every identity key the host behind an address ever had, oldest first. */
  trueKeysOf(device: DeviceJid): readonly Uint8Array[] {
    const host = this.#ledger.linkage.hostOf(device);
    return host === undefined ? [] : this.#state.identitiesOf(host);
  }

  /**
   * The list, if its account's primary signed it, with its present key or a former one, and it
   * carries the time stamp said.
   */
  list(user: UserJid, bytes: Uint8Array, timestampS: number): KeyIndexList | undefined {
    const signed = decodeSignedKeyIndexList(bytes);
    if (isRejected(signed)) return undefined;
    for (const key of this.trueKeysOf(user).toReversed()) {
      const list = this.#listUnder(key, signed);
      if (list !== undefined) return list.timestampS === timestampS ? list : undefined;
    }
    return undefined;
  }

  #listUnder(key: Uint8Array, signed: SignedKeyIndexList): KeyIndexList | undefined {
    const name = `${hexOf(key)}${hexOf(signed.accountSignature)}${hexOf(signed.details)}`;
    if (!this.#lists.has(name)) {
      const holds = this.#verify(key, [LIST, signed.details], signed.accountSignature);
      const list = holds ? decodeKeyIndexList(signed.details) : undefined;
      this.#lists.set(name, isRejected(list) ? undefined : list);
    }
    return this.#lists.get(name);
  }

  /** The identity, if primary and device both signed it for this key. */
  identity(user: UserJid, bytes: Uint8Array, identityKey: Uint8Array): ProvenIdentity | undefined {
    for (const primary of this.trueKeysOf(user).toReversed()) {
      const name = `${hexOf(primary)}${hexOf(identityKey)}${hexOf(bytes)}`;
      if (!this.#identities.has(name)) {
        this.#identities.set(name, this.#prove(primary, bytes, identityKey));
      }
      const proven = this.#identities.get(name);
      if (proven !== undefined) return proven;
    }
    return undefined;
  }

  #prove(
    primary: Uint8Array,
    bytes: Uint8Array,
    identityKey: Uint8Array,
  ): ProvenIdentity | undefined {
    const signed = decodeSignedDeviceIdentity(bytes);
    if (isRejected(signed) || signed.deviceSignature === undefined) return undefined;
    const { details, accountSignature, deviceSignature } = signed;
    const holds =
      this.#verify(primary, [ACCOUNT, details, identityKey], accountSignature) &&
      this.#verify(identityKey, [DEVICE, details, identityKey, primary], deviceSignature);
    const identity = holds ? decodeDeviceIdentity(details) : undefined;
    if (identity === undefined || isRejected(identity)) return undefined;
    return { ...identity, identityKey };
  }

  #verify(
    key: Uint8Array,
    parts: readonly (Uint8Array | readonly number[])[],
    signature: Uint8Array,
  ): boolean {
    const message: number[] = [];
    for (const part of parts) for (const byte of part) message.push(byte);
    return this.#crypto.verify(key, Uint8Array.from(message), signature);
  }
}
