/**
 * I6: receipts tell the truth. When a device takes a receipt that says that another has a message
 * of its own, delivered or read, that other device has shown it before. Receipts carry no proof:
 * under a server that forges them this fails as often as it forges. Catalogue section 3;
 * specification 6.7.
 */

import { attribute, child, children, type WireNode } from '../../protocol/wire/node.ts';
import { isGroup, messageKey } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { displaysOf } from './displays.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type Stanzas, stanzas } from './stanzas.ts';
import { type SurvivedStep, type SurvivedSteps, survivedSteps } from './steps.ts';

/** I6: the definition a run judges by; the rules are at the top of this file. */
export const i6: Property = {
  id: 'I6',
  name: 'receipts tell the truth',
  summary: 'A message believed to be delivered or read was shown on the device that says so.',
  judge: (view) => new Judging(view),
};

/** Types of receipts that say "I have it"; most have none. */
const HAVING: ReadonlySet<string> = new Set(['', 'sender', 'inactive', 'read', 'read-self']);

class Judging implements Judge {
  readonly kinds = ['writeless-step', 'commit'] as const;
  readonly #view: JudgeView;
  readonly #steps: SurvivedSteps;
  readonly #frames: Stanzas;
  /** `device|message` that were on a screen, whatever became of the screen. */
  readonly #shown = new Set<string>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#steps = survivedSteps(view.ledger);
    this.#frames = stanzas(view.ledger);
  }

  observe(event: RunEvent): void {
    for (const { host, record } of displaysOf(this.#view.ledger, event)) {
      const device = this.#view.ledger.linkage.deviceOf(host);
      this.#shown.add(`${device}|${messageKey(record.author, record.messageId)}`);
    }
    const step = this.#steps.current;
    if (step === undefined || step.node === 'server' || step.input.kind !== 'frame') return;
    const stanza = this.#frames.read(step.input.bytes);
    if (stanza?.tag === 'receipt') this.#received(step, stanza);
  }

  #received(step: SurvivedStep, receipt: WireNode): void {
    const from = attribute(receipt, 'from') ?? '';
    const device = isGroup(from) ? (attribute(receipt, 'participant') ?? '') : from;
    if (!HAVING.has(attribute(receipt, 'type') ?? '')) return;
    const list = child(receipt, 'list');
    const more = list === undefined ? [] : children(list, 'item');
    for (const element of [receipt, ...more]) {
      const id = attribute(element, 'id') ?? '';
      // Own other devices are told what was read: then the message is not this device's.
      const status = this.#view.ledger.messageOfHost(step.node, id);
      if (status === undefined) continue;
      const wasShown = this.#shown.has(`${device}|${messageKey(status.said.author, id)}`);
      this.#view.check(wasShown, id, () => {
        return `${step.node} was told that ${device} has a message it never showed`;
      });
    }
  }
}
