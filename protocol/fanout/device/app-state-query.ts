/** What a device remembers of a query for app state while it waits for the answer. */

import type { AppStateMutation } from '../app-state/actions.ts';
import type { CollectionHead, RecordChange } from '../app-state/collection.ts';
import type { CollectionName } from '../app-state/collections.ts';

/** The collection as it will be when the server takes the patch. */
export interface SentPatch {
  readonly head: CollectionHead;
  readonly changes: readonly RecordChange[];
  /** The changes that are in it, by index. */
  readonly pending: ReadonlyMap<string, AppStateMutation>;
}

/** One collection of a query. */
export interface AskedCollection {
  /** The newest version heard of when it was asked. */
  readonly wantedVersion: number;
  /** What it sent; `undefined` when it only asks. */
  readonly patch: SentPatch | undefined;
}

/** A query under way. */
export interface AppStateQuery {
  readonly kind: 'app-state';
  readonly asked: ReadonlyMap<CollectionName, AskedCollection>;
}
