/**
 * A phone that has been in use for long: shown messages put into its Store, as if it had had them.
 */

import { bytesToHex } from '@noble/hashes/utils.js';
import type { ShownRecord } from '../../contract.ts';
import { opensslProvider } from '../../crypto/openssl.ts';
import type { RecordWrite } from '../../store.ts';
import { utf8Bytes } from '../../wire/utf8.ts';
import type { SmallNet } from './small-net.ts';

const START_US = 1_626_220_800_000_000;

/** How the messages are spread. */
export interface LongHistory {
  readonly messages: number;
  readonly chats: number;
  /** Time between two messages. */
  readonly everyUs: number;
  /** The text of the n-th message. */
  textOf(at: number): string;
}

/** Gives `phone` what it would show after all these messages, the last one just now. */
export function giveHistory(net: SmallNet, phone: string, history: LongHistory): void {
  const { messages, chats, everyUs, textOf } = history;
  const provider = opensslProvider();
  const { store } = net.member(phone);
  const user = net.user(phone.slice(0, phone.indexOf('.')));
  const writes: RecordWrite[] = [];
  for (let at = 0; at < messages; at++) {
    const chat = `${16_000_000 + (at % chats)}@s.whatsapp.net`;
    const text = textOf(at);
    const isOwn = at % 3 === 0;
    const shown: ShownRecord = {
      kind: 'shown',
      account: user,
      device: user,
      chat,
      messageId: `3EB0${at.toString(16).toUpperCase().padStart(16, '0')}`,
      author: isOwn ? user : chat,
      via: 'live',
      text,
      textDigest: bytesToHex(provider.sha256(utf8Bytes(text)).subarray(0, 16)),
      positionUs: START_US + net.nowUs - (messages - at) * everyUs,
      isRead: at % 50 !== 49 || isOwn,
    };
    const key = `${chat}|${shown.author}|${shown.messageId}`;
    writes.push({ collection: 'shown', key, record: shown });
  }
  store.apply(writes);
}
