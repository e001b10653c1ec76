/**
 * X4: restored snapshots. A device whose Store is brought back from an older snapshot keeps its
 * identity, and, once the server has seen it get further than that Store knows (a later login, or a
 * later stanza), never encrypts on a sending chain that the snapshot brought back: its sessions are
 * made anew. That no key is used twice, no prekey is accepted twice and no id stands for two keys,
 * with a snapshot or without, is K1, K2 and K3. Catalogue section 9; contract 2, 5.
 */

import type { LoginRecord } from '../../protocol/fanout/device/records.ts';
import type { SeenRecord } from '../../protocol/fanout/server/records.ts';
import type { SelfIdentityRecord, SessionRecord } from '../../protocol/signal/records.ts';
import { hexOf } from '../ledger/ledger.ts';
import type { Change, RunEvent } from '../trace/events.ts';
import type { Judge, JudgeView, Property } from './property.ts';
import { sameBytes } from './signal-state.ts';

/** X4: the definition a run judges by; the rules are at the top of this file. */
export const x4: Property = {
  id: 'X4',
  name: 'restored snapshots',
  summary: 'After an old Store came back, sessions are made anew and the identity is the same.',
  judge: (view) => new Judging(view),
};

type Commit = RunEvent & { readonly kind: 'commit' };

/** What is followed of one host. */
interface Followed {
  /** Sessions, current and archived, by collection and key. */
  readonly sessions: Map<string, SessionRecord>;
  login: LoginRecord | undefined;
  identity: SelfIdentityRecord | undefined;
  /** Ratchet keys (hex) of chains that must not be used any more. */
  old: ReadonlySet<string>;
}

class Judging implements Judge {
  readonly kinds = ['lever', 'commit'] as const;
  readonly #view: JudgeView;
  readonly #hosts = new Map<string, Followed>();
  readonly #seen = new Map<string, SeenRecord>();
  readonly #restoring = new Set<string>();

  constructor(view: JudgeView) {
    this.#view = view;
  }

  observe(event: RunEvent): void {
    if (event.kind === 'lever' && event.lever === 'snapshot-restored') {
      this.#restoring.add(event.node);
    }
    if (event.kind !== 'commit') return;
    if (event.node === 'server') this.#serverCommit(event);
    else this.#deviceCommit(event);
  }

  #serverCommit(event: Commit): void {
    for (const { collection, key, after } of event.changes) {
      if (collection !== 'seen') continue;
      if (after === undefined) this.#seen.delete(key);
      else this.#seen.set(key, after as SeenRecord);
    }
  }

  #deviceCommit(event: Commit): void {
    const followed = this.#follow(event.node);
    const identity = followed.identity;
    if (!event.isTimeZero && !this.#view.ledger.isUndo) this.#judgeUse(event, followed);
    for (const change of event.changes) note(followed, change);
    if (!this.#restoring.delete(event.node)) return;
    const isSame =
      identity === undefined ||
      (followed.identity !== undefined &&
        sameBytes(identity.keyPair.publicKey, followed.identity.keyPair.publicKey));
    this.#view.check(isSame, event.node, () => `${event.node} came back with another identity`);
    followed.old = this.#isBehind(event.node, followed) ? chainsOf(followed) : new Set();
  }

  #judgeUse(event: Commit, followed: Followed): void {
    for (const { collection, before, after } of event.changes) {
      if (collection !== 'session' || after === undefined) continue;
      const session = after as SessionRecord;
      const was = before as SessionRecord | undefined;
      const isSameChain = was?.senderRatchet === session.senderRatchet;
      if (isSameChain && was.senderCounter === session.senderCounter) continue;
      if (followed.old.size === 0) continue;
      const isOld = followed.old.has(hexOf(session.senderRatchet.publicKey));
      this.#view.check(!isOld, event.node, () => {
        return `${event.node} encrypts on a chain that an old snapshot brought back`;
      });
    }
  }

  /** Whether the server has seen the device get further than its Store, as it is now, knows. */
  #isBehind(host: string, { login }: Followed): boolean {
    const device = this.#view.ledger.linkage.deviceOf(host);
    const seen = device === undefined ? undefined : this.#seen.get(device);
    if (seen === undefined) return false;
    return seen.login > (login?.logins ?? 0) || seen.sent > (login?.sent ?? 0);
  }

  #follow(host: string): Followed {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const followed: Followed = {
      sessions: new Map(),
      login: undefined,
      identity: undefined,
      old: new Set(),
    };
    this.#hosts.set(host, followed);
    return followed;
  }
}

function note(followed: Followed, { collection, key, after }: Change): void {
  if (collection === 'login') followed.login = after as LoginRecord | undefined;
  else if (collection === 'identity') followed.identity = after as SelfIdentityRecord | undefined;
  else if (collection === 'session' || collection.startsWith('archived-session/')) {
    const name = `${collection}|${key}`;
    if (after === undefined) followed.sessions.delete(name);
    else followed.sessions.set(name, after as SessionRecord);
  }
}

function chainsOf({ sessions }: Followed): ReadonlySet<string> {
  return new Set([...sessions.values()].map(({ senderRatchet }) => hexOf(senderRatchet.publicKey)));
}
