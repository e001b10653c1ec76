/**
 * The stanzas of app state (specification 8.8): what a device asks of the server for its
 * collections, what the server answers, and the word that a collection has moved on. Patches and
 * snapshots are bytes here.
 *
 * Assumptions: a snapshot stands in the answer itself, not in a file, since the server and the file
 * store do not talk; `<delete_all_data/>` empties an account's collections; the login's answer
 * names the versions of collections that were ever written.
 */

import { type Rejection, reject } from '../../errors.ts';
import { COUNT_MAX } from '../../limits.ts';
import { positiveNumber } from '../../messages/stanza-time.ts';
import { attribute, bytesContent, child, children, node, type WireNode } from '../../wire/node.ts';
import { COLLECTIONS, type CollectionName, isCollectionName } from './collections.ts';

/** The namespace of these queries. */
export const APP_STATE_XMLNS = 'w:sync:app:state';

/** Answers of a collection that is not served. */
export const SYNC_ERRORS = { malformed: 400, unknown: 404, conflict: 409 } as const;

/** What a device asks for one collection. */
export interface CollectionRequest {
  readonly name: CollectionName;
  /** The version it holds, and builds `patch` on. */
  readonly version: number;
  /** Wants the collection as a whole: with version 0. */
  readonly wantsSnapshot: boolean;
  /** An encoded SyncdPatch without a version. */
  readonly patch: Uint8Array | undefined;
}

/** What the server answers for one collection. */
export interface CollectionAnswer {
  readonly name: CollectionName;
  /** The newest version. */
  readonly version: number;
  /** More patches wait behind those of this answer. */
  readonly hasMore: boolean;
  /** 0 when all is well. */
  readonly errorCode: number;
  /** An encoded SyncdSnapshot. */
  readonly snapshot: Uint8Array | undefined;
  /** Encoded SyncdPatches with their versions, in order. */
  readonly patches: readonly Uint8Array[];
}

function numberFrom(text: string | undefined): number | undefined {
  return text === '0' ? 0 : positiveNumber(text);
}

function versionOf(element: WireNode): number | undefined {
  const version = numberFrom(attribute(element, 'version'));
  return version === undefined || version > COUNT_MAX ? undefined : version;
}

/** The query; `requests` name each collection once. */
export function syncQuery(id: string, requests: readonly CollectionRequest[]): WireNode {
  const collections = requests.map(({ name, version, wantsSnapshot, patch }) =>
    node(
      'collection',
      { name, version: String(version), return_snapshot: String(wantsSnapshot) },
      patch === undefined ? undefined : [node('patch', {}, patch)],
    ),
  );
  return node('iq', { xmlns: APP_STATE_XMLNS, type: 'set', id }, [node('sync', {}, collections)]);
}

/** `malformed` when it names no collection, an unknown one, one twice, or no version. */
export function readSyncQuery(iq: WireNode): readonly CollectionRequest[] | Rejection {
  const requests: CollectionRequest[] = [];
  for (const element of children(child(iq, 'sync') ?? iq, 'collection')) {
    const name = attribute(element, 'name') ?? '';
    const version = versionOf(element);
    const isNew = requests.every((request) => request.name !== name);
    if (!isCollectionName(name) || version === undefined || !isNew) {
      return reject('malformed', 'A query for app state names no collection, or one twice.');
    }
    const wantsSnapshot = attribute(element, 'return_snapshot') === 'true';
    const patch = bytesContent(child(element, 'patch'));
    requests.push({ name, version, wantsSnapshot, patch });
  }
  if (requests.length > 0) return requests;
  return reject('malformed', 'A query for app state names no collection.');
}

/** The content of the answer. */
export function syncAnswer(answers: readonly CollectionAnswer[]): WireNode {
  return node('sync', {}, answers.map(answerNode));
}

function answerNode(answer: CollectionAnswer): WireNode {
  const { name, version, hasMore, errorCode, snapshot, patches } = answer;
  const parts: WireNode[] = [];
  if (snapshot !== undefined) parts.push(node('snapshot', {}, snapshot));
  if (patches.length > 0) {
    const bytes = patches.map((patch) => node('patch', {}, patch));
    parts.push(node('patches', {}, bytes));
  }
  if (errorCode !== 0) parts.push(node('error', { code: String(errorCode) }));
  const type = errorCode === 0 ? 'result' : 'error';
  const more = String(hasMore);
  const attributes = { name, version: String(version), type, has_more_patches: more };
  return node('collection', attributes, parts);
}

/** By collection. What cannot be read is left out: its collection got no answer. */
export function readSyncAnswer(iq: WireNode): ReadonlyMap<CollectionName, CollectionAnswer> {
  const answers = new Map<CollectionName, CollectionAnswer>();
  for (const element of children(child(iq, 'sync') ?? iq, 'collection')) {
    const name = attribute(element, 'name') ?? '';
    const version = versionOf(element);
    if (!isCollectionName(name) || version === undefined) continue;
    const patches = child(element, 'patches');
    answers.set(name, {
      name,
      version,
      hasMore: attribute(element, 'has_more_patches') === 'true',
      errorCode: errorOf(element),
      snapshot: bytesContent(child(element, 'snapshot')),
      patches: (patches === undefined ? [] : children(patches, 'patch')).map(
        (patch) => bytesContent(patch) ?? new Uint8Array(0),
      ),
    });
  }
  return answers;
}

/** The code of an answer that is an error, 500 when it names none; 0 otherwise. */
function errorOf(element: WireNode): number {
  const error = child(element, 'error');
  if (error === undefined && attribute(element, 'type') !== 'error') return 0;
  return numberFrom(error && attribute(error, 'code')) || 500;
}

/** Where collections stand. */
export type CollectionVersions = ReadonlyMap<CollectionName, number>;

/** One element per collection. */
export function versionNodes(versions: CollectionVersions): readonly WireNode[] {
  return COLLECTIONS.flatMap((name) => {
    const version = versions.get(name);
    return version === undefined ? [] : [node('collection', { name, version: String(version) })];
  });
}

/** Collections named by the children of `element`; those that make no sense are left out. */
export function readVersions(element: WireNode | undefined): CollectionVersions {
  const versions = new Map<CollectionName, number>();
  for (const item of element === undefined ? [] : children(element, 'collection')) {
    const name = attribute(item, 'name') ?? '';
    const version = versionOf(item);
    if (isCollectionName(name) && version !== undefined) versions.set(name, version);
  }
  return versions;
}

/** The query that empties an account's collections: the phone's alone. */
export function deleteAllQuery(id: string): WireNode {
  const content = [node('delete_all_data')];
  return node('iq', { xmlns: APP_STATE_XMLNS, type: 'set', id }, content);
}

/** Whether a query asks to empty all collections. */
export function isDeleteAll(iq: WireNode): boolean {
  return child(iq, 'delete_all_data') !== undefined;
}
