/**
 * A blocking call into the thread of the foreign library: a step of a node is synchronous, the
 * library is not. The caller's thread sleeps until the reply is there, so a run sees a function.
 * Development only.
 */

import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import type { KeyPair } from '../../../../protocol/crypto/provider.ts';
import type { CiphertextType } from '../../../../protocol/signal/session-layer.ts';

/** One thing asked of the library, with all it may know. Public keys are `05 || raw`. */
export interface LibraryRequest {
  readonly action: 'start' | 'encrypt' | 'decrypt' | 'gap';
  /** 32 secret bytes: the only source of chance of this request. */
  readonly seed: Uint8Array;
  /** What its clock shows: whole milliseconds since the Unix epoch. */
  readonly wallMs: number;
  /** The peer. */
  readonly user: string;
  readonly device: number;
  readonly identity: KeyPair;
  readonly registrationId: number;
  /** The only identity of the peer to be trusted; absent: any. */
  readonly trusted: Uint8Array | undefined;
  /** The library's own session entries as JSON text, oldest first. */
  readonly entries: readonly string[];
  readonly bundle?: LibraryBundle;
  /** The plaintext, or the ciphertext. */
  readonly bytes?: Uint8Array;
  readonly type?: CiphertextType;
  readonly prekey?: KeyPair | undefined;
  readonly signedPrekey?: KeyPair | undefined;
  readonly count?: number;
}

interface LibraryBundle {
  readonly registrationId: number;
  readonly identityKey: Uint8Array;
  readonly signedPrekey: LibraryPrekey & { readonly signature: Uint8Array };
  readonly prekey: LibraryPrekey | undefined;
}

interface LibraryPrekey {
  readonly id: number;
  readonly publicKey: Uint8Array;
}

/** One call of the library's own cryptography, in order. */
export interface LibraryUse {
  readonly name: string;
  readonly taken: readonly unknown[];
  readonly given: unknown;
  /** Whether it returned; otherwise it threw. */
  readonly isGood: boolean;
}

/** What the library answered. */
export type LibraryReply = { readonly drawn: number; readonly uses: readonly LibraryUse[] } & (
  | {
      readonly kind: 'done';
      readonly bytes: Uint8Array | undefined;
      readonly type: CiphertextType;
      readonly entries: readonly string[];
      readonly removedPrekey: number | undefined;
    }
  /** `name` is the class of what it threw. */
  | { readonly kind: 'failed'; readonly name: string; readonly text: string }
);

/** How long a reply may take before the run is given up. */
const PATIENCE_MS = 30_000;

/** The thread, and the bell that it rings. */
export class Library {
  readonly #thread: Worker;
  readonly #port: MessagePort;
  readonly #bell = new Int32Array(new SharedArrayBuffer(4));

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#thread = new Worker(new URL('./library-thread.mjs', import.meta.url), {
      workerData: { port: port2, bell: this.#bell },
      transferList: [port2],
      execArgv: [],
    });
  }

  /** Sleeps until the library has answered. Throws when it does not, which ends the run. */
  ask(request: LibraryRequest): LibraryReply {
    const rung = Atomics.load(this.#bell, 0);
    this.#port.postMessage(request);
    // A notification may be a late one of the call before: the number on the bell decides.
    while (Atomics.load(this.#bell, 0) === rung) {
      if (Atomics.wait(this.#bell, 0, rung, PATIENCE_MS) === 'timed-out') {
        throw new Error(`the library did not answer "${request.action}"`);
      }
    }
    const reply = receiveMessageOnPort(this.#port);
    if (reply === undefined) throw new Error('the library rang without an answer');
    return reply.message as LibraryReply;
  }

  async close(): Promise<void> {
    this.#port.close();
    await this.#thread.terminate();
  }
}
