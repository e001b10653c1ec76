/**
 * The thread in which `libsignal@6.0.0` runs: one request in, one reply out, nothing kept between
 * them. All it knows of a device comes with the request, its randomness and its clock included, so
 * the same request has the same reply. Each use of cryptography is reported, so that the caller can
 * repeat it. The library prints private keys: its console is silenced. Development only.
 */

import { createRequire } from 'node:module';
import { workerData } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const nodeCrypto = require('node:crypto');

const silent = () => undefined;
for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace']) console[level] = silent;

// ---------------------------------------------------------------- chance and time

let seed;
let drawn = 0;
let wallMs = 0;
Date.now = () => wallMs;

/** The next bytes of the request's own stream. */
function seededBytes(length) {
  const blocks = [];
  for (let have = 0; have < length; have += 32) {
    const ordinal = Buffer.alloc(4);
    ordinal.writeUInt32BE(drawn++);
    blocks.push(nodeCrypto.createHash('sha256').update(seed).update(ordinal).digest());
  }
  return Buffer.concat(blocks).subarray(0, length);
}

const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const der = (type) => ({ format: 'der', type });

/** As Node's own, of a seeded key; the library asks for nothing but X25519 in DER. */
function seededKeyPair(kind) {
  if (kind !== 'x25519') throw new TypeError(`no seeded key pair of kind ${kind}`);
  const secret = Buffer.from(seededBytes(32));
  secret[0] &= 248;
  secret[31] = (secret[31] & 127) | 64;
  const privateKey = Buffer.concat([PRIVATE_PREFIX, secret]);
  const key = nodeCrypto.createPrivateKey({ key: privateKey, ...der('pkcs8') });
  return { privateKey, publicKey: nodeCrypto.createPublicKey(key).export(der('spki')) };
}

nodeCrypto.randomBytes = seededBytes;
nodeCrypto.generateKeyPairSync = seededKeyPair;

// ---------------------------------------------------------------- the library, watched

const libsignal = require('libsignal');
const { SessionBuilder, SessionCipher, SessionRecord, ProtocolAddress } = libsignal;

let uses = [];
const plain = (value) => (value instanceof Uint8Array ? new Uint8Array(value) : value);

/** Reports each call of `room[name]`: what went in, what came out, whether it threw. */
function watch(room, name) {
  const inner = room[name];
  room[name] = (...taken) => {
    const use = { name, taken: taken.map(plain), given: undefined, isGood: false };
    uses.push(use);
    const given = inner(...taken);
    use.isGood = true;
    use.given = Array.isArray(given) ? given.map(plain) : plain(given);
    return given;
  };
}

for (const name of ['encrypt', 'decrypt', 'calculateMAC', 'verifyMAC', 'deriveSecrets']) {
  watch(libsignal.crypto, name);
}
watch(libsignal.curve, 'calculateAgreement');

// ---------------------------------------------------------------- one request

const buffer = (bytes) => (bytes === undefined ? undefined : Buffer.from(bytes));
const pair = (keys) => keys && { pubKey: buffer(keys.publicKey), privKey: buffer(keys.privateKey) };

/** The library's storage over what came with the request. */
function storageOf(request) {
  const state = { record: recordOf(request.entries), removedPrekey: undefined };
  const { trusted } = request;
  const storage = {
    loadSession: async () => state.record,
    storeSession: async (_address, record) => {
      state.record = record;
    },
    isTrustedIdentity: async (_id, key) => trusted === undefined || buffer(trusted).equals(key),
    loadPreKey: async (id) => (id ? pair(request.prekey) : undefined),
    removePreKey: async (id) => {
      state.removedPrekey = id;
    },
    loadSignedPreKey: async () => pair(request.signedPrekey),
    getOurRegistrationId: async () => request.registrationId,
    getOurIdentity: async () => pair(request.identity),
  };
  return { state, storage };
}

function recordOf(entries) {
  if (entries.length === 0) return undefined;
  const sessions = {};
  for (const text of entries) {
    const entry = JSON.parse(text);
    sessions[entry.indexInfo.baseKey] = entry;
  }
  return SessionRecord.deserialize({ version: 'v1', _sessions: sessions });
}

function entriesOf(record) {
  if (record === undefined) return [];
  return Object.values(record.serialize()._sessions).map((entry) => JSON.stringify(entry));
}

/** The library has no word for a gap: its own filling of keys, and the keys thrown away. */
async function leaveGap(cipher, storage, count) {
  const record = await storage.loadSession();
  const session = record?.getOpenSession();
  const chain = session?.getChain(session.currentRatchet.ephemeralKeyPair.pubKey);
  if (chain === undefined) return;
  cipher.fillMessageKeys(chain, chain.chainKey.counter + count);
  chain.messageKeys = {};
}

async function perform(request, storage) {
  const address = new ProtocolAddress(request.user, request.device);
  const cipher = new SessionCipher(storage, address);
  switch (request.action) {
    case 'start': {
      const { bundle } = request;
      const keyed = (key) =>
        key && {
          keyId: key.id,
          publicKey: buffer(key.publicKey),
          signature: buffer(key.signature),
        };
      return await new SessionBuilder(storage, address).initOutgoing({
        registrationId: bundle.registrationId,
        identityKey: buffer(bundle.identityKey),
        signedPreKey: keyed(bundle.signedPrekey),
        preKey: keyed(bundle.prekey),
      });
    }
    case 'encrypt':
      return await cipher.encrypt(buffer(request.bytes));
    case 'decrypt':
      return request.type === 'pkmsg'
        ? await cipher.decryptPreKeyWhisperMessage(buffer(request.bytes))
        : await cipher.decryptWhisperMessage(buffer(request.bytes));
    case 'gap':
      return await leaveGap(cipher, storage, request.count);
  }
  throw new TypeError(`no action ${request.action}`);
}

async function answer(request) {
  seed = request.seed;
  drawn = 0;
  wallMs = request.wallMs;
  uses = [];
  try {
    const { state, storage } = storageOf(request);
    const value = await perform(request, storage);
    const isSealed = request.action === 'encrypt';
    return {
      kind: 'done',
      bytes: plain(isSealed ? value.body : value),
      type: isSealed && value.type === 3 ? 'pkmsg' : 'msg',
      entries: entriesOf(state.record),
      removedPrekey: state.removedPrekey,
      drawn,
      uses,
    };
  } catch (error) {
    return { kind: 'failed', name: error?.constructor?.name, text: String(error), drawn, uses };
  }
}

const { port, bell } = workerData;
port.on('message', async (request) => {
  port.postMessage(await answer(request));
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
});
