/**
 * D8: registration change. In the commit in which a device pins another identity key for an
 * address, everything that hung on the old one is gone: sessions with it, current and archived, and
 * the marks that it holds our sender keys. Catalogue section 6; specification 3.5, 4.3.
 */

import type { DeviceJid } from '../../protocol/contract.ts';
import type { PeerIdentityRecord, SessionRecord } from '../../protocol/signal/records.ts';
import type { RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { type SignalState, sameBytes, signalState } from './signal-state.ts';

/** D8: the definition a run judges by; the rules are at the top of this file. */
export const d8: Property = {
  id: 'D8',
  name: 'new keys, new sessions',
  summary: 'Sessions and sender-key marks of a device go with the identity key they belonged to.',
  judge: (view) => new Judging(view),
};

const ARCHIVE = 'archived-session/';
const HOLDERS = 'group-key/';

class Judging implements Judge {
  readonly kinds = ['commit'] as const;
  readonly collections = [ARCHIVE, HOLDERS, 'peer-identity'];
  readonly #view: JudgeView;
  readonly #state: SignalState;
  /** `host|device` to its archived sessions by id. */
  readonly #archived = new Map<string, Map<string, SessionRecord>>();
  /** `host|device` to the groups whose key it is marked to hold. */
  readonly #marked = new Map<string, Set<string>>();

  constructor(view: JudgeView) {
    this.#view = view;
    this.#state = signalState(view.ledger);
  }

  observe(event: RunEvent): void {
    if (event.kind !== 'commit' || event.node === 'server') return;
    const changed: [DeviceJid, Uint8Array][] = [];
    for (const { collection, key, before, after } of event.changes) {
      if (collection.startsWith(ARCHIVE)) {
        const name = `${event.node}|${collection.slice(ARCHIVE.length)}`;
        const sessions = this.#archived.get(name) ?? new Map<string, SessionRecord>();
        this.#archived.set(name, sessions);
        if (after === undefined) sessions.delete(key);
        else sessions.set(key, after as SessionRecord);
      } else if (collection.startsWith(HOLDERS)) {
        const name = `${event.node}|${key}`;
        const groups = this.#marked.get(name) ?? new Set<string>();
        this.#marked.set(name, groups);
        if (after === undefined) groups.delete(collection);
        else groups.add(collection);
      } else if (collection === 'peer-identity') {
        const [was, is] = [before, after] as (PeerIdentityRecord | undefined)[];
        if (was && is && !sameBytes(was.publicKey, is.publicKey)) changed.push([key, is.publicKey]);
      }
    }
    if (event.isTimeZero || this.#view.ledger.isUndo) return;
    for (const [device, key] of changed) this.#judge(event.node, device, key);
  }

  #judge(host: string, device: DeviceJid, key: Uint8Array): void {
    const name = `${host}|${device}`;
    const current = this.#state.session(host, device);
    const archived = [...(this.#archived.get(name)?.values() ?? [])];
    const sessions = current === undefined ? archived : [current, ...archived];
    const hasOld = sessions.some(({ remoteIdentity }) => !sameBytes(remoteIdentity, key));
    const isMarked = (this.#marked.get(name)?.size ?? 0) > 0;
    this.#view.check(!hasOld && !isMarked, device, () => {
      const what = hasOld ? 'a session under its old key' : 'a mark that it holds our sender key';
      return `${host} pinned another key of ${device} and kept ${what}`;
    });
  }
}
