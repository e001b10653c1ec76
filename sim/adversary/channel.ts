/**
 * What a thief makes of a phone relay: the two keys of a pairing never change, so every recorded
 * frame of that pairing opens, from before the theft and after it, until the pairing is ended.
 * Source: specification 11.2; the exposure page, F31.
 */

import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { isRejected } from '../../protocol/errors.ts';
import type { TakenMessage } from '../../protocol/messages/history.ts';
import { type ChannelKeys, open } from '../../protocol/relay/wire/sealed.ts';
import { readPhoneWord, readRequest } from '../../protocol/relay/wire/words.ts';
import type { Store } from '../../protocol/store.ts';
import type { WireNode } from '../../protocol/wire/node.ts';
import type { RecordedSealed } from './recording.ts';
import { recordsOf } from './stolen-store.ts';

/** One theft's knowledge of pairings: of a browser its own, of a phone those of its browsers. */
export class ChannelKnowledge {
  readonly #crypto: CryptoProvider;
  readonly #channels: readonly ChannelKeys[];

  constructor(store: Store, crypto: CryptoProvider) {
    this.#crypto = crypto;
    this.#channels = [...recordsOf(store)].flatMap((record) => {
      const { encKey, macKey } = record as Partial<ChannelKeys>;
      return encKey === undefined || macKey === undefined ? [] : [{ encKey, macKey }];
    });
  }

  /** The messages in a recorded frame; undefined while no known keys open it. */
  open({ bytes }: RecordedSealed): readonly TakenMessage[] | undefined {
    for (const keys of this.#channels) {
      const content = open(keys, bytes, this.#crypto);
      if (!isRejected(content)) return messagesIn(content);
    }
    return undefined;
  }
}

function messagesIn(content: WireNode): readonly TakenMessage[] {
  const word = readPhoneWord(content);
  if (!isRejected(word)) {
    if (word.kind === 'done' || word.kind === 'call') return [];
    return word.news.flatMap((one) => (one.kind === 'message' ? [one.message] : []));
  }
  const request = readRequest(content);
  return !isRejected(request) && request.kind === 'relay' ? [request.message] : [];
}
