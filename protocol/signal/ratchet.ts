/**
 * The double ratchet on one session record: seal and open a message. Pure: a session goes in,
 * another comes out, skipped keys are asked for and changed by name. Which session a message is
 * tried on, and what is stored, is decided by `sessions.ts`. Source: specification 2.2, 3.1, 3.2,
 * 3.3.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { StepContext } from '../contract.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { assert, isRejected, type Rejection, reject } from '../errors.ts';
import { FORWARD_JUMP_MAX, RECEIVER_CHAINS_MAX, SKIPPED_KEYS_MAX } from '../limits.ts';
import { equalBytes } from './keys.ts';
import { macOfMessageHolds, type ParsedMessage, writeSignalMessage } from './layout.ts';
import type { ReceiverChain, SessionRecord } from './records.ts';

const SEED_LABEL = Uint8Array.of(1);
const CHAIN_LABEL = Uint8Array.of(2);

/** What a message seed gives. */
export interface MessageKeys {
  /** 32 bytes. */
  readonly cipherKey: Uint8Array;
  /** 32 bytes. */
  readonly macKey: Uint8Array;
  /** 16 bytes. */
  readonly iv: Uint8Array;
}

/** A change of the skipped keys of a session: `messageSeed` undefined deletes. */
export interface SkippedChange {
  /** `ratchetKeyHex/counter`. */
  readonly key: string;
  readonly messageSeed: Uint8Array | undefined;
}

/** Finds the seed of a skipped key by `ratchetKeyHex/counter`. */
export type SkippedLookup = (key: string) => Uint8Array | undefined;

/** A message opened: nothing is stored yet. */
export interface Opened {
  readonly plaintext: Uint8Array;
  readonly session: SessionRecord;
  readonly skipped: readonly SkippedChange[];
}

const NO_CHANGES: readonly SkippedChange[] = [];

/** The seed of the message key at a chain key: 32 bytes. */
export function messageSeedOf(provider: CryptoProvider, chainKey: Uint8Array): Uint8Array {
  return provider.derive(chainKey, SEED_LABEL);
}

/** The chain key after this one: 32 bytes. */
export function nextChainKey(provider: CryptoProvider, chainKey: Uint8Array): Uint8Array {
  return provider.derive(chainKey, CHAIN_LABEL);
}

/** Cipher key, MAC key and IV of one message. */
export function messageKeysOf(provider: CryptoProvider, messageSeed: Uint8Array): MessageKeys {
  const [cipherKey, macKey, iv] = provider.hkdf(
    messageSeed,
    undefined,
    'WhisperMessageKeys',
    [32, 32, 16],
  ) as [Uint8Array, Uint8Array, Uint8Array];
  return { cipherKey, macKey, iv };
}

/** One step of the root: new root key and new chain key, 32 bytes each. */
export function rootStep(
  provider: CryptoProvider,
  rootKey: Uint8Array,
  agreement: Uint8Array,
): [Uint8Array, Uint8Array] {
  const keys = provider.hkdf(agreement, rootKey, 'WhisperRatchet', [32, 32]);
  return keys as [Uint8Array, Uint8Array];
}

/**
 * Seals `plaintext` as the next message of the sending chain; the session afterwards beside the
 * bytes.
 */
export function sealMessage(
  provider: CryptoProvider,
  session: SessionRecord,
  plaintext: Uint8Array,
): { readonly bytes: Uint8Array; readonly session: SessionRecord } {
  // Both steps of one chain key side by side: back ends prepare an HMAC key once for both.
  const messageSeed = messageSeedOf(provider, session.senderChainKey);
  const senderChainKey = nextChainKey(provider, session.senderChainKey);
  const keys = messageKeysOf(provider, messageSeed);
  const ciphertext = provider.cbcEncrypt(keys.cipherKey, keys.iv, plaintext);
  const bytes = writeSignalMessage(provider, session, ciphertext, keys.macKey);
  const after: SessionRecord = {
    ...session,
    senderChainKey,
    senderCounter: session.senderCounter + 1,
  };
  return { bytes, session: after };
}

/**
 * Moves the sending chain on by `count` keys that are never used; the peer stores them as skipped.
 */
export function skipSendingKeys(
  provider: CryptoProvider,
  session: SessionRecord,
  count: number,
): SessionRecord {
  let { senderChainKey } = session;
  for (let index = 0; index < count; index++) {
    senderChainKey = nextChainKey(provider, senderChainKey);
  }
  return { ...session, senderChainKey, senderCounter: session.senderCounter + count };
}

/** Whether the message belongs to a chain this session has already seen. */
export function knowsChain(session: SessionRecord, message: ParsedMessage): boolean {
  return chainIndex(session, message.ratchetKey) >= 0;
}

/**
 * Opens a message on this session, or says why not: `duplicate-message`, `too-far-ahead`,
 * `bad-key`, `bad-mac`, or `malformed` (block padding). Draws secret `ratchet` (32), after the MAC
 * has held, when the message brings a new ratchet key.
 */
export function openMessage(
  session: SessionRecord,
  message: ParsedMessage,
  lookup: SkippedLookup,
  ctx: StepContext,
): Opened | Rejection {
  const index = chainIndex(session, message.ratchetKey);
  if (index < 0) return openOnNewChain(session, message, lookup, ctx);
  const chain = session.receivers[index] as ReceiverChain;
  const opened =
    message.counter < chain.counter
      ? openSkipped(session, chain, message, lookup, ctx.crypto)
      : openAhead(session, chain, message, lookup, ctx.crypto);
  if (isRejected(opened)) return opened;
  const receivers = session.receivers.slice();
  receivers[index] = opened.chain;
  const after: SessionRecord = { ...session, receivers, pending: undefined };
  return { plaintext: opened.plaintext, session: after, skipped: opened.skipped };
}

interface OpenedOnChain {
  readonly plaintext: Uint8Array;
  readonly chain: ReceiverChain;
  readonly skipped: readonly SkippedChange[];
}

function chainIndex(session: SessionRecord, ratchetKey: Uint8Array): number {
  const { receivers } = session;
  for (let index = receivers.length - 1; index >= 0; index -= 1) {
    if (equalBytes((receivers[index] as ReceiverChain).ratchetKey, ratchetKey)) return index;
  }
  return -1;
}

/** A full ratchet step: the peer's new chain, then a new pair and sending chain of ours. */
function openOnNewChain(
  session: SessionRecord,
  message: ParsedMessage,
  lookup: SkippedLookup,
  ctx: StepContext,
): Opened | Rejection {
  const provider = ctx.crypto;
  const { ratchetKey } = message;
  const agreement = provider.agree(session.senderRatchet.privateKey, ratchetKey);
  if (agreement === undefined) {
    return reject('bad-key', 'The ratchet key of a message is not a usable curve point.');
  }
  const [receiveRoot, chainKey] = rootStep(provider, session.rootKey, agreement);
  const fresh: ReceiverChain = {
    ratchetKey,
    chainKey,
    counter: 0,
    skippedCount: 0,
    skippedFrom: 0,
  };
  const opened = openAhead(session, fresh, message, lookup, provider);
  if (isRejected(opened)) return opened;
  const senderRatchet = provider.keyPair(ctx.secrets.bytes('ratchet', 32));
  const sendAgreement = provider.agree(senderRatchet.privateKey, ratchetKey);
  assert(sendAgreement !== undefined, 'a point that agreed once agrees with every clamped key');
  const [rootKey, senderChainKey] = rootStep(provider, receiveRoot, sendAgreement);
  const { receivers, skipped } = withChain(session, opened, lookup);
  const after: SessionRecord = {
    ...session,
    rootKey,
    senderRatchet,
    senderChainKey,
    senderCounter: 0,
    previousCounter: Math.max(session.senderCounter, 1) - 1,
    receivers,
    pending: undefined,
  };
  return { plaintext: opened.plaintext, session: after, skipped };
}

/** Adds the new chain as the newest; the oldest above the limit goes, with its skipped keys. */
function withChain(
  session: SessionRecord,
  opened: OpenedOnChain,
  lookup: SkippedLookup,
): { receivers: readonly ReceiverChain[]; skipped: readonly SkippedChange[] } {
  const receivers = [...session.receivers, opened.chain];
  if (receivers.length <= RECEIVER_CHAINS_MAX) return { receivers, skipped: opened.skipped };
  const oldest = receivers.shift() as ReceiverChain;
  if (oldest.skippedCount === 0) return { receivers, skipped: opened.skipped };
  const skipped = [...opened.skipped];
  dropOldest(oldest, oldest.skippedCount, lookup, skipped);
  return { receivers, skipped };
}

/** Opens a message whose counter the chain has already passed. */
function openSkipped(
  session: SessionRecord,
  chain: ReceiverChain,
  message: ParsedMessage,
  lookup: SkippedLookup,
  provider: CryptoProvider,
): OpenedOnChain | Rejection {
  const { counter } = message;
  const key = chain.skippedCount > 0 ? `${bytesToHex(chain.ratchetKey)}/${counter}` : '';
  const messageSeed = key === '' ? undefined : lookup(key);
  if (messageSeed === undefined) {
    return reject('duplicate-message', `The message key of counter ${counter} is used or gone.`, {
      counter,
      expected: chain.counter,
    });
  }
  const plaintext = openWith(provider, session, message, messageSeed);
  if (isRejected(plaintext)) return plaintext;
  const after: ReceiverChain = {
    ...chain,
    skippedCount: chain.skippedCount - 1,
    skippedFrom: counter === chain.skippedFrom ? counter + 1 : chain.skippedFrom,
  };
  return { plaintext, chain: after, skipped: [{ key, messageSeed: undefined }] };
}

/** Opens the message at the chain's counter or up to the limit ahead of it. */
function openAhead(
  session: SessionRecord,
  chain: ReceiverChain,
  message: ParsedMessage,
  lookup: SkippedLookup,
  provider: CryptoProvider,
): OpenedOnChain | Rejection {
  const { counter } = message;
  const jump = counter - chain.counter;
  if (jump > FORWARD_JUMP_MAX) {
    return reject('too-far-ahead', `Counter ${counter} is ${jump} ahead of the chain.`, {
      counter,
      expected: chain.counter,
    });
  }
  // Only chain keys before the MAC has held: a forged counter costs one HMAC per step, not two.
  const passed: Uint8Array[] = [];
  let { chainKey } = chain;
  for (let step = 0; step < jump; step += 1) {
    passed.push(chainKey);
    chainKey = nextChainKey(provider, chainKey);
  }
  const messageSeed = messageSeedOf(provider, chainKey);
  const after: ReceiverChain = {
    ...chain,
    chainKey: nextChainKey(provider, chainKey),
    counter: counter + 1,
  };
  const plaintext = openWith(provider, session, message, messageSeed);
  if (isRejected(plaintext)) return plaintext;
  if (jump === 0) return { plaintext, chain: after, skipped: NO_CHANGES };
  return { plaintext, ...keepSkipped(provider, chain, after, passed, lookup) };
}

/** Keeps the seeds of the messages passed over; above the limit the oldest of the chain go. */
function keepSkipped(
  provider: CryptoProvider,
  before: ReceiverChain,
  after: ReceiverChain,
  passed: readonly Uint8Array[],
  lookup: SkippedLookup,
): { chain: ReceiverChain; skipped: readonly SkippedChange[] } {
  const changes: SkippedChange[] = [];
  const surplus = before.skippedCount + passed.length - SKIPPED_KEYS_MAX;
  assert(passed.length <= SKIPPED_KEYS_MAX, 'one jump never evicts keys it has just made');
  let skippedFrom = before.skippedCount === 0 ? before.counter : before.skippedFrom;
  if (surplus > 0) skippedFrom = dropOldest(before, surplus, lookup, changes);
  const prefix = bytesToHex(before.ratchetKey);
  for (const [index, chainKey] of passed.entries()) {
    const messageSeed = messageSeedOf(provider, chainKey);
    changes.push({ key: `${prefix}/${before.counter + index}`, messageSeed });
  }
  const skippedCount = before.skippedCount + passed.length - Math.max(0, surplus);
  return { chain: { ...after, skippedCount, skippedFrom }, skipped: changes };
}

/** Deletes the `count` oldest skipped keys of a chain; the counter below which none is left. */
function dropOldest(
  chain: ReceiverChain,
  count: number,
  lookup: SkippedLookup,
  changes: SkippedChange[],
): number {
  const prefix = bytesToHex(chain.ratchetKey);
  let counter = chain.skippedFrom;
  for (let left = count; left > 0 && counter < chain.counter; counter += 1) {
    const key = `${prefix}/${counter}`;
    if (lookup(key) === undefined) continue;
    changes.push({ key, messageSeed: undefined });
    left -= 1;
  }
  return counter;
}

/** Checks the MAC, then decrypts. */
function openWith(
  provider: CryptoProvider,
  session: SessionRecord,
  message: ParsedMessage,
  messageSeed: Uint8Array,
): Uint8Array | Rejection {
  const keys = messageKeysOf(provider, messageSeed);
  if (!macOfMessageHolds(provider, session, message, keys.macKey)) {
    return reject('bad-mac', `The MAC of the message at counter ${message.counter} fails.`, {
      counter: message.counter,
    });
  }
  const plaintext = provider.cbcDecrypt(keys.cipherKey, keys.iv, message.ciphertext);
  return plaintext ?? reject('malformed', 'A message with a good MAC has bad block padding.');
}
