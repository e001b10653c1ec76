/**
 * Sender keys: one chain per device and group, announced to every other device over its pairwise
 * session, then one ciphertext for all. Everything goes through one `Transaction`; a rejection
 * leaves it as it was. Who is a member, who has the key and when to rotate is decided elsewhere.
 * Source: specification 4.
 */

import type { DeviceJid, StepContext } from '../contract.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import { assert, isRejected, type Rejection, reject } from '../errors.ts';
import { FORWARD_JUMP_MAX } from '../limits.ts';
import type { Transaction } from '../store.ts';
import { equalBytes } from './keys.ts';
import { messageSeedOf, nextChainKey } from './ratchet.ts';
import {
  type Distribution,
  type ParsedGroupMessage,
  parseDistribution,
  parseGroupMessage,
  writeDistribution,
  writeGroupMessage,
} from './sender-key-layout.ts';
import {
  OWN_SENDER_KEYS,
  type OwnSenderKeyRecord,
  ownSenderKey,
  type SenderKeyRecord,
  senderKeyState,
  sendersCollection,
} from './sender-key-records.ts';
import {
  addState,
  deleteState,
  dropSkipped,
  forgetSenderKey,
  keepSkipped,
  putState,
  skippedSeed,
} from './sender-key-store.ts';

export { forgetSenderKey, forgetSenderKeysOf } from './sender-key-store.ts';

/** Chain ids are drawn from 1 up to this. */
const CHAIN_ID_MAX = 2 ** 31 - 1;

/** A decrypted group message. */
export interface GroupDecrypted {
  readonly plaintext: Uint8Array;
  readonly chainId: number;
  readonly iteration: number;
}

/** Whether this device has a sender key of its own for `group`. */
export function hasSenderKey(tx: Transaction, group: string): boolean {
  return ownSenderKey(tx, group) !== undefined;
}

/**
 * Makes this device's sender key for `group`, in place of any before it. Draws number
 * `sender-key-id`, then secrets `sender-chain-key` (32) and `sender-signing-key` (32).
 */
export function createSenderKey(tx: Transaction, group: string, ctx: StepContext): void {
  const record: OwnSenderKeyRecord = {
    kind: 'own-sender-key',
    group,
    chainId: 1 + ctx.numbers.below('sender-key-id', CHAIN_ID_MAX),
    iteration: 0,
    chainKey: ctx.secrets.bytes('sender-chain-key', 32),
    signingPair: ctx.crypto.keyPair(ctx.secrets.bytes('sender-signing-key', 32)),
  };
  tx.put(OWN_SENDER_KEYS, group, record);
}

/** Deletes this device's sender key for `group`, if it has one: the next message needs another. */
export function deleteOwnSenderKey(tx: Transaction, group: string): void {
  tx.delete(OWN_SENDER_KEYS, group);
}

/** Deletes this device's sender keys of all groups: after a rollback none may be used again. */
export function deleteOwnSenderKeys(tx: Transaction): void {
  for (const [group] of tx.entries(OWN_SENDER_KEYS)) tx.delete(OWN_SENDER_KEYS, group);
}

function requireOwnKey(tx: Transaction, group: string): OwnSenderKeyRecord {
  const own = ownSenderKey(tx, group);
  assert(own !== undefined, 'a sender key is made before it is announced or used');
  return own;
}

/**
 * The announcement of this device's sender key as it stands: who gets it reads from the next
 * message on, never earlier ones. The key must exist.
 */
export function distributionMessage(tx: Transaction, group: string): Uint8Array {
  const { chainId, iteration, chainKey, signingPair } = requireOwnKey(tx, group);
  return writeDistribution({ chainId, iteration, chainKey, signingKey: signingPair.publicKey });
}

/**
 * Leaves `keys` iterations of the own chain unused, when there is one: what was encrypted under
 * them may be lost from this Store, never from the wire.
 */
export function leaveGroupGap(
  tx: Transaction,
  group: string,
  keys: number,
  ctx: Pick<StepContext, 'crypto'>,
): void {
  const own = ownSenderKey(tx, group);
  if (own === undefined) return;
  let { chainKey } = own;
  for (let index = 0; index < keys; index += 1) chainKey = nextChainKey(ctx.crypto, chainKey);
  const after: OwnSenderKeyRecord = { ...own, chainKey, iteration: own.iteration + keys };
  tx.put(OWN_SENDER_KEYS, group, after);
}

/** IV and cipher key of one message. */
function groupKeysOf(
  provider: CryptoProvider,
  messageSeed: Uint8Array,
): { readonly iv: Uint8Array; readonly cipherKey: Uint8Array } {
  const keys = provider.hkdf(messageSeed, undefined, 'WhisperGroup', [16, 32]);
  const [iv, cipherKey] = keys as [Uint8Array, Uint8Array];
  return { iv, cipherKey };
}

/**
 * Encrypts for everybody who has this device's sender key, and moves the chain on. The key must
 * exist. Draws secret `sender-key-signature` (64).
 */
export function encryptForGroup(
  tx: Transaction,
  group: string,
  plaintext: Uint8Array,
  ctx: StepContext,
): Uint8Array {
  const own = requireOwnKey(tx, group);
  const provider = ctx.crypto;
  const messageSeed = messageSeedOf(provider, own.chainKey);
  const chainKey = nextChainKey(provider, own.chainKey);
  const { iv, cipherKey } = groupKeysOf(provider, messageSeed);
  const ciphertext = provider.cbcEncrypt(cipherKey, iv, plaintext);
  const z = ctx.secrets.bytes('sender-key-signature', 64);
  const bytes = writeGroupMessage(own.chainId, own.iteration, ciphertext, (signed) =>
    provider.sign(own.signingPair.privateKey, signed, z),
  );
  const after: OwnSenderKeyRecord = { ...own, chainKey, iteration: own.iteration + 1 };
  tx.put(OWN_SENDER_KEYS, group, after);
  return bytes;
}

/**
 * Takes the announcement of another device's sender key. `malformed`, `unknown-version` or
 * `bad-key`. A chain that is known already, with the same signing key, stays as it is (4.2).
 */
export function processDistribution(
  tx: Transaction,
  group: string,
  sender: DeviceJid,
  bytes: Uint8Array,
): undefined | Rejection {
  const distribution = parseDistribution(bytes);
  if (isRejected(distribution)) return distribution;
  const known = senderKeyState(tx, group, sender, distribution.chainId);
  if (known === undefined) addState(tx, stateOf(group, sender, distribution));
  else if (!equalBytes(known.signingKey, distribution.signingKey)) {
    deleteState(tx, known);
    addState(tx, stateOf(group, sender, distribution));
  } else if (distribution.iteration - known.iteration > FORWARD_JUMP_MAX) {
    // Assumption: a chain too far ahead to be followed goes on from where it is announced; kept as
    // it was, it could never open anything again.
    const { iteration, chainKey } = distribution;
    putState(tx, { ...known, iteration, chainKey, firstIteration: iteration });
  }
  return undefined;
}

function stateOf(group: string, sender: DeviceJid, distribution: Distribution): SenderKeyRecord {
  return {
    kind: 'sender-key',
    group,
    sender,
    chainId: distribution.chainId,
    iteration: distribution.iteration,
    firstIteration: distribution.iteration,
    chainKey: distribution.chainKey,
    signingKey: distribution.signingKey,
    skippedCount: 0,
  };
}

/**
 * Decrypts a group message of another device and moves its chain on. `malformed`,
 * `unknown-version`, `no-session` (unknown chain id, or an iteration from before the key was given
 * to us), `bad-signature`, `duplicate-message`, `too-far-ahead`. Draws nothing.
 */
export function decryptFromGroup(
  tx: Transaction,
  group: string,
  sender: DeviceJid,
  bytes: Uint8Array,
  ctx: Pick<StepContext, 'crypto'>,
): GroupDecrypted | Rejection {
  const message = parseGroupMessage(bytes);
  if (isRejected(message)) return message;
  const { chainId, iteration } = message;
  const state = senderKeyState(tx, group, sender, chainId);
  if (state === undefined) {
    const sentence = `There is no sender key ${chainId} of ${sender} in ${group}.`;
    return reject('no-session', sentence, { device: sender, chainId });
  }
  if (!ctx.crypto.verify(state.signingKey, message.signed, message.signature)) {
    const sentence = `The signature of a group message of ${sender} in ${group} fails.`;
    return reject('bad-signature', sentence, { device: sender, chainId, iteration });
  }
  return iteration < state.iteration
    ? openSkipped(tx, state, message, ctx.crypto)
    : openAhead(tx, state, message, ctx.crypto);
}

/** Opens a message whose iteration the chain has already passed. */
function openSkipped(
  tx: Transaction,
  state: SenderKeyRecord,
  message: ParsedGroupMessage,
  provider: CryptoProvider,
): GroupDecrypted | Rejection {
  const { chainId, iteration } = message;
  const messageSeed = skippedSeed(tx, state, iteration);
  if (messageSeed === undefined) {
    const facts = { device: state.sender, chainId, iteration, expected: state.iteration };
    if (iteration >= state.firstIteration) {
      const sentence = `The group message key of iteration ${iteration} is used or gone.`;
      return reject('duplicate-message', sentence, facts);
    }
    const sentence = `The sender key ${chainId} was given from after iteration ${iteration} on.`;
    return reject('no-session', sentence, facts);
  }
  const plaintext = openWith(provider, message, messageSeed);
  if (isRejected(plaintext)) return plaintext;
  dropSkipped(tx, state, iteration);
  return { plaintext, chainId, iteration };
}

/** Opens the message at the chain's iteration or up to the limit ahead of it. */
function openAhead(
  tx: Transaction,
  state: SenderKeyRecord,
  message: ParsedGroupMessage,
  provider: CryptoProvider,
): GroupDecrypted | Rejection {
  const { chainId, iteration } = message;
  const jump = iteration - state.iteration;
  if (jump > FORWARD_JUMP_MAX) {
    const sentence = `Iteration ${iteration} is ${jump} ahead of sender key ${chainId}.`;
    const facts = { device: state.sender, chainId, iteration, expected: state.iteration };
    return reject('too-far-ahead', sentence, facts);
  }
  const seeds: Uint8Array[] = [];
  let { chainKey } = state;
  for (let step = 0; step < jump; step += 1) {
    seeds.push(messageSeedOf(provider, chainKey));
    chainKey = nextChainKey(provider, chainKey);
  }
  const messageSeed = messageSeedOf(provider, chainKey);
  const next = nextChainKey(provider, chainKey);
  const plaintext = openWith(provider, message, messageSeed);
  if (isRejected(plaintext)) return plaintext;
  const after: SenderKeyRecord = { ...state, chainKey: next, iteration: iteration + 1 };
  keepSkipped(tx, after, state.iteration, seeds);
  return { plaintext, chainId, iteration };
}

function openWith(
  provider: CryptoProvider,
  message: ParsedGroupMessage,
  messageSeed: Uint8Array,
): Uint8Array | Rejection {
  const { iv, cipherKey } = groupKeysOf(provider, messageSeed);
  const plaintext = provider.cbcDecrypt(cipherKey, iv, message.ciphertext);
  return plaintext ?? reject('malformed', 'A group message well signed has bad block padding.');
}

/** Forgets everything about a group: the own key, and the keys of all who gave theirs. */
export function forgetGroup(tx: Transaction, group: string): void {
  deleteOwnSenderKey(tx, group);
  for (const [sender] of tx.entries(sendersCollection(group))) forgetSenderKey(tx, group, sender);
}
