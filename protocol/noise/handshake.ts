/**
 * The handshake pattern XX, for both ends (specification 6.10; Noise revision 34, section 7.5):
 *
 *     -> e
 *     <- e, ee, s, es
 *     -> s, se
 *
 * Each message ends with a payload. A handshake is a value; writing and reading give a new one.
 * What comes from outside is refused with a rejection and changes nothing.
 *
 * What it does not do: frames and the header bytes before them; `channel.ts` has those.
 */

import type { CryptoProvider, KeyPair } from '../crypto/provider.ts';
import { assert, type Rejection, reject } from '../errors.ts';
import { NOISE_MESSAGE_BYTES_MAX } from '../limits.ts';
import {
  type CipherState,
  joined,
  mixHash,
  mixKey,
  openAndHash,
  type Stepped,
  type SymmetricState,
  sealAndHash,
  splitCiphers,
  startSymmetric,
  TAG_BYTES,
} from './symmetric-state.ts';

/** Who speaks first: the device; the server answers. */
export type NoiseRole = 'initiator' | 'responder';

/** What a token of the pattern does: sends a public key, or agrees on a secret. */
type Token = 'e' | 's' | 'ee' | 'es' | 'se';

const PATTERN: readonly (readonly Token[])[] = [['e'], ['e', 'ee', 's', 'es'], ['s', 'se']];
const KEY_BYTES = 32;

/** The key pairs one end brings; the ephemeral one is fresh for each handshake. */
export interface HandshakeKeys {
  readonly fixed: KeyPair;
  readonly ephemeral: KeyPair;
}

/** One end between two messages. */
export interface Handshake {
  readonly role: NoiseRole;
  /** Messages written and read so far, 0..3. */
  readonly messageCount: number;
  readonly keys: HandshakeKeys;
  readonly symmetric: SymmetricState;
  /** The other end's ephemeral and static public keys, 32 bytes each, once they came. */
  readonly peerEphemeral: Uint8Array | undefined;
  readonly peerStatic: Uint8Array | undefined;
}

/** What both ends hold after the third message. */
export interface FinishedHandshake {
  /** 32 bytes: the static key that the handshake authenticated at the other end. */
  readonly peerStaticKey: Uint8Array;
  /** 32 bytes, the same at both ends and at no other pair of ends. */
  readonly handshakeHash: Uint8Array;
  readonly sending: CipherState;
  readonly receiving: CipherState;
}

/** One end before the first message. */
export function beginHandshake(
  provider: CryptoProvider,
  role: NoiseRole,
  keys: HandshakeKeys,
  prologue: Uint8Array,
): Handshake {
  const symmetric = startSymmetric(provider, prologue);
  const none = { peerEphemeral: undefined, peerStatic: undefined };
  return { role, messageCount: 0, keys, symmetric, ...none };
}

/**
 * Writes the next message. `bad-key` when the other end's key, which came with the message before,
 * agrees on nothing.
 */
export function writeMessage(
  provider: CryptoProvider,
  handshake: Handshake,
  payload: Uint8Array,
): { readonly handshake: Handshake; readonly message: Uint8Array } | Rejection {
  assert(isWriter(handshake), 'the ends write in turn');
  const parts: Uint8Array[] = [];
  let { symmetric } = handshake;
  for (const token of tokensOf(handshake)) {
    if (token === 'e') {
      const { publicKey } = handshake.keys.ephemeral;
      parts.push(publicKey);
      symmetric = mixHash(provider, symmetric, publicKey);
    } else if (token === 's') {
      const sealed = sealAndHash(provider, symmetric, handshake.keys.fixed.publicKey);
      parts.push(sealed.bytes);
      symmetric = sealed.state;
    } else {
      const secret = agreed(provider, handshake, token);
      if (secret === undefined) return badKey(handshake);
      symmetric = mixKey(provider, symmetric, secret);
    }
  }
  const sealed = sealAndHash(provider, symmetric, payload);
  const messageCount = handshake.messageCount + 1;
  return {
    handshake: { ...handshake, messageCount, symmetric: sealed.state },
    message: joined(...parts, sealed.bytes),
  };
}

/**
 * Reads the next message. `malformed` when its length is out of bounds, `bad-mac` when a sealed
 * part does not open, `bad-key` when a public key agrees on nothing.
 */
export function readMessage(
  provider: CryptoProvider,
  handshake: Handshake,
  message: Uint8Array,
): { readonly handshake: Handshake; readonly payload: Uint8Array } | Rejection {
  assert(!isWriter(handshake), 'the ends write in turn');
  const { length } = message;
  if (length > NOISE_MESSAGE_BYTES_MAX || length < leastBytes(handshake)) {
    return refuse('malformed', handshake, `has ${length} bytes`);
  }
  let reached = handshake;
  let offset = 0;
  for (const token of tokensOf(handshake)) {
    const { symmetric } = reached;
    if (token === 'e') {
      const peerEphemeral = message.slice(offset, offset + KEY_BYTES);
      offset += KEY_BYTES;
      reached = {
        ...reached,
        peerEphemeral,
        symmetric: mixHash(provider, symmetric, peerEphemeral),
      };
    } else if (token === 's') {
      const end = offset + KEY_BYTES + TAG_BYTES;
      const opened = openAndHash(provider, symmetric, message.subarray(offset, end));
      if (opened === undefined) return badTag(handshake);
      offset = end;
      reached = { ...reached, peerStatic: opened.bytes, symmetric: opened.state };
    } else {
      const secret = agreed(provider, reached, token);
      if (secret === undefined) return badKey(handshake);
      reached = { ...reached, symmetric: mixKey(provider, symmetric, secret) };
    }
  }
  const opened: Stepped | undefined = openAndHash(
    provider,
    reached.symmetric,
    message.subarray(offset),
  );
  if (opened === undefined) return badTag(handshake);
  const messageCount = handshake.messageCount + 1;
  return {
    handshake: { ...reached, messageCount, symmetric: opened.state },
    payload: opened.bytes.slice(),
  };
}

/** The outcome, after the third message. */
export function finishHandshake(provider: CryptoProvider, handshake: Handshake): FinishedHandshake {
  const { role, messageCount, symmetric, peerStatic } = handshake;
  assert(messageCount === PATTERN.length, 'a handshake has three messages');
  assert(peerStatic !== undefined, 'both ends sent their static keys');
  const [initiator, responder] = splitCiphers(provider, symmetric);
  const isInitiator = role === 'initiator';
  return {
    peerStaticKey: peerStatic,
    handshakeHash: symmetric.hash,
    sending: isInitiator ? initiator : responder,
    receiving: isInitiator ? responder : initiator,
  };
}

function tokensOf({ messageCount }: Handshake): readonly Token[] {
  const tokens = PATTERN[messageCount];
  assert(tokens !== undefined, 'a handshake has three messages');
  return tokens;
}

function isWriter({ role, messageCount }: Handshake): boolean {
  return (role === 'initiator') === (messageCount % 2 === 0);
}

/** Bytes of the next message with an empty payload: 32, 96, 64. */
function leastBytes(handshake: Handshake): number {
  let hasKey = handshake.symmetric.cipher !== undefined;
  let least = 0;
  for (const token of tokensOf(handshake)) {
    if (token === 'e') least += KEY_BYTES;
    else if (token === 's') least += KEY_BYTES + TAG_BYTES;
    else hasKey = true;
  }
  return least + (hasKey ? TAG_BYTES : 0);
}

/** The first letter of a token is the initiator's key, the second the responder's. */
function agreed(
  provider: CryptoProvider,
  handshake: Handshake,
  token: 'ee' | 'es' | 'se',
): Uint8Array | undefined {
  const { role, keys, peerEphemeral, peerStatic } = handshake;
  const isInitiator = role === 'initiator';
  const own = token[isInitiator ? 0 : 1] === 'e' ? keys.ephemeral : keys.fixed;
  const peer = token[isInitiator ? 1 : 0] === 'e' ? peerEphemeral : peerStatic;
  assert(peer !== undefined, 'a key comes before the secret made of it');
  return provider.agree(own.privateKey, peer);
}

function badKey(handshake: Handshake): Rejection {
  return refuse('bad-key', handshake, 'follows a public key that agrees on nothing');
}

function badTag(handshake: Handshake): Rejection {
  return refuse('bad-mac', handshake, 'has a part that does not open');
}

function refuse(
  code: 'malformed' | 'bad-key' | 'bad-mac',
  { messageCount }: Handshake,
  what: string,
): Rejection {
  const number = messageCount + 1;
  return reject(code, `Handshake message ${number} ${what}.`, { message: number });
}
