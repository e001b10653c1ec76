/**
 * G4: key coverage. When a message to a group is sealed, every device it is intended for has been
 * handed the chain by this stanza or one before, or is named as left out; and who was left out is
 * asked for its keys again, or handed the chain, at the next message. Catalogue section 7;
 * specification 7.1; contract 4.
 */

import type { DeviceJid, OutboxRecord } from '../../protocol/contract.ts';
import { attribute, child, children } from '../../protocol/wire/node.ts';
import { isGroup } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import { type GroupSealing, type GroupSealings, groupSealings } from './group-sealings.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type Stanzas, stanzas } from './stanzas.ts';
import { type DeviceViews, deviceViews } from './view.ts';

/** G4: the definition a run judges by; the rules are at the top of this file. */
export const g4: Property = {
  id: 'G4',
  name: 'key coverage',
  summary:
    'Whoever a group message is for was handed its key, or is named as left out and retried.',
  judge: (view) => new Judging(view),
};

class Judging implements Judge {
  readonly kinds = ['commit', 'device-send'] as const;
  readonly collections = ['outbound'];
  readonly #view: JudgeView;
  readonly #lists: DeviceViews;
  readonly #frames: Stanzas;
  readonly #sealings: GroupSealings;
  /** Devices handed a chain by a stanza that is stored, whether or not it has left. */
  readonly #covered = new Map<string, Set<DeviceJid>>();
  /** By `host|group`: those left out last, and not asked for since. */
  readonly #leftOut = new Map<string, Set<DeviceJid>>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#lists = deviceViews(view);
    this.#frames = stanzas(view.ledger);
    this.#sealings = groupSealings(view);
  }

  observe(event: RunEvent): void {
    for (const { chain, named } of this.#sealings.current) {
      const covered = this.#covered.get(chain) ?? new Set<DeviceJid>();
      this.#covered.set(chain, covered);
      for (const device of named) covered.add(device);
    }
    if (event.kind === 'send' && event.label.kind === 'iq:encrypt') this.#asked(event);
    if (event.kind !== 'commit') return;
    for (const sealing of this.#sealings.current) {
      if (sealing.iteration !== undefined) this.#sealed(sealing, leftOutIn(event, sealing));
    }
  }

  /** A question for bundles: whom it names is tried again. */
  #asked({ source, bytes }: RunEvent & { readonly kind: 'send' }): void {
    const stanza = this.#frames.read(bytes);
    const request = stanza && child(stanza, 'key');
    for (const user of request === undefined ? [] : children(request, 'user')) {
      const device = attribute(user, 'jid') ?? '';
      for (const [name, devices] of this.#leftOut) {
        if (name.startsWith(`${source}|`)) devices.delete(device);
      }
    }
  }

  #sealed(sealing: GroupSealing, leftOut: ReadonlySet<DeviceJid>): void {
    const { host, group, chain, messageId } = sealing;
    const said = this.#view.ledger.messageOfHost(host, messageId)?.said;
    const intended = said === undefined ? undefined : this.#lists.intended(said);
    if (intended === undefined) return;
    const covered = this.#covered.get(chain) ?? new Set<DeviceJid>();
    let missing: DeviceJid | undefined;
    for (const device of intended) {
      if (!covered.has(device) && !leftOut.has(device)) missing ??= device;
    }
    this.#view.check(missing === undefined, messageId, () => {
      return `${host} writes to ${group} under a key that ${missing} was never handed`;
    });
    for (const device of this.#leftOut.get(`${host}|${group}`) ?? []) {
      const isRetried = covered.has(device) || !intended.has(device);
      this.#view.check(isRetried, messageId, () => {
        return `${host} left out ${device} of ${group} and did not try it again`;
      });
    }
    this.#leftOut.set(`${host}|${group}`, new Set(leftOut));
  }
}

function leftOutIn(
  event: RunEvent & { readonly kind: 'commit' },
  { messageId }: GroupSealing,
): ReadonlySet<DeviceJid> {
  for (const { collection, key, after } of event.changes) {
    if (collection !== 'outbox' || key !== messageId || after === undefined) continue;
    const { leftOut, chat } = after as OutboxRecord;
    if (isGroup(chat)) return new Set(leftOut);
  }
  return new Set();
}
