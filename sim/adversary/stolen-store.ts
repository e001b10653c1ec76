/**
 * What a theft takes: a copy of a device's Store, or of one part of it, followed from the commits
 * of the run and never from the device's memory. Which records hold keys and which are the database
 * of messages is said here.
 */

import type { AccountRecord, DeviceJid } from '../../protocol/contract.ts';
import { type RecordWrite, Store, type StoredRecord } from '../../protocol/store.ts';
import type { Scenario, StealScope } from '../../scenarios/scenario.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Observer } from '../trace/observer.ts';
import { choiceOf } from '../world/timeline.ts';

/** One theft that happened. */
export interface Theft {
  /** The host whose Store was copied. */
  readonly host: string;
  /** The address it had, and the account. */
  readonly device: DeviceJid;
  readonly account: string;
  readonly scope: readonly StealScope[];
  /** The event of the theft. */
  readonly sequence: number;
  readonly timeUs: number;
  /** What was taken, narrowed to the scope. */
  readonly store: Store;
}

/**
 * Collections in which a device keeps what was written, beside the keys that open ciphertexts: the
 * messages shown and written, and the files they name with the keys of these, which are kept as
 * long as the message is.
 */
const MESSAGE_DATABASE: ReadonlySet<string> = new Set([
  'shown',
  'outbox',
  'media',
  'media-content',
  'media-file',
  'media-answer',
]);

/** Whether a scenario has a theft in it. */
export function hasTheft(scenario: Scenario): boolean {
  return scenario.timeline.some(({ action }) => action.kind === 'steal');
}

/** Follows the Stores of the devices that will be robbed, and copies them when their time comes. */
export class Thefts implements Observer {
  readonly kinds = ['commit', 'lever'] as const;
  /** In order of time. */
  readonly done: Theft[] = [];
  readonly #scopes = new Map<string, readonly StealScope[]>();
  readonly #stores = new Map<string, Store>();

  constructor(scenario: Scenario) {
    for (const entry of scenario.timeline) {
      if (entry.action.kind !== 'steal') continue;
      this.#scopes.set(choiceOf(entry), entry.action.scope);
      this.#stores.set(entry.action.device, new Store());
    }
  }

  observe(event: RunEvent): void {
    if (event.kind === 'commit') {
      const store = this.#stores.get(event.node);
      store?.apply(
        event.changes.map(({ collection, key, after }) => ({ collection, key, record: after })),
      );
    } else if (event.kind === 'lever' && event.lever === 'stolen') this.#steal(event);
  }

  #steal({ node, choice, sequence, timeUs }: RunEvent & { readonly kind: 'lever' }): void {
    const store = this.#stores.get(node);
    const scope = this.#scopes.get(choice);
    const self = store?.get('account', 'self') as AccountRecord | undefined;
    if (store === undefined || scope === undefined || self === undefined) return;
    const { device, user: account } = self;
    const taken = narrowed(store, scope);
    this.done.push({ host: node, device, account, scope, sequence, timeUs, store: taken });
  }
}

function narrowed(store: Store, scope: readonly StealScope[]): Store {
  const writes: RecordWrite[] = [];
  for (const collection of store.collectionNames()) {
    const part: StealScope = MESSAGE_DATABASE.has(collection) ? 'messages' : 'keys';
    if (!scope.includes(part)) continue;
    for (const [key, record] of store.collection(collection)) {
      writes.push({ collection, key, record });
    }
  }
  const taken = new Store();
  taken.apply(writes);
  return taken;
}

/** All records of a Store. */
export function* recordsOf(store: Store): Generator<StoredRecord> {
  for (const name of store.collectionNames()) yield* store.collection(name).values();
}
