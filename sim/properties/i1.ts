/**
 * I1: origin. Whatever a device displays was said before, with identical text; the digest beside it
 * is the digest of that text. Who it is ascribed to is I2's business. Catalogue section 3.
 */

import { utf8Bytes } from '../../protocol/wire/utf8.ts';
import { hexOf } from '../ledger/ledger.ts';
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
  return {
    kinds: ['commit'],
    observe(event) {
      for (const { host, record } of displaysOf(ledger, event)) {
        const status =
          ledger.message(record.author, record.messageId) ?? ledger.messageById(record.messageId);
        const isSaid = status !== undefined && status.said.text === record.text;
        view.check(
          isSaid && hasDigest(view, record.text, record.textDigest),
          record.messageId,
          () =>
            status === undefined
              ? `${host} shows a message nobody said`
              : `${host} shows other text than ${status.said.host} said`,
        );
      }
    },
  };
}

/** First 16 bytes of SHA-256 of the UTF-8 text, in hex. */
function hasDigest(view: JudgeView, text: string, digest: string): boolean {
  return hexOf(view.crypto.sha256(utf8Bytes(text)).subarray(0, 16)) === digest;
}
