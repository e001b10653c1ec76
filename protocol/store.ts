/**
 * The Store (contract 2): a node is a function of its durable half. A step reads through a
 * `Transaction`, which collects the writes of that step; they become one `commit` effect, carried
 * out by the host. Records are immutable: replaced whole, never changed in place, so snapshots and
 * Stores share them.
 *
 * Layout: collection -> key -> record. A collection iterates in insertion order (replacing a record
 * keeps its place; deleting and writing again moves it to the end), which makes FIFO queues plain
 * collections.
 */

/** Anything stored. `kind` names its shape; every field is immutable, byte arrays included. */
export interface StoredRecord {
  readonly kind: string;
}

/** One change of a commit: `record` undefined deletes. */
export interface RecordWrite {
  readonly collection: string;
  readonly key: string;
  readonly record: StoredRecord | undefined;
}

const NOTHING: ReadonlyMap<string, StoredRecord> = new Map();
const NO_ENTRIES: readonly (readonly [string, StoredRecord])[] = [];

/** Durable records and volatile state of one host. Nodes read it; only the host applies commits. */
export class Store {
  readonly #collections: Map<string, Map<string, StoredRecord>>;
  /**
   * Login state, queries in flight, batch progress: wiped by the host at boot. Per-connection state
   * is the node's to drop on `disconnected`.
   */
  readonly volatile = new Map<string, unknown>();

  constructor(collections: Map<string, Map<string, StoredRecord>> = new Map()) {
    this.#collections = collections;
  }

  /** The record under (collection, key), if any. */
  get(collection: string, key: string): StoredRecord | undefined {
    return this.#collections.get(collection)?.get(key);
  }

  /** The whole collection in insertion order; empty when there is none. */
  collection(name: string): ReadonlyMap<string, StoredRecord> {
    return this.#collections.get(name) ?? NOTHING;
  }

  /** Names of all non-empty collections, in order of first use. */
  collectionNames(): IterableIterator<string> {
    return this.#collections.keys();
  }

  /**
   * Applies one atomic commit. Called by hosts (and by time-zero construction), never by a node.
   */
  apply(writes: readonly RecordWrite[]): void {
    for (const write of writes) {
      let records = this.#collections.get(write.collection);
      if (write.record === undefined) {
        if (records?.delete(write.key) && records.size === 0)
          this.#collections.delete(write.collection);
        continue;
      }
      if (records === undefined) {
        records = new Map();
        this.#collections.set(write.collection, records);
      }
      records.set(write.key, write.record);
    }
  }

  /** A copy that shares every record. Volatile state is not part of it. */
  snapshot(): Store {
    const copy = new Map<string, Map<string, StoredRecord>>();
    for (const [name, records] of this.#collections) copy.set(name, new Map(records));
    return new Store(copy);
  }
}

/** Reads of one step with its own pending writes in front. */
export class Transaction {
  readonly #store: Store;
  readonly #pending = new Map<string, Map<string, StoredRecord | undefined>>();

  constructor(store: Store) {
    this.#store = store;
  }

  get(collection: string, key: string): StoredRecord | undefined {
    const pending = this.#pending.get(collection);
    if (pending?.has(key)) return pending.get(key);
    return this.#store.get(collection, key);
  }

  put(collection: string, key: string, record: StoredRecord): void {
    this.#write(collection, key, record);
  }

  delete(collection: string, key: string): void {
    if (this.get(collection, key) !== undefined) this.#write(collection, key, undefined);
  }

  #write(collection: string, key: string, record: StoredRecord | undefined): void {
    let pending = this.#pending.get(collection);
    if (pending === undefined) {
      pending = new Map();
      this.#pending.set(collection, pending);
    }
    pending.set(key, record);
  }

  /**
   * Entries as they will be after the commit: stored ones in their order, then new ones. Safe
   * against writes while iterating.
   */
  entries(collection: string): readonly (readonly [string, StoredRecord])[] {
    const stored = this.#store.collection(collection);
    const pending = this.#pending.get(collection);
    if (pending === undefined) return stored.size === 0 ? NO_ENTRIES : [...stored];
    const out: [string, StoredRecord][] = [];
    for (const [key, record] of stored) {
      const current = pending.has(key) ? pending.get(key) : record;
      if (current !== undefined) out.push([key, current]);
    }
    for (const [key, record] of pending) {
      if (record !== undefined && !stored.has(key)) out.push([key, record]);
    }
    return out;
  }

  /** How many records the collection will hold after the commit. */
  count(collection: string): number {
    const stored = this.#store.collection(collection);
    const pending = this.#pending.get(collection);
    let count = stored.size;
    if (pending === undefined) return count;
    for (const [key, record] of pending) {
      if (record === undefined) count -= stored.has(key) ? 1 : 0;
      else count += stored.has(key) ? 0 : 1;
    }
    return count;
  }

  /** What this step has written so far in one collection, by key: undefined deletes. */
  written(collection: string): ReadonlyMap<string, StoredRecord | undefined> {
    return this.#pending.get(collection) ?? NOTHING;
  }

  /** The writes of this step in order of first write, leaving out those that change nothing. */
  writes(): RecordWrite[] {
    const out: RecordWrite[] = [];
    for (const [collection, pending] of this.#pending) {
      const stored = this.#store.collection(collection);
      for (const [key, record] of pending) {
        if (stored.get(key) !== record) out.push({ collection, key, record });
      }
    }
    return out;
  }

  /** Forgets pending writes: the step was rejected half way. */
  clear(): void {
    this.#pending.clear();
  }
}
