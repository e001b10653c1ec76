/**
 * A phone written from scratch on the ports of `lockstep/protocol`: it shows what it is told and
 * says it back. It knows one device per account, asks for no bundles and links no companions.
 */
import type * as L from 'lockstep/protocol';
import {
  ackOf,
  attribute,
  decodeFrame,
  decryptFrom,
  deviceIdOf,
  encodeClientPayload,
  encodeFrame,
  encryptFor,
  fanoutStanza,
  isRejected,
  labelOf,
  makeMessageId,
  node,
  numberOf,
  pad,
  participantHash,
  readContent,
  readIncomingMessage,
  receiptStanza,
  Transaction,
  textDigest,
  textMessageBytes,
  unpad,
} from 'lockstep/protocol';

/** A stanza that waits for the server's acknowledgement: what a crash may not lose. */
interface Waiting extends L.StoredRecord {
  readonly bytes: Uint8Array;
  readonly kind: 'waiting';
}

/** One step in the making: a transaction on the Store, and the effects after its commit. */
class EchoStep {
  readonly effects: L.Effect[] = [];
  readonly tx: Transaction;
  readonly #store: L.Store;
  readonly context: L.StepContext;
  readonly inputId: string;

  constructor(store: L.Store, input: L.Input, context: L.StepContext) {
    this.tx = new Transaction(store);
    this.#store = store;
    this.context = context;
    this.inputId = input.id;
  }

  get account(): L.AccountRecord {
    return this.tx.get('account', 'self') as L.AccountRecord;
  }

  /** The connection is volatile: a crash forgets it, and the host wipes it at boot. */
  get connection(): number | undefined {
    return this.#store.volatile.get('connection') as number | undefined;
  }

  set connection(value: number | undefined) {
    this.#store.volatile.set('connection', value);
  }

  send(stanza: L.WireNode): void {
    const { connection } = this;
    if (connection === undefined) return;
    const bytes = encodeFrame(stanza);
    this.effects.push({ kind: 'send', connection, bytes, label: labelOf(stanza) });
  }

  /** What this device writes: stored in one commit with the ratchet it moved, then sent. */
  write(chat: L.UserJid, text: string): void {
    const { context, tx, account } = this;
    const messageId = makeMessageId(account.device, context);
    const content = pad(textMessageBytes(text), context);
    const sealed = encryptFor(tx, chat, content, context);
    const isSealed = !isRejected(sealed);
    const record: L.OutboxRecord = {
      kind: 'outbox',
      state: isSealed ? 'sealed' : 'wanting',
      chat,
      messageId,
      author: account.device,
      text,
      textDigest: textDigest(text, context.crypto),
      inputId: this.inputId,
      targets: isSealed ? [chat] : [],
      leftOut: [],
      positionUs: 0,
    };
    tx.put('outbox', messageId, record);
    if (isRejected(sealed)) return;
    const enc = { kind: 'enc' as const, type: sealed.type, bytes: sealed.bytes, retryCount: 0 };
    const stanza = fanoutStanza({
      id: messageId,
      to: chat,
      copies: [{ device: chat, enc }],
      participantHash: participantHash([account.device, chat], context.crypto),
      signedIdentity: undefined,
      backfillOfUs: undefined,
      sentCount: tx.count('outbox'),
    });
    const waiting: Waiting = { kind: 'waiting', bytes: encodeFrame(stanza) };
    tx.put('waiting', messageId, waiting);
    this.send(stanza);
  }

  finish(): readonly L.Effect[] {
    const writes = this.tx.writes();
    return writes.length === 0 ? this.effects : [{ kind: 'commit', writes }, ...this.effects];
  }
}

function takeMessage(step: EchoStep, stanza: L.WireNode): void {
  const message = readIncomingMessage(stanza);
  if (isRejected(message) || message.payload.kind === 'unavailable') return;
  const { id, author, authorUser: chat, payload, positionUs } = message;
  const opened = decryptFrom(step.tx, author, payload.type, payload.bytes, step.context);
  const bytes = isRejected(opened) ? opened : unpad(opened.plaintext);
  const content = isRejected(bytes) ? bytes : readContent(bytes);
  if (!isRejected(content)) {
    if (content.body.kind !== 'text') return;
    const { user: account, device } = step.account;
    const { text } = content.body;
    const digest = textDigest(text, step.context.crypto);
    const names = { account, device, chat, messageId: id, author, text, textDigest: digest };
    const how = { via: 'live', positionUs, isRead: false } as const;
    const shown: L.ShownRecord = { kind: 'shown', ...names, ...how };
    step.tx.put('shown', `${chat}|${author}|${id}`, shown);
    if (!text.startsWith('echo: ')) step.write(chat, `echo: ${text}`);
  } else if (content.code !== 'duplicate-message') {
    return; // not acknowledged: the server keeps it
  }
  step.send(receiptStanza({ type: 'delivered', ids: [id], to: author }));
}

function takeAck(step: EchoStep, ack: L.WireNode): void {
  const id = attribute(ack, 'id') ?? '';
  const outbox = step.tx.get('outbox', id) as L.OutboxRecord | undefined;
  if (attribute(ack, 'class') !== 'message' || outbox?.state !== 'sealed') return;
  const positionUs = Number(attribute(ack, 't'));
  step.tx.put('outbox', id, { ...outbox, state: 'acknowledged', positionUs } as L.OutboxRecord);
  step.tx.delete('waiting', id);
}

function takeFrame(step: EchoStep, bytes: Uint8Array): void {
  const stanza = decodeFrame(bytes);
  if (isRejected(stanza)) return;
  if (stanza.tag === 'message') takeMessage(step, stanza);
  if (stanza.tag === 'ack') takeAck(step, stanza);
  if (stanza.tag === 'receipt' || stanza.tag === 'notification') step.send(ackOf(stanza));
  if (stanza.tag !== 'success') return;
  step.send(node('iq', { type: 'set', xmlns: 'passive', id: 'active' }, [node('active')]));
  const { connection } = step;
  for (const [id, record] of step.tx.entries('waiting')) {
    const label = { kind: 'message:text', id };
    const { bytes: again } = record as Waiting;
    if (connection !== undefined)
      step.effects.push({ kind: 'send', connection, bytes: again, label });
  }
}

function logIn(step: EchoStep): void {
  const { device } = step.account;
  const username = Number(numberOf(device));
  const payload = encodeClientPayload({ username, passive: true, device: deviceIdOf(device) });
  step.send(node('login', { id: `login-${device}` }, payload));
}

/** The device: a synchronous reducer over its Store, and nothing else. */
export function echoDevice(store: L.Store): L.ProtocolNode {
  return {
    step(input, context) {
      const step = new EchoStep(store, input, context);
      if (input.kind === 'started' || input.kind === 'timer') {
        step.tx.delete('timer', 'again');
        if (step.connection === undefined) step.effects.push({ kind: 'open', endpoint: 'server' });
      }
      if (input.kind === 'connected') {
        step.connection = input.connection;
        logIn(step);
      }
      if (input.kind === 'disconnected') {
        step.connection = undefined;
        const deadlineUs = context.wallUs + 2_000_000;
        step.tx.put('timer', 'again', { kind: 'timer', deadlineUs } as L.StoredRecord);
      }
      if (input.kind === 'frame') takeFrame(step, input.bytes);
      if (input.kind === 'command' && input.command.kind === 'send') {
        step.write(input.command.chat, input.command.text);
      }
      return step.finish();
    },
  };
}
