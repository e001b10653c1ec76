/**
 * A phone written from scratch on the ports of `lockstep/protocol`: it shows what it is told and says it
 * back. It knows one device per account, asks for no bundles and links no companions.
 */
import {
  type AccountRecord,
  ackOf,
  attribute,
  type DeviceJid,
  decodeFrame,
  decryptFrom,
  deviceIdOf,
  type Effect,
  encodeClientPayload,
  encodeFrame,
  encryptFor,
  fanoutStanza,
  type Input,
  isRejected,
  labelOf,
  makeMessageId,
  node,
  numberOf,
  type OutboxRecord,
  type ProtocolNode,
  pad,
  participantHash,
  readContent,
  readIncomingMessage,
  receiptStanza,
  type ShownRecord,
  type StepContext,
  type Store,
  type StoredRecord,
  Transaction,
  textDigest,
  textMessageBytes,
  type UserJid,
  unpad,
  userOf,
  type WireNode,
} from 'lockstep/protocol';

/** A stanza that waits for the server's acknowledgement: what a crash may not lose. */
interface Waiting extends StoredRecord {
  readonly bytes: Uint8Array;
  readonly kind: 'waiting';
}

/** One step in the making: a transaction on the Store, and the effects after its commit. */
class EchoStep {
  readonly effects: Effect[] = [];
  readonly tx: Transaction;
  readonly #store: Store;
  readonly context: StepContext;
  readonly inputId: string;

  constructor(store: Store, input: Input, context: StepContext) {
    this.tx = new Transaction(store);
    this.#store = store;
    this.context = context;
    this.inputId = input.id;
  }

  get account(): AccountRecord {
    return this.tx.get('account', 'self') as AccountRecord;
  }

  /** The connection is volatile: a crash forgets it, and the host wipes it at boot. */
  get connection(): number | undefined {
    return this.#store.volatile.get('connection') as number | undefined;
  }

  set connection(value: number | undefined) {
    this.#store.volatile.set('connection', value);
  }

  send(stanza: WireNode): void {
    const { connection } = this;
    if (connection === undefined) return;
    const bytes = encodeFrame(stanza);
    this.effects.push({ kind: 'send', connection, bytes, label: labelOf(stanza) });
  }

  /** What this device writes: stored in one commit with the ratchet it moved, then sent. */
  write(chat: UserJid, text: string): void {
    const { context, tx, account } = this;
    const messageId = makeMessageId(account.device, context);
    const content = pad(textMessageBytes(text), context);
    const sealed = encryptFor(tx, chat, content, context);
    const isSealed = !isRejected(sealed);
    const record: OutboxRecord = {
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

  finish(): readonly Effect[] {
    const writes = this.tx.writes();
    return writes.length === 0 ? this.effects : [{ kind: 'commit', writes }, ...this.effects];
  }
}

function show(
  step: EchoStep,
  author: DeviceJid,
  messageId: string,
  text: string,
  at: number,
): void {
  const { user, device } = step.account;
  const record: ShownRecord = {
    kind: 'shown',
    account: user,
    device,
    chat: userOf(author) === user ? userOf(device) : userOf(author),
    messageId,
    author,
    text,
    textDigest: textDigest(text, step.context.crypto),
    positionUs: at,
    isRead: false,
  };
  step.tx.put('shown', `${record.chat}|${author}|${messageId}`, record);
}

function takeMessage(step: EchoStep, stanza: WireNode): void {
  const message = readIncomingMessage(stanza);
  if (isRejected(message) || message.payload.kind === 'unavailable') return;
  const { id, author, authorUser, payload, positionUs } = message;
  const receipt = receiptStanza({ type: 'delivered', ids: [id], to: author });
  const opened = decryptFrom(step.tx, author, payload.type, payload.bytes, step.context);
  const bytes = isRejected(opened) ? opened : unpad(opened.plaintext);
  const content = isRejected(bytes) ? bytes : readContent(bytes);
  if (!isRejected(content)) {
    show(step, author, id, content.text, positionUs);
    if (!content.text.startsWith('echo: ')) step.write(authorUser, `echo: ${content.text}`);
  } else if (content.code !== 'duplicate-message') {
    return; // not acknowledged: the server keeps it
  }
  step.send(receipt);
}

function takeAck(step: EchoStep, ack: WireNode): void {
  const id = attribute(ack, 'id') ?? '';
  const outbox = step.tx.get('outbox', id) as OutboxRecord | undefined;
  if (attribute(ack, 'class') !== 'message' || outbox?.state !== 'sealed') return;
  const positionUs = Number(attribute(ack, 't'));
  step.tx.put('outbox', id, { ...outbox, state: 'acknowledged', positionUs } as OutboxRecord);
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
export function echoDevice(store: Store): ProtocolNode {
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
        step.tx.put('timer', 'again', { kind: 'timer', deadlineUs } as StoredRecord);
      }
      if (input.kind === 'frame') takeFrame(step, input.bytes);
      if (input.kind === 'command' && input.command.kind === 'send') {
        step.write(input.command.chat, input.command.text);
      }
      return step.finish();
    },
  };
}
