/**
 * I1: origin. Whatever a device displays was said before, because a person asked for it, with
 * identical text and the same file; the digest beside it is the digest of that text. Who it is ascribed to is I2's business. What
 * came as history is a phone's word and excepted where nobody said it; a saying that is known it
 * must match too. Catalogue section 3.
 */

import type { ShownRecord } from '../../protocol/contract.ts';
import { utf8Bytes } from '../../protocol/wire/utf8.ts';
import { hexOf, type Said } from '../ledger/ledger.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';

/** I1: the definition a run judges by; the rules are at the top of this file. */
export const i1: Property = {
  id: 'I1',
  name: 'origin',
  summary: 'Every displayed message was said earlier, with identical text.',
  judge: judgeOrigin,
};

function judgeOrigin(view: JudgeView): Judge {
  const { ledger } = view;
  const digests = digestCheck(view);
  return {
    kinds: ['commit'],
    collections: ['shown'],
    observe(event) {
      for (const { host, record } of displaysOf(ledger, event)) {
        const status =
          ledger.message(record.author, record.messageId) ?? ledger.messageById(record.messageId);
        if (status === undefined && record.via === 'history') continue;
        const isAsked = status !== undefined && ledger.wasAskedFor(status.said);
        const isSaid = isAsked && isSame(status.said, record) && digests(record);
        view.check(isSaid, record.messageId, () =>
          isAsked
            ? `${host} shows something else than ${status.said.host} said`
            : `${host} shows a message nobody said`,
        );
      }
    },
  };
}

function isSame(said: Said, { text, media }: ShownRecord): boolean {
  return (
    said.text === text &&
    said.media?.kind === media?.kind &&
    said.media?.fileDigest === media?.fileDigest
  );
}

/**
 * Whether the digest beside a text is its own; the last answer is kept, since copies come in rows.
 */
function digestCheck(view: JudgeView): (record: ShownRecord) => boolean {
  let [lastText, lastDigest] = ['', ''];
  return ({ text, textDigest }) => {
    if (lastDigest === '' || text !== lastText) {
      [lastText, lastDigest] = [text, digestOf(view, text)];
    }
    return textDigest === lastDigest;
  };
}

/** First 16 bytes of SHA-256 of the UTF-8 text, in hex. */
function digestOf(view: JudgeView, text: string): string {
  return hexOf(view.crypto.sha256(utf8Bytes(text)).subarray(0, 16));
}
