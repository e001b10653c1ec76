/**
 * Ciphertexts per message, counted in the stanza that carries it, beside what the closed formula
 * says of the devices in use at that moment. Client fanout: own devices less one, and the
 * recipient's; to a group one for all, and one for each device that lacks the sender's key. Phone
 * relay: the same, of phones alone. The steps that seal are counted a second time by their use of
 * ciphers, which `cross-checks.ts` compares.
 */

import type { DeviceJid, Effect, OutboxRecord } from '../../../protocol/contract.ts';
import type { StoredRecord } from '../../../protocol/store.ts';
import { deviceNumberOf, isGroup, userOf } from '../../ledger/ledger.ts';
import {
  type MessageStanza,
  readSharedHead,
  type Stanzas,
  stanzas,
} from '../../properties/stanzas.ts';
import type { CryptoUse, RunEvent } from '../../trace/events.ts';
import type { Observer } from '../../trace/observer.ts';
import type { Stage } from './stage.ts';

/** One message's first stanza. */
export interface Sealing {
  readonly host: string;
  readonly messageId: string;
  readonly isToGroup: boolean;
  readonly ciphertexts: number;
  readonly formula: number;
}

/** All sealings of a run. */
export class Ciphertexts implements Observer {
  readonly kinds = ['stepped'] as const;
  /** Steps that sealed a message, and how many of them used another number of ciphers. */
  steps = 0;
  stepsDiffering = 0;
  readonly #stage: Stage;
  readonly #frames: Stanzas;
  readonly #sealings = new Map<string, Sealing>();
  /** Devices that were handed a chain, by `host|group|chain id`. */
  readonly #given = new Map<string, Set<DeviceJid>>();
  /** The chain a host last used, by `host|group`. */
  readonly #chains = new Map<string, string>();

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#frames = stanzas(stage.ledger);
  }

  /** In order of sealing. */
  all(): readonly Sealing[] {
    return [...this.#sealings.values()];
  }

  observe(event: RunEvent): void {
    if (event.kind !== 'stepped' || this.#stage.roleOf(event.node) === undefined) return;
    const { node, effects, crypto } = event;
    const sealed = sealedIn(effects);
    const made = sealed.length === 0 && !sendsMessages(effects) ? [] : this.#stanzasIn(effects);
    for (const stanza of made) {
      const record = sealed.find(({ messageId }) => messageId === stanza.id);
      if (record !== undefined && !stanza.isRepeat) this.#note(node, record, stanza);
      this.#give(node, stanza);
    }
    if (sealed.length === 0) return;
    const ciphertexts = made.reduce((sum, stanza) => sum + countOf(stanza), 0);
    this.steps++;
    if (ciphertexts !== freshCiphersIn(crypto)) this.stepsDiffering++;
  }

  /** Stanzas with ciphertexts that the step made: stored to be sent, or sent without storing. */
  #stanzasIn(effects: readonly Effect[]): readonly MessageStanza[] {
    const out = new Map<string, MessageStanza>();
    const take = (bytes: Uint8Array): void => {
      const stanza = this.#frames.message(bytes);
      if (stanza === undefined) return;
      out.set(`${stanza.kind}|${stanza.id}|${stanza.to}|${stanza.sent}`, stanza);
    };
    for (const effect of effects) {
      if (effect.kind !== 'commit') continue;
      for (const { collection, record } of effect.writes) {
        const bytes = (record as (StoredRecord & { bytes?: unknown }) | undefined)?.bytes;
        if (collection === 'outbound' && bytes instanceof Uint8Array) take(bytes);
      }
    }
    return [...out.values()];
  }

  #note(host: string, record: OutboxRecord, stanza: MessageStanza): void {
    const { messageId, chat } = record;
    const isToGroup = isGroup(chat);
    this.#sealings.set(`${host}|${messageId}`, {
      host,
      messageId,
      isToGroup,
      ciphertexts: countOf(stanza),
      formula: isToGroup ? this.#groupFormula(host, record, stanza) : this.#formula(record),
    });
  }

  #formula({ author, chat }: OutboxRecord): number {
    return this.#devices([userOf(author), chat]).filter((device) => device !== author).length;
  }

  #groupFormula(host: string, { author, chat }: OutboxRecord, stanza: MessageStanza): number {
    const given = this.#given.get(this.#chainOf(host, chat, stanza));
    const members = this.#stage.ledger.membership.membersNow(chat);
    const lacking = this.#devices(members).filter(
      (device) => device !== author && given?.has(device) !== true,
    );
    return 1 + lacking.length;
  }

  /** Devices in use that a message of this architecture is encrypted for. */
  #devices(users: readonly string[]): readonly DeviceJid[] {
    const { ledger, architecture } = this.#stage;
    const all = [...new Set(users)].flatMap((user) => [...ledger.linkage.linkedNow(user)]);
    return architecture === 'relay' ? all.filter((one) => deviceNumberOf(one) === 0) : all;
  }

  #give(host: string, stanza: MessageStanza): void {
    const group = stanza.to ?? '';
    if (!isGroup(group)) return;
    const chain = this.#chainOf(host, group, stanza);
    const given = this.#given.get(chain) ?? new Set<DeviceJid>();
    this.#given.set(chain, given);
    for (const { target } of stanza.enclosed) if (target !== undefined) given.add(target);
  }

  #chainOf(host: string, group: string, stanza: MessageStanza): string {
    const name = `${host}|${group}`;
    const head = stanza.shared === undefined ? undefined : readSharedHead(stanza.shared);
    if (head !== undefined) this.#chains.set(name, `${name}|${head.chainId}`);
    return this.#chains.get(name) ?? name;
  }
}

function countOf({ enclosed, shared }: MessageStanza): number {
  return enclosed.length + (shared === undefined ? 0 : 1);
}

function sendsMessages(effects: readonly Effect[]): boolean {
  return effects.some((one) => one.kind === 'send' && one.label.kind.startsWith('message'));
}

/** Messages that the step's commit sealed. */
function sealedIn(effects: readonly Effect[]): readonly OutboxRecord[] {
  const commit = effects[0];
  if (commit?.kind !== 'commit') return [];
  return commit.writes.flatMap(({ collection, record }): readonly OutboxRecord[] => {
    const outbox = record as OutboxRecord | undefined;
    return collection === 'outbox' && outbox?.state === 'sealed' ? [outbox] : [];
  });
}

/**
 * Encryptions under keys that were derived in the same step: every Signal ciphertext is one, and
 * nothing under a key that is kept is.
 */
function freshCiphersIn(crypto: readonly CryptoUse[]): number {
  const fresh = new Set<string>();
  let count = 0;
  for (const { operation, keysIn, keysOut } of crypto) {
    if (operation === 'hkdf') for (const key of keysOut) fresh.add(key);
    else if (operation === 'cbcEncrypt' && fresh.has(keysIn[0] ?? '')) count++;
  }
  return count;
}
