/**
 * L10: rate fairness. While somebody drains an account's prekeys (`drain-prekeys`), everybody else
 * still gets what a session starts from: each of the server's answers about a device that is linked
 * and has been drained holds a bundle. Bound: none is refused. Assumption: the catalogue names an
 * attacker and no bound; a server that counts questions per victim and refuses further ones turns
 * the attack into a blockade, which is what was published (F08). That the one-time prekeys may be
 * gone meanwhile is the attack's success and no violation: such handshakes are counted under
 * `L10-without-one-time-prekey`, and L5 asks for the refill. Catalogue section 8; specification
 * 1.5, 2.2.
 */

import type { DeviceJid, UserJid } from '../../protocol/contract.ts';
import { attribute, child, children, type WireNode } from '../../protocol/wire/node.ts';
import { userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type Stanzas, stanzas } from './stanzas.ts';

/** L10: the definition a run judges by; the rules are at the top of this file. */
export const l10: Property = {
  id: 'L10',
  name: 'rate fairness',
  summary: 'However often an account’s prekeys are fetched, others can start sessions with it.',
  judge(view) {
    const isDrained = view.scenario.timeline.some(({ action }) => action.kind === 'drain-prekeys');
    return isDrained ? new Judging(view) : { kinds: [], observe() {} };
  },
};

class Judging implements Judge {
  readonly kinds = ['input', 'device-send', 'server-send'] as const;
  readonly #view: JudgeView;
  readonly #frames: Stanzas;
  readonly #drained = new Set<UserJid>();
  readonly #attackers = new Set<string>();
  /** `host|id` of questions for bundles. */
  readonly #asked = new Set<string>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#frames = stanzas(view.ledger);
  }

  observe(event: RunEvent): void {
    if (event.kind === 'input') this.#noteAttack(event);
    else if (event.kind === 'send' && this.#drained.size > 0) this.#sent(event);
  }

  #noteAttack({ node, input }: RunEvent & { readonly kind: 'input' }): void {
    if (input.kind !== 'command' || input.command.kind !== 'drain-prekeys') return;
    this.#attackers.add(node);
    this.#drained.add(input.command.user);
  }

  #sent({ source, target, bytes, label }: RunEvent & { readonly kind: 'send' }): void {
    const host = source === 'server' ? target : source;
    if (!label.kind.startsWith('iq') || this.#attackers.has(host)) return;
    const stanza = this.#frames.read(bytes);
    if (stanza === undefined) return;
    const name = `${host}|${attribute(stanza, 'id') ?? ''}`;
    if (source !== 'server') {
      if (asksForBundles(stanza)) this.#asked.add(name);
    } else if (this.#asked.delete(name)) this.#answered(host, stanza);
  }

  #answered(host: string, answer: WireNode): void {
    const list = child(answer, 'list');
    for (const user of list === undefined ? [] : children(list, 'user')) {
      const device = attribute(user, 'jid') ?? '';
      if (this.#drained.has(userOf(device)) && this.#isLinked(device)) {
        this.#judge(host, device, user);
      }
    }
  }

  #isLinked(device: DeviceJid): boolean {
    return this.#view.ledger.linkage.linkedNow(userOf(device)).has(device);
  }

  #judge(host: string, device: DeviceJid, user: WireNode): void {
    const hasBundle = child(user, 'skey') !== undefined;
    if (hasBundle && child(user, 'key') === undefined) {
      this.#view.ledger.count('L10-without-one-time-prekey');
    }
    this.#view.check(hasBundle, device, () => {
      return `${host} was refused the prekeys of ${device} while somebody drained them`;
    });
  }
}

/** `<key>` in a question holds the devices whose bundles are asked for. */
function asksForBundles(stanza: WireNode): boolean {
  return attribute(stanza, 'xmlns') === 'encrypt' && child(stanza, 'key') !== undefined;
}
