/**
 * A small net that knows of app state: what each device holds, what is not at rest, and patches
 * that are damaged on their way.
 */

import type { AppStateChange, AppStateVersionRecord, SettingRecord } from '../../contract.ts';
import { opensslProvider } from '../../crypto/openssl.ts';
import { isRejected } from '../../errors.ts';
import { decodeFrame } from '../../wire/decode-node.ts';
import { encodeFrame } from '../../wire/encode-node.ts';
import { attribute, type WireNode } from '../../wire/node.ts';
import { COLLECTIONS } from '../app-state/collections.ts';
import { keyName, mutationKeys, type SyncKey } from '../app-state/keys.ts';
import type { SyncKeyRecord } from '../device/app-state-records.ts';
import { SmallNet } from './small-net.ts';

export const provider = opensslProvider();

/** Drives app state on the small net. */
export class AppStateNet extends SmallNet {
  /** A person changes something on a device. */
  change(name: string, change: AppStateChange): void {
    this.command(name, { kind: 'app-state', change });
  }

  pin(name: string, value = true, chat = this.user('bob')): void {
    this.change(name, { kind: 'pin', chat, value });
  }

  /** `COLLECTION@VERSION HASH` of everything written, sorted. */
  versions(name: string): string[] {
    const records = [...this.member(name).store.collection('app-state-version').values()];
    return (records as AppStateVersionRecord[])
      .map(({ collection, version, ltHash }) => `${collection}@${version} ${ltHash}`)
      .sort();
  }

  version(name: string, collection: string): number {
    const record = this.member(name).store.get('app-state-version', collection);
    return (record as AppStateVersionRecord | undefined)?.version ?? 0;
  }

  /** What is in force: value by index, sentinels left out. */
  settings(name: string): Record<string, string> {
    const records = [...this.member(name).store.collection('setting').values()];
    const entries = (records as SettingRecord[])
      .filter(({ index }) => !index.startsWith('["sentinel"'))
      .map(({ index, value }) => [index, value] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(entries);
  }

  /** The value under an index that begins with `name`; undefined without one. */
  setting(device: string, name: string): unknown {
    const found = Object.entries(this.settings(device)).find(([index]) =>
      index.startsWith(`["${name}"`),
    );
    return found && JSON.parse(found[1]);
  }

  /** Everything that is not at rest on a device. */
  unrest(name: string): string[] {
    const { store } = this.member(name);
    const names = [
      'app-state-sync',
      'app-state-missing',
      'app-state-upload',
      'app-state-file',
      'app-state-fatal',
      'app-state-reset',
      ...COLLECTIONS.map((collection) => `app-state-pending/${collection}`),
    ];
    return names.flatMap((collection) =>
      [...store.collection(collection).keys()].map((key) => `${collection} ${key}`),
    );
  }

  /** Keys a device holds, by name. */
  keys(name: string): SyncKey[] {
    const records = [...this.member(name).store.collection('app-state-key').values()];
    return (records as SyncKeyRecord[]).map(({ key }) => key);
  }

  keyNames(name: string): string[] {
    return this.keys(name).map(({ keyId }) => keyName(keyId));
  }

  /** The newest key of a device, to seal with. */
  sealingKey(name: string) {
    const key = this.keys(name).at(-1);
    if (key === undefined) throw new Error(`${name} has no key`);
    return { keyId: key.keyId, keys: mutationKeys(key.keyData, provider) };
  }

  /** Hands a device a stanza of the server. */
  tell(name: string, stanza: WireNode): void {
    this.deliver(name, encodeFrame(stanza));
    this.settle();
  }
}

/** A frame as a tree. */
export function treeOf(bytes: Uint8Array): WireNode {
  const tree = decodeFrame(bytes);
  if (isRejected(tree)) throw new Error(tree.sentence);
  return tree;
}

/** The stanza with the bytes of patches and snapshots replaced, of one collection or of all. */
function withBytes(
  element: WireNode,
  collection: string | undefined,
  change: (bytes: Uint8Array) => Uint8Array,
): WireNode {
  const { tag, content } = element;
  if (tag === 'collection' && collection !== undefined) {
    if (attribute(element, 'name') !== collection) return element;
  }
  const isState = tag === 'patch' || tag === 'snapshot';
  if (isState && content instanceof Uint8Array) return { ...element, content: change(content) };
  if (!Array.isArray(content)) return element;
  const parts = content as readonly WireNode[];
  return { ...element, content: parts.map((part) => withBytes(part, collection, change)) };
}

/**
 * From now on the server's patches and snapshots for `name` are changed, the first `times` of them.
 * Answers how often that happened.
 */
export function tamperState(
  net: SmallNet,
  name: string,
  times: number,
  collection?: string,
): { count: number } {
  const done = { count: 0 };
  const change = (bytes: Uint8Array): Uint8Array => {
    if (done.count >= times) return bytes;
    done.count += 1;
    const copy = bytes.slice();
    const middle = Math.floor(copy.length / 2);
    copy[middle] = (copy[middle] ?? 0) ^ 1;
    return copy;
  };
  net.tamper = ({ bytes, kind, toServer, wire }) => {
    const isAnswer = !toServer && wire.device.name === name && kind.startsWith('iq');
    return isAnswer ? encodeFrame(withBytes(treeOf(bytes), collection, change)) : bytes;
  };
  return done;
}
