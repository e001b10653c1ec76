/**
 * Storage faults of the timeline (contract 2): old snapshots restored, Stores cloned to a second
 * machine or stolen, records damaged. It keeps the snapshots a scenario will need, from when they
 * are made, and changes Stores only while their machine is down.
 *
 * What it does not do: tell a node. A node learns of an old Store from the server's echo at its
 * login, and of a damaged record from the `damaged` collection, in which the storage layer, whose
 * checksums found it at the boot, left its name.
 */

import type { DamagedRecord, TransportRecord } from '../../protocol/contract.ts';
import { assert } from '../../protocol/errors.ts';
import { Store } from '../../protocol/store.ts';
import type { Action, TimelineEntry } from '../../scenarios/scenario.ts';
import type { Host } from '../hosts/host.ts';
import type { Chooser } from '../kernel/chooser.ts';
import type { EventQueue } from '../kernel/event-queue.ts';
import { hostOfClone } from '../ledger/names.ts';
import type { Recorder } from './recorder.ts';
import { choiceOf } from './timeline.ts';
import { WORLD_EVENTS } from './world-events.ts';

/** What storage faults reach. */
export interface StorageRoom {
  readonly queue: EventQueue;
  readonly chooser: Chooser;
  readonly recorder: Recorder;
  readonly hosts: ReadonlyMap<string, Host>;
  /** Virtual time at which the story ends; clones end with it. */
  readonly storyEndUs: number;
  /** A Store was exchanged: what was read from it has to be read again. */
  exchanged(host: Host): void;
}

/** Payload of the event that takes a snapshot. */
export interface SnapshotDue {
  readonly device: string;
  readonly fromUs: number;
}

type StorageAction = Extract<
  Action,
  { readonly kind: 'restore-snapshot' | 'clone' | 'steal' | 'damage-record' }
>;

/** Carries out the storage faults of one run. */
export class StorageFaults {
  readonly #room: StorageRoom;
  /** By device, then by virtual time. */
  readonly #snapshots = new Map<string, Map<number, Store | undefined>>();
  /** Which start of a clone is the present one, by its name; ends of earlier ones mean nothing. */
  readonly #cloneStarts = new Map<string, number>();

  /** `entries`: those of the timeline that happen. Pushes the events of their snapshots. */
  constructor(room: StorageRoom, entries: readonly TimelineEntry[]) {
    this.#room = room;
    for (const { action } of entries) {
      if (action.kind !== 'restore-snapshot' && action.kind !== 'clone') continue;
      const { device, fromUs } = action;
      if (fromUs === undefined) continue;
      const wanted = this.#snapshots.get(device) ?? new Map<number, Store | undefined>();
      this.#snapshots.set(device, wanted);
      if (!wanted.has(fromUs)) {
        const due: SnapshotDue = { device, fromUs };
        room.queue.push(fromUs, WORLD_EVENTS.snapshot, 0, 0, due);
      }
      wanted.set(fromUs, undefined);
    }
  }

  /** The time of a snapshot has come. */
  take({ device, fromUs }: SnapshotDue): void {
    this.#snapshots.get(device)?.set(fromUs, this.#hostOf(device).store.snapshot());
  }

  /** Carries out an entry of the timeline; false when it is none of this file's. */
  entry(entry: TimelineEntry): boolean {
    const { action } = entry;
    const choice = choiceOf(entry);
    switch (action.kind) {
      case 'restore-snapshot':
        this.#restore(action, choice);
        return true;
      case 'clone':
        this.#clone(action, choice);
        return true;
      case 'steal':
        this.#steal(action, choice);
        return true;
      case 'damage-record':
        this.#damage(action, choice);
        return true;
      default:
        return false;
    }
  }

  /** A clone's time is over. */
  end(clone: string, start: number, cause: number): void {
    const host = this.#hostOf(clone);
    if (this.#cloneStarts.get(clone) !== start || host.power === 'off') return;
    host.powerOff(cause);
    host.exchangeStore(new Store(), `${clone}/end/${start}`, cause);
  }

  /** The story is over: so are all clones. */
  endAll(cause: number): void {
    for (const [clone, start] of this.#cloneStarts) this.end(clone, start, cause);
  }

  #restore(action: Extract<StorageAction, { kind: 'restore-snapshot' }>, choice: string): void {
    const host = this.#hostOf(action.device);
    const snapshot = this.#snapshots.get(action.device)?.get(action.fromUs);
    const crashed = this.#crash(host, choice, action.restartAfterUs);
    if (snapshot === undefined || !isSameInstallation(snapshot, host.store)) return;
    const cause = this.#lever(host.name, 'snapshot-restored', choice, crashed);
    host.exchangeStore(snapshot.snapshot(), choice, cause);
    this.#room.exchanged(host);
  }

  #clone(action: Extract<StorageAction, { kind: 'clone' }>, choice: string): void {
    const { device, forUs, fromUs } = action;
    const original = this.#hostOf(device);
    const old = fromUs === undefined ? undefined : this.#snapshots.get(device)?.get(fromUs);
    const source = old ?? original.store;
    if (source.get('account', 'self') === undefined) return;
    const clone = this.#hostOf(hostOfClone(device));
    const { queue, storyEndUs } = this.#room;
    const start = (this.#cloneStarts.get(clone.name) ?? 0) + 1;
    this.endAllOf(clone.name);
    this.#cloneStarts.set(clone.name, start);
    const cause = this.#lever(device, 'store-cloned', choice, -1);
    clone.skewUs = original.skewUs;
    clone.exchangeStore(source.snapshot(), choice, cause, true);
    clone.start(cause);
    const endUs = Math.min(queue.timeUs + forUs, storyEndUs);
    queue.push(endUs, WORLD_EVENTS.cloneEnd, start, cause, clone.name);
  }

  /** Nothing changes in the world: who watches the run copies the Store from its commits. */
  #steal({ device }: Extract<StorageAction, { kind: 'steal' }>, choice: string): void {
    const { store } = this.#hostOf(device);
    if (store.get('account', 'self') !== undefined) this.#lever(device, 'stolen', choice, -1);
  }

  /** Ends the clone of this name that runs, if one does. */
  endAllOf(clone: string): void {
    const start = this.#cloneStarts.get(clone);
    if (start !== undefined) this.end(clone, start, -1);
  }

  #damage(action: Extract<StorageAction, { kind: 'damage-record' }>, choice: string): void {
    const host = this.#hostOf(action.device);
    const crashed = this.#crash(host, choice, action.restartAfterUs);
    const hit = this.#drawRecord(host.store, action.collection, choice);
    if (hit === undefined) return;
    const [collection, key] = hit;
    const cause = this.#lever(host.name, 'record-damaged', choice, crashed);
    const next = host.store.snapshot();
    const record: DamagedRecord = { kind: 'damaged', collection, key };
    next.apply([
      { collection, key, record: undefined },
      { collection: 'damaged', key: `${collection} ${key}`, record },
    ]);
    host.exchangeStore(next, choice, cause);
  }

  /** Collection first, then the record, so that a pool of prekeys does not attract all damage. */
  #drawRecord(
    store: Store,
    wanted: string | undefined,
    choice: string,
  ): [string, string] | undefined {
    const names = [...store.collectionNames()].filter(
      (name) => wanted === undefined || name === wanted || name.startsWith(`${wanted}/`),
    );
    const { chooser } = this.#room;
    if (names.length === 0) return undefined;
    const name = names[chooser.below(`${choice}/collection`, names.length)] as string;
    const keys = [...store.collection(name).keys()];
    return [name, keys[chooser.below(`${choice}/record`, keys.length)] as string];
  }

  #crash(host: Host, choice: string, restartAfterUs: number): number {
    if (!host.isRunning) return -1;
    const cause = this.#lever(host.name, 'crash', choice, -1);
    host.crash(choice, restartAfterUs, cause);
    return cause;
  }

  #lever(host: string, lever: string, choice: string, cause: number): number {
    const sentence = `The scenario: ${lever}, ${host}.`;
    return this.#room.recorder.record(host, cause, { kind: 'lever', lever, choice, sentence });
  }

  #hostOf(name: string): Host {
    const host = this.#room.hosts.get(name);
    assert(host !== undefined, 'names of hosts were checked by the loader');
    return host;
  }
}

/**
 * Whether a snapshot may take the place of a Store: it belongs to a linked device, and the Store to
 * the same linking of it, or to none (a companion that was logged out since).
 */
function isSameInstallation(snapshot: Store, store: Store): boolean {
  if (snapshot.get('account', 'self') === undefined) return false;
  if (store.get('account', 'self') === undefined) return true;
  const [one, other] = [snapshot, store].map(
    (each) => each.get('transport', 'self') as TransportRecord | undefined,
  );
  return one !== undefined && one === other;
}
