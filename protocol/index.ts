/**
 * `lockstep/protocol`: the ports an architecture or a foreign device implements, and the building
 * blocks of the one that comes along. Re-exports only.
 */

export * from './contract.ts';
export { nobleProvider } from './crypto/noble.ts';
export type { CryptoProvider } from './crypto/provider.ts';
export { participantHash } from './devices/participant-hash.ts';
export * from './errors.ts';
export { fanout } from './fanout/index.ts';
export { labelOf } from './fanout/step.ts';
export { ackOf } from './messages/acks.ts';
export { deviceSentBytes, readContent, textDigest, textMessageBytes } from './messages/content.ts';
export { makeMessageId } from './messages/message-id.ts';
export {
  fanoutStanza,
  type IncomingMessage,
  readIncomingMessage,
} from './messages/message-stanza.ts';
export { pad, unpad } from './messages/padding.ts';
export { receiptStanza } from './messages/receipts.ts';
export type * from './signal/session-layer.ts';
export { decryptFrom, encryptFor, hasSession } from './signal/sessions.ts';
export { type RecordWrite, Store, type StoredRecord, Transaction } from './store.ts';
export { encodeClientPayload } from './wire/client-payload.ts';
export { decodeFrame } from './wire/decode-node.ts';
export { encodeFrame } from './wire/encode-node.ts';
export { deviceIdOf, deviceJid, numberOf, userJid, userOf } from './wire/jid.ts';
export { attribute, child, children, node, type WireNode } from './wire/node.ts';
