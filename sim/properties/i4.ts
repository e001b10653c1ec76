/**
 * I4: no silent identity change. When a device pins another key for somebody's phone than it had,
 * the person at that device has been told (a record `alarm`) before, or in the commit in which, the
 * next message of that account is displayed. Whether it blocks is policy; silence is never.
 * Catalogue section 3; specification 5.10.
 */

import type { AlarmRecord } from '../../protocol/contract.ts';
import type { PeerIdentityRecord } from '../../protocol/signal/records.ts';
import { userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { sameBytes } from './signal-state.ts';

/** I4: the definition a run judges by; the rules are at the top of this file. */
export const i4: Property = {
  id: 'I4',
  name: 'no silent identity change',
  summary: 'Who shows a message of a phone with other keys has told its person of them.',
  judge: (view) => new Judging(view),
};

class Judging implements Judge {
  readonly kinds = ['commit'] as const;
  readonly collections = ['peer-identity', 'alarm', 'shown'];
  readonly #view: JudgeView;
  /** `host|account` whose key has changed and whose person was not told yet. */
  readonly #untold = new Set<string>();
  /** `host|account` whose key has ever changed. */
  readonly #changed = new Set<string>();

  constructor(view: JudgeView) {
    this.#view = view;
  }

  observe(event: RunEvent): void {
    if (event.kind !== 'commit' || event.node === 'server' || event.isTimeZero) return;
    const { ledger } = this.#view;
    for (const { collection, key, before, after } of event.changes) {
      if (collection !== 'peer-identity' || key.includes(':')) continue;
      const [was, is] = [before, after] as (PeerIdentityRecord | undefined)[];
      const name = `${event.node}|${key}`;
      const isOther = was && is && !sameBytes(was.publicKey, is.publicKey);
      if (ledger.isUndo || is === undefined) this.#untold.delete(name);
      else if (isOther) {
        this.#untold.add(name);
        this.#changed.add(name);
      }
    }
    for (const { collection, after } of event.changes) {
      if (collection !== 'alarm' || after === undefined) continue;
      const { user, reason } = after as AlarmRecord;
      if (reason === 'identity-changed') this.#untold.delete(`${event.node}|${user}`);
    }
    for (const { host, record, before } of displaysOf(ledger, event)) {
      const name = `${host}|${userOf(record.author)}`;
      if (before !== undefined || record.via === 'history' || !this.#changed.has(name)) continue;
      this.#view.check(!this.#untold.has(name), record.messageId, () => {
        return `${host} shows what ${record.author} wrote under new keys and said nothing of them`;
      });
    }
  }
}
