/**
 * What O5 and O6 compare at the end of a run: the copies of one message on the screens of all
 * devices it is owed to, and on its author's. A device that reports it lost is out of it, counted.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import { isGroup, type Ledger, type MessageStatus, userOf } from '../ledger/ledger.ts';

/** A message as one device has it. */
export interface Copy {
  readonly device: DeviceJid;
  /** Undefined where it is missing. */
  readonly shown: Shown | undefined;
}

/** What two screens must have alike. */
export interface Shown {
  readonly positionUs: number;
  readonly textDigest: string;
  readonly fileDigest: string;
  /** The conversation, told alike on both sides of a 1:1 chat. */
  readonly chat: string;
  /** Whether it counts as read; for the devices of one account alone. */
  readonly isRead: boolean;
}

/** The copies of a message on the devices it is owed to, those reported lost left out. */
export function copiesOf(ledger: Ledger, status: MessageStatus, lostCounter: string): Copy[] {
  const { said } = status;
  const copies: Copy[] = [];
  for (const device of ledger.due(status)) {
    const record = ledger.shownOn(device, said)?.record;
    if (record === undefined && ledger.lostOn(device, said) !== undefined) {
      ledger.count(lostCounter);
      continue;
    }
    const shown = record && {
      positionUs: record.positionUs,
      textDigest: record.textDigest,
      fileDigest: record.media?.fileDigest ?? '',
      chat: conversation(record.chat, userOf(device), said.authorUser),
      isRead: record.isRead,
    };
    copies.push({ device, shown });
  }
  return copies;
}

/** The author's devices see the recipient's name over a chat, the recipient's the author's. */
function conversation(chat: string, own: string, author: string): string {
  if (isGroup(chat)) return chat;
  return own === author ? `${author}>${chat}` : `${chat}>${own}`;
}

/** Why two copies differ; undefined when they do not. */
export function differenceOf(one: Copy, other: Copy): string | undefined {
  if (one.shown === undefined || other.shown === undefined) {
    return one.shown === other.shown ? undefined : 'only one of them shows it';
  }
  if (one.shown.positionUs !== other.shown.positionUs) return 'it stands elsewhere';
  if (one.shown.chat !== other.shown.chat) return 'it is in another chat';
  const isSame =
    one.shown.textDigest === other.shown.textDigest &&
    one.shown.fileDigest === other.shown.fileDigest;
  return isSame ? undefined : 'it says something else';
}
