/**
 * What a thief makes of sender keys: the chains that a stolen Store holds, its own included, and
 * those handed over in copies it opened, followed with the protocol's own functions through the
 * recorded group messages. Nothing heals here: a chain goes on until its owner makes another.
 * Source: specification 4.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { isRejected } from '../../protocol/errors.ts';
import { parseGroupMessage } from '../../protocol/signal/sender-key-layout.ts';
import {
  OWN_SENDER_KEYS,
  type OwnSenderKeyRecord,
  senderKeyState,
} from '../../protocol/signal/sender-key-records.ts';
import { addState } from '../../protocol/signal/sender-key-store.ts';
import { decryptFromGroup, processDistribution } from '../../protocol/signal/sender-keys.ts';
import { type Store, Transaction } from '../../protocol/store.ts';
import type { RecordedShared } from './recording.ts';

/** A group message that gave way; `isSkipped`: by the key of a message that was passed over. */
export interface OpenedShared {
  readonly plaintext: Uint8Array;
  readonly isSkipped: boolean;
}

/** One theft's knowledge of sender keys. */
export class GroupKnowledge {
  readonly #crypto: CryptoProvider;
  /** Reads the stolen Store; what it writes stays here. */
  readonly #tx: Transaction;
  /** `group|sender|chain id`, to tell what was passed over before the theft. */
  readonly #stolenFrom = new Map<string, number>();

  constructor(store: Store, self: DeviceJid, crypto: CryptoProvider) {
    this.#crypto = crypto;
    this.#tx = new Transaction(store);
    for (const [group, record] of store.collection(OWN_SENDER_KEYS)) {
      const { chainId, iteration, chainKey, signingPair } = record as OwnSenderKeyRecord;
      addState(this.#tx, {
        kind: 'sender-key',
        group,
        sender: self,
        chainId,
        iteration,
        firstIteration: iteration,
        chainKey,
        signingKey: signingPair.publicKey,
        skippedCount: 0,
      });
    }
  }

  /** Takes a sender key that was handed over. */
  learn(group: string, sender: DeviceJid, distribution: Uint8Array): void {
    processDistribution(this.#tx, group, sender, distribution);
  }

  /** Tries a recorded group message; undefined while no chain opens it. */
  open({ group, author, bytes }: RecordedShared): OpenedShared | undefined {
    const message = parseGroupMessage(bytes);
    if (isRejected(message)) return undefined;
    const { chainId, iteration } = message;
    const state = senderKeyState(this.#tx, group, author, chainId);
    if (state === undefined) return undefined;
    const name = `${group}|${author}|${chainId}`;
    const stolenFrom = this.#stolenFrom.get(name) ?? state.iteration;
    this.#stolenFrom.set(name, stolenFrom);
    const context = { crypto: this.#crypto };
    const opened = decryptFromGroup(this.#tx, group, author, bytes, context);
    if (isRejected(opened)) return undefined;
    return { plaintext: opened.plaintext, isSkipped: iteration < stolenFrom };
  }
}
