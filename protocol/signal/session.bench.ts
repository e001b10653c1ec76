/**
 * One message from plaintext to plaintext (encrypt, commit, decrypt, commit) beside
 * libsignal-client 0.23.1 with stores that keep its native objects in memory, which is the fastest
 * it can be. Both move the same 200 bytes and cross the same border of message bytes; rounds are
 * interleaved in one process and medians compared, so that a busy machine slows both.
 *
 * What it does not do: need the reference when the shipped program is loaded. It is a development
 * package, looked for when the benchmark runs; without it only our own figures are given.
 */

import { keyStream, rootSecret, secretsFor } from '../crypto/key-stream.ts';
import { opensslProvider } from '../crypto/openssl.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { assert, isRejected } from '../errors.ts';
import { Store, Transaction } from '../store.ts';
import { installIdentity, makePrekeys, makeSignedPrekey } from './prekeys.ts';
import { decryptFrom, encryptFor, type PrekeyBundle, startSession } from './sessions.ts';
import type { InteropPeer } from './testing/interop-peer.ts';

/** Medians over the rounds, in microseconds per message (encrypt and decrypt, both committed). */
export interface SessionBenchRow {
  readonly name: 'ping-pong' | 'stream';
  readonly rounds: number;
  readonly oursUs: number;
  /** Undefined when libsignal-client is not installed. */
  readonly libsignalUs: number | undefined;
  /** Median of the rounds' own ratios, theirs to ours. */
  readonly ratio: number | undefined;
  /** What the ratio has to be. */
  readonly ratioMin: number;
}

export interface SessionBenchOptions {
  /** Interleaved rounds, 9 or more. */
  readonly rounds?: number;
  readonly messagesPerRound?: number;
}

/** Moves messages and returns microseconds per message. */
type Talk = (messages: number) => Promise<number>;

const CASES = [
  { name: 'ping-pong', ratioMin: 1.5 },
  { name: 'stream', ratioMin: 3.5 },
] as const;
const TEXT_BYTES = 200;
const WARM_UP_MESSAGES = 3_000;
const FIRST = '15551230001@s.whatsapp.net';
const SECOND = '15551230002@s.whatsapp.net';

/** Measures both cases; takes a few seconds. */
export async function benchSessions(options: SessionBenchOptions = {}): Promise<SessionBenchRow[]> {
  const rounds = Math.max(9, options.rounds ?? 15);
  const messages = options.messagesPerRound ?? 1_000;
  const makeReference = await findReference();
  const rows: SessionBenchRow[] = [];
  for (const { name, ratioMin } of CASES) {
    const isPingPong = name === 'ping-pong';
    const ours = ourTalk(isPingPong, opensslProvider());
    const theirs = makeReference && (await referenceTalk(isPingPong, makeReference));
    // Unmeasured: ours is compiled while it runs, theirs was before.
    await ours(WARM_UP_MESSAGES);
    await theirs?.(messages);
    const oursTimes: number[] = [];
    const theirTimes: number[] = [];
    for (let round = 0; round < rounds; round++) {
      oursTimes.push(await ours(messages));
      if (theirs !== undefined) theirTimes.push(await theirs(messages));
    }
    const ratios = theirTimes.map((time, index) => time / (oursTimes[index] as number));
    rows.push({
      name,
      rounds,
      oursUs: median(oursTimes),
      libsignalUs: theirs === undefined ? undefined : median(theirTimes),
      ratio: theirs === undefined ? undefined : median(ratios),
      ratioMin,
    });
  }
  return rows;
}

/** One line per case, for people. */
export function sessionBenchLines(rows: readonly SessionBenchRow[]): string[] {
  return rows.map((row) => {
    const ours = `${row.oursUs.toFixed(1)} us`.padStart(9);
    const start = `${row.name.padEnd(10)} 200-byte text  ours ${ours}`;
    if (row.libsignalUs === undefined || row.ratio === undefined) {
      return `${start}  libsignal-client is not installed (a development package)`;
    }
    const theirs = `${row.libsignalUs.toFixed(1)} us`.padStart(9);
    const ratio = `ratio ${row.ratio.toFixed(2)} (at least ${row.ratioMin})`;
    return `${start}  libsignal-client 0.23.1 ${theirs}  ${ratio}`;
  });
}

/** One end of ours: a Store, and a step with one commit per act. */
class End {
  readonly name: string;
  readonly peer: string;
  readonly #provider: CryptoProvider;
  readonly #store = new Store();
  readonly #stream = keyStream(rootSecret('bench'));
  #steps = 0;

  constructor(name: string, peer: string, provider: CryptoProvider) {
    this.name = name;
    this.peer = peer;
    this.#provider = provider;
  }

  step<Result>(
    action: (tx: Transaction, ctx: Parameters<typeof startSession>[3]) => Result,
  ): Result {
    this.#steps += 1;
    const scope = { host: this.name, boot: 0, inputId: String(this.#steps) };
    const tx = new Transaction(this.#store);
    const result = action(tx, {
      wallUs: this.#steps,
      crypto: this.#provider,
      secrets: secretsFor(this.#stream, scope),
      numbers: { below: () => 0, bytes: (_purpose, length) => new Uint8Array(length) },
    });
    this.#store.apply(tx.writes());
    return result;
  }

  bundle(): PrekeyBundle {
    return this.step((tx, ctx) => {
      const { keyPair, registrationId } = installIdentity(tx, ctx);
      const signed = makeSignedPrekey(tx, ctx);
      const prekey = makePrekeys(tx, 1, ctx)[0];
      return {
        registrationId,
        identityKey: keyPair.publicKey,
        signedPrekey: {
          id: signed.id,
          publicKey: signed.keyPair.publicKey,
          signature: signed.signature,
        },
        prekey: prekey && { id: prekey.id, publicKey: prekey.keyPair.publicKey },
      };
    });
  }

  /** Encrypts here, decrypts there. */
  tell(other: End, text: Uint8Array): void {
    const sealed = this.step((tx, ctx) => encryptFor(tx, this.peer, text, ctx));
    assert(!isRejected(sealed), 'there is a session');
    const opened = other.step((tx, ctx) =>
      decryptFrom(tx, other.peer, sealed.type, sealed.bytes, ctx),
    );
    assert(!isRejected(opened) && opened.plaintext.length === TEXT_BYTES, 'it opens');
  }
}

function ourTalk(isPingPong: boolean, provider: CryptoProvider): Talk {
  const text = new Uint8Array(TEXT_BYTES).fill(65);
  const first = new End(FIRST, SECOND, provider);
  const second = new End(SECOND, FIRST, provider);
  first.bundle();
  const bundle = second.bundle();
  const refusal = first.step((tx, ctx) => startSession(tx, SECOND, bundle, ctx));
  assert(refusal === undefined, 'a fresh bundle starts a session');
  first.tell(second, text);
  second.tell(first, text);
  return async (messages) => {
    const startMs = performance.now();
    for (let count = 0; count < messages; count++) {
      if (isPingPong && count % 2 === 1) second.tell(first, text);
      else first.tell(second, text);
    }
    return ((performance.now() - startMs) * 1e3) / messages;
  };
}

type ReferenceMaker = (registrationId: number) => InteropPeer;

async function referenceTalk(isPingPong: boolean, make: ReferenceMaker): Promise<Talk> {
  const text = Buffer.alloc(TEXT_BYTES, 65);
  const first = make(4_661);
  const second = make(4_662);
  const tell = async (from: InteropPeer, to: InteropPeer): Promise<void> => {
    const opened = await to.decrypt(await from.encrypt(text));
    assert(opened.length === TEXT_BYTES, 'it opens');
  };
  await first.start(await second.bundle(true));
  await tell(first, second);
  await tell(second, first);
  return async (messages) => {
    const startMs = performance.now();
    for (let count = 0; count < messages; count++) {
      if (isPingPong && count % 2 === 1) await tell(second, first);
      else await tell(first, second);
    }
    return ((performance.now() - startMs) * 1e3) / messages;
  };
}

async function findReference(): Promise<ReferenceMaker | undefined> {
  try {
    const { nativePeer } = await import('./testing/native-peer.ts');
    return nativePeer;
  } catch {
    return undefined;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[sorted.length >> 1] as number;
}
