/**
 * The symbolic adversary: a graph of key knowledge over what crypto providers were seen to do
 * anywhere in the world (contract 9). Its nodes are keys, by their names; an edge leads from the
 * keys that went into an operation to those that came out of it, and from the key of a ciphertext
 * to the keys inside. What follows from the stolen keys is their closure. It never decrypts.
 *
 * An agreement follows from either private half: that of the side that computed it, or the one
 * behind the public key that it used. Key material of several parts follows from all of them.
 */

import type { KeyPair } from '../../protocol/crypto/provider.ts';
import type { StoredRecord } from '../../protocol/store.ts';
import type { CryptoUse, RunEvent } from '../trace/events.ts';
import { type KeyNames, keyNames } from '../trace/key-id.ts';
import type { Observer } from '../trace/observer.ts';

/** The part in front of X3DH's agreements, which everybody knows. */
const PUBLIC_PART = new Uint8Array(32).fill(0xff);

/** What a closure reaches. */
export interface Reach {
  /** Names of keys. */
  readonly keys: ReadonlySet<string>;
  /** Names of ciphertexts that open. */
  readonly ciphertexts: ReadonlySet<string>;
}

/** Operations that lead somewhere. */
function leadsOn({ keysOut, ciphertext, isGood }: CryptoUse): boolean {
  return isGood && (keysOut.length > 0 || ciphertext !== undefined);
}

/** All operations of a run, by the keys that they need. */
export class KeyGraph implements Observer {
  readonly kinds = ['stepped'] as const;
  readonly #names: KeyNames = keyNames();
  readonly #uses = new Map<string, CryptoUse[]>();
  /** Public half by private half, of the pairs that were seen being made. */
  readonly #publicHalves = new Map<string, string>();

  observe(event: RunEvent): void {
    if (event.kind !== 'stepped') return;
    for (const use of event.crypto) if (leadsOn(use)) this.add(use);
  }

  /** Takes one operation. */
  add(use: CryptoUse): void {
    if (use.operation === 'keyPair') {
      const [privateHalf, publicHalf] = use.keysOut as [string, string];
      this.#publicHalves.set(privateHalf, publicHalf);
    }
    for (const key of new Set([...use.keysIn, ...(use.parts ?? [])])) {
      const known = this.#uses.get(key);
      if (known === undefined) this.#uses.set(key, [use]);
      else known.push(use);
    }
  }

  /** The name of a key, or of a ciphertext. */
  nameOf(bytes: Uint8Array): string {
    return this.#names.idOf(bytes);
  }

  /** The closure of some keys; `pairs`: key pairs among them whose making nobody saw. */
  reachFrom(keys: Iterable<Uint8Array>, pairs: Iterable<KeyPair>): Reach {
    const publicHalves = new Map(this.#publicHalves);
    for (const { privateKey, publicKey } of pairs) {
      publicHalves.set(this.nameOf(privateKey), this.nameOf(publicKey));
    }
    const known = new Set<string>([this.nameOf(PUBLIC_PART)]);
    /** Public keys whose private halves are known. */
    const owned = new Set<string>();
    const ciphertexts = new Set<string>();
    const queue: string[] = [];
    const reach = (name: string): void => {
      if (known.has(name)) return;
      known.add(name);
      queue.push(name);
    };
    for (const key of keys) reach(this.nameOf(key));
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const publicHalf = publicHalves.get(name);
      if (publicHalf !== undefined) owned.add(publicHalf);
      const behind = publicHalf === undefined ? [] : (this.#uses.get(publicHalf) ?? []);
      for (const use of [...(this.#uses.get(name) ?? []), ...behind]) {
        if (!follows(use, known, owned)) continue;
        for (const out of keysFrom(use)) reach(out);
        if (use.ciphertext !== undefined) ciphertexts.add(use.ciphertext);
      }
    }
    return { keys: known, ciphertexts };
  }
}

/** Whether what comes out of an operation follows from known keys. */
function follows(use: CryptoUse, known: ReadonlySet<string>, owned: ReadonlySet<string>): boolean {
  const [first = '', second] = use.keysIn;
  switch (use.operation) {
    case 'agree':
      return known.has(first) || owned.has(second ?? '');
    case 'hkdf': {
      const isMaterialKnown = known.has(first) || use.parts?.every((part) => known.has(part));
      return isMaterialKnown === true && (second === undefined || known.has(second));
    }
    default:
      return known.has(first);
  }
}

/** The secrets that come out: of a pair its private half alone, of a ciphertext what it carries. */
function keysFrom({ operation, keysOut, carried }: CryptoUse): readonly string[] {
  if (operation === 'keyPair') return keysOut.slice(0, 1);
  return carried ?? keysOut;
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
