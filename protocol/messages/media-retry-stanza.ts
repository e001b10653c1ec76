/**
 * The stanzas around a request for a file that is gone and around its answer (specification 9.5):
 * `<receipt type="server-error">` to whoever has the file, `<notification type="mediaretry">`
 * back. Both name the message as the one who asks sees it. Assumption: the answer leaves its
 * device as the notification it arrives as.
 */

import type { ChatJid, DeviceJid } from '../contract.ts';
import { isRejected, type Rejection, reject } from '../errors.ts';
import { parseChatJid, parseDeviceJid } from '../wire/jid.ts';
import { attribute, bytesContent, child, node, type WireNode } from '../wire/node.ts';
import type { SealedRetry } from './media-retry.ts';
import { isMessageId } from './message-stanza.ts';

/** Longest ciphertext believed: a message id or a path and some bytes. */
const CIPHERTEXT_BYTES_MAX = 4_096;

/** Which message it is about; `chat` as the one who asks sees it. */
export interface RetriedMessage {
  readonly messageId: string;
  readonly chat: ChatJid;
  readonly author: DeviceJid;
}

/** One of the two stanzas to write. `isPeer`: both devices are of one account. */
export interface MediaRetryToSend extends RetriedMessage {
  readonly to: DeviceJid;
  readonly isPeer: boolean;
  readonly isOwn: boolean;
  readonly sealed: SealedRetry;
}

function parts({ chat, author, isOwn, sealed }: MediaRetryToSend): WireNode[] {
  return [
    node('encrypt', {}, [node('enc_p', {}, sealed.ciphertext), node('enc_iv', {}, sealed.iv)]),
    node('rmr', { jid: chat, from_me: String(isOwn), participant: author }),
  ];
}

/** `<receipt id to type="server-error" [category]><encrypt/><rmr/></receipt>`. */
export function mediaRequestStanza(request: MediaRetryToSend): WireNode {
  const { messageId: id, to, isPeer } = request;
  const category = isPeer ? 'peer' : undefined;
  return node('receipt', { id, to, type: 'server-error', category }, parts(request));
}

/** `<notification id to type="mediaretry" [category]><encrypt/><rmr/></notification>`. */
export function mediaAnswerStanza(answer: MediaRetryToSend): WireNode {
  const { messageId: id, to, isPeer } = answer;
  const category = isPeer ? 'peer' : undefined;
  return node('notification', { id, to, type: 'mediaretry', category }, parts(answer));
}

/** Either of them as it arrives. */
export interface IncomingMediaRetry extends RetriedMessage {
  readonly kind: 'incoming-media-retry';
  readonly from: DeviceJid;
  readonly sealed: SealedRetry;
}

/** Takes either apart. `malformed` when an address, the id or a part is missing or unusable. */
export function readMediaRetry(stanza: WireNode): IncomingMediaRetry | Rejection {
  const from = parseDeviceJid(attribute(stanza, 'from'));
  const messageId = attribute(stanza, 'id');
  const named = child(stanza, 'rmr');
  const chat = parseChatJid(named && attribute(named, 'jid'));
  const author = parseDeviceJid(named && attribute(named, 'participant'));
  const encrypted = child(stanza, 'encrypt');
  const ciphertext = bytesContent(encrypted && child(encrypted, 'enc_p'));
  const iv = bytesContent(encrypted && child(encrypted, 'enc_iv'));
  const isUnnamed = isRejected(from) || isRejected(chat) || isRejected(author);
  if (isUnnamed || !isMessageId(messageId)) return malformed('does not say which message it means');
  if (ciphertext === undefined || iv === undefined) return malformed('is not sealed');
  if (ciphertext.length > CIPHERTEXT_BYTES_MAX) return malformed('is too long');
  return {
    kind: 'incoming-media-retry',
    messageId,
    from: from.jid,
    chat,
    author: author.jid,
    sealed: { ciphertext, iv },
  };
}

function malformed(what: string): Rejection {
  return reject('malformed', `A stanza about a missing file ${what}.`);
}
