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
import type { RunEvent } from '../trace/events.ts';
import { type KeyNames, keyNames } from '../trace/key-id.ts';
import { leadsOn } from '../trace/key-uses.ts';
import type { Observer } from '../trace/observer.ts';
import type { TraceKeyUse } from '../trace/trace.ts';

/** The part in front of X3DH's agreements, which everybody knows. */
const PUBLIC_PART = new Uint8Array(32).fill(0xff);

/** What a closure reaches. */
export interface Reach {
  /** Names of keys. */
  readonly keys: ReadonlySet<string>;
  /** Names of ciphertexts that open. */
  readonly ciphertexts: ReadonlySet<string>;
}

/** All operations of a run, by the keys that they need. */
export class KeyGraph implements Observer {
  readonly kinds = ['stepped'] as const;
  readonly #names: KeyNames = keyNames();
  readonly #uses = new Map<string, TraceKeyUse[]>();
  /** Public half by private half, of the pairs that were seen being made. */
  readonly #publicHalves = new Map<string, string>();

  observe(event: RunEvent): void {
    if (event.kind !== 'stepped') return;
    for (const use of event.crypto) this.add(use);
  }

  /** Takes one operation, as it was seen or as a trace tells it. */
  add(use: TraceKeyUse): void {
    if (!leadsOn(use)) return;
    if (use.operation === 'keyPair') {
      const [privateHalf, publicHalf] = use.keysOut;
      if (privateHalf === undefined || publicHalf === undefined) return;
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
    return this.reachFromNames(
      Array.from(keys, (key) => this.nameOf(key)),
      Array.from(pairs, ({ privateKey, publicKey }) => {
        return [this.nameOf(privateKey), this.nameOf(publicKey)] as const;
      }),
    );
  }

  /** The same of keys that are known by name alone, as in a trace. */
  reachFromNames(
    keys: Iterable<string>,
    pairs: Iterable<readonly [privateHalf: string, publicHalf: string]>,
  ): Reach {
    const publicHalves = new Map([...this.#publicHalves, ...pairs]);
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
    for (const key of keys) reach(key);
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
function follows(
  use: TraceKeyUse,
  known: ReadonlySet<string>,
  owned: ReadonlySet<string>,
): boolean {
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
function keysFrom({ operation, keysOut, carried }: TraceKeyUse): readonly string[] {
  if (operation === 'keyPair') return keysOut.slice(0, 1);
  return carried ?? keysOut;
}
