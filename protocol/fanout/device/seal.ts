/**
 * Client fanout (specification 6.1 to 6.4): one ciphertext per device of the chat and per other device of
 * our own account, all in one stanza. What is sealed is committed before it leaves.
 */

import type { DeviceJid, OutboxRecord, UserJid } from '../../contract.ts';
import { participantHash } from '../../devices/participant-hash.ts';
import { assert, isRejected } from '../../errors.ts';
import { deviceSentBytes, textMessageBytes } from '../../messages/content.ts';
import { pad } from '../../messages/padding.ts';
import { encryptFor, hasSession } from '../../signal/sessions.ts';
import { userOf } from '../../wire/jid.ts';
import { node, type WireNode } from '../../wire/node.ts';
import type { Step } from '../step.ts';
import { sendReliably } from './outbound.ts';
import {
  accountOf,
  type CompanionRecord,
  nextSentCount,
  outboxOf,
  putOutbox,
  SELF,
} from './records.ts';

/** A ciphertext for one device. */
interface Copy {
  readonly device: DeviceJid;
  readonly enc: WireNode;
  readonly isPrekeyMessage: boolean;
}

/** Encrypts one message for one device; own devices get it as a device-sent message. */
export function encryptCopy(
  step: Step,
  outbox: OutboxRecord,
  device: DeviceJid,
  retryCount = 0,
): Copy {
  const own = accountOf(step)?.user;
  const message = textMessageBytes(outbox.text);
  const content =
    userOf(device) === own ? deviceSentBytes(outbox.chat, outbox.text) : message;
  const sealed = encryptFor(step.tx, device, pad(content, step.context), step.context);
  assert(!isRejected(sealed), 'a copy is encrypted only where a session is known to exist');
  const count = retryCount === 0 ? undefined : String(retryCount);
  return {
    device,
    enc: node('enc', { v: '2', type: sealed.type, count }, sealed.bytes),
    isPrekeyMessage: sealed.type === 'pkmsg',
  };
}

/** `<device-identity>` of a companion, when a prekey message goes along. */
export function identityNodes(step: Step, copies: readonly Copy[]): WireNode[] {
  const companion = step.get<CompanionRecord>('companion', SELF);
  if (companion === undefined || !copies.some((copy) => copy.isPrekeyMessage)) return [];
  return [node('device-identity', {}, companion.signedIdentity)];
}

/** Encrypts for every target with a session, in order; the rest is left out. */
export function encryptCopies(
  step: Step,
  outbox: OutboxRecord,
  targets: readonly DeviceJid[],
): Copy[] {
  return targets
    .filter((device) => hasSession(step.tx, device))
    .map((device) => encryptCopy(step, outbox, device));
}

/** `<participants>` of a stanza. */
export function participantsNode(copies: readonly Copy[]): WireNode {
  return node('participants', {}, copies.map(({ device, enc }) => node('to', { jid: device }, [enc])));
}

/** Seals a waiting message for `targets` and hands it to the outbound queue. */
export function sealMessage(step: Step, messageId: string, targets: readonly DeviceJid[]): void {
  const outbox = outboxOf(step, messageId);
  const account = accountOf(step);
  assert(outbox !== undefined && account !== undefined, 'a waiting message has its outbox entry');
  const copies = encryptCopies(step, outbox, targets);
  const named = copies.map(({ device }) => device);
  const view = [...targets, account.device];
  const stanza = node(
    'message',
    {
      id: messageId,
      to: outbox.chat,
      type: 'text',
      phash: participantHash(view, step.context.crypto),
      sent: String(nextSentCount(step)),
    },
    [participantsNode(copies), ...identityNodes(step, copies)],
  );
  putOutbox(step, outbox, {
    state: 'sealed',
    targets: named,
    leftOut: targets.filter((device) => !named.includes(device)),
  });
  sendReliably(step, stanza);
}

/** A follow-up stanza (backfill): same message, same time stamp, only the devices named. */
export function sealBackfill(
  step: Step,
  outbox: OutboxRecord,
  chat: UserJid,
  targets: readonly DeviceJid[],
): void {
  const copies = encryptCopies(step, outbox, targets);
  if (copies.length === 0) return;
  const stanza = node(
    'message',
    {
      id: outbox.messageId,
      to: chat,
      type: 'text',
      t: String(outbox.positionUs),
      device_fanout: 'false',
      sent: String(nextSentCount(step)),
    },
    [participantsNode(copies), ...identityNodes(step, copies)],
  );
  sendReliably(step, stanza);
}
