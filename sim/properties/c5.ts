/**
 * C5: the healing bound, for a passive thief (catalogue section 2; the exposure page, F14). Of what
 * is written after a theft, the thief can read exactly what the rules of the ratchet leave open
 * (`healing.ts`): one round trip of each session, and a sender key until its owner makes another.
 * More means that something does not heal; less, that the attack is weak. And it ends with the
 * revocation: nothing is readable that was sealed by who had accepted a list without the device.
 *
 * What a phone hands on of old messages is history, and C3's. Without a word on disks that go back
 * (counted as `C5-unchecked`). The static keys of a phone relay heal with the revocation alone.
 */

import type { Cause } from '../adversary/thief.ts';
import { messageKey } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { type Exposure, exposure, type TheftFindings, writtenAt } from './exposure.ts';
import { type Healing, healing } from './healing.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type DeviceViews, deviceViews } from './view.ts';

/** C5: the definition a run judges by; the rules are at the top of this file. */
export const c5: Property = {
  id: 'C5',
  name: 'healing bound',
  summary: 'After a theft exactly one turn of each ratchet stays open, and nothing once revoked.',
  judge: (view) => new Judging(view),
};

/** How a message may be read that no window says anything of. */
const OTHER_WAYS: readonly Cause[] = ['message database', 'history', 'passed on'];

class Judging implements Judge {
  readonly kinds = [] as const;
  readonly #view: JudgeView;
  readonly #exposure: Exposure | undefined;
  readonly #healing: Healing | undefined;
  readonly #lists: DeviceViews | undefined;

  constructor(view: JudgeView) {
    this.#view = view;
    this.#exposure = exposure(view);
    this.#healing = healing(view);
    this.#lists = this.#exposure === undefined ? undefined : deviceViews(view);
  }

  observe(_event: RunEvent): void {}

  finish(): void {
    for (const [index, found] of (this.#exposure?.findings() ?? []).entries()) {
      const open = this.#healing?.windows[index]?.open;
      if (open === undefined) continue;
      if (this.#healing?.isVoid === true) this.#view.ledger.count('C5-unchecked');
      else this.#judge(found, open);
    }
  }

  #judge({ theft, exposed }: TheftFindings, open: ReadonlySet<string>): void {
    const { ledger } = this.#view;
    for (const status of ledger.messages()) {
      const { said } = status;
      if (said.sealedSequence < 0 || writtenAt(status) < theft.sequence) continue;
      const key = messageKey(said.author, said.messageId);
      const causes = [...(exposed.get(key)?.causes ?? [])];
      const later = causes.filter((cause) => !OTHER_WAYS.includes(cause));
      const read = later.filter((cause) => cause !== 'static key');
      const isOpen = open.has(key);
      if (later.length === 0 && !isOpen && !ledger.isParty(status, theft.account)) continue;
      this.#view.check(read.length > 0 === isOpen, said.messageId, () => {
        return isOpen
          ? `the thief of ${theft.host} cannot read what its window leaves open`
          : `the thief of ${theft.host} reads on after healing (${read.join(', ')})`;
      });
      if (this.#hasAccepted(theft.device, said)) {
        this.#view.check(later.length === 0, said.messageId, () => {
          return `${said.host} knew that ${theft.device} is unlinked, and the thief reads it`;
        });
      }
    }
  }

  /** Whether the author of a message had accepted a list without a device that was unlinked. */
  #hasAccepted(device: string, said: Parameters<DeviceViews['intended']>[0]): boolean {
    const { linkage } = this.#view.ledger;
    if (said.author === device || linkage.isLinkedAt(device, said.sealedSequence)) return false;
    return this.#lists?.intended(said)?.has(device) === false;
  }
}
