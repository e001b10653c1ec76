/**
 * What a detailed trace says of keys, so that a reader can follow them without a secret: the names
 * of the keys that a record holds, and the uses of every step, also of one that wrote nothing.
 * Keys are named by content (key-id.ts).
 */

import type { Architecture } from '../../protocol/contract.ts';
import type { KeyPair } from '../../protocol/crypto/provider.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import type { CryptoUse } from './events.ts';
import { type KeyNames, keyNames } from './key-id.ts';
import type { TraceChange, TraceKeyUse } from './trace.ts';

/** Whether keys or a ciphertext follow from a use: all that a graph of key knowledge needs. */
export function leadsOn({ keysOut, ciphertext, isGood }: TraceKeyUse): boolean {
  return isGood && (keysOut.length > 0 || ciphertext !== undefined);
}

/** The key pairs in a record. */
export function pairsIn(record: StoredRecord): readonly KeyPair[] {
  const { keyPair, senderRatchet, signingPair } = record as {
    readonly keyPair?: KeyPair;
    readonly senderRatchet?: KeyPair;
    readonly signingPair?: KeyPair;
  };
  return [keyPair, senderRatchet, signingPair].filter((pair) => pair !== undefined);
}

/** Names what records hold. */
export class KeyHoldings {
  readonly #keysIn: Architecture['keysIn'];
  readonly #names: KeyNames = keyNames();

  constructor(keysIn: Architecture['keysIn']) {
    this.#keysIn = keysIn;
  }

  /** Fields of a change; none for what a record does not hold. */
  of(record: StoredRecord): Pick<TraceChange, 'holds' | 'pairs'> {
    const { idOf } = this.#names;
    const holds = this.#keysIn(record).map(idOf);
    const pairs = pairsIn(record).map(
      ({ privateKey, publicKey }) => [idOf(privateKey), idOf(publicKey)] as const,
    );
    return {
      ...(holds.length === 0 ? {} : { holds }),
      ...(pairs.length === 0 ? {} : { pairs }),
    };
  }
}

/** A use with its fields in their fixed order. */
export function keyUse(use: CryptoUse): TraceKeyUse {
  const { operation, keysIn, keysOut, isGood, ciphertext, carried = [], parts = [] } = use;
  return {
    ...{ operation, keysIn, keysOut, isGood },
    ...(ciphertext === undefined ? {} : { ciphertext }),
    ...(carried.length === 0 ? {} : { carried }),
    ...(parts.length === 0 ? {} : { parts }),
  };
}

/** The uses that a commit's line tells. */
export interface CommitUses {
  /** Of the step that made it. */
  readonly own: readonly CryptoUse[];
  /** Of steps of the same node before it that made none; those alone that lead on. */
  readonly earlier: readonly CryptoUse[];
}

const NONE: readonly CryptoUse[] = [];

interface Step {
  readonly inputId: string;
  readonly uses: readonly CryptoUse[];
}

/** Keeps the uses of each node's last step until its commit comes, or the next step does. */
export class StepUses {
  readonly #last = new Map<string, Step>();
  readonly #earlier = new Map<string, CryptoUse[]>();

  /** A step is over; whether it commits is seen later. */
  stepped(node: string, inputId: string, uses: readonly CryptoUse[]): void {
    this.#setAside(node);
    if (uses.length > 0) this.#last.set(node, { inputId, uses });
  }

  /** What the line of a commit tells; told once. */
  committed(node: string, inputId: string): CommitUses {
    const last = this.#last.get(node);
    const isOwn = last?.inputId === inputId;
    if (isOwn) this.#last.delete(node);
    else this.#setAside(node);
    const earlier = this.#earlier.get(node) ?? NONE;
    this.#earlier.delete(node);
    return { own: isOwn ? last.uses : NONE, earlier };
  }

  /** What no commit has told, node after node; told once. */
  rest(): readonly CryptoUse[] {
    for (const node of [...this.#last.keys()]) this.#setAside(node);
    const uses = [...this.#earlier.values()].flat();
    this.#earlier.clear();
    return uses;
  }

  #setAside(node: string): void {
    const last = this.#last.get(node);
    if (last === undefined) return;
    this.#last.delete(node);
    const kept = last.uses.filter(leadsOn);
    if (kept.length === 0) return;
    const known = this.#earlier.get(node);
    if (known === undefined) this.#earlier.set(node, kept);
    else known.push(...kept);
  }
}
