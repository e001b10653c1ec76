/**
 * List answers that nobody can check yet: the device they were told to has pinned no key of the
 * account's primary. Such an answer counts from the commit that pins one (specification 5.7 rule
 * 2). Until then no Store holds it: it goes with the machine's memory or the connection it came on,
 * whichever ends first (contract 2), and the device has to ask again.
 */

import type { UserJid } from '../../protocol/contract.ts';
import { type Ledger, userOf } from '../ledger/ledger.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Named } from './account-view.ts';
import type { SignedList } from './list-stanzas.ts';
import type { SurvivedStep } from './steps.ts';

/** An account's devices as the server names them, with the signed list. */
export interface ToldList {
  readonly user: UserJid;
  readonly named: readonly Named[];
  readonly list: SignedList;
}

/** A notification about one device of an account. */
export interface ToldChange {
  readonly isAdded: boolean;
  readonly device: Named;
  readonly list: SignedList | undefined;
}

/** What waits, and what was announced meanwhile, in order. */
export interface HeldAnswer {
  readonly told: ToldList;
  readonly changes: ToldChange[];
}

interface Waiting extends HeldAnswer {
  readonly connection: number;
}

/** Follows whose keys are pinned where, and keeps what waits for one. */
export class HeldAnswers {
  readonly #ledger: Ledger;
  /** By host, the accounts whose primary's key it has pinned. */
  readonly #pinned = new Map<string, Set<UserJid>>();
  readonly #waiting = new Map<string, Map<UserJid, Waiting>>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Follows the pins of a device's commit, one that is taken back or restored included. */
  stored({ node, changes }: RunEvent & { readonly kind: 'commit' }): void {
    for (const { collection, key, after } of changes) {
      if (collection !== 'peer-identity' || key !== userOf(key)) continue;
      const pinned = this.#pinned.get(node) ?? new Set();
      this.#pinned.set(node, pinned);
      if (after === undefined) pinned.delete(key);
      else pinned.add(key);
    }
  }

  /** A machine that has started remembers nothing, nor does a connection that has ended. */
  handled({ node, input }: SurvivedStep): void {
    if (input.kind === 'started') this.#waiting.delete(node);
    if (input.kind !== 'disconnected') return;
    const waiting = this.#waiting.get(node);
    for (const [user, { connection }] of waiting ?? []) {
      if (connection === input.connection) waiting?.delete(user);
    }
  }

  /** Whether a device can check what an account's primary signed; a primary its own always. */
  canCheck(host: string, user: UserJid): boolean {
    const isPinned = this.#pinned.get(host)?.has(user) ?? false;
    return isPinned || this.#ledger.linkage.deviceOf(host) === user;
  }

  /** Keeps an answer in place of an earlier one about the same account. */
  hold(host: string, connection: number, told: ToldList): void {
    const waiting = this.#waiting.get(host) ?? new Map<UserJid, Waiting>();
    this.#waiting.set(host, waiting);
    waiting.set(told.user, { told, changes: [], connection });
  }

  /** The answer about an account that waits, if one does. */
  of(host: string, user: UserJid): HeldAnswer | undefined {
    return this.#waiting.get(host)?.get(user);
  }

  /** Takes the answers that a device can check by now. */
  take(host: string): readonly HeldAnswer[] {
    const waiting = this.#waiting.get(host);
    if (waiting === undefined || waiting.size === 0) return [];
    const ready = [...waiting.values()].filter(({ told }) => this.canCheck(host, told.user));
    for (const { told } of ready) waiting.delete(told.user);
    return ready;
  }

  /** A host whose memory is gone, or that has begun anew. */
  forget(host: string): void {
    this.#waiting.delete(host);
  }
}
